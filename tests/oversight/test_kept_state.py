"""What a run keeps of everybody's events is told of, counted, erased, deleted, and checked."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from graphmeta.cli import main
from graphmeta.errors import PrivacyRefusalError, RunError
from graphmeta.ingest import Reading
from graphmeta.ingest.state import open_state, sealing_secret
from graphmeta.oversight import retention
from graphmeta.oversight.acts import recorded
from graphmeta.oversight.review import stands, state
from graphmeta.oversight.review.form import faults
from graphmeta.oversight.subject import Purpose, Request, answer
from graphmeta.pipeline import Settings, analyze
from graphmeta.privacy.keys import load_key
from graphmeta.run import MANIFEST, STATE, RunFolder, open_run

START = datetime(2026, 3, 2, tzinfo=UTC)
EVENTS = pl.DataFrame(
    {
        "sender": [f"person-{n % 7}" for n in range(60)],
        "recipient": [f"person-{(n % 7) + 1 + n % 3}" for n in range(60)],
        "timestamp": [START + timedelta(hours=7 * n) for n in range(60)],
    }
)
#: Of this account it is asked; so many events are its own.
WHO = "person-3"
OWN = EVENTS.filter((pl.col("sender") == WHO) | (pl.col("recipient") == WHO)).height


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Return a run over sixty events of ten accounts, which kept them."""
    folder = tmp_path_factory.mktemp("kept")
    reading = Reading(key_file=folder / "key", keep_state=True)
    return analyze(EVENTS, out=folder / "RUN", reading=reading, settings=Settings(sandbox="off"))


@pytest.fixture
def run(made: RunFolder, tmp_path: Path) -> RunFolder:
    """Return a copy of that run."""
    shutil.copytree(made.path, tmp_path / "RUN")
    shutil.copy(made.path.parent / "key", tmp_path / "key")
    return open_run(tmp_path / "RUN")


def ask(run: RunFolder, account: str, purpose: Purpose) -> dict[str, Any]:
    key = load_key(run.path.parent / "key")
    (told,) = answer(Request(account, purpose, "R-1"), [open_run(run.path)], lambda _: key)["runs"]
    return dict(told)


def kept(run: RunFolder) -> tuple[pl.DataFrame, list[str | None]]:
    """Return the events and the names that a run's state holds."""
    secret = sealing_secret(load_key(run.path.parent / "key"), "default")
    opened = open_state(run.path / STATE, secret)
    return pl.concat(opened.events), opened.entities["name"].to_list()


def files(run: RunFolder) -> str:
    """Return whether a review finds the files as they were written."""
    return stands.check(run.path, recorded(run.audit_lines(), run.path)).verdict


def test_a_person_is_told_how_many_of_their_events_are_kept(run: RunFolder) -> None:
    events, _ = kept(run)
    assert ask(run, WHO, "access")["state_events"] == OWN > 0
    assert ask(run, "nobody", "access")["state_events"] == 0
    assert kept(run)[0].equals(events), "asking changes nothing"


def test_erasure_seals_the_state_anew_without_the_account(run: RunFolder) -> None:
    (before, names), told = kept(run), dict(run.manifest["privacy"]["state"])
    done = ask(run, WHO, "erasure")["erased"]
    after, left = kept(run)
    assert done["state_events"] == len(before) - len(after) == OWN
    assert left.count(None) == 1
    assert [one for one in left if one] == [one for one in names if one in left]
    assert ask(run, WHO, "access")["state_events"] == 0
    assert ask(run, "person-4", "access")["state_events"] > 0
    now = open_run(run.path)
    kept_now = now.manifest["privacy"]["state"]
    assert kept_now["id"] != told["id"], "an older copy in its place would show"
    assert kept_now["events"] == len(after)
    assert now.manifest["erasures"][0]["state_events"] == OWN
    assert files(now) == "held"
    detail = next(
        act.detail for act in recorded(now.audit_lines(), now.path) if act.name == "erased"
    )
    assert detail["state_events"] == OWN
    assert STATE in detail["sha256"]


def test_an_update_of_what_was_erased_brings_back_what_new_files_say_alone(
    run: RunFolder, tmp_path: Path
) -> None:
    ask(run, WHO, "erasure")
    new = pl.DataFrame(
        {
            "sender": [WHO, "person-1"],
            "recipient": ["person-1", "person-2"],
            "timestamp": [START + timedelta(days=30)] * 2,
        }
    )
    reading = Reading(key_file=tmp_path / "key", keep_state=True)
    grown = analyze(
        new,
        out=tmp_path / "GROWN",
        reading=reading,
        settings=Settings(sandbox="off"),
        update=run.path,
    )
    assert ask(grown, WHO, "access")["state_events"] == 1
    assert grown.manifest["counts"]["events_accepted"] == 60 - OWN + 2


def test_a_state_that_does_not_open_stops_an_erasure_before_anything_changes(
    run: RunFolder,
) -> None:
    file = run.path / STATE
    file.write_bytes(file.read_bytes()[:-1])
    tables = {one.name: one.read_bytes() for one in run.path.glob("*.parquet")}
    with pytest.raises(PrivacyRefusalError, match="does not open"):
        ask(run, WHO, "erasure")
    assert {one.name: one.read_bytes() for one in run.path.glob("*.parquet")} == tables
    assert files(run) == "failed"


def test_the_state_alone_can_be_deleted_and_the_log_says_so(
    run: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["privacy", "purge", str(run.path), "--state", "--dry-run"]) == 0
    assert (run.path / STATE).exists()
    assert main(["privacy", "purge", str(run.path), "--state"]) == 0
    assert "Deleted" in capsys.readouterr().out
    now = open_run(run.path)
    assert not (now.path / STATE).exists()
    assert json.loads(now.audit_lines()[-1])["act"] == "state_deleted"
    assert files(now) == "held"
    assert state.check(now).verdict == "held"
    assert "not here any more" in state.check(now).says
    with pytest.raises(RunError, match="keeps no state"):
        retention.delete_state(now.path)
    assert main(["privacy", "purge", str(run.path), "--state", "--reason", "x"]) == 2


def test_a_purged_run_takes_its_state_along(run: RunFolder) -> None:
    receipt = json.loads(retention.purge(retention.plan(run.path, "a test")).read_text())
    assert STATE in [one["file"] for one in receipt["deleted"]]


def test_a_review_tells_of_a_state_and_what_it_cannot_show(run: RunFolder) -> None:
    found = state.check(run)
    assert found.verdict == "not proven"
    assert "60 events" in found.says
    assert run.manifest["privacy"]["key_id"] in found.says
    assert files(run) == "held"


def test_a_review_finds_a_state_that_is_not_sealed_or_not_told_of(run: RunFolder) -> None:
    file, sealed = run.path / STATE, (run.path / STATE).read_bytes()
    file.write_bytes(b"PAR1")
    assert state.check(run).verdict == "failed"
    file.write_bytes(sealed)
    manifest = json.loads((run.path / MANIFEST).read_text())
    manifest["privacy"]["state"]["events"] = "many"
    assert faults(manifest) == ["privacy.state.events"]
    manifest["privacy"]["state"] = None
    (run.path / MANIFEST).write_text(json.dumps(manifest))
    assert state.check(open_run(run.path)).verdict == "failed"
    with pytest.raises(RunError, match="manifest says nothing"):
        ask(run, WHO, "access")


def test_verify_says_how_the_state_stands_to_the_log(
    run: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["privacy", "verify", str(run.path)]) == 0
    assert "keeps its events, sealed (state.sealed), as its log says" in capsys.readouterr().out
    file = run.path / STATE
    file.write_bytes(file.read_bytes() + b"x")
    assert main(["privacy", "verify", str(run.path)]) == 4
    assert "NOT as its log says" in capsys.readouterr().out
