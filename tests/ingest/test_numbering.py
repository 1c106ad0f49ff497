"""Dense integers follow structure: neither names, row order, file splits nor dates matter."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ingest_kit import build

from graphmeta.contract.events import KINDS, KINDS_TO_GROUPS

START = datetime(2022, 5, 2, tzinfo=UTC)
FIXTURES = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@st.composite
def event_lists(draw: st.DrawFn) -> pl.DataFrame:
    """Draw few events among few accounts, so that times and pairs repeat."""
    row = st.tuples(
        st.integers(0, 6),
        st.integers(0, 6),
        st.integers(0, 5),
        st.sampled_from(KINDS),
        st.sampled_from([None, 0.0, 2.5]),
        st.booleans(),
    )
    rows = draw(st.lists(row.filter(lambda r: r[0] != r[1]), min_size=1, max_size=25))
    return pl.DataFrame(
        [
            {
                "sender": f"n{a}",
                "recipient": f"n{b}",
                "timestamp": START + timedelta(seconds=second),
                "kind": kind,
                "duration_s": duration,
                "group": f"n{b}" if grouped and kind in KINDS_TO_GROUPS else None,
            }
            for a, b, second, kind, duration, grouped in rows
        ],
        schema_overrides={"duration_s": pl.Float64, "group": pl.String},
    )


def table(folder: Path, sources: Any) -> pl.DataFrame:
    return build(folder, sources).events.collect()


def names(folder: Path, sources: Any) -> pl.DataFrame:
    return build(folder, sources).entities.collect()


@FIXTURES
@given(event_lists(), st.randoms(use_true_random=False))
def test_permuting_rows_changes_neither_table(
    tmp_path: Path, events: pl.DataFrame, chance: random.Random
) -> None:
    order = list(range(len(events)))
    chance.shuffle(order)
    assert table(tmp_path, events[order]).equals(table(tmp_path, events))
    assert names(tmp_path, events[order]).equals(names(tmp_path, events))


@FIXTURES
@given(event_lists(), st.integers(0, 25))
def test_splitting_the_input_changes_neither_table(
    tmp_path: Path, events: pl.DataFrame, cut: int
) -> None:
    parts = [part for part in (events[cut:], events[:cut]) if len(part)]
    assert table(tmp_path, parts).equals(table(tmp_path, events))
    assert names(tmp_path, parts).equals(names(tmp_path, events))


@FIXTURES
@given(event_lists(), st.integers(-500, 500))
def test_a_shift_by_whole_weeks_shifts_the_times_alone(
    tmp_path: Path, events: pl.DataFrame, weeks: int
) -> None:
    shift = timedelta(weeks=weeks)
    shifted = table(tmp_path, events.with_columns(pl.col("timestamp") + shift))
    seconds = int(shift.total_seconds())
    assert shifted.with_columns(pl.col("time") - seconds).equals(table(tmp_path, events))


def asymmetric(seed: int, accounts: int = 40, size: int = 400) -> pl.DataFrame:
    """Draw events at random; with so many seconds no two accounts do the same."""
    chance = random.Random(seed)
    pairs = [chance.sample(range(accounts), 2) for _ in range(size)]
    return pl.DataFrame(
        {
            "sender": [f"{a}" for a, _ in pairs],
            "recipient": [f"{b}" for _, b in pairs],
            "timestamp": [START + timedelta(seconds=chance.randrange(10**5)) for _ in pairs],
            "kind": [chance.choice(KINDS) for _ in pairs],
        }
    )


def relabelled(events: pl.DataFrame, seed: int) -> pl.DataFrame:
    ids = sorted({*events["sender"], *events["recipient"]})
    others = [f"x{i}" for i in range(len(ids))]
    random.Random(seed).shuffle(others)
    return events.with_columns(
        pl.col("sender", "recipient").replace_strict(ids, others, return_dtype=pl.String)
    )


def test_relabelling_changes_no_event(tmp_path: Path) -> None:
    for seed in range(20):
        events = asymmetric(seed)
        assert table(tmp_path, relabelled(events, seed)).equals(table(tmp_path, events))


def test_relabelling_changes_no_event_where_only_far_structure_tells_accounts_apart(
    tmp_path: Path,
) -> None:
    """Two pairs start alike in the same second; what their partners do later parts them."""
    events = pl.DataFrame(
        {
            "sender": ["a", "b", "c", "d", "c"],
            "recipient": ["c", "d", "e", "f", "e"],
            "timestamp": [START + timedelta(seconds=s) for s in (0, 0, 10, 10, 11)],
        }
    )
    for seed in range(20):
        assert table(tmp_path, relabelled(events, seed)).equals(table(tmp_path, events))


def test_symmetric_accounts_are_ordered_by_name_and_nothing_else_depends_on_it(
    tmp_path: Path,
) -> None:
    """Two accounts that write to a third in one second can be told apart by name alone."""
    events = pl.DataFrame(
        {"sender": ["a", "b"], "recipient": ["c", "c"], "timestamp": [START, START]}
    )
    swapped = events.with_columns(pl.col("sender").replace({"a": "z"}))
    assert table(tmp_path, events).equals(table(tmp_path, swapped))
    assert names(tmp_path, events)["name"].to_list().index("a") < names(tmp_path, events)[
        "name"
    ].to_list().index("b")
    assert names(tmp_path, swapped)["name"].to_list().index("b") < names(tmp_path, swapped)[
        "name"
    ].to_list().index("z")


def test_entities_are_numbered_by_first_appearance(tmp_path: Path) -> None:
    store = build(tmp_path, asymmetric(3))
    ends = store.events.collect()
    first = (
        pl.concat([ends.select("time", entity=end) for end in ("sender", "recipient")])
        .group_by("entity")
        .agg(pl.col("time").min())
        .sort("entity")
    )
    assert first["time"].is_sorted()


def test_repeating_an_event_is_not_the_same_as_having_it_once(tmp_path: Path) -> None:
    once = {"sender": ["a", "b"], "recipient": ["c", "d"], "timestamp": [START, START]}
    events = pl.DataFrame(once)
    twice = pl.concat([events, events.filter(sender="b")])
    for seed in range(10):
        assert table(tmp_path, relabelled(twice, seed)).equals(table(tmp_path, twice))
