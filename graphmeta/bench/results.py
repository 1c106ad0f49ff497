"""Results on disk: one JSON file, and one page for people."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graphmeta.bench.running import FORMAT
from graphmeta.errors import InputError, UsageError

RESULTS = "results.json"
REPORT = "report.html"


def claim(out: Path) -> Path:
    """Make the partial folder of new results and return it.

    Raises:
        UsageError: Something stands at ``out``, another run is writing there, or its parent
            cannot be written.
    """
    if out.exists():
        raise UsageError(f"{out} exists already.", "Name another folder with --out.")
    partial = out.with_name(out.name + ".partial")
    if partial.exists():
        raise UsageError(
            f"{partial} exists already: a benchmark is writing there, or was killed.",
            "Wait for it, or delete that folder if no benchmark is running.",
        )
    try:
        partial.mkdir(parents=True)
    except OSError as error:
        raise UsageError(
            f"{partial} cannot be made: {error.strerror}.",
            "Name a folder where you may write with --out.",
        ) from error
    return partial


def publish(results: Mapping[str, Any], page: str, partial: Path, out: Path) -> None:
    """Write results and page into the partial folder and turn it into ``out`` in one step."""
    text = json.dumps(results, indent=1, allow_nan=False) + "\n"
    (partial / RESULTS).write_text(text, encoding="utf-8")
    (partial / REPORT).write_text(page, encoding="utf-8")
    partial.rename(out)


def discard(partial: Path) -> None:
    """Remove what an unfinished benchmark had written."""
    shutil.rmtree(partial, ignore_errors=True)


def read(path: Path) -> dict[str, Any]:
    """Read results from a file, or from the folder that holds it.

    Raises:
        InputError: There are none, or they are of another format.
    """
    file = path / RESULTS if path.is_dir() else path
    try:
        results = json.loads(file.read_text(encoding="utf-8"))
        written = results["format"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(
            f"{file} cannot be read as results of a benchmark.",
            "Name a folder that `graphmeta bench run` wrote, or the results.json in it.",
        ) from error
    if written != FORMAT:
        raise InputError(
            f"{file} is of format {written}; this version reads format {FORMAT}.",
            "Run the suite again with this version.",
        )
    return dict(results)
