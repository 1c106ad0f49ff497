"""Which rows has the queue of all served runs, and in which orders can they stand?

One frame for all clusters, kept in memory as long as the runs stay as they are, with every order
that was asked for. A page then picks its rows out: no column of a hundred thousand is sorted or
copied for fifty. Reviews are no part of it: they change all the time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from graphmeta.report import summary
from graphmeta.run import RunFolder
from graphmeta.workbench import blind
from graphmeta.workbench.desk import Desk
from graphmeta.workbench.served import ServedRun

_KEPT = "queue"


@dataclass
class Rows:
    """One row per cluster of every run, by run, highest risk first.

    Args:
        parts: The rows of each run.
    """

    parts: tuple[pl.DataFrame, ...]
    _orders: dict[tuple[str, bool, str], pl.Series] = field(default_factory=dict)

    @cached_property
    def frame(self) -> pl.DataFrame:
        """All rows.

        The columns of ``report.summary.queue_frame``, then ``alias`` (the name that hides the
        cluster's), ``run`` (its id) and ``place`` (where the row stands).
        """
        return pl.concat(self.parts).with_columns(place=pl.int_range(pl.len(), dtype=pl.UInt32))

    @cached_property
    def places(self) -> dict[tuple[str, str], int]:
        """Where the row of each cluster stands, by run and cluster."""
        keys = zip(self.frame["run"], self.frame["cluster_id"], strict=True)
        return {key: place for place, key in enumerate(keys)}

    def order(self, column: str, *, falling: bool, equal: str) -> pl.Series:
        """Return the places of all rows in an order.

        Args:
            column: By which column; rows without a value come last.
            falling: Whether the largest comes first.
            equal: By which column rows stand that are equal in it.
        """
        key = column, falling, equal
        if key not in self._orders:
            by = pl.arg_sort_by(column, equal, descending=[falling, False], nulls_last=True)
            self._orders[key] = self.frame.select(by).to_series()
        return self._orders[key]


def rows(desk: Desk) -> Rows:
    """Return the rows of the runs as they stand now.

    Raises:
        RunError: A run has expired, is gone, or a table of it cannot be read.
    """
    parts = tuple(_part(run) for run in desk.runs)
    kept = desk.kept.get(_KEPT)
    if isinstance(kept, Rows) and all(
        one is other for one, other in zip(kept.parts, parts, strict=True)
    ):
        return kept
    made = desk.kept[_KEPT] = Rows(parts)
    return made


def _part(run: ServedRun) -> pl.DataFrame:
    return run.keep("rows", lambda folder: _made(run, folder))


def _made(run: ServedRun, folder: RunFolder) -> pl.DataFrame:
    names = blind.aliases(run)
    frame = summary.queue_frame(folder)
    alias = pl.Series("alias", [names[one] for one in frame["cluster_id"]], dtype=pl.String)
    return frame.with_columns(alias, run=pl.lit(run.id))


def layers(desk: Desk) -> list[str]:
    """Return the layers in which clusters of the desk were found, by name."""
    found: set[str] = set()
    for run in desk.runs:
        found |= run.keep("layers", _layers)
    return sorted(found)


def _layers(folder: RunFolder) -> set[str]:
    return set(folder.table("clusters")["layers"].explode(empty_as_null=False).drop_nulls())
