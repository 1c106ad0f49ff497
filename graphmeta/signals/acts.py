"""What behaviour signals look at: who began with whom, and how those contacted reacted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import polars as pl

from graphmeta.contract.events import KINDS_OF_DEFENCE
from graphmeta.signals.base import Observations
from graphmeta.signals.observe import Network

#: Blocks and reports by one account that count in full; one who reports everybody counts for no
#: more than this many altogether.
READY = 3.0

#: What a behaviour signal returns: one row per group that has anything to measure.
MEASURED = pl.Schema(
    {
        "group": pl.UInt32(),
        "value": pl.Float64(),
        "expected": pl.Float64(),
        "support": pl.Int64(),
    }
)


@dataclass(frozen=True)
class Acts:
    """What accounts did once judging began.

    Args:
        openings: Judged first contacts, with the columns sender, recipient, time, events (of the
            sender), replies (of the recipient), circle_r (of the recipient), stranger, answered
            (bool), defended (bool: the recipient blocked or reported the sender afterwards) and
            weight (what that counts, 0 where it did not).
        began: All first contacts, history included: sender, later (bool: once judging began).
        acquaintances: Columns a, b, since, of all pairs that wrote to each other.
        accounts: Columns account, seen (seconds of its first event or of its opening, whichever
            is earlier), declared, banned (bool: the platform closed it).
        since: Seconds at which judging began.
    """

    openings: pl.DataFrame
    began: pl.DataFrame
    acquaintances: pl.DataFrame
    accounts: pl.DataFrame
    since: int

    @property
    def strangers(self) -> pl.DataFrame:
        """Openings that were stranger contacts."""
        return self.openings.filter(pl.col("stranger"))


class Behaviour(Protocol):
    """One thing that a group of accounts does, beside what is usual outside all groups."""

    name: str
    version: int

    def measure(self, acts: Acts, groups: pl.DataFrame) -> pl.DataFrame:
        """Measure groups (columns group, account) and everybody, columns ``MEASURED``.

        ``value`` and ``expected`` have one unit; ``support`` says how many facts they rest on.
        """


class Recruitment(Protocol):
    """One thing that a group with a hub does to lead others there, beside what is usual."""

    name: str
    version: int

    def measure(self, seen: Observations, groups: pl.DataFrame, hubs: pl.DataFrame) -> pl.DataFrame:
        """Measure groups (columns group, account; hubs: group, hub), columns ``MEASURED``."""


def acts(events: pl.LazyFrame, entities: pl.LazyFrame, graph: Network) -> Acts:
    """Collect what behaviour signals need. Materialises the judged first contacts."""
    defended = (
        events.filter(pl.col("kind").is_in(KINDS_OF_DEFENCE))
        .group_by(sender="recipient", recipient="sender")
        .agg(defended_at=pl.col("time").max())
        .with_columns(weight=(READY / pl.len().over("recipient")).clip(upper_bound=1.0))
        .collect()
    )
    openings = (
        graph.judged.join(defended, on=["sender", "recipient"], how="left", maintain_order="left")
        .with_columns(
            answered=pl.col("replied_at").is_not_null(),
            defended=(pl.col("defended_at") >= pl.col("time")).fill_null(False),
            weight=pl.when(pl.col("defended_at") >= pl.col("time"))
            .then(pl.col("weight"))
            .otherwise(0.0),
        )
        .drop("replied_at", "defended_at", "circle_s", "new")
    )
    ends = [
        events.group_by(entity=pl.col(end)).agg(seen=pl.col("time").min())
        for end in ("sender", "recipient")
    ]
    first = pl.concat(ends).group_by("entity").agg(pl.col("seen").min())
    accounts = (
        entities.filter(~pl.col("is_group"))
        .join(first, on="entity", how="left")
        .select(
            "declared",
            account="entity",
            banned=(pl.col("closed_by") == "platform").fill_null(False),
            seen=pl.min_horizontal("created_at", "seen"),
        )
        .sort("account")
        .collect()
    )
    began = graph.first_contacts.select("sender", later=pl.col("time") >= graph.since)
    return Acts(openings, began, graph.acquaintances, accounts, graph.since)


def others(rows: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Return the rows whose sender is in no group: what is usual is told by them.

    A campaign that makes most of a small platform's stranger contacts must not set the standard
    by which it is judged. Where everybody is in a group, all rows are returned.
    """
    outside = rows.join(groups, left_on="sender", right_on="account", how="anti")
    return rows if outside.is_empty() else outside


def share(
    rows: pl.DataFrame, groups: pl.DataFrame, condition: str, pull: float = 10.0
) -> pl.DataFrame:
    """Measure what share of the rows sent by a group fulfil a condition, beside what is usual.

    The group's share is pulled towards the usual one by ``pull`` rows, so that small counts prove
    little.

    Args:
        rows: Columns sender and ``condition`` (bool).
        groups: Columns group, account.
        condition: The column that says whether a row fulfils it.
        pull: Rows' worth of the usual share.
    """
    usual = float(others(rows, groups)[condition].sort().mean() or 0.0)  # type: ignore[arg-type]
    return (
        groups.join(rows, left_on="account", right_on="sender")
        .group_by("group")
        .agg(
            value=(pl.col(condition).sort().sum() + pull * usual) / (pl.len() + pull),
            expected=pl.lit(usual),
            support=pl.len().cast(pl.Int64),
        )
        .select(MEASURED.names())
        .sort("group")
    )
