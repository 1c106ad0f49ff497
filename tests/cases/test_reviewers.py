"""Whether somebody only confirms the machine is said with its uncertainty, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from case_kit import Tables, says, write_fake_run

from graphmeta.cases.intervals import middle, rate
from graphmeta.cases.stamping import LEAST, reviewer_rows
from graphmeta.cases.store import open_store
from graphmeta.cases.verdicts import judge
from graphmeta.run import RunFolder

MANY = 120


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Give a run of many clusters, every other one flagged."""

    def more(tables: Tables) -> None:
        row = tables.rows["clusters"][0]
        tables.rows["clusters"] = [
            {**row, "cluster_id": f"c{n:04d}", "flagged": n % 2 == 0} for n in range(MANY)
        ]

    return write_fake_run(tmp_path_factory.mktemp("many") / "RUN", change=more)


def test_who_agrees_nearly_always_is_told_from_who_does_not(run: RunFolder, store_url: str) -> None:
    flag = ["spam" if n % 2 == 0 else "benign" for n in range(MANY)]
    other = {"spam": "benign", "benign": "recruitment"}
    said = {
        "ann": flag,
        "bob": [other[one] if n < 30 else one for n, one in enumerate(flag)],
        "cy": flag[: LEAST - 1],
        "dee": [*flag[:40], *["unsure"] * 5],
    }
    with open_store(store_url) as store:
        for name, given in said.items():
            judgements = [
                says(one, f"c{n:04d}", reviewer=name, seconds_spent=3.0 + n % 5)
                for n, one in enumerate(given)
            ]
            judge(store, run, judgements)
        # What somebody corrects later is not what they said first.
        judge(store, run, [says("benign", "c0000", reviewer="ann")])
        rows = {row.reviewer: row for row in reviewer_rows(store, [run])}
    assert {name: row.sign for name, row in rows.items()} == {
        "ann": "clear",
        "bob": "none",
        "cy": "too few",
        "dee": "possible",
    }
    assert rows["ann"].reviews == rows["ann"].agreement.n == MANY
    assert rows["ann"].agreement.value == 1.0
    assert rows["ann"].seconds.value == 5.0
    assert rows["bob"].agreement.value == 0.75
    assert (rows["dee"].reviews, rows["dee"].unsure, rows["dee"].agreement.n) == (45, 5, 40)


def test_what_was_judged_blind_is_counted_apart(run: RunFolder, tmp_path: Path) -> None:
    flag = ["spam" if n % 2 == 0 else "benign" for n in range(MANY)]
    with open_store(f"sqlite:///{tmp_path}/cases.sqlite") as store:
        for name, blind in (("ann", True), ("bob", False)):
            judgements = [
                says(one, f"c{n:04d}", reviewer=name, blind=blind) for n, one in enumerate(flag)
            ]
            judge(store, run, judgements)
        # Only then is the score shown; what they say next is no longer blind, and not the first.
        judge(store, run, [says("benign", "c0000", reviewer="ann")])
        rows = {row.reviewer: row for row in reviewer_rows(store, [run])}
    assert (rows["ann"].blind.n, rows["ann"].agreement.n, rows["ann"].sign) == (MANY, 0, "too few")
    assert rows["ann"].blind.value == 1.0
    assert (rows["bob"].blind.n, rows["bob"].agreement.n, rows["bob"].sign) == (0, MANY, "clear")


def test_a_rate_and_a_median_come_with_how_far_they_can_be_trusted() -> None:
    assert rate(0, 0).value is None
    perfect = rate(20, 20)
    assert perfect.low == pytest.approx(0.8389, abs=1e-4)
    assert middle([]).value is None
    assert middle([4.0, 1.0]).low is None, "two values say nothing of a median's reach"
    found = middle([float(n) for n in range(1, 21)])
    assert (found.value, found.low, found.high) == (10.5, 6.0, 15.0)


def test_where_nobody_judged_there_are_no_reviewers(run: RunFolder, tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/cases.sqlite") as store:
        assert reviewer_rows(store, [run]) == []
