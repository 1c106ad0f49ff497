"""The analysis runs apart from the input: what crosses, what does not, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from town_kit import ring_town

import graphmeta as gm
from graphmeta.cli import main
from graphmeta.engines.base import silent
from graphmeta.errors import GraphmetaError, PrivacyRefusalError, ProcessFailedError
from graphmeta.ingest import Reading, ingest
from graphmeta.ingest.store import EVENTS_FILE, SUMS_FILE, open_sealed, seal
from graphmeta.pipeline import Settings, analyze, apart, wire
from graphmeta.pipeline.process import Process
from graphmeta.privacy import landlock, seccomp

PLAIN = Reading(identifiers="plain")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("town") / "events.parquet"
    ring_town().write_parquet(path)
    return path


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    """Return the processes that an analysis starts, as it starts them."""
    noted: list[Process] = []

    class Noted(Process):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            noted.append(self)

    monkeypatch.setattr(apart, "Process", Noted)
    return noted


def gone(process: Process) -> bool:
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return True
    return False


def refusal(sources: Any, out: Path, sandbox: Any, **stated: Any) -> GraphmetaError:
    reading = Reading(**{"identifiers": "plain", **stated})
    with pytest.raises(GraphmetaError) as caught:
        analyze(sources, out=out, reading=reading, settings=Settings(sandbox=sandbox))
    assert list(out.parent.glob("RUN*")) == []
    return caught.value


def make_unknown(path: Path) -> None:
    ring_town().with_columns(body=pl.lit("canary")).write_parquet(path)


def make_damaged(path: Path) -> None:
    path.write_bytes(b"PAR1 and no more")


def make_rowless(path: Path) -> None:
    ring_town().clear().write_parquet(path)


@pytest.mark.parametrize("make", [None, make_unknown, make_damaged, make_rowless])
def test_an_error_comes_through_as_it_was_raised(
    tmp_path: Path, make: Callable[[Path], None] | None
) -> None:
    # A name that is no UTF-8 comes through as well.
    path = tmp_path / os.fsdecode(b"ev\xe9nts.parquet")
    if make is not None:
        make(tmp_path / "made")
        (tmp_path / "made").rename(path)
    alone, apart_from_us = (refusal(path, tmp_path / "RUN", how) for how in ("off", "auto"))
    assert type(apart_from_us) is type(alone)
    assert apart_from_us.args == alone.args
    assert (apart_from_us.problem, apart_from_us.remedy) == (alone.problem, alone.remedy)
    assert apart_from_us.exit_code == alone.exit_code


def test_a_frame_is_read_here_and_analysed_apart_and_tables_are_the_same_bytes(
    town: Path, tmp_path: Path
) -> None:
    # Threads of the caller do no harm, as nothing is forked.
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        framed = analyze(pl.read_parquet(town), out=tmp_path / "framed", reading=PLAIN)
    finally:
        stop.set()
        thread.join()
    told = framed.manifest["privacy"]["sandbox"]
    assert (told["separated"], told["input_read_by"]) == (True, "the calling process")
    alone = analyze(town, out=tmp_path / "alone", reading=PLAIN, settings=Settings(sandbox="off"))
    assert alone.manifest["privacy"]["sandbox"]["separated"] is False
    assert alone.table("clusters").height > 0
    for file in sorted(framed.path.glob("*.parquet")):
        assert file.read_bytes() == (alone.path / file.name).read_bytes(), file.name


def test_where_no_process_can_be_started_auto_says_so_and_require_refuses_before_reading(
    town: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "executable", "")
    error = refusal("absent.parquet", tmp_path / "RUN", "require")
    assert isinstance(error, PrivacyRefusalError)
    assert error.exit_code == 4
    assert "Nothing was read" in error.remedy
    given = ["analyze", str(town), "--identifiers", "plain", "--quiet", "--json"]
    assert main([*given, "--out", str(tmp_path / "RUN")]) == 0
    shown = capsys.readouterr()
    said = " ".join(shown.err.split())
    assert said.count("The sandbox is not whole") == 1
    assert "no process of its own can be started" in said
    sandbox = json.loads(shown.out)["privacy"]["sandbox"]
    assert (sandbox["asked"], sandbox["separated"]) == ("auto", False)
    assert main([*given, "--out", str(tmp_path / "RUN2"), "--sandbox", "require"]) == 4
    assert not (tmp_path / "RUN2").exists()


def test_a_folder_of_all_formats_and_an_accounts_file_are_read_behind_the_walls(
    tmp_path: Path,
) -> None:
    if landlock.version() < 3 or not seccomp.available():
        assert os.environ.get("CI") != "true", "no Landlock of version 3"
        pytest.skip("this kernel has no Landlock of version 3")
    events, inside = ring_town(), tmp_path / "in" / "below"
    inside.mkdir(parents=True)
    text = events.with_columns(pl.col("timestamp").dt.to_string("%Y-%m-%dT%H:%M:%SZ"))
    events[::4].write_parquet(inside / "a.parquet")
    events[1::4].write_ipc(inside / "b.arrow")
    text[2::4].write_csv(inside / "c.csv")
    text[3::4].write_ndjson(inside / "d.ndjson")
    accounts = tmp_path / "accounts.csv"
    accounts.write_text(f"account,created_at\n{events['sender'][0]},2020-01-01T00:00:00Z\n")
    reading = Reading(key_file=tmp_path / "key", accounts=accounts)
    made = analyze(
        tmp_path / "in",
        out=tmp_path / "RUN",
        reading=reading,
        settings=Settings(sandbox="require"),
    )
    told = made.manifest["privacy"]["sandbox"]
    assert (told["input_landlock_abi"], told["input_seccomp"]) == (landlock.version(), True)
    assert (told["input_read_by"], told["not_available"]) == ("a process of its own", [])
    assert made.manifest["counts"]["rows_read"] == events.height
    assert (tmp_path / "key").exists()


@pytest.mark.parametrize("task", ["ingest", "analyse"])
def test_a_process_that_crashes_leaves_no_memory_behind(tmp_path: Path, task: str) -> None:
    limits = Path("/proc/self/limits")
    if not limits.exists():
        pytest.skip("this system does not tell of a process's limits")
    with Process(task, tmp_path) as process:
        if task == "analyse":
            process.ask(silent, store=str(tmp_path), tables=str(tmp_path))
        else:
            with pytest.raises(ProcessFailedError):
                process.ask(silent, nothing="that it knows")
            os.kill(process.pid, 0)
        told = Path(f"/proc/{process.pid}/limits").read_text()
    (line,) = (line for line in told.splitlines() if line.startswith("Max core file size"))
    assert set(line.split()[4:6]) <= {"0", "1"}


def test_a_process_that_is_killed_is_told_and_nothing_is_left(
    town: Path, tmp_path: Path, started: list[Process]
) -> None:
    def kill(stage: str, done: float | None = None) -> None:  # noqa: ARG001
        if stage.startswith("reading"):
            os.kill(started[0].pid, signal.SIGKILL)

    says = r"analysing process.* ended by SIGKILL"
    with pytest.raises(ProcessFailedError, match=says) as caught:
        analyze(town, out=tmp_path / "RUN", reading=PLAIN, progress=kill)
    assert caught.value.exit_code == 1
    assert list(tmp_path.iterdir()) == []
    assert all(map(gone, started))


def test_an_interrupt_ends_both_processes_and_leaves_nothing(
    town: Path, tmp_path: Path, started: list[Process]
) -> None:
    def interrupt(stage: str, done: float | None = None) -> None:  # noqa: ARG001
        if stage.startswith("reading"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        analyze(town, out=tmp_path / "RUN", reading=PLAIN, progress=interrupt)
    assert len(started) == 2
    assert all(map(gone, started))
    assert list(tmp_path.iterdir()) == []


def test_an_unexpected_failure_names_its_type_and_keeps_the_traceback_for_debugging(
    tmp_path: Path,
) -> None:
    with Process("ingest", tmp_path) as process, pytest.raises(ProcessFailedError) as caught:
        process.ask(silent, nothing="that it knows")
    assert "The reading process failed unexpectedly (KeyError)" in caught.value.problem
    assert "--debug" in caught.value.remedy
    assert "Traceback" in "".join(caught.value.__notes__)


def test_our_processes_are_deaf_to_what_ends_the_caller_and_end_with_it(tmp_path: Path) -> None:
    with Process("analyse", tmp_path) as process:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(process.pid, number)
        answer = process.ask(silent, store=str(tmp_path), tables=str(tmp_path))
        assert "landlock_abi" in answer
        assert not gone(process)
    assert gone(process)


def test_a_script_without_a_guard_runs_once(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import graphmeta as gm\n"
        "print('once')\n"
        "try:\n"
        "    gm.analyze('absent.parquet', identifiers='plain')\n"
        "except gm.GraphmetaError as error:\n"
        "    print(error.problem)\n"
    )
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "once\nThere is no file absent.parquet.\n"


def test_a_store_that_was_changed_on_the_way_is_not_opened(tmp_path: Path) -> None:
    store = ingest(ring_town(), folder=tmp_path, reading=PLAIN)
    sealed = seal(store)
    opened = open_sealed(tmp_path, sealed)
    assert opened.events.collect().equals(store.events.collect())
    assert opened.quarantine.equals(store.quarantine)
    for name in (EVENTS_FILE, SUMS_FILE):
        kept = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
        with pytest.raises(GraphmetaError, match=name):
            open_sealed(tmp_path, sealed)
        (tmp_path / name).write_bytes(kept)


@given(
    st.builds(
        Reading,
        mapping=st.dictionaries(st.sampled_from(["sender", "group"]), st.text()),
        ignore_columns=st.lists(st.text(), max_size=3).map(tuple),
        accounts=st.none() | st.text() | st.text(min_size=1).map(Path),
        time_zone=st.none() | st.just("Europe/Berlin"),
        key_file=st.none() | st.just(Path(os.fsdecode(b"k\xff"))),
    )
    | st.builds(Settings, since=st.none() | st.datetimes(timezones=st.timezones()))
)
def test_what_is_asked_travels_whole(asked: Reading | Settings) -> None:
    sent = json.loads(json.dumps(wire.packed(asked)))
    arrived = type(asked)(**wire.unpacked(sent))
    assert arrived == asked


def test_a_frame_does_not_travel_and_paths_do() -> None:
    frame = ring_town()
    assert wire.paths(frame) is None
    assert wire.paths(["a", frame]) is None
    assert wire.paths(["a", Path("b")]) == ["a", "b"]
    assert wire.paths("a") == ["a"]
    with pytest.raises(TypeError, match="DataFrame"):
        wire.packed(Reading(accounts=frame))


def test_the_public_front_takes_the_option(town: Path) -> None:
    with pytest.raises(GraphmetaError, match="sandbox = perhaps"):
        gm.analyze(town, identifiers="plain", sandbox="perhaps")  # type: ignore[arg-type]
