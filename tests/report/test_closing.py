"""Scores before and after accounts were closed are told where runs know of it, and only there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_run import write_fake_run
from fake_tables import Tables

from graphmeta.errors import PrivacyRefusalError
from graphmeta.report.closing import before_and_after
from graphmeta.run import MANIFEST, RunFolder, open_run

RING, FUNNEL = "k7f3a-ring", "b21c0-funnel"


def closed(shares: dict[str, float]) -> Callable[[Tables], None]:
    """Let the evidence say which share of each cluster the platform closed."""

    def change(tables: Tables) -> None:
        for cluster, share in shares.items():
            for score in ("spam", "recruitment"):
                tables.add(
                    "evidence",
                    cluster_id=cluster,
                    score=score,
                    term="banned",
                    observed=share,
                    expected=0.005,
                    contribution=0.1,
                    says=f"The platform closed {share:.0%} of the accounts",
                )

    return change


@pytest.fixture
def old(tmp_path: Path) -> RunFolder:
    return write_fake_run(tmp_path / "OLD", change=closed({RING: 0.01, FUNNEL: 0.01}))


def test_clusters_of_which_accounts_were_closed_are_told_with_both_scores(
    old: RunFolder, tmp_path: Path
) -> None:
    def later(tables: Tables) -> None:
        closed({RING: 0.4, FUNNEL: 0.02})(tables)
        tables.rows["clusters"][0].update(risk=0.3, spam=0.35, flagged=False)

    found = before_and_after(old, write_fake_run(tmp_path / "NEW", change=later))
    assert found.told
    (row,) = found.clusters.to_dicts()
    assert (row["old"], row["new"]) == (RING, RING)
    assert (row["closed_old"], row["closed_new"]) == (0.01, 0.4)
    assert (row["risk_old"], row["risk_new"]) == (0.94, 0.3)
    assert (row["flagged_old"], row["flagged_new"]) == (True, False)


def test_where_a_run_knows_nothing_of_closed_accounts_that_is_said(
    old: RunFolder, tmp_path: Path
) -> None:
    found = before_and_after(old, write_fake_run(tmp_path / "NEW"))
    assert not found.told
    assert found.clusters.is_empty()


def test_runs_whose_pseudonyms_must_not_be_linked_are_refused(
    old: RunFolder, tmp_path: Path
) -> None:
    other = write_fake_run(tmp_path / "NEW").path
    manifest = json.loads((other / MANIFEST).read_text())
    manifest["privacy"]["dataset"] = "elsewhere"
    (other / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(PrivacyRefusalError):
        before_and_after(old, open_run(other))
