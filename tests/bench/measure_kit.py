"""Small truths and answers, written by hand, for the tests of the measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import polars as pl

from graphmeta.bench.detector import GROUPS, MEMBERS, SCORES, Answer
from graphmeta.bench.worlds import Truth

START = datetime(2024, 1, 1, tzinfo=UTC)


def truth(
    accounts: Sequence[str],
    planted: Mapping[str, Sequence[str]],
    lookalikes: Mapping[str, Sequence[str]] | None = None,
    contacted: Sequence[str] = (),
) -> Truth:
    """Return a truth: accounts by campaign, and by kind of look-alike."""
    return Truth(
        accounts=pl.Series("account", sorted(accounts), dtype=pl.String),
        planted=pl.DataFrame(
            [(each, name, "actor") for name, part in planted.items() for each in part],
            schema={"account": pl.String, "campaign": pl.String, "role": pl.String},
            orient="row",
        ),
        lookalikes=pl.DataFrame(
            [(each, kind) for kind, part in (lookalikes or {}).items() for each in part],
            schema={"account": pl.String, "kind": pl.String},
            orient="row",
        ),
        contacted=pl.Series("recipient", contacted, dtype=pl.String),
        approaches=pl.DataFrame(
            schema={
                "campaign": pl.String,
                "sender": pl.String,
                "recipient": pl.String,
                "time": pl.Datetime("us", "UTC"),
            }
        ),
    )


def scores(by_account: Mapping[str, float]) -> pl.DataFrame:
    """Return scores as a detector gives them."""
    return pl.DataFrame(list(by_account.items()), schema=SCORES, orient="row")


def answer(clusters: Mapping[str, tuple[bool, float, Sequence[str]]]) -> Answer:
    """Return an answer of clusters: flagged, risk, accounts."""
    groups = [(name, flagged, risk) for name, (flagged, risk, _) in clusters.items()]
    members = [(name, each) for name, (_, _, part) in clusters.items() for each in part]
    return Answer(
        scores({}),
        pl.DataFrame(groups, schema=GROUPS, orient="row"),
        pl.DataFrame(members, schema=MEMBERS, orient="row"),
    )
