"""Which detectors are there, and how does a user's own one join?

A detector is named on the command line by

- a name from ``DETECTORS``;
- ``package.module:function``, a function that takes a :class:`Problem` and returns an
  :class:`Answer`, or any frame with the columns account and score;
- a CSV file with the columns account and score, and world where there are several.

``NAME=`` before either of the last two says how tables are to call it.
"""

from __future__ import annotations

import csv
import importlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from graphmeta.bench.baselines.fanout_silence import FanoutSilence
from graphmeta.bench.baselines.isolation_forest import IsolationForest
from graphmeta.bench.baselines.volume import Volume
from graphmeta.bench.detector import SCORES, Answer, Detector, Problem
from graphmeta.bench.own import Graphmeta
from graphmeta.bench.peers import PEERS
from graphmeta.errors import UsageError

#: All that come with graphmeta, in the order of tables. A new one is a file and a line here; a
#: published method is a line in ``PEERS``.
DETECTORS: tuple[Detector, ...] = (
    Graphmeta(),
    Volume(),
    FanoutSilence(),
    IsolationForest(),
    *PEERS,
)


@dataclass(frozen=True)
class Function:
    """A user's function as a detector.

    Args:
        name: The name that tables carry.
        call: Takes a problem; returns an answer, or what ``polars.DataFrame`` makes a frame of.
    """

    name: str
    call: Callable[[Problem], Any]

    def detect(self, problem: Problem) -> Answer:
        """Call it."""
        said = self.call(problem)
        return said if isinstance(said, Answer) else Answer(pl.DataFrame(said))


@dataclass(frozen=True)
class ScoresFile:
    """Scores that were made elsewhere, from worlds kept with ``--worlds``.

    Args:
        name: The name that tables carry.
        path: A CSV file with the columns account, score and, for several worlds, world.
    """

    name: str
    path: Path

    def answer(self, world: str) -> Answer:
        """Return the scores of one world.

        Raises:
            UsageError: The file cannot be read as scores.
        """
        try:
            read = pl.read_csv(
                self.path, schema_overrides={"account": pl.String, "world": pl.String}
            )
            if "world" in read.columns:
                read = read.filter(pl.col("world") == world)
            return Answer(read.select(pl.col(name).cast(kind) for name, kind in SCORES.items()))
        except (OSError, pl.exceptions.PolarsError) as error:
            raise UsageError(
                f"{self.path} cannot be read as scores.",
                "It needs the columns account and score, a number in every row.",
            ) from error

    def names_worlds(self) -> bool:
        """Tell whether the file says which world each row is about."""
        with self.path.open(encoding="utf-8", newline="") as file:
            return "world" in next(csv.reader(file), [])


def load(spec: str) -> Detector:
    """Return the detector that a name or ``package.module:function`` stands for.

    Raises:
        UsageError: There is none.
    """
    name, _, place = spec.rpartition("=")
    for known in DETECTORS:
        if known.name == place and not name:
            return known
    module, _, function = place.partition(":")
    if not function:
        raise UsageError(
            f"There is no detector {place!r}.",
            "Known: " + ", ".join(each.name for each in DETECTORS) + ". Or name a function as "
            "package.module:function, or a CSV file of scores.",
        )
    # A script's path, unlike that of python -m, lacks the folder that one stands in.
    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))
    try:
        call = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise UsageError(
            f"The detector {place!r} cannot be loaded: {error}.",
            "Name a function of an installed module, or of one in this folder.",
        ) from error
    return Function(name or function, call)


def parse(specs: Sequence[str]) -> list[str | ScoresFile]:
    """Check what names detectors, before anything runs; files of scores become objects.

    Raises:
        UsageError: A detector is unknown, a file is absent, or two have the same name.
    """
    parsed: list[str | ScoresFile] = []
    for spec in specs:
        name, _, place = spec.rpartition("=")
        if place.endswith(".csv"):
            path = Path(place)
            if not path.is_file():
                raise UsageError(f"There is no file {place}.", "Name a CSV of account and score.")
            parsed.append(ScoresFile(name or path.stem, path))
        else:
            load(spec)
            parsed.append(spec)
    names = [name_of(each) for each in parsed]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(
                f"Two detectors are called {name!r}.", "Call one otherwise: --detector NAME=..."
            )
    return parsed


def name_of(detector: str | ScoresFile | Detector) -> str:
    """Return the name that tables carry."""
    return load(detector).name if isinstance(detector, str) else detector.name
