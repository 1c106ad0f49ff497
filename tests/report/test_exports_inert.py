"""Hostile ids and notes stay inert in every format, and can be told apart afterwards."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from export_kit import (
    CASE,
    NOW,
    RING,
    csv_rows,
    graph,
    hostile,
    objects,
    parquet_frame,
    scored,
    uncelled,
    unspelt,
)
from fake_run import write_fake_run
from hypothesis import given
from hypothesis import strategies as st

from graphmeta.report import exports
from graphmeta.report.exports import Export
from graphmeta.report.exports.inert import WITHHELD, Withholding, cell, spelt
from graphmeta.run import RunFolder

TRICKY = st.text(st.sampled_from("=+-@;'\"\\,<&\n\r\t\x00\u202e\u2028＝ aé€😀1n"), max_size=12)
TEXT = st.one_of(TRICKY, st.text(st.characters(exclude_categories=["Cs"]), max_size=20))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return write_fake_run(tmp_path_factory.mktemp("hostile") / "run", rename=hostile)


def made(run: RunFolder, name: str) -> Export:
    return exports.prepare(run, hostile(RING), name, case=CASE, now=NOW)


def members(run: RunFolder) -> set[str]:
    return scored(run, hostile(RING))


@given(TEXT)
def test_what_is_spelt_can_be_seen_whole_and_read_back(text: str) -> None:
    assert spelt(text).isprintable()
    assert unspelt(spelt(text)) == text


@given(TEXT)
def test_no_cell_begins_with_a_formula_and_each_can_be_read_back(text: str) -> None:
    assert not cell(text).lstrip().startswith(tuple("=+-@＝＋－＠\t\r\n"))
    assert uncelled(cell(text)) == text


@given(TEXT)
def test_no_cell_begins_with_a_formula_where_semicolons_part_cells(text: str) -> None:
    for part in cell(text).split(";")[1:]:
        assert not part.lstrip(" \"'").startswith(tuple("=+-@＝＋－＠"))


@given(TEXT, TEXT)
def test_two_texts_never_become_one(one: str, other: str) -> None:
    assert (cell(one) == cell(other)) == (one == other)
    assert (spelt(one) == spelt(other)) == (one == other)


def test_a_csv_keeps_its_shape_and_its_numbers(run: RunFolder) -> None:
    export = made(run, "csv")
    rows = csv_rows(export)
    assert len(rows) == export.rows == export.content.decode().count("\n") - 1
    assert all(None not in row and None not in row.values() for row in rows)
    for row in rows:
        for name, value in row.items():
            if name not in ("observed", "expected", "contribution"):
                assert not value.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert any(float(row["contribution"]) < 0 for row in rows if row["contribution"])
    found = {uncelled(row["account"]) for row in rows if row["part"] == "member"}
    assert found == members(run)
    reasons = {uncelled(row["says"]) for row in rows if row["part"] == "verdict"}
    assert "=1+1 they are volunteers" in reasons


def test_a_parquet_file_holds_ids_to_the_byte_and_values_with_their_types(run: RunFolder) -> None:
    frame = parquet_frame(made(run, "parquet"))
    rows = frame.filter(pl.col("part") == "member")
    assert set(rows["account"]) == members(run)
    assert rows.schema["strength"] == pl.Float64
    assert rows.schema["core"] == pl.Boolean


@pytest.mark.parametrize("name", ["graphml", "gexf"])
def test_networkx_reads_graphs_back_with_every_member_and_figure(run: RunFolder, name: str) -> None:
    found = graph(made(run, name))
    assert {unspelt(node) for node in found.nodes} == members(run)
    strengths = {unspelt(node): data["strength"] for node, data in found.nodes.items()}
    rows = run.table("members").filter(
        pl.col("cluster_id") == hostile(RING), pl.col("role") != "contacted"
    )
    assert strengths == dict(rows.select("account", "strength").iter_rows())
    assert all(
        data["role"] == "actor" and data["core"] in (True, False) for data in found.nodes.values()
    )


def test_a_stix_bundle_is_ascii_and_holds_ids_exactly(run: RunFolder) -> None:
    export = made(run, "stix")
    assert export.content.isascii()
    accounts = [one["user_id"] for one in objects(export) if one["type"] == "user-account"]
    assert set(accounts) == members(run)


def test_an_id_that_looks_like_a_path_stays_in_the_folder(tmp_path: Path) -> None:
    from graphmeta.report.exports.deliver import default_name

    run = write_fake_run(tmp_path / "a b", rename=lambda name: f"../../{name}")
    export = exports.prepare(run, f"../../{RING}", "csv", now=NOW)
    assert default_name(run, export) == f"a_b-.._.._{RING}.csv"


@given(st.lists(st.text("ab1", min_size=1, max_size=3), min_size=1), st.text("ab1 .:", max_size=30))
def test_no_id_of_others_stays_in_free_text_as_a_word(names: list[str], text: str) -> None:
    may_leave, others = names[:1], [name for name in names[1:] if name != names[0]]
    withholding = Withholding(may_leave, others)
    words = withholding(text).replace(WITHHELD, "#").replace(".", " ").replace(":", " ").split()
    assert not set(words) & set(others)
    kept = text.replace(".", " ").replace(":", " ").split().count(names[0])
    assert words.count(names[0]) == kept
