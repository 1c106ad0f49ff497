"""Who invited whom into which group, whether they were strangers, and who came."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from graphmeta.signals.base import INVITED, shaped

_DAY_S = 86_400
#: An invitation is followed where the invited account joins within this.
JOINS_WITHIN_S = 3 * _DAY_S
#: Whoever wrote to a stranger and invites within this invites a stranger.
STRANGER_FOR_S = 3 * _DAY_S


def invitations(
    events: pl.LazyFrame, strangers: pl.DataFrame, since: int, fold: NDArray[np.int8]
) -> pl.DataFrame:
    """Return the first invitation of every account by another into a group, once judged.

    Args:
        events: A store's events.
        strangers: Stranger contacts, columns sender, recipient, time.
        since: Seconds at which judging began.
        fold: Fold of every entity.

    Returns:
        Columns ``INVITED``, in order of time, sender, recipient and group.
    """
    sent = (
        events.filter(
            (pl.col("kind") == "invite")
            & pl.col("group").is_not_null()
            & (pl.col("time") >= since)
            & (pl.col("sender") != pl.col("recipient"))
        )
        .group_by("sender", "recipient", "group")
        .agg(pl.col("time").min())
        .collect()
    )
    came = (
        events.filter(pl.col("kind") == "join")
        .group_by(group=pl.col("recipient"), recipient=pl.col("sender"))
        .agg(joined=pl.col("time").min())
        .collect()
    )
    followed = (pl.col("joined") > pl.col("time")) & (
        pl.col("joined") <= pl.col("time") + JOINS_WITHIN_S
    )
    met = strangers.select("sender", "recipient", met="time")
    rows = (
        sent.join(came, on=["recipient", "group"], how="left")
        .join(met, on=["sender", "recipient"], how="left")
        .sort("time", "sender", "recipient", "group")
        .with_columns(
            joined=pl.when(followed).then("joined"),
            stranger=(pl.col("time") <= pl.col("met") + STRANGER_FOR_S).fill_null(False),
        )
    )
    of_recipient = pl.Series(fold)[rows["recipient"].cast(pl.Int64)]
    return shaped(rows.with_columns(recipient_fold=of_recipient), INVITED)
