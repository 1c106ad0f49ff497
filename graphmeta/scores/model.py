"""The trained scores, as plain data: what each measurement counts, and how look-alikes score.

``weights.json`` is made by ``benchmarks/train_scores.py`` on synthetic worlds. It holds numbers and
names, nothing that is executed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import polars as pl

from graphmeta.scores.calibrate import Calibration
from graphmeta.scores.terms import LOOK_ALIKE_TERMS, Term, log_ratio

#: A look-alike is rejected where it scores as high in at most this share of its appearances.
REJECTED_AT = 0.01

_TERMS = {term.signal: term for term in LOOK_ALIKE_TERMS}


@dataclass(frozen=True)
class Weight:
    """What one measurement counts.

    Args:
        term: The measurement, its direction and its bounds.
        above: Log-odds per e-fold above what is usual.
        below: The same below it.
    """

    term: Term
    above: float
    below: float


@dataclass(frozen=True)
class Score:
    """One additive score: a constant and what each measurement adds."""

    name: str
    constant: float
    weights: tuple[Weight, ...]


@dataclass(frozen=True)
class LookAlike:
    """One kind of look-alike: a score that tells campaigns from it, and how it scores itself.

    Args:
        score: The higher, the less a cluster resembles the kind.
        appearances: In how many worlds the kind appeared.
        highest: Its highest scores, falling, each by a model that had not seen that world.
    """

    score: Score
    appearances: int
    highest: tuple[float, ...]


@dataclass(frozen=True)
class Model:
    """Everything that was trained: the scores, the kinds of look-alikes, and the curve of risk."""

    scores: tuple[Score, ...]
    look_alikes: tuple[LookAlike, ...]
    risk: Calibration


@cache
def trained() -> Model:
    """Return what comes with the package."""
    text = resources.files(__package__).joinpath("weights.json").read_text(encoding="utf-8")
    return read(json.loads(text))


@cache
def fingerprint() -> str:
    """Return sixteen digits that name the trained scores: a curve is for these, and no others."""
    text = resources.files(__package__).joinpath("weights.json").read_text(encoding="utf-8")
    data = json.loads(text)
    counted = json.dumps({name: data[name] for name in ("scores", "look_alikes")}, sort_keys=True)
    return hashlib.sha256(counted.encode()).hexdigest()[:16]


def read(data: Mapping[str, Any]) -> Model:
    """Return a model from plain data."""
    return Model(
        scores=tuple(_score(each) for each in data["scores"]),
        look_alikes=tuple(
            LookAlike(_score(each), each["appearances"], tuple(each["highest"]))
            for each in data["look_alikes"]
        ),
        risk=Calibration(data["risk"]["constant"], data["risk"]["slope"]),
    )


def contributions(measured: pl.DataFrame, scores: Sequence[Score]) -> pl.DataFrame:
    """Return the log-odds that every measurement adds to every score that has a term for it.

    Args:
        measured: Columns group, signal, value, expected.
        scores: By different names.

    Returns:
        Columns group, score, signal, value, expected, contribution.
    """
    terms = pl.DataFrame(
        [
            (score.name, each.term.signal, *each.term.scale(), each.above, each.below)
            for score in scores
            for each in score.weights
        ],
        schema={
            "score": pl.String(),
            "signal": pl.String(),
            **dict.fromkeys(("floor", "bound", "usual", "above", "below"), pl.Float64()),
        },
        orient="row",
    )
    ratio = log_ratio(*map(pl.col, ("value", "expected", "floor", "bound", "usual")))
    more, less = ratio.clip(lower_bound=0.0), ratio.clip(upper_bound=0.0)
    return measured.join(terms, on="signal").select(
        "group",
        "score",
        "signal",
        "value",
        "expected",
        contribution=pl.col("above") * more + pl.col("below") * less,
    )


def _score(data: Mapping[str, Any]) -> Score:
    weights = [
        Weight(_TERMS[signal], above, below) for signal, (above, below) in data["terms"].items()
    ]
    return Score(data["name"], data["constant"], tuple(weights))
