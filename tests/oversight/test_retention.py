"""Purge: what goes, what stays, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from oversight_kit import RING, judge, log, make_run, named

from graphmeta import run
from graphmeta.cli import main
from graphmeta.errors import RunError, UsageError
from graphmeta.oversight import record, retention


def test_an_expired_run_no_longer_opens_and_can_still_be_purged(tmp_path: Path) -> None:
    make_run(tmp_path, days_left=-1)
    with pytest.raises(RunError, match=r"expired.*\n.*privacy purge"):
        run.open_run(tmp_path / "RUN")
    retention.purge(retention.plan(tmp_path / "RUN"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["RUN.purged.json", "key"]


def test_a_run_that_has_not_expired_goes_only_with_a_reason(tmp_path: Path) -> None:
    make_run(tmp_path)
    with pytest.raises(UsageError, match="kept until"):
        retention.plan(tmp_path / "RUN")
    with pytest.raises(UsageError, match="one line"):
        retention.plan(tmp_path / "RUN", "two\nlines")
    planned = retention.plan(tmp_path / "RUN", "analysed by mistake")
    assert (tmp_path / "RUN").is_dir(), "a plan deletes nothing"
    receipt = json.loads(retention.purge(planned).read_text(encoding="utf-8"))
    assert receipt["reason"] == "analysed by mistake"


def test_the_receipt_names_files_and_the_last_hash_and_no_account(tmp_path: Path) -> None:
    made = make_run(tmp_path)
    judge(made, "c0001", "spam")
    before = log(made.path)
    place = retention.purge(retention.plan(made.path, "test"))
    text = place.read_text(encoding="utf-8")
    receipt = json.loads(text)
    assert {one["file"] for one in receipt["deleted"]} >= {"members.parquet", "manifest.json"}
    assert receipt["audit"]["entries"] == len(before) + 1, "the purge was logged before it happened"
    assert receipt["audit"]["last_hash"] not in {entry["hash"] for entry in before}
    assert "ann" not in text.replace("channel", ""), "the reviewer is not in it"
    assert not [account for account in RING if named(account, tmp_path) in text]
    assert place.stat().st_mode & 0o077 == 0


def test_a_receipt_keeps_what_a_live_run_would_have_been_counted_by(tmp_path: Path) -> None:
    made = make_run(tmp_path, reported=True)
    judge(made, "c0001", "benign")
    live = record.of_run(made).as_json()
    gone = retention.read_receipt(retention.purge(retention.plan(made.path, "test")))
    assert gone is not None
    assert gone.as_json() == live
    assert live["flagged"] == [
        {
            "cluster": "c0001",
            "looks_like": "spam",
            "layer": "shared_targets",
            "actors": "under 10",
            "reached": "under 100",
            "lasted": "7 to 13 days",
            "reported": True,
        }
    ]


@pytest.mark.parametrize("moment", ["before the folder is moved", "after"])
def test_a_purge_that_was_stopped_is_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    made = make_run(tmp_path, days_left=-1)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        if moment == "after":
            patched.setattr("graphmeta.oversight.retention.shutil.rmtree", stop)
        else:
            patched.setattr(Path, "rename", stop)
        with pytest.raises(KeyboardInterrupt):
            retention.purge(retention.plan(made.path))
    assert retention.runs_in(tmp_path) == [made.path]
    assert retention.has_expired(made.path)
    retention.purge(retention.plan(made.path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["RUN.purged.json", "key"]


def test_an_earlier_receipt_of_the_same_name_stays(tmp_path: Path) -> None:
    for _ in range(2):
        retention.purge(retention.plan(make_run(tmp_path).path, "test"))
    assert [path.name for path in retention.receipts_in(tmp_path)] == [
        "RUN.2.purged.json",
        "RUN.purged.json",
    ]


def killed(folder: Path, name: str = "RUN") -> Path:
    """Leave what an analysis leaves that is killed just before its run stands."""
    left = make_run(folder, name).path.rename(folder / f"{name}.partial")
    store = left / "work-1" / "store"
    store.mkdir(parents=True)
    (store / "events.parquet").touch()
    return left


def test_what_a_killed_analysis_left_goes_without_a_reason_and_is_no_run(tmp_path: Path) -> None:
    left = killed(tmp_path)
    assert retention.runs_in(tmp_path) == []
    assert retention.left_in(tmp_path) == [left]
    assert retention.has_expired(left)
    receipt = json.loads(retention.purge(retention.plan(left)).read_text(encoding="utf-8"))
    assert (receipt["unfinished"], receipt["record"]) == (True, None)
    assert "work-1/store/events.parquet" in {one["file"] for one in receipt["deleted"]}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["RUN.partial.purged.json", "key"]
    assert retention.receipts_in(tmp_path) == [], "nothing that reports count"


def test_what_an_analysis_is_writing_is_not_purged(tmp_path: Path) -> None:
    left = killed(tmp_path)
    with run.writing(left):
        assert retention.left_in(tmp_path) == []
        assert not retention.has_expired(left)
        with pytest.raises(RunError, match="is writing"):
            retention.plan(left)
    assert retention.left_in(tmp_path) == [left]


def test_a_purge_of_leftovers_that_was_stopped_is_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = killed(tmp_path)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("graphmeta.oversight.retention.shutil.rmtree", stop)
        with pytest.raises(KeyboardInterrupt):
            retention.purge(retention.plan(left))
    assert retention.runs_in(tmp_path) == [left]
    retention.purge(retention.plan(left))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["RUN.partial.purged.json", "key"]


def test_a_folder_that_only_bears_such_a_name_stays(tmp_path: Path) -> None:
    for holds in ("picture.png", "members.parquet.bak"):
        other = tmp_path / f"{holds}.partial"
        other.mkdir()
        (other / holds).touch()
    assert retention.left_in(tmp_path) == []
    with pytest.raises(RunError, match="no run"):
        retention.plan(tmp_path / "picture.png.partial", "test")


def test_the_command_finds_what_killed_analyses_left_beside_expired_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    left = killed(tmp_path, "LEFT")
    old = make_run(tmp_path, "OLD", days_left=-1)
    make_run(tmp_path, "NEW")
    assert main(["privacy", "purge", "--expired", str(tmp_path), "--dry-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["run"] for one in told] == [str(old.path), str(left)]
    assert left.exists()
    assert main(["privacy", "purge", "--expired", str(tmp_path)]) == 0
    assert not left.exists()
    assert not old.path.exists()
    assert (tmp_path / "NEW").exists()


def test_an_analysis_says_what_to_do_about_what_a_killed_one_left(tmp_path: Path) -> None:
    left = killed(tmp_path)
    with pytest.raises(RunError, match=f"privacy purge {left}"):
        run.claim(tmp_path / "RUN")


def test_what_is_no_run_is_never_deleted(tmp_path: Path) -> None:
    other = tmp_path / "holiday"
    other.mkdir()
    (other / "picture.png").write_bytes(b"\x89PNG")
    link = tmp_path / "link"
    link.symlink_to(make_run(tmp_path).path)
    for path in (other, link, tmp_path / "absent"):
        with pytest.raises(RunError, match="no run"):
            retention.plan(path, "test")
    assert (other / "picture.png").exists()


def test_links_inside_a_run_are_removed_and_not_followed(tmp_path: Path) -> None:
    made = make_run(tmp_path)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    (made.path / "link").symlink_to(outside)
    retention.purge(retention.plan(made.path, "test"))
    assert (outside / "kept").exists()


def test_a_damaged_run_goes_with_a_reason_and_a_forged_log_stops_it(tmp_path: Path) -> None:
    damaged = make_run(tmp_path, "damaged")
    (damaged.path / run.MANIFEST).write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match="damaged manifest"):
        retention.plan(damaged.path)
    assert retention.read_receipt(retention.purge(retention.plan(damaged.path, "test"))) is None
    forged = make_run(tmp_path, "forged")
    lines = (forged.path / run.AUDIT).read_text(encoding="utf-8").replace('"rows":90', '"rows":9')
    (forged.path / run.AUDIT).write_text(lines, encoding="utf-8")
    with pytest.raises(RunError, match="does not hold"):
        retention.purge(retention.plan(forged.path, "test"))
    assert forged.path.is_dir()
