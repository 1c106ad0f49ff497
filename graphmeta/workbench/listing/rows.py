"""Which rows has the queue of all served runs?

One frame for all clusters, kept in memory as long as the runs stay as they are. Reviews are joined
to it where they are asked for: they change all the time.
"""

from __future__ import annotations

import polars as pl

from graphmeta.report import summary
from graphmeta.run import RunFolder
from graphmeta.workbench import blind
from graphmeta.workbench.desk import Desk
from graphmeta.workbench.served import ServedRun


def rows(desk: Desk) -> pl.DataFrame:
    """Return one row per cluster of every run, by run, highest risk first.

    Returns:
        The columns of ``report.summary.queue_frame``, then ``run`` (its id), ``alias`` (the name
        that hides the cluster's) and ``place`` (a number of its own for each row, rising with risk
        falling within a run).
    """
    return pl.concat([_rows(run) for run in desk.runs]).with_row_index("place")


def _rows(run: ServedRun) -> pl.DataFrame:
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
