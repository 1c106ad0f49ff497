"""Is what the page about synthetic worlds says of files and columns what is written?"""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import polars as pl

from graphmeta.synthetic import Plan, synthesise
from graphmeta.synthetic.folder import ROWS_PER_FILE

PAGE = files("graphmeta").joinpath("docs/worlds.md").read_text(encoding="utf-8")


def test_the_page_names_every_file_and_column_and_no_other(tmp_path: Path) -> None:
    rows = re.findall(r"^\| `([a-z0-9/.-]+\.parquet)`[^|]*\|[^|]*\| (.+) \|$", PAGE, re.MULTILINE)
    said = {file: re.findall(r"`(\w+)`", columns) for file, columns in rows}
    synthesise(Plan(200, 10, ("tiny",), ("courier",)), tmp_path / "world")
    written = {
        str(path.relative_to(tmp_path / "world")): list(pl.read_parquet_schema(path))
        for path in (tmp_path / "world").rglob("*.parquet")
    }
    assert said == written


def test_the_page_says_how_many_rows_a_file_has() -> None:
    assert f"{ROWS_PER_FILE:,} rows" in PAGE
