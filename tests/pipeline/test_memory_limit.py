"""An analysis keeps within the memory it may have, or is refused, or ended, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipeline_kit import frame, run

from graphmeta.cli.options import parse_size
from graphmeta.engines.base import silent
from graphmeta.errors import ProcessFailedError, UsageError
from graphmeta.pipeline import Settings, apart
from graphmeta.pipeline.process import Process, too_much
from graphmeta.run import partial_path

EVENTS = [("a", "b", 0), ("b", "a", 60), ("c", "a", 90_000), ("c", "b", 99_000)]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("12GB", 12_000_000_000),
        ("800 mb", None),
        ("800MB", 800_000_000),
        ("1.5GiB", 1_610_612_736),
        ("500000000", 500_000_000),
        ("2g", None),
        ("2G", 2_000_000_000),
        ("much", None),
        ("-1GB", None),
    ],
)
def test_a_size_is_a_number_and_its_unit(text: str, size: int | None) -> None:
    if size is not None:
        assert parse_size(text) == size
    else:
        with pytest.raises(UsageError, match="no size"):
            parse_size(text)


def test_less_memory_than_libraries_take_is_refused_at_once() -> None:
    with pytest.raises(UsageError, match="memory_limit"):
        Settings(memory_limit=1_000_000)


def test_an_analysis_that_is_expected_to_need_more_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "estimate", lambda *_: _Estimate())
    with pytest.raises(ProcessFailedError, match=r"4 events of 3 accounts .* 9\.0 GB .* 2\.0 GB"):
        run(tmp_path, frame(EVENTS), memory_limit=2_000_000_000)
    assert not list(tmp_path.rglob("*.partial"))


def test_a_limit_that_is_just_passed_reads_otherwise_than_what_passed_it() -> None:
    said = too_much("It came to hold", 600_400_000, 600_000_000).problem
    assert said == "It came to hold 0.6004 GB of memory, more than the 0.6000 GB of --memory-limit."


class _Estimate:
    memory_bytes = 9_000_000_000


def test_a_process_that_holds_more_is_ended_and_the_limit_named(tmp_path: Path) -> None:
    store, tables = tmp_path / "store", tmp_path / "tables"
    store.mkdir()
    tables.mkdir()
    # Thirty megabytes: the interpreter and what it imports take more.
    with (
        Process("analyse", tables, 30_000_000) as process,
        pytest.raises(ProcessFailedError, match=r"analysing process came to hold .*--memory-limit"),
    ):
        _ask_twice(process, store, tables)


def _ask_twice(process: Process, store: Path, tables: Path) -> None:
    process.ask(silent, store=str(store), tables=str(tables))
    process.ask(silent, settings={}, seal="", depends="")


def test_the_manifest_tells_the_memory_of_each_process(tmp_path: Path) -> None:
    frame(EVENTS).write_parquet(tmp_path / "events.parquet")
    made = run(tmp_path, tmp_path / "events.parquet", sandbox="auto")
    peaks = made.manifest["peak_memory"]
    assert set(peaks) == {"reading", "analysing"}
    assert made.manifest["peak_memory_bytes"] == max(peaks.values())
    assert not partial_path(made.path).exists()
