"""On ordinary life of real people next to nothing is flagged."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipeline_kit import run


@pytest.mark.parametrize("name", ["collegemsg", "copenhagen_cns"])
def test_ordinary_life_has_at_most_one_flagged_cluster(
    real_data: Path, tmp_path: Path, name: str
) -> None:
    made = run(tmp_path, [real_data / name / "events.parquet"])
    assert made.manifest["counts"]["flagged"] <= 1
    assert made.manifest["counts"]["confirmed"] <= 2
    assert made.manifest["counts"]["stranger_contacts"] > 300


def test_a_call_log_of_ten_days_runs_through(real_data: Path, tmp_path: Path) -> None:
    made = run(tmp_path, [real_data / "vast2008_calls" / "events.parquet"])
    assert made.manifest["counts"]["events_accepted"] == 9_830
    assert made.manifest["counts"]["rejected_by_reason"] == {
        "duration_s: negative or not finite": 4
    }
    assert made.table("quarantine").height == 4
