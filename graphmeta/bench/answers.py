"""Answers on their way from a detector to the measures: checked, written, read.

A detector that answers nonsense has failed, and is reported so; nothing of its answer is mended.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from graphmeta.bench.detector import GROUPS, MEMBERS, SCORES, Answer
from graphmeta.errors import InputError


def checked(answer: Answer) -> Answer:
    """Return an answer with exactly the columns and types that detectors are to give.

    Raises:
        InputError: A column is missing, a value is missing or not finite, or a row stands twice.
    """
    scores = _frame("scores", answer.scores, SCORES, ["account"])
    if (answer.groups is None) != (answer.members is None):
        raise InputError(
            "The answer has groups without members, or members without groups.",
            "Give both, or neither.",
        )
    if answer.groups is None or answer.members is None:
        return Answer(scores)
    groups = _frame("groups", answer.groups, GROUPS, ["cluster_id"])
    members = _frame("members", answer.members, MEMBERS, ["cluster_id", "account"])
    lost = members.join(groups, on="cluster_id", how="anti").height
    if lost:
        raise InputError(
            f"{lost} members belong to clusters that are not among the groups.",
            "Give every cluster a row in groups.",
        )
    return Answer(scores, groups, members)


def write(answer: Answer, folder: Path) -> None:
    """Write a checked answer into a folder that exists."""
    answer.scores.write_parquet(folder / "scores.parquet")
    if answer.groups is not None and answer.members is not None:
        answer.groups.write_parquet(folder / "groups.parquet")
        answer.members.write_parquet(folder / "members.parquet")


def read(folder: Path) -> Answer:
    """Read an answer that ``write`` wrote."""
    scores = pl.read_parquet(folder / "scores.parquet")
    if not (folder / "groups.parquet").exists():
        return Answer(scores)
    return Answer(
        scores,
        pl.read_parquet(folder / "groups.parquet"),
        pl.read_parquet(folder / "members.parquet"),
    )


def _frame(name: str, frame: pl.DataFrame, schema: pl.Schema, key: list[str]) -> pl.DataFrame:
    """Return a frame in a schema, or say what is wrong with it."""
    absent = [column for column in schema if column not in frame.columns]
    if absent:
        raise InputError(
            f"The answer's {name} lack the column {absent[0]!r}.",
            f"Give the columns {', '.join(schema)}.",
        )
    try:
        cast = frame.select(pl.col(column).cast(kind) for column, kind in schema.items())
    except pl.exceptions.PolarsError as error:
        raise InputError(
            f"The answer's {name} hold values of another type.",
            ", ".join(f"{column}: {kind}" for column, kind in schema.items()) + ".",
        ) from error
    for column, kind in schema.items():
        missing = cast[column].null_count()
        if kind == pl.Float64:
            missing = cast.height - int(cast[column].is_finite().sum())
        if missing:
            raise InputError(
                f"{missing} of {cast.height} values of {column!r} in the answer's {name} are "
                "missing or not finite.",
                "Give a number for every row, or leave the row out.",
            )
    twice = cast.height - cast.select(key).unique().height
    if twice:
        raise InputError(
            f"{twice} rows of the answer's {name} repeat another's {' and '.join(key)}.",
            "Give every one a single row.",
        )
    return cast
