"""An analysis that was killed goes on where it was, and ends in the same bytes."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from pipeline_kit import SMALL, differing, table_bytes

import graphmeta
from graphmeta import run
from graphmeta.errors import RunError
from graphmeta.run import open_run
from graphmeta.synthetic import make_world

HOME = str(Path(graphmeta.__file__).parents[1])
#: Where it is killed, and what of it has to be taken up.
MOMENTS = {
    "writing the store": set(),
    "finding and confirming groups (2 of 4)": {"reading", "network"},
    "scoring behaviour": {"reading", "network", "clusters"},
}


@dataclass(frozen=True)
class Place:
    """Where events and accounts stand, and what comes of them undisturbed."""

    folder: Path
    tables: dict[str, bytes]

    def command(self, out: Path, *options: str) -> list[str]:
        """Return the command that analyses them into ``out``."""
        given = [str(self.folder / "events.parquet"), "--key", str(self.folder / "key")]
        accounts = ["--accounts", str(self.folder / "accounts.parquet")]
        python = [sys.executable, "-m", "graphmeta", "analyze"]
        return [*python, *given, *accounts, "--out", str(out), *options]


def start(command: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": HOME, "POLARS_MAX_THREADS": "1"},
    )


def finish(command: Sequence[str], code: int = 0) -> str:
    """Run it to its end, and return what it said on standard error."""
    process = start(command)
    said = process.communicate()[1]
    assert process.returncode == code, said
    return said


def kill_at(command: Sequence[str], stage: str) -> None:
    """Kill it as soon as it says that it has come to a stage."""
    with start(command) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if stage in line:
                process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Return a small world on disk, and what comes of it undisturbed."""
    folder = tmp_path_factory.mktemp("world")
    world = make_world(250, 21, SMALL[:1], ("support_desk",), seed=2)
    world.events.write_parquet(folder / "events.parquet")
    world.accounts.write_parquet(folder / "accounts.parquet")
    place = Place(folder, {})
    finish(place.command(folder / "RUN"))
    place.tables.update(table_bytes(open_run(folder / "RUN")))
    return place


@pytest.fixture(scope="module")
def killed(place: Place) -> Path:
    """Return what an analysis left that was killed when it had found something."""
    out = place.folder / "KILLED"
    kill_at(place.command(out), "finding and confirming groups (2 of 4)")
    return run.partial_path(out)


def left(killed: Path, out: Path) -> Path:
    """Let the same be left where another run was to stand."""
    shutil.copytree(killed, run.partial_path(out))
    return run.partial_path(out)


@pytest.mark.parametrize("moment", sorted(MOMENTS))
def test_a_killed_analysis_goes_on_and_ends_in_the_same_bytes(
    place: Place, tmp_path: Path, moment: str
) -> None:
    out = tmp_path / "RUN"
    kill_at(place.command(out), moment)
    assert not out.exists()
    finish(place.command(out, "--resume"))
    resumed = open_run(out)
    assert differing(table_bytes(resumed), place.tables) == []
    assert MOMENTS[moment] <= set(resumed.manifest["taken_up"])
    assert sorted(file.name for file in tmp_path.iterdir()) == ["RUN"]
    assert not [file for file in out.iterdir() if file.is_dir()], "no checkpoint stays"


def test_only_who_asks_goes_on_with_what_another_left(
    place: Place, killed: Path, tmp_path: Path
) -> None:
    partial = left(killed, tmp_path / "RUN")
    assert "--resume" in finish(place.command(tmp_path / "RUN"), code=2)
    assert partial.is_dir()


def test_other_options_make_use_of_the_store_alone(
    place: Place, killed: Path, tmp_path: Path
) -> None:
    out = tmp_path / "RUN"
    left(killed, out)
    said = finish(place.command(out, "--resume", "--seed", "7"))
    assert "Taken from the analysis that was stopped: reading." in said
    assert open_run(out).manifest["taken_up"] == ["reading"]


def test_other_events_are_read_and_analysed_anew(
    place: Place, killed: Path, tmp_path: Path
) -> None:
    out = tmp_path / "RUN"
    left(killed, out)
    events = pl.read_parquet(place.folder / "events.parquet")
    events.head(len(events) - 50).write_parquet(tmp_path / "events.parquet")
    for name in ("accounts.parquet", "key"):
        shutil.copy(place.folder / name, tmp_path / name)
    said = finish(Place(tmp_path, {}).command(out, "--resume"))
    assert "Nothing of an earlier analysis was of use" in said
    assert open_run(out).manifest["counts"]["events_accepted"] < len(events)


def test_a_damaged_store_is_written_again(place: Place, killed: Path, tmp_path: Path) -> None:
    out = tmp_path / "RUN"
    file = left(killed, out) / "work-analysis" / "store" / "events.arrow"
    file.write_bytes(file.read_bytes()[:-1])
    finish(place.command(out, "--resume"))
    resumed = open_run(out)
    assert differing(table_bytes(resumed), place.tables) == []
    assert "reading" not in resumed.manifest["taken_up"]
    assert "network" in resumed.manifest["taken_up"], "the store came out the same"


def test_what_is_being_written_is_left_to_whoever_writes(place: Place, tmp_path: Path) -> None:
    out = tmp_path / "RUN"
    partial = run.claim(out)
    with run.writing(partial):
        assert "An analysis is writing" in finish(place.command(out, "--resume"), code=2)
    assert partial.is_dir()


def test_what_another_program_put_there_is_not_taken_over(tmp_path: Path) -> None:
    partial = run.partial_path(tmp_path / "RUN")
    partial.mkdir()
    (partial / "letters.txt").touch()
    with pytest.raises(RunError, match="exists already"):
        run.claim(tmp_path / "RUN", resume=True)


def test_with_resume_an_interrupted_analysis_keeps_what_it_did(
    place: Place, tmp_path: Path
) -> None:
    out = tmp_path / "RUN"
    with start(place.command(out, "--resume")) as process:
        assert process.stderr is not None
        said = ""
        for line in process.stderr:
            if "(2 of 4)" in line:
                process.send_signal(signal.SIGTERM)
            said += line
    # Lines are cut to the terminal's width, long names too.
    assert re.search(r"Whatwasdoneiskeptin.*RUN\.partial", "".join(said.split()))
    finish(place.command(out, "--resume"))
    assert differing(table_bytes(open_run(out)), place.tables) == []


def test_what_is_left_holds_pseudonyms_at_most_and_is_its_owners_alone(
    place: Place, killed: Path
) -> None:
    senders = pl.read_parquet(place.folder / "events.parquet")["sender"].unique().to_list()
    content = b"".join(file.read_bytes() for file in killed.rglob("*") if file.is_file())
    assert not [name for name in senders if name.encode() in content]
    folders = [killed, *(one for one in killed.rglob("*") if one.is_dir())]
    assert {folder.stat().st_mode & 0o077 for folder in folders} == {0}
