"""A run that is updated equals one over all files, and the old one stays as it is."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pipeline_kit import differing, table_bytes
from town_kit import ring_town

from graphmeta.cli import main
from graphmeta.errors import GraphmetaError, RunError, UsageError
from graphmeta.ingest import Reading, ingest
from graphmeta.ingest.store import seal
from graphmeta.pipeline import Settings, analyze, resuming, updating
from graphmeta.privacy.rotation import destroy, rotate
from graphmeta.run import MANIFEST, STATE, RunFolder, open_run


@dataclass(frozen=True)
class Days:
    """Files of events, a run over the first that kept its state, and one over all."""

    folder: Path
    old: RunFolder
    whole: RunFolder

    def file(self, name: str) -> Path:
        """Return where the events of some days are."""
        return self.folder / f"{name}.parquet"


def run(folder: Path, sources: Any, out: Path, update: Path | None = None, **how: Any) -> RunFolder:
    reading = Reading(key_file=folder / "key", **how)
    return analyze(
        sources, out=out, reading=reading, settings=Settings(sandbox="off"), update=update
    )


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Days:
    """Return a town's days, and what comes of them."""
    folder = tmp_path_factory.mktemp("days")
    town = ring_town().sort("timestamp")
    last = town["timestamp"].dt.date() == town["timestamp"].dt.date().max()
    town.filter(~last).write_parquet(folder / "monday.parquet")
    town.filter(last).write_parquet(folder / "tuesday.parquet")
    files = [folder / "monday.parquet", folder / "tuesday.parquet"]
    old = run(folder, files[0], folder / "OLD", keep_state=True)
    return Days(folder, old, run(folder, files, folder / "WHOLE"))


def content(where: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in where.iterdir()}


def test_an_updated_run_has_the_bytes_of_one_over_all_files(days: Days, tmp_path: Path) -> None:
    """In processes of their own, behind walls, as from the command line."""
    before, out = content(days.old.path), tmp_path / "NEW"
    given = [str(days.file("tuesday")), "--key", str(days.folder / "key"), "--out", str(out)]
    more = ["--update", str(days.old.path), "--keep-state", "--resume", "--quiet"]
    assert main(["analyze", *given, *more]) == 0
    new = open_run(out)
    assert differing(table_bytes(new), table_bytes(days.whole)) == []
    assert new.table("clusters").height > 0
    assert new.manifest["counts"] == days.whole.manifest["counts"]
    assert content(days.old.path) == before, "the old run is untouched"
    update = new.manifest["update"]
    assert update["run_id"] == days.old.run_id
    assert update["events"] == days.old.manifest["counts"]["events_accepted"]
    assert update["days"] == 23
    assert update["last_event"] < "2026-01-24" <= new.manifest["span"]["last_event"]
    assert [one["file"] for one in update["inputs"]] == ["monday.parquet"]
    opened = json.loads(new.audit_lines()[0])["detail"]
    assert opened["update_of"] == days.old.run_id
    assert sorted(file.name for file in tmp_path.iterdir()) == ["NEW"]


def test_state_is_kept_where_it_is_asked_for_alone(days: Days) -> None:
    assert (days.old.path / STATE).is_file()
    assert not (days.whole.path / STATE).exists()
    assert days.whole.manifest["privacy"]["state"] is None
    assert days.whole.manifest["update"] is None


def test_an_analysis_that_was_stopped_goes_on_with_its_state_alone(
    days: Days, tmp_path: Path
) -> None:
    reading = Reading(key_file=days.folder / "key", keep_state=True)
    folder, other = tmp_path / "store", tmp_path / "other"
    folder.mkdir()
    state, events = days.old.path / STATE, days.file("tuesday")
    on = resuming.depends(str(events), reading, state)
    made = ingest(events, folder=folder, reading=reading, kept=state)
    resuming.keep(folder, on, {"seal": seal(made)})
    assert resuming.kept(folder, on) is not None
    other.write_bytes(state.read_bytes())
    assert resuming.depends(str(events), reading, other) != on
    assert resuming.depends(str(events), reading) != on
    (folder / STATE).write_bytes(b"cut off")
    assert resuming.kept(folder, on) is None


def copy_of(days: Days, folder: Path, **privacy: Any) -> Path:
    """Return a copy of the old run, whose manifest says something else."""
    shutil.copytree(days.old.path, folder / "COPY")
    file = folder / "COPY" / MANIFEST
    manifest = json.loads(file.read_text())
    manifest["privacy"].update(privacy)
    file.write_text(json.dumps(manifest))
    return folder / "COPY"


def refused(days: Days, old: Path, error: type[GraphmetaError], says: str, **how: Any) -> None:
    out = days.folder / "REFUSED"
    how = {"key_file": days.folder / "key", **how}
    with pytest.raises(error, match=says):
        analyze(
            days.file("tuesday"),
            out=out,
            reading=Reading(**how),
            settings=Settings(sandbox="off"),
            update=old,
        )
    assert not out.exists()


def test_what_cannot_be_updated_is_refused_with_the_reason(days: Days, tmp_path: Path) -> None:
    refused(days, days.whole.path, RunError, "kept no state")
    refused(days, days.old.path, UsageError, "dataset", dataset="other")
    refused(days, days.old.path, UsageError, "identifiers", identifiers="plain")
    refused(days, days.old.path, UsageError, "There is no key", key_file=tmp_path / "none")
    assert not (tmp_path / "none").exists(), "no key is made: it would open nothing"
    past = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    refused(days, copy_of(days, tmp_path, expires_at=past), RunError, "expired")


@pytest.mark.parametrize("said", [7, {}, {"id": 1, "key_id": "k", "epoch": 1}])
def test_a_damaged_manifest_is_told(days: Days, tmp_path: Path, said: Any) -> None:
    refused(days, copy_of(days, tmp_path, state=said), RunError, "is damaged")


def test_a_state_of_another_run_is_no_state_of_this(days: Days) -> None:
    source = updating.source(days.old.path, Reading(key_file=days.folder / "key"))
    assert source is not None
    with pytest.raises(RunError, match="not the one that belongs"):
        source.told({"state": "0" * 32, "events": 3})


def test_an_update_never_crosses_an_epoch(days: Days, tmp_path: Path) -> None:
    key = shutil.copy(days.folder / "key", tmp_path / "key")
    rotate(tmp_path / "key")
    refused(days, days.old.path, UsageError, "never crosses an epoch", key_file=key)
    destroy(tmp_path / "key", 1)
    refused(days, days.old.path, UsageError, "does not hold the key", key_file=key)
