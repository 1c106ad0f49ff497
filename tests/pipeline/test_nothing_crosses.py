"""Nothing of a column that may not be read gets anywhere, and the analysis opens nothing else."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest
from town_kit import ring_town

from graphmeta.cli import main
from graphmeta.contract.tables import TABLES
from graphmeta.engines.base import silent
from graphmeta.ingest import Reading, ingest
from graphmeta.ingest.store import EVENTS_FILE
from graphmeta.pipeline import Settings, analyze, apart, wire
from graphmeta.pipeline.process import Process
from graphmeta.privacy.guard import merge
from graphmeta.privacy.sandbox import own_files
from graphmeta.run import RunFolder

CANARY = b"canary-7f3a91"
#: Stands in the analysing process's memory, which shows that the search finds what is there.
CONTROL = b"graphmeta.signals.coordination"
READING = Reading(identifiers="plain", ignore_columns=("body",))
STRACE = shutil.which("strace")

#: Runs our processes under strace, each into a trace of its own. With -D the tracer is the
#: grandchild, so that the process keeps the parent that it expects.
TRACED = """#!/bin/sh
exec {strace} -D -f -y --seccomp-bpf -s 4096 -o {trace}.$4 \\
  -e trace=open,openat,openat2,socket,socketpair,connect,execve,landlock_restrict_self \\
  {python} "$@"
"""


def write(path: Path, group_rows: int = 1_000, **options: Any) -> Path:
    """Write the town with a column of canaries, which also stand in the footer, twice."""
    town = ring_town()
    body = pl.Series("body", [f"{CANARY.decode()} {row}" for row in range(town.height)])
    table = town.with_columns(body).to_arrow()
    table = table.replace_schema_metadata({"note": CANARY.decode()})
    stored = {"compression": "none", "use_dictionary": False, **options}
    pq.write_table(table, path, row_group_size=group_rows, write_page_index=True, **stored)
    return path


def poisoned(path: Path) -> Path:
    """Return a copy of a file whose column of canaries is overwritten with garbage."""
    twin = path.with_name("twin.parquet")
    data = bytearray(path.read_bytes())
    for start, end in places(path, {"body"}):
        data[start:end] = os.urandom(end - start)
    twin.write_bytes(data)
    return twin


def places(path: Path, columns: set[str]) -> list[tuple[int, int]]:
    """Return where some columns stand, as pyarrow says."""
    metadata = pq.read_metadata(path)
    found = []
    for group in range(metadata.num_row_groups):
        for number in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(number)
            if chunk.path_in_schema in columns:
                start = chunk.dictionary_page_offset or chunk.data_page_offset
                found.append((start, start + chunk.total_compressed_size))
    return found


def memory(pid: int) -> Iterator[bytes]:
    """Yield what stands in the readable memory of a process, mapping by mapping.

    Libraries that are mapped into it, and cannot be written to, are left out.
    """
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as mem:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights, *rest = line.split()
            if not rights.startswith("r") or rest[-1] in ("[vvar]", "[vsyscall]"):
                continue
            if rights[1] == "-" and ".so" in rest[-1]:
                continue
            start, end = (int(bound, 16) for bound in span.split("-"))
            mem.seek(start)
            try:
                yield mem.read(end - start)
            except OSError:
                continue  # a part that was given back, or belongs to a device


def require_sight() -> None:
    """Skip a test where the memory of processes cannot be seen."""
    scope = Path("/proc/sys/kernel/yama/ptrace_scope")
    closed = scope.exists() and int(scope.read_text()) > 1 and os.geteuid() != 0
    if closed or not Path("/proc/self/mem").exists():
        assert os.environ.get("CI") != "true", "the memory of processes cannot be seen"
        pytest.skip("this system does not show the memory of processes")


def searched(needles: tuple[bytes, ...], found: list[set[bytes]]) -> type[Process]:
    """Return processes whose memory is searched just before each is ended."""

    class Searched(Process):
        def __exit__(
            self,
            kind: type[BaseException] | None,
            error: BaseException | None,
            trace: TracebackType | None,
        ) -> None:
            parts = memory(self.pid)
            found.append({needle for part in parts for needle in needles if needle in part})
            super().__exit__(kind, error, trace)

    return Searched


def stored_content(path: Path) -> bytes:
    """Return some of the content's bytes as they stand in the file, compressed or not."""
    start, _ = places(path, {"body"})[0]
    # Behind the head of the first page: values, where there is a dictionary its own.
    return path.read_bytes()[start + 60 : start + 100]


@dataclass
class Watched:
    """An analysis that was looked at from outside."""

    events: Path
    run: RunFolder
    traces: Path
    found: list[set[bytes]]

    def calls(self, task: str) -> tuple[list[str], list[str]]:
        """Return what a process did that succeeded: all of it, and what it did behind its walls."""
        lacking = [*self.run.manifest["privacy"]["sandbox"]["not_available"]]
        lacking += ["strace is not installed"] if STRACE is None else []
        if lacking:
            assert os.environ.get("CI") != "true", lacking
            pytest.skip("; ".join(lacking))
        trace = self.traces.with_name(f"{self.traces.name}.{task}")
        calls = list(finished(trace.read_text(encoding="utf-8", errors="replace")))
        walls = next(
            at for at, call in enumerate(calls) if call.startswith("landlock_restrict_self")
        )
        return calls, calls[walls:]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """Analyse a file with canaries; search each process's memory just before it is ended."""
    require_sight()
    folder = tmp_path_factory.mktemp("watched")
    events, traces = write(folder / "events.parquet"), folder / "trace"
    found: list[set[bytes]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apart, "Process", searched((CANARY, CONTROL), found))
        if STRACE is not None:
            python = folder / "python"
            python.write_text(TRACED.format(strace=STRACE, trace=traces, python=sys.executable))
            python.chmod(0o700)
            patch.setattr(sys, "executable", str(python))
        (folder / "out").mkdir()
        run = analyze(events, out=folder / "out" / "run", reading=READING)
    return Watched(events, run, traces, found)


def test_no_canary_is_in_the_memory_of_either_process(watched: Watched) -> None:
    read, analysed = watched.found  # the ingest process ends first
    assert CONTROL in analysed, "the search itself found nothing"
    assert CANARY not in read
    assert CANARY not in analysed


def test_the_byte_ranges_in_the_manifest_are_the_allowed_ones_exactly(watched: Watched) -> None:
    data = watched.events.read_bytes()
    footer = (len(data) - 8 - int.from_bytes(data[-8:-4], "little"), len(data))
    allowed = places(watched.events, {"sender", "recipient", "timestamp"})
    (told,) = watched.run.manifest["inputs"]
    assert told["byte_ranges"] == [list(pair) for pair in merge([*allowed, footer])]
    assert told["columns_ignored"] == ["body"]
    assert CANARY in data[slice(*footer)]


def test_every_table_equals_that_of_the_poisoned_twin(watched: Watched, tmp_path: Path) -> None:
    twin = analyze(
        poisoned(watched.events),
        out=tmp_path / "twin",
        reading=READING,
        settings=Settings(sandbox="off"),
    )
    assert twin.table("clusters").height > 0
    for name in TABLES:
        file = f"{name}.parquet"
        assert (twin.path / file).read_bytes() == (watched.run.path / file).read_bytes(), name


def test_the_analysing_process_opens_nothing_but_its_store_its_tables_and_its_own_files(
    watched: Watched,
) -> None:
    calls, behind = watched.calls("analyse")
    refuse_sockets_and_programs(calls)
    assert watched.events not in openings(calls)
    opened = openings(behind)
    work = re.compile(re.escape(str(watched.run.path)) + r"\.partial/work-[^/]+/(store|tables)/")
    ours = {path for path in opened if work.match(f"{path}/")}
    assert {path.name for path in ours} >= {EVENTS_FILE, "clusters.parquet"}
    assert not_its_own(opened - ours) == []


def test_the_reading_process_opens_nothing_but_the_input_its_store_and_its_own_files(
    watched: Watched,
) -> None:
    calls, behind = watched.calls("ingest")
    refuse_sockets_and_programs(calls)
    assert watched.events not in openings(calls) - openings(behind), "the walls stood before"
    opened = openings(behind)
    work = re.compile(re.escape(str(watched.run.path)) + r"\.partial/work-[^/]+/store/")
    ours = {path for path in opened if work.match(f"{path}/")}
    assert {path.name for path in ours} >= {EVENTS_FILE, "entities.parquet"}
    assert watched.events in opened
    assert not_its_own(opened - ours - {watched.events}) == []


def refuse_sockets_and_programs(calls: list[str]) -> None:
    assert [call for call in calls if call.startswith(("socket", "connect"))] == []
    programs = [call for call in calls if call.startswith("execve")]
    assert len(programs) == 1, "the interpreter alone"


def openings(calls: list[str]) -> set[Path]:
    return {opening(call) for call in calls if call.startswith("open")}


def not_its_own(opened: set[Path]) -> list[Path]:
    own = own_files()
    return [path for path in opened if not any(path.is_relative_to(home) for home in own)]


def finished(trace: str) -> Iterator[str]:
    """Yield the system calls of a trace that succeeded, each in one piece."""
    begun: dict[str, str] = {}
    for line in trace.splitlines():
        thread, _, call = line.partition(" ")
        call = call.strip()
        if call.endswith("<unfinished ...>"):
            begun[thread] = call.removesuffix("<unfinished ...>")
            continue
        if call.startswith("<..."):
            call = begun.pop(thread, "") + call.partition("resumed>")[2]
        if re.search(r"\)\s+= \d", call):
            yield call


def opening(call: str) -> Path:
    """Return the path that a call opens, from the folder on from which the call names it."""
    named = re.search(r'^\w+\((?:[^<"]*<([^>]*)>, )?"([^"]*)"', call)
    assert named is not None, call
    return Path(os.path.normpath(Path(named[1] or "", named[2])))


def test_a_column_of_content_is_refused_by_default_and_nothing_of_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    events = write(tmp_path / "events.parquet")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    given = ["analyze", str(events), "--identifiers", "plain", "--out", str(tmp_path / "RUN")]
    assert main(given) == 4
    shown = capfd.readouterr()
    assert "'body'" in shown.err
    assert CANARY.decode() not in shown.out + shown.err
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["events.parquet", "scratch"]


def test_nothing_that_an_analysis_leaves_or_says_holds_a_canary(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(watched.run.path.parent)
    assert main(["report", str(watched.run.path)]) == 0
    assert CANARY.decode() not in "".join(capfd.readouterr())
    left = [path for path in watched.run.path.parent.rglob("*") if path.is_file()]
    assert len(left) > len(TABLES)
    assert [path for path in left if CANARY in path.read_bytes()] == []


@pytest.mark.parametrize("group_rows", [10, 1_000, 100_000])
@pytest.mark.parametrize("stored", [("none", False), ("snappy", True), ("zstd", True)])
def test_the_store_is_that_of_the_poisoned_twin_however_the_file_is_laid_out(
    tmp_path: Path, group_rows: int, stored: tuple[str, bool]
) -> None:
    compression, dictionary = stored
    events = write(
        tmp_path / "events.parquet", group_rows, compression=compression, use_dictionary=dictionary
    )
    stores = []
    for number, source in enumerate((events, poisoned(events))):
        folder = tmp_path / str(number)
        folder.mkdir()
        store = ingest(source, folder=folder, reading=READING)
        data = source.read_bytes()
        footer = (len(data) - 8 - int.from_bytes(data[-8:-4], "little"), len(data))
        allowed = merge([*places(events, {"sender", "recipient", "timestamp"}), footer])
        assert store.receipt["inputs"][0]["byte_ranges"] == [list(pair) for pair in allowed]
        stores.append([file.read_bytes() for file in sorted(folder.iterdir())])
    assert stores[0] == stores[1]


LAYOUTS = [
    (rows, *stored) for rows in (10, 1_000, 100_000) for stored in (("none", False), ("zstd", True))
]


@pytest.mark.parametrize(("group_rows", "compression", "dictionary"), LAYOUTS)
def test_no_canary_is_in_the_memory_of_the_reading_process_however_the_file_is_laid_out(
    tmp_path: Path, group_rows: int, compression: str, dictionary: bool
) -> None:
    require_sight()
    events = write(
        tmp_path / "e.parquet", group_rows, compression=compression, use_dictionary=dictionary
    )
    needles = CANARY, stored_content(events), b"graphmeta.ingest.build"
    found: list[set[bytes]] = []
    (tmp_path / "store").mkdir()
    with searched(needles, found)("ingest", tmp_path / "store") as reading:
        asked = {
            "sources": [str(events)],
            "store": str(tmp_path / "store"),
            "names_for": None,
            "kept": None,
        }
        reading.ask(silent, reading=wire.packed(READING), **asked)
        assert reading.ask(silent)["receipt"]["counts"]["rows_read"] > 0
    assert found == [{b"graphmeta.ingest.build"}], "the search finds what is there, and no content"


@pytest.mark.parametrize(("group_rows", "compression"), [(10, "zstd"), (100_000, "snappy")])
def test_no_canary_is_in_the_memory_of_the_analysing_process_of_coded_and_compressed_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group_rows: int, compression: str
) -> None:
    require_sight()
    events = write(tmp_path / "e.parquet", group_rows, compression=compression, use_dictionary=True)
    found: list[set[bytes]] = []
    needles = CANARY, stored_content(events), CONTROL
    monkeypatch.setattr(apart, "Process", searched(needles, found))
    analyze(events, out=tmp_path / "RUN", reading=READING)
    assert [CANARY in one or needles[1] in one for one in found] == [False, False]
    assert CONTROL in found[1]


@pytest.mark.parametrize("ending", ["csv", "ndjson", "arrow"])
def test_of_other_formats_the_manifest_says_that_bytes_were_passed_over(
    tmp_path: Path, ending: str
) -> None:
    town = ring_town().head(200).with_columns(body=pl.lit(CANARY.decode()))
    path = tmp_path / f"events.{ending}"
    if ending == "csv":
        town.write_csv(path)
    elif ending == "ndjson":
        town.write_ndjson(path)
    else:
        town.write_ipc(path)
    folder = tmp_path / "store"
    folder.mkdir()
    stated = Reading(identifiers="plain", ignore_columns=("body",), time_zone="UTC")
    (told,) = ingest(path, folder=folder, reading=stated).receipt["inputs"]
    assert "discarded" in told["note"]
    assert told["byte_ranges"] is None
    assert not [file for file in folder.iterdir() if CANARY in file.read_bytes()]
