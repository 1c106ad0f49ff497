"""Delivery: recorded before it is there, never over anything, private, and whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from export_kit import NOW, RING
from fake_run import write_fake_run

from graphmeta.errors import RunError, UsageError
from graphmeta.privacy import audit
from graphmeta.report import exports
from graphmeta.report.exports import Export
from graphmeta.report.exports.deliver import deliver
from graphmeta.run import AUDIT, RunFolder


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return write_fake_run(tmp_path / "run")


@pytest.fixture
def export(run: RunFolder) -> Export:
    return exports.prepare(run, RING, "csv", tlp="red", now=NOW)


def beside(folder: Path) -> list[str]:
    """Return what stands in a folder beside the run."""
    return sorted(file.name for file in folder.iterdir() if file.name != "run")


def test_an_export_is_written_whole_for_its_owner_alone_and_recorded(
    run: RunFolder, export: Export, tmp_path: Path
) -> None:
    deliver(run, export, tmp_path / "case.csv")
    content = (tmp_path / "case.csv").read_bytes()
    assert content == export.content
    assert stat.S_IMODE((tmp_path / "case.csv").stat().st_mode) == 0o600
    assert beside(tmp_path) == ["case.csv"]
    lines = run.audit_lines()
    assert audit.find_break(lines) is None
    entry = json.loads(lines[-1])
    assert entry["act"] == "exported"
    assert entry["detail"] == {
        "cluster": RING,
        "format": "csv",
        "tlp": "red",
        "rows": export.rows,
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def test_it_is_recorded_before_the_file_has_its_name(
    run: RunFolder, export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []
    append = audit.append

    def watched(path: Path, act: str, detail: Mapping[str, Any], **more: Any) -> None:
        sizes.append((tmp_path / "case.csv").stat().st_size)
        append(path, act, detail, **more)

    monkeypatch.setattr(audit, "append", watched)
    deliver(run, export, tmp_path / "case.csv")
    assert sizes == [0]
    assert (tmp_path / "case.csv").stat().st_size == len(export.content)


def test_nothing_is_overwritten_and_nothing_recorded_then(
    run: RunFolder, export: Export, tmp_path: Path
) -> None:
    (tmp_path / "case.csv").write_text("mine")
    (tmp_path / "link.csv").symlink_to(tmp_path / "elsewhere.csv")
    for name in ("case.csv", "link.csv"):
        with pytest.raises(UsageError, match="exists already"):
            deliver(run, export, tmp_path / name)
    assert (tmp_path / "case.csv").read_text() == "mine"
    assert beside(tmp_path) == ["case.csv", "link.csv"]
    assert len(run.audit_lines()) == 4


def test_a_file_inside_the_run_is_refused(run: RunFolder, export: Export) -> None:
    with pytest.raises(UsageError, match="inside the run folder"):
        deliver(run, export, run.path / "case.csv")
    assert not (run.path / "case.csv").exists()


def test_a_folder_that_is_not_there_is_an_error_that_says_so(
    run: RunFolder, export: Export, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        deliver(run, export, tmp_path / "no" / "case.csv")
    assert len(run.audit_lines()) == 4


def test_a_broken_log_lets_nothing_leave(run: RunFolder, export: Export, tmp_path: Path) -> None:
    log = run.path / AUDIT
    log.write_text(log.read_text().replace('"act":"read"', '"act":"rest"'))
    with pytest.raises(RunError, match="is broken: line 2"):
        deliver(run, export, tmp_path / "case.csv")
    assert beside(tmp_path) == []
    assert len(run.audit_lines()) == 4


def test_a_log_that_cannot_be_written_lets_nothing_leave(
    run: RunFolder, export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(audit, "append", refused)
    with pytest.raises(RunError, match="No space left"):
        deliver(run, export, tmp_path / "case.csv")
    assert beside(tmp_path) == []


def test_interrupted_it_leaves_no_file(
    run: RunFolder, export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(audit, "append", interrupted)
    with pytest.raises(KeyboardInterrupt):
        deliver(run, export, tmp_path / "case.csv")
    assert beside(tmp_path) == []
