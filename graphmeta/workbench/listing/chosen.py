"""Which rows of the queue are shown, and what is said of each?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from graphmeta.cases.standing import Standing
from graphmeta.cases.tables import VERDICTS
from graphmeta.workbench import blind
from graphmeta.workbench.desk import Desk
from graphmeta.workbench.listing.asked import Asked
from graphmeta.workbench.reviews import Standings

PAGE_ROWS = 50


@dataclass(frozen=True)
class Chosen:
    """One page of the queue.

    Args:
        rows: What is shown: the columns of ``listing.rows``, ``standing`` (or None), ``drawn``,
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


def choose(desk: Desk, rows: pl.DataFrame, asked: Asked, user: str, *, is_blind: bool) -> Chosen:
    """Return the page that is asked for; the last one, where it would be beyond.

    Args:
        desk: The runs and their reviews.
        rows: The rows of ``listing.rows``.
        asked: Filters, order and page.
        user: Who asks.
        is_blind: Whether scores are hidden until that user has judged.
    """
    standings = desk.reviews.seen_by(user)
    found = _found(desk, rows, asked, standings, user)
    pages = max(1, -(-found.height // PAGE_ROWS))
    page = min(asked.page, pages)
    drawn = {run.id: desk.reviews.drawn(run) for run in desk.runs}
    judged = found.join(_keys(standings), on=["run", "cluster_id"], how="semi").height
    return Chosen(
        rows=[
            _told(row, standings.get((row["run"], row["cluster_id"])), drawn, user, is_blind)
            for row in _page(found, asked, page).iter_rows(named=True)
        ],
        found=found.height,
        flagged=int(found["flagged"].sum()),
        judged=judged,
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


def _found(
    desk: Desk, rows: pl.DataFrame, asked: Asked, standings: Standings, user: str
) -> pl.DataFrame:
    conditions = [
        pl.col(name) == getattr(asked, name)
        for name in ("run", "status", "behaviour")
        if getattr(asked, name)
    ]
    if asked.flagged:
        conditions.append(pl.col("flagged") == (asked.flagged == "yes"))
    if asked.layer:
        conditions.append(pl.col("layers").list.contains(asked.layer))
    if asked.find:
        conditions.append(
            pl.col("cluster_id").str.to_lowercase().str.contains(asked.find.lower(), literal=True)
        )
    found = rows.filter(conditions) if conditions else rows
    return _reviewed(desk, found, asked.review, standings, user) if asked.review else found


def _reviewed(
    desk: Desk, rows: pl.DataFrame, review: str, standings: Standings, user: str
) -> pl.DataFrame:
    """Return the rows whose review is as far as that."""
    key = ["run", "cluster_id"]
    if review == "open":
        return rows.join(_keys(standings), on=key, how="anti")
    if review == "drawn":
        drawn = [(run.id, one) for run in desk.runs for one in sorted(desk.reviews.drawn(run))]
        found = rows.join(_frame(drawn), on=key, how="semi")
        return found.join(_keys(standings), on=key, how="anti")
    fitting = [name for name, one in standings.items() if _fits(one, review, user)]
    return rows.join(_frame(fitting), on=key, how="semi")


def _fits(one: Standing, review: str, user: str) -> bool:
    if review in VERDICTS:
        return one.verdict == review
    return {
        "judged": True,
        "waiting": one.waiting,
        "disputed": one.disputed,
        "mine": user in one.reviewers,
    }[review]


def _keys(standings: Standings) -> pl.DataFrame:
    return _frame(list(standings))


def _frame(keys: list[tuple[str, str]]) -> pl.DataFrame:
    schema = {"run": pl.String, "cluster_id": pl.String}
    return pl.DataFrame(keys, schema=schema, orient="row")


def _page(rows: pl.DataFrame, asked: Asked, page: int) -> pl.DataFrame:
    """Return the rows of one page. All are put in order, and only these are picked out."""
    by = list(dict.fromkeys([asked.column, asked.equal]))
    falling = [asked.falling, False][: len(by)]
    order = rows.select(pl.arg_sort_by(by, descending=falling, nulls_last=True)).to_series()
    return rows[order.slice(PAGE_ROWS * (page - 1), PAGE_ROWS)]
