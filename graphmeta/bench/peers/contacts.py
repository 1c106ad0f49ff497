"""What do published methods get to see of a world: who began to contact whom, and when?

Their papers speak of reviewers and products, users and posts, accounts and links. Here the one
who acts is the account that writes, and the object it acts on is whom it writes to or the moment
at which it does. First contacts are plain ones: no notion of strangers or circles, which are
ours, goes in. It misleads where data begin: everybody's friends look new then, so methods may
also be given the later first contacts alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

#: ``contacts``: each directed pair once, when it first had an event. ``first_contacts``: each
#: pair once, by whoever wrote first. ``later_first_contacts``: those that do not fall into the
#: first quarter of the data, of which most are old ties.
Form = Literal["contacts", "first_contacts", "later_first_contacts"]
#: What two accounts can have in common: whom they wrote to, at all or on the same UTC day, or a
#: moment at which they wrote to anybody.
Objects = Literal["target", "target_and_day", "minute", "ten_minutes", "hour", "six_hours"]

_WIDTHS: dict[Objects, str] = {
    "minute": "1m",
    "ten_minutes": "10m",
    "hour": "1h",
    "six_hours": "6h",
}


@dataclass(frozen=True)
class Incidence:
    """Which account acted on which object.

    Args:
        accounts: Names, sorted, one per row of ``matrix``.
        matrix: Ones, shape (accounts, objects), every object acted on at least once.
    """

    accounts: pl.Series
    matrix: csr_matrix


def reaching(events: Path) -> pl.LazyFrame:
    """Return the events with which one account reaches another outside groups."""
    kind = pl.col("kind").cast(pl.String)
    outside = pl.col("group").is_null() & kind.is_in(["message", "call"])
    return (
        pl.scan_parquet(events / "*.parquet")
        .filter(outside | (kind == "invite"), pl.col("sender") != pl.col("recipient"))
        .select("sender", "recipient", "timestamp")
    )


def contacts(events: Path, form: Form) -> pl.DataFrame:
    """Return one row per contact: sender, recipient, time (of its first event), in order of time.

    Args:
        events: Folder of Parquet files that satisfy the event contract.
        form: Which contacts.
    """
    pairs = (
        reaching(events)
        .group_by("sender", "recipient")
        .agg(time=pl.col("timestamp").min())
        .collect()
    )
    if form != "contacts":
        back = pairs.select(sender="recipient", recipient="sender", back="time")
        met = pairs.join(back, on=["sender", "recipient"], how="left")
        begun = pl.col("back").is_null() | (pl.col("time") < pl.col("back"))
        pairs = met.filter(begun).drop("back")
    if form == "later_first_contacts":
        first = pl.col("time").min()
        pairs = pairs.filter(pl.col("time") >= first + (pl.col("time").max() - first) / 4)
    return pairs.sort("time", "sender", "recipient")


def incidence(rows: pl.DataFrame, objects: Objects, at_least: int = 1) -> Incidence:
    """Return who acted on what, without accounts that acted on few objects.

    Args:
        rows: As ``contacts`` returns them.
        objects: What counts as an object.
        at_least: Distinct objects that an account must have acted on.
    """
    moment = pl.col("time").dt.truncate(_WIDTHS.get(objects, "1d"))
    parts = {"target": ["recipient"], "target_and_day": ["recipient", "moment"]}
    keys = parts.get(objects, ["moment"])
    acts = rows.select("sender", "recipient", moment=moment).select("sender", *keys).unique()
    acts = acts.filter(pl.len().over("sender") >= at_least)
    accounts = acts["sender"].unique().sort()
    row = accounts.search_sorted(acts["sender"]).to_numpy()
    number = acts.select(pl.struct(keys).rank("dense")).to_series().to_numpy().astype(np.int64) - 1
    shape = (len(accounts), int(number.max()) + 1 if len(number) else 0)
    matrix = csr_matrix((np.ones(len(row)), (row.astype(np.int64), number)), shape=shape)
    return Incidence(accounts, matrix)


def numbered(rows: pl.DataFrame) -> tuple[pl.Series, NDArray[np.int64], NDArray[np.int64]]:
    """Return all accounts of some contacts, sorted, and senders and recipients as rows of them."""
    accounts = pl.concat([rows["sender"], rows["recipient"]]).unique().sort()
    return (
        accounts,
        accounts.search_sorted(rows["sender"]).to_numpy().astype(np.int64),
        accounts.search_sorted(rows["recipient"]).to_numpy().astype(np.int64),
    )
