"""What did clusters look like before accounts of theirs were closed, and after?

Clusters of two runs are matched as everywhere (:mod:`graphmeta.report.difference`), and those are
told in which the platform had closed a larger share of the accounts by the later run than by the
earlier one. Beside it stand the scores of both. A score that falls without the closed accounts is
what one hopes for; one that stays tells that others do the same work.

It misleads easily. A run holds no dates of closing and no account's state: the share that the
platform closed is one of its measurements (``banned``), pulled towards what is usual where accounts
are few, so a small rise may be none. It needs an accounts file with ``closed_at`` and ``closed_by``
at both analyses. Which account was closed, and whether that is why a score changed, no run can say.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from graphmeta.report.difference import compare
from graphmeta.run import RunFolder

#: The measurement: the share of a cluster's accounts that the platform closed.
_CLOSED = "banned"
#: A rise of the share below this may be the pull towards what is usual, and is not told.
_LEAST_RISE = 0.02
_SCORES = ("risk", "spam", "recruitment")


@dataclass(frozen=True)
class Closing:
    """Clusters of which the platform closed accounts between two runs.

    Args:
        told: Whether both runs know anything of closed accounts. Where not, ``clusters`` is empty
            and says nothing.
        clusters: ``old``, ``new`` (names), ``closed_old``, ``closed_new`` (shares), then
            ``NAME_old`` and ``NAME_new`` for risk, spam, recruitment, flagged and actors; the
            largest rise first.
    """

    told: bool
    clusters: pl.DataFrame


def before_and_after(old: RunFolder, new: RunFolder) -> Closing:
    """Compare the scores of clusters in two runs between which accounts of theirs were closed.

    Raises:
        PrivacyRefusalError: The runs' pseudonyms must not be linked.
        RunError: A table cannot be read.
    """
    shares = {side: _closed(run) for side, run in (("old", old), ("new", new))}
    matched = compare(old, new).clusters.drop_nulls(["old", "new"])
    for side, share in shares.items():
        matched = matched.join(
            share.rename({"cluster_id": side, "closed": f"closed_{side}"}), on=side, how="left"
        )
    rise = pl.col("closed_new") - pl.col("closed_old")
    columns = [f"{name}_{side}" for name in (*_SCORES, "flagged", "actors") for side in shares]
    clusters = (
        matched.filter(rise >= _LEAST_RISE)
        .sort(rise, "new", descending=[True, False])
        .select("old", "new", "closed_old", "closed_new", *columns)
    )
    return Closing(all(share.height > 0 for share in shares.values()), clusters)


def _closed(run: RunFolder) -> pl.DataFrame:
    """Return the share of each cluster's accounts that the platform closed: cluster_id, closed."""
    return (
        run.table("evidence")
        .filter(pl.col("term") == _CLOSED)
        .group_by("cluster_id")
        .agg(closed=pl.col("observed").first())
    )
