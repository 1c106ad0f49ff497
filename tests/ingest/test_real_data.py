"""Real metadata comes in whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from ingest_kit import build


@pytest.mark.parametrize(
    ("name", "events", "accounts", "rejected"),
    [
        ("copenhagen_cns", 27_933, 608, 0),
        ("collegemsg", 59_835, 1_899, 0),
        ("bitcoin_otc", 35_592, 5_881, 0),
        ("coortweet_russia", 35_125, 16_794, 0),
        # Four of its calls have a negative duration.
        ("vast2008_calls", 9_834, 400, 4),
    ],
)
def test_real_metadata_comes_in_whole(
    real_data: Path, tmp_path: Path, name: str, events: int, accounts: int, rejected: int
) -> None:
    counts = build(tmp_path, real_data / name / "events.parquet").receipt["counts"]
    assert counts["events_accepted"] + counts["self_contacts"] == events - rejected
    assert counts["rows_rejected"] == rejected
    assert counts["accounts"] == accounts
