"""Do the pages about runs say what was read, how it was judged, and what changed?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from workbench_kit import RING, Bench, Tables, serving, write_fake_run

from graphmeta.cases import verdicts
from graphmeta.cases.verdicts import Judgement
from graphmeta.run import MANIFEST


def later(tables: Tables) -> None:
    """Let a cluster go, another grow, and a third be worth less risk."""
    for name in ("clusters", "members", "evidence", "contacts", "timeline"):
        tables.rows[name] = [row for row in tables.rows[name] if row["cluster_id"] != "d9e44-group"]
    tables.rows["clusters"][0]["risk"] = 0.71
    for at in range(3):
        tables.add(
            "members",
            cluster_id=RING,
            account=f"newcomer{at}",
            role="actor",
            strength=0.5,
            core=False,
            p_value=0.01,
        )


def say(folder: Path, **privacy: Any) -> None:
    """Change what a run says of itself: another day, another alpha."""
    said = json.loads((folder / MANIFEST).read_text())
    said["created_at"] = "2024-06-08T09:30:00+00:00"
    said["configuration"]["settings"]["alpha"] = 0.1
    said["privacy"].update(privacy)
    (folder / MANIFEST).write_text(json.dumps(said))


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Bench]:
    monday = write_fake_run(tmp_path / "monday").path
    tuesday = write_fake_run(tmp_path / "tuesday", change=later).path
    say(tuesday, expires_at=(datetime.now(UTC) + timedelta(days=3, hours=1)).isoformat())
    with serving(tmp_path, runs=[monday, tuesday]) as bench:
        bench.enter()
        yield bench


def read(bench: Bench, path: str, status: int = 200) -> str:
    answer = bench.client.get(path)
    assert answer.status_code == status, answer.text
    return unescape(answer.text)


def difference(bench: Bench) -> str:
    old, new = (run.id for run in bench.desk.runs)
    return f"/difference?old={old}&new={new}"


def test_runs_are_listed_newest_first_with_what_is_left_of_their_time(two: Bench) -> None:
    page = read(two, "/runs")
    assert page.index(">tuesday</a>") < page.index(">monday</a>")
    assert "3 days left" in page
    assert "1,203,988" in page


def test_a_run_tells_its_settings_layers_files_and_limits(two: Bench) -> None:
    page = read(two, f"/runs/{two.desk.runs[1].id}")
    for said in ("settings: alpha", "shared timing", "Columns left unread", "error bound"):
        assert said in page
    assert "What changed since monday" in page


def test_an_unknown_run_is_not_there(two: Bench) -> None:
    read(two, "/runs/0000000000000000", 404)
    read(two, "/difference?old=x&new=y", 404)
    read(two, "/difference", 404)


def test_the_difference_names_clusters_settings_and_verdicts(two: Bench) -> None:
    page = read(two, difference(two))
    assert "+3" in page
    assert "d9e44-group" in page
    assert "settings.alpha" in page
    assert "0.71" in page
    run = two.desk.runs[1]
    verdicts.judge(two.desk.store, run.folder, [Judgement(RING, "unsure", "why", "ann")])
    assert "unsure" in read(two, difference(two))


def test_a_run_does_not_differ_from_itself(two: Bench) -> None:
    run = two.desk.runs[0].id
    read(two, f"/difference?old={run}&new={run}", 400)


def test_the_difference_is_not_shown_to_who_judges_blind(two: Bench) -> None:
    two.submit("/blind", {"blind": "on"})
    assert "0.71" not in read(two, difference(two), 400)


def test_runs_whose_pseudonyms_must_not_be_linked_are_not_compared(tmp_path: Path) -> None:
    monday = write_fake_run(tmp_path / "monday").path
    tuesday = write_fake_run(tmp_path / "tuesday").path
    say(tuesday, key_id="another")
    with serving(tmp_path, runs=[monday, tuesday]) as bench:
        bench.enter()
        assert RING not in read(bench, difference(bench), 403)


def test_what_is_kept_of_a_difference_ends_with_the_earlier_run(two: Bench) -> None:
    assert RING in read(two, difference(two))
    say(two.desk.runs[0].path, expires_at=datetime(2024, 7, 1, tzinfo=UTC).isoformat())
    assert "expired" in read(two, difference(two), 410)
