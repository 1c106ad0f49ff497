"""Every mistake a newcomer makes: a clear error, its remedy, the right exit code, nothing left.

Each case is run through ``analyze`` (which must stop) and through ``check`` (which must foresee
with which exit code), in a folder where the only files are the ones the newcomer had.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from newcomer import shell

from graphmeta.cli import main

HEADER = "sender,recipient,timestamp"
ROW = "1,2,2024-05-03T08:00:00Z"
GOOD = f"{HEADER}\n{ROW}\n"


def written(name: str, text: str | bytes) -> Callable[[Path], None]:
    """Return what writes one file into a folder."""

    def write(folder: Path) -> None:
        data = text.encode() if isinstance(text, str) else text
        (folder / name).write_bytes(data)

    return write


def parquet(
    name: str = "events.parquet", keep: float = 1.0, **columns: object
) -> Callable[[Path], None]:
    """Return what writes a Parquet file, of which only a share is kept."""

    def write(folder: Path) -> None:
        frame = pl.DataFrame({"sender": [1, 2], "recipient": [2, 3], **columns})
        frame.write_parquet(folder / name)
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: int(len(data) * keep)])

    return write


@dataclass(frozen=True)
class Mistake:
    """What a newcomer has, gives and must be told."""

    make: Callable[[Path], None]
    given: str
    code: int
    said: tuple[str, ...]


TIME = [datetime(2024, 5, 3, 8), datetime(2024, 5, 3, 9)]

MISTAKES = {
    "an unknown column": Mistake(
        written("e.csv", f"{HEADER},body\n{ROW},hello\n"),
        "e.csv",
        4,
        ("e.csv", "'body'", "--ignore-column body"),
    ),
    "an unknown column in Parquet": Mistake(
        parquet(timestamp=[1, 2], body=["hello", "there"]),
        "events.parquet --timestamp-unit s",
        4,
        ("'body'", "--ignore-column body"),
    ),
    "a required column that is not there": Mistake(
        written("e.csv", "sender,recipient\n1,2\n"), "e.csv", 2, ("'timestamp'", "--map timestamp=")
    ),
    "a mapped column that is not there": Mistake(
        written("e.csv", GOOD), "e.csv --map kind=type", 2, ("'type'", "--map kind=")
    ),
    "times without a zone": Mistake(
        written("e.csv", f"{HEADER}\n1,2,2024-05-03T08:00:00\n"), "e.csv", 2, ("--time-zone",)
    ),
    "times without a zone in Parquet": Mistake(
        parquet(timestamp=TIME), "events.parquet", 2, ("--time-zone",)
    ),
    "times that are numbers without a unit": Mistake(
        written("e.csv", f"{HEADER}\n1,2,1714723200\n"), "e.csv", 2, ("--timestamp-unit",)
    ),
    "text in ids": Mistake(
        written("e.csv", f"{HEADER}\n1,meet me at the station at nine,2024-05-03T08:00:00Z\n"),
        "e.csv",
        4,
        ("recipient", "row 1"),
    ),
    "an empty file": Mistake(written("e.csv", ""), "e.csv", 2, ("e.csv is empty",)),
    "an empty Parquet file": Mistake(written("e.parquet", ""), "e.parquet", 2, ("is empty",)),
    "a file without rows": Mistake(written("e.csv", HEADER + "\n"), "e.csv", 2, ("no rows",)),
    "a truncated Parquet file": Mistake(
        parquet(timestamp=[1, 2], keep=0.6),
        "events.parquet --timestamp-unit s",
        2,
        ("events.parquet", "cut off or damaged"),
    ),
    "something else called Parquet": Mistake(
        written("e.parquet", "not at all " * 50), "e.parquet", 2, ("e.parquet", "damaged")
    ),
    "something else called CSV": Mistake(
        written("e.csv", bytes(range(256)) * 4), "e.csv", 2, ("e.csv is not text",)
    ),
    "broken NDJSON": Mistake(written("e.ndjson", "{not json\n"), "e.ndjson", 2, ("e.ndjson",)),
    "something else called Arrow": Mistake(
        written("e.arrow", "no arrow " * 20), "e.arrow", 2, ("e.arrow",)
    ),
    "a file that is not there": Mistake(
        lambda _: None, "absent.csv", 2, ("There is no file absent.csv",)
    ),
    "a format that nobody knows": Mistake(
        written("e.xlsx", "PK"), "e.xlsx", 2, ("unknown format", ".parquet")
    ),
    "a folder without events": Mistake(
        written("notes.txt", "hello"), ".", 2, ("no file of a known format",)
    ),
    "rows of which none keeps the contract": Mistake(
        written("e.csv", f"{HEADER}\n1,2,yesterday\n1,3,today\n"), "e.csv", 2, ("all 2 rows",)
    ),
    "a row alone that does not keep the contract": Mistake(
        written("e.csv", f"{HEADER}\n1,2,yesterday\n"),
        "e.csv",
        2,
        ("e.csv: its only row was rejected (row 1) for its timestamp",),
    ),
    "accounts with an unknown column": Mistake(
        lambda folder: (
            written("e.csv", GOOD)(folder),
            written("a.csv", "account,created_at,name\n1,2024-01-01T00:00:00Z,Ada\n")(folder),
        )[0],
        "e.csv --accounts a.csv",
        4,
        ("a.csv", "'name'"),
    ),
    "accounts that are not there": Mistake(
        written("e.csv", GOOD), "e.csv --accounts a.csv", 2, ("There is no file a.csv",)
    ),
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in which the newcomer works, and a configuration folder of their own."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return work


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_with_its_remedy_and_leaves_nothing_behind(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mistake = MISTAKES[name]
    mistake.make(folder)
    before = sorted(folder.rglob("*"))
    code = main(["analyze", *mistake.given.split(), "--out", "RUN", "--quiet"])
    shown = capsys.readouterr()
    assert code == mistake.code, shown.err
    assert shown.out == ""
    assert all(said in shown.err for said in mistake.said), shown.err
    assert "Traceback" not in shown.err
    assert len(shown.err.strip().splitlines()) >= 2, "a remedy stands below the problem"
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("name", MISTAKES)
def test_check_foresees_with_which_code_an_analysis_would_leave(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mistake = MISTAKES[name]
    mistake.make(folder)
    assert main(["check", *mistake.given.split(), "--quiet"]) == mistake.code
    shown = " ".join(capsys.readouterr().out.split())
    assert all(said in shown for said in mistake.said), shown


@pytest.mark.parametrize("stands", ["a folder", "a file", "a run"])
def test_what_stands_at_out_stays_as_it_is(
    stands: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written("e.csv", GOOD)(folder)
    if stands == "a file":
        (folder / "RUN").write_text("mine")
    else:
        (folder / "RUN").mkdir()
        (folder / "RUN" / "clusters.parquet").write_text("mine")
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    assert main(["analyze", "e.csv", "--out", "RUN", "--quiet"]) == 2
    assert "RUN exists already" in capsys.readouterr().err
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize("out", ["e.csv/RUN", "/proc/RUN", "/dev/null/RUN"])
def test_an_out_that_cannot_be_made_is_named(
    out: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written("e.csv", GOOD)(folder)
    for command in (["analyze", "e.csv", "--out", out], ["demo", "--out", out]):
        assert main([*command, "--quiet"]) == 2
        shown = capsys.readouterr().err
        assert "cannot be made" in shown
        assert "--out" in shown
    assert sorted(folder.rglob("*")) == [folder / "e.csv"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written("e.csv", GOOD)(folder)
    (folder / "e.csv").chmod(0)
    assert main(["analyze", "e.csv", "--out", "RUN", "--quiet"]) == 2
    assert "cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("key", "mode", "code", "said"),
    [(b"short", 0o600, 2, "is not a key"), (bytes(32), 0o644, 4, "chmod 600")],
)
def test_a_key_that_is_none_or_that_others_may_read_stops_everything(
    key: bytes, mode: int, code: int, said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written("e.csv", GOOD)(folder)
    (folder / "key").write_bytes(key)
    (folder / "key").chmod(mode)
    assert main(["analyze", "e.csv", "--out", "RUN", "--key", "key", "--quiet"]) == code
    assert said in capsys.readouterr().err
    assert not (folder / "RUN").exists()


def test_a_demo_is_not_made_where_something_stands(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "graphmeta-demo").mkdir()
    assert main(["demo"]) == 2
    assert "--out graphmeta-demo-2" in capsys.readouterr().err
    assert sorted(folder.rglob("*")) == [folder / "graphmeta-demo"]


@pytest.mark.parametrize(
    ("name", "code"), [("an unknown column", 4), ("a truncated Parquet file", 2)]
)
def test_a_newcomer_in_a_shell_sees_the_same(name: str, code: int, folder: Path) -> None:
    mistake = MISTAKES[name]
    mistake.make(folder)
    before = sorted(folder.rglob("*"))
    shown = shell(folder, "analyze", *mistake.given.split(), "--out", "RUN")
    assert shown.returncode == code
    assert shown.stdout == ""
    assert "Error: " in shown.stderr
    assert "Traceback" not in shown.stderr
    assert sorted(folder.rglob("*")) == before
