"""Does the data model page say what the program reads and writes, column by column?"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import polars as pl
import pytest

import graphmeta as gm
from graphmeta.contract.events import (
    ACCOUNT_COLUMNS,
    CLOSED_BY,
    DECLARED,
    EVENT_COLUMNS,
    KINDS,
    KINDS_TO_GROUPS,
    Column,
)
from graphmeta.contract.tables import BEHAVIOURS, ROLES, STATUSES, TABLES, TIME
from graphmeta.ingest.files import ENDINGS
from graphmeta.scores.counter import PREFIX
from graphmeta.signals import BEHAVIOURS as SIGNALS
from graphmeta.signals import LAYERS, RECRUITMENT
from graphmeta.signals.coordination.partitioning import NAME as TARGET_PARTITIONING
from graphmeta.signals.coordination.twins import NAME as TWIN_BEHAVIOUR

PAGE = files("graphmeta").joinpath("docs/data-model.md").read_text(encoding="utf-8")

TYPES: dict[str, pl.DataType] = {
    "string": pl.String(),
    "float": pl.Float64(),
    "integer": pl.Int64(),
    "boolean": pl.Boolean(),
    "list of string": pl.List(pl.String()),
    "time": TIME,
}


def section(heading: str) -> str:
    """Return the text under a heading of the third order, up to the next heading."""
    found = re.search(
        rf"^### {re.escape(heading)}\n(.*?)(?=^##|\Z)", PAGE, re.DOTALL | re.MULTILINE
    )
    assert found, f"the page has no section {heading!r}"
    return found[1]


def tables(heading: str) -> list[list[list[str]]]:
    """Return the tables of a section, each as rows of cells, its header first."""
    blocks = re.findall(r"(?:^\|.*\|\n)+", section(heading), re.MULTILINE)
    return [
        [
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in block.splitlines()
            if not line.startswith("| ---")
        ]
        for block in blocks
    ]


def code(cell: str) -> list[str]:
    """Return what a cell sets in code."""
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize(
    ("heading", "columns"), [("events", EVENT_COLUMNS), ("accounts", ACCOUNT_COLUMNS)]
)
def test_the_page_lists_the_columns_that_come_in(heading: str, columns: tuple[Column, ...]) -> None:
    header, *rows = tables(heading)[0]
    assert header == ["column", "required", "meaning"]
    told = [(code(name)[0], required) for name, required, _ in rows]
    assert told == [(column.name, "yes" if column.required else "no") for column in columns]


def test_the_page_lists_the_kinds_and_what_they_reach() -> None:
    header, *rows = tables("events")[1]
    assert header == ["kind", "recipient", "meaning"]
    told = {code(kind)[0]: recipient for kind, recipient, _ in rows}
    assert told == {kind: "group" if kind in KINDS_TO_GROUPS else "account" for kind in KINDS}


def test_the_page_lists_what_accounts_may_declare_and_who_may_close_them() -> None:
    meaning = {code(name)[0]: text for name, _, text in tables("accounts")[0][1:]}
    assert tuple(code(meaning["declared"])) == DECLARED
    assert tuple(code(meaning["closed_by"])) == CLOSED_BY


def test_the_page_lists_every_ending_that_is_read() -> None:
    rows = tables("Formats")[0][1:]
    assert sorted(ending for row in rows for ending in code(row[0])) == sorted(ENDINGS)


@pytest.mark.parametrize("table", TABLES)
def test_the_page_lists_the_columns_of_every_table_in_order(table: str) -> None:
    header, *rows = tables(table)[0]
    assert header == ["column", "type", "meaning"]
    assert [(code(name)[0], TYPES[kind]) for name, kind, _ in rows] == list(TABLES[table].items())


def test_the_page_has_no_table_that_a_run_does_not_write() -> None:
    written = PAGE.split("## What a run leaves")[1]
    headings = re.findall(r"^### (\S+)$", written, re.MULTILINE)
    assert headings == [*TABLES, "manifest.json", "audit.jsonl"]


def test_the_page_names_every_status_behaviour_role_and_layer() -> None:
    clusters = {code(name)[0]: text for name, _, text in tables("clusters")[0][1:]}
    members = {code(name)[0]: text for name, _, text in tables("members")[0][1:]}
    assert set(STATUSES) <= set(code(clusters["status"]))
    assert set(BEHAVIOURS) <= set(code(clusters["behaviour"]))
    layers = {layer.name for layer in LAYERS} | {TARGET_PARTITIONING, TWIN_BEHAVIOUR}
    assert layers == set(code(clusters["layers"]))
    assert set(ROLES) == set(code(members["role"]))


def test_the_page_lists_every_signal_of_the_scores() -> None:
    header, *rows = tables("signals")[1]
    assert header == ["signal", "value"]
    names = {signal.name for signal in SIGNALS} | {signal.name for signal in RECRUITMENT}
    assert {code(name)[0] for name, _ in rows} == names


def test_the_page_tells_of_the_rows_that_are_no_measurement() -> None:
    meaning = {code(name)[0]: text for name, _, text in tables("evidence")[0][1:]}
    assert set(code(meaning["score"])) == {"coordination", "spam", "recruitment", "verdict"}
    assert {"constant", f"{PREFIX}KIND", "would_change"} <= set(code(meaning["term"]))


def test_the_page_lists_every_key_of_the_manifest_and_every_act_of_the_log() -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    events = pl.DataFrame(
        {
            "sender": [f"u{n % 7}" for n in range(60)],
            "recipient": [f"u{(n % 7) + 1 + n % 3}" for n in range(60)],
            "timestamp": [start + timedelta(hours=7 * n) for n in range(60)],
        }
    )
    run = gm.analyze(events, identifiers="plain")
    told = [key for cells in tables("manifest.json")[0][1:] for key in code(cells[0])]
    assert sorted(told) == sorted(run.manifest)
    log = [json.loads(line) for line in (run.path / "audit.jsonl").read_text().splitlines()]
    assert {key for entry in log for key in entry} <= set(code(section("audit.jsonl")))
    assert {entry["act"] for entry in log} <= set(code(section("audit.jsonl")))
