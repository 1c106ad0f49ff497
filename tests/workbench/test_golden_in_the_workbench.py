"""Reviewers meet golden clusters among all others, and no page, path or export tells them apart."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
import pytest
from workbench_kit import Bench, over

from graphmeta.cases.golden import adding
from graphmeta.cases.golden.known import Answer
from graphmeta.cases.store import open_store
from graphmeta.cases.tables import GoldenCluster

# What the tests of the case store share.
sys.path.insert(0, str(Path(__file__).parents[1] / "cases"))
from golden_kit import BENIGN, FUNNEL, RING, golden_run, served_run

ANSWERS = {
    f"gold-{RING}": Answer("spam", "settled"),
    f"gold-{FUNNEL}": Answer("recruitment", "settled"),
    f"gold-{BENIGN}": Answer("benign", "settled"),
}


@pytest.fixture
def mixed_in(tmp_path: Path) -> tuple[Bench, list[GoldenCluster]]:
    run, golden = served_run(tmp_path / "monday"), golden_run(tmp_path / "GOLDEN")
    with open_store(f"sqlite:///{tmp_path}/cases.sqlite") as store:
        rows = adding.add(store, run, golden, ANSWERS, 9, "lea")
        users = {"ann": "analyst", "lea": "lead", "pia": "privacy_reviewer"}
        bench = over(store, [run.path], users, golden=[golden.path])
    return bench, rows


def test_the_queue_lists_them_like_all_others(
    mixed_in: tuple[Bench, list[GoldenCluster]],
) -> None:
    bench, rows = mixed_in
    page = bench.sign_in("ann").get("/").text
    for row in rows:
        assert row.name in page
    assert "gold" not in page.lower()


def test_the_run_as_it_is_served_knows_its_own_clusters_still(
    mixed_in: tuple[Bench, list[GoldenCluster]],
) -> None:
    bench, rows = mixed_in
    (run,) = bench.desk.runs
    shown, own = run.table("clusters"), run.folder.genuine.table("clusters")
    assert shown.height == own.height + len(rows)
    hidden = pl.Series([row.name for row in rows])
    assert not own["cluster_id"].is_in(hidden.implode()).any()
