"""Which rows of the queue are shown, and what is said of each?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from graphmeta.cases.standing import Standing
from graphmeta.cases.tables import VERDICTS
from graphmeta.workbench import blind
from graphmeta.workbench.desk import Desk
from graphmeta.workbench.listing.asked import Asked
from graphmeta.workbench.listing.rows import Rows
from graphmeta.workbench.reviews import Standings

PAGE_ROWS = 50
Keys = Collection[tuple[str, str]]


@dataclass(frozen=True)
class Chosen:
    """One page of the queue.

    Args:
        rows: What is shown: the columns of ``Rows.frame``, ``standing`` (or None), ``drawn``,
            ``hidden`` (whether scores are), ``name`` (the id, or what hides it) and ``key``
            (what links name the cluster by).
        found: How many clusters there are in all, with these filters.
        flagged: How many of them are flagged.
        judged: How many of them somebody judged.
        page: The page.
        pages: How many pages there are.
    """

    rows: list[dict[str, Any]]
    found: int
    flagged: int
    judged: int
    page: int
    pages: int


def choose(desk: Desk, rows: Rows, asked: Asked, user: str, *, is_blind: bool) -> Chosen:
    """Return the page that is asked for; the last one, where it would be beyond.

    Args:
        desk: The runs and their reviews.
        rows: The rows of the runs.
        asked: Filters, order and page.
        user: Who asks.
        is_blind: Whether scores are hidden until that user has judged.
    """
    standings = desk.reviews.seen_by(user)
    drawn = {run.id: desk.reviews.drawn(run) for run in desk.runs}
    fits = _fits(rows, asked)
    if asked.review:
        fits &= _reviewed(rows, asked.review, standings, drawn, user)
    order = rows.order(asked.column, falling=asked.falling, equal=asked.equal)
    found = order.filter(fits.gather(order))
    pages = max(1, -(-len(found) // PAGE_ROWS))
    page = min(asked.page, pages)
    shown = rows.frame[found.slice(PAGE_ROWS * (page - 1), PAGE_ROWS)]
    return Chosen(
        rows=[
            _told(row, standings.get((row["run"], row["cluster_id"])), drawn, user, is_blind)
            for row in shown.iter_rows(named=True)
        ],
        found=len(found),
        flagged=int((fits & rows.frame["flagged"]).sum()),
        judged=int((fits & _at(rows, standings)).sum()),
        page=page,
        pages=pages,
    )


def _told(
    row: dict[str, Any],
    standing: Standing | None,
    drawn: Mapping[str, frozenset[str]],
    user: str,
    is_blind: bool,
) -> dict[str, Any]:
    hidden = is_blind and (standing is None or user not in standing.reviewers)
    return {
        **row,
        "standing": standing,
        "drawn": row["cluster_id"] in drawn[row["run"]],
        "hidden": hidden,
        "name": blind.shown(row["alias"]) if hidden else row["cluster_id"],
        "key": row["alias"] if hidden else row["cluster_id"],
    }


def _fits(rows: Rows, asked: Asked) -> pl.Series:
    """Tell of each row whether it fits what is asked of the cluster itself."""
    conditions = [pl.repeat(True, pl.len(), dtype=pl.Boolean)]
    conditions += [
        pl.col(name) == getattr(asked, name)
        for name in ("run", "status", "behaviour")
        if getattr(asked, name)
    ]
    if asked.flagged:
        conditions.append(pl.col("flagged") == (asked.flagged == "yes"))
    if asked.layer:
        conditions.append(pl.col("layers").list.contains(asked.layer))
    if asked.find:
        name = pl.col("cluster_id").str.to_lowercase()
        conditions.append(name.str.contains(asked.find.lower(), literal=True))
    return rows.frame.select(pl.all_horizontal(conditions).fill_null(False)).to_series()


def _reviewed(
    rows: Rows,
    review: str,
    standings: Standings,
    drawn: Mapping[str, frozenset[str]],
    user: str,
) -> pl.Series:
    """Tell of each row whether its review is as far as that."""
    if review == "open":
        return ~_at(rows, standings)
    if review == "drawn":
        keys = [(run, cluster) for run, clusters in drawn.items() for cluster in clusters]
        return _at(rows, keys) & ~_at(rows, standings)
    return _at(rows, [key for key, one in standings.items() if _is(one, review, user)])


def _is(one: Standing, review: str, user: str) -> bool:
    if review in VERDICTS:
        return one.verdict == review
    return {
        "judged": True,
        "waiting": one.waiting,
        "disputed": one.disputed,
        "mine": user in one.reviewers,
    }[review]


def _at(rows: Rows, keys: Keys) -> pl.Series:
    """Tell of each row whether it is of one of these clusters."""
    places = [place for key in keys if (place := rows.places.get(key)) is not None]
    there = pl.repeat(False, rows.frame.height, dtype=pl.Boolean, eager=True)
    return there.scatter(places, True) if places else there
