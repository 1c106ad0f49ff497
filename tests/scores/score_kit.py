"""What tests of scores share: measurements in a line, and a model whose numbers nobody trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from graphmeta.scores.model import Model, Weight, read
from graphmeta.scores.terms import RECRUITMENT_TERMS, SPAM_TERMS, Term

#: What was measured of one group: per signal the value and what is usual.
Values = Mapping[str, tuple[float, float]]


def measured(values: Values, group: int = 0) -> pl.DataFrame:
    rows = [(group, signal, value, usual) for signal, (value, usual) in values.items()]
    schema = {
        "group": pl.UInt32,
        "signal": pl.String,
        "value": pl.Float64,
        "expected": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def numbers(*groups: int) -> pl.Series:
    return pl.Series("group", groups, dtype=pl.UInt32)


def slopes(terms: tuple[Term, ...], steep: float) -> dict[str, list[float]]:
    """Return slopes that differ from term to term, each in the term's direction."""
    return {
        term.signal: [term.sign * steep * (1 + at % 3) / 2, term.sign * steep * (1 + at % 4) / 3]
        for at, term in enumerate(terms)
    }


def look_alike(
    name: str, terms: dict[str, list[float]], highest: list[float], appearances: int
) -> dict[str, Any]:
    """Return a kind of look-alike as plain data."""
    return {
        "name": name,
        "constant": 0.0,
        "terms": terms,
        "appearances": appearances,
        "highest": highest,
    }


def plain_data(*look_alikes: dict[str, Any], constant: float = -1.0) -> dict[str, Any]:
    """Return a model as plain data, with every term of both scores."""
    return {
        "scores": [
            {"name": "spam", "constant": constant, "terms": slopes(SPAM_TERMS, 0.6)},
            {"name": "recruitment", "constant": constant, "terms": slopes(RECRUITMENT_TERMS, 0.4)},
        ],
        "look_alikes": list(look_alikes),
        "risk": {"constant": 0.0, "slope": 1.0},
    }


def some_model(*look_alikes: dict[str, Any], constant: float = -1.0) -> Model:
    return read(plain_data(*look_alikes, constant=constant))


def weights_of(model: Model) -> list[tuple[str, Weight]]:
    """Return every weight of both scores with the score's name."""
    return [(score.name, weight) for score in model.scores for weight in score.weights]
