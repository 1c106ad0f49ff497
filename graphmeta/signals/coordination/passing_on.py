"""Do the converts of a group pass its invitation on more than those of other groups do?

Whoever joins a group on a stranger's invitation is a *convert*. One that invites strangers in its
turn passes the invitation on. What is counted is converts, one each, whoever brought them; but how
many strangers a convert must have invited to count is a choice: where something cascades, those who
pass it on invite many, and whoever likes a group invites one or two. In a large population single
acts of the likes of it are many, and drown a small cascade that larger ones would show.

The null: whether a convert passes on has nothing to do with which group it came to. Given how many
converts there are in this group and elsewhere, and how many of all passed on, the number among this
group's is hypergeometric (Fisher's exact test). Unlike a rate that is learnt and then taken for
known, this holds where other groups have few converts, of whom perhaps none passed on. Groups that
cascade themselves do not say what is usual elsewhere: of three groups of one campaign each would
hide the others.

Friends whose acquaintance the data do not show pass for strangers, and a movement that grows along
friendships is a cascade of them. A group in which fewer of the invitations go to strangers than
in others is therefore left alone.

It misleads where groups differ in how lively they are for harmless reasons: a newcomers' circle in
which everybody brings somebody is more than chance, and what sets it apart is for the scores.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from graphmeta.nulls import counts, multiplicity
from graphmeta.signals.base import Observations, Part
from graphmeta.signals.memo import once

#: Strangers that a convert must have invited to count as passing on: the choices.
THRESHOLDS = (1, 2, 4)
#: False discovery rate at which groups count as cascading, and one convert is no pattern.
HUB_RATE = 0.01
LEAST_PASSED_ON = 2

_BY = ["hub", "strangers"]


@once
def converts(seen: Observations, part: Part) -> pl.DataFrame:
    """Return who joined on a stranger's invitation, and whether it invited strangers in its turn.

    Returns:
        Columns hub, account, joined (seconds), onward (strangers invited after joining), passed_on
        (bool: any), in order of hub and account.
    """
    came = brought(seen, part).group_by("hub", account="recipient").agg(pl.col("joined").min())
    sent = seen.invitations.filter("stranger").select("time", hub="group", account="sender")
    onward = (
        came.join(sent, on=["hub", "account"])
        .filter(pl.col("time") > pl.col("joined"))
        .group_by("hub", "account")
        .agg(onward=pl.len())
    )
    return (
        came.join(onward, on=["hub", "account"], how="left")
        .with_columns(pl.col("onward").fill_null(0).cast(pl.Int64))
        .with_columns(passed_on=pl.col("onward") > 0)
        .sort("hub", "account")
    )


def brought(seen: Observations, part: Part) -> pl.DataFrame:
    """Return the invitations by strangers that were followed: sender, recipient, joined, hub."""
    return seen.invitations.filter(
        part.keeps("recipient_fold") & pl.col("stranger") & pl.col("joined").is_not_null()
    ).select("sender", "recipient", "joined", hub="group")


def tallies(came: pl.DataFrame, by: Collection[str] = ("hub",)) -> pl.DataFrame:
    """Count converts, and those who passed on, at every threshold.

    Args:
        came: Columns onward and those of ``by``, one row per convert.
        by: What is counted for.

    Returns:
        Columns of ``by``, strangers (the threshold), joined, observed, in order.
    """
    choices = pl.DataFrame({"strangers": THRESHOLDS}, schema={"strangers": pl.Int64})
    return (
        came.join(choices, how="cross")
        .group_by(*by, "strangers")
        .agg(
            joined=pl.len().cast(pl.Float64),
            observed=(pl.col("onward") >= pl.col("strangers")).sum().cast(pl.Float64),
        )
        .sort(*by, "strangers")
    )


def compared(mine: pl.DataFrame, everywhere: pl.DataFrame, cascading: pl.Series) -> pl.DataFrame:
    """Add what other groups explain: the columns expected and p_value.

    Half a convert that passed on is granted to the others in what is expected.

    Args:
        mine: Columns hub, strangers, joined, observed.
        everywhere: ``tallies`` of all groups.
        cascading: Groups that do not say what is usual in others.
    """
    ordinary = everywhere.filter(~pl.col("hub").is_in(cascading.implode()))
    every = ordinary.group_by("strangers").agg(
        every_joined=pl.col("joined").sum(), every_passed=pl.col("observed").sum()
    )
    own = ordinary.select(*_BY, own_joined="joined", own_passed="observed")
    rows = (
        mine.join(every, on="strangers", how="left", maintain_order="left")
        .join(own, on=_BY, how="left", maintain_order="left")
        .with_columns(
            others=pl.col("every_joined").fill_null(0.0) - pl.col("own_joined").fill_null(0.0),
            passed=pl.col("every_passed").fill_null(0.0) - pl.col("own_passed").fill_null(0.0),
        )
    )
    p_value = counts.exact_upper_tail(
        *(rows[name].to_numpy() for name in ("observed", "joined", "passed", "others"))
    )
    return rows.select(
        *mine.columns,
        expected=pl.col("joined") * (pl.col("passed") + 0.5) / (pl.col("others") + 1.0),
        p_value=pl.Series(p_value),
    )


@once
def validated_hubs(seen: Observations, part: Part) -> pl.DataFrame:
    """Return the groups whose converts pass invitations on more than those of others do.

    Groups that invite strangers less than others do are left out. What is found in one round no
    longer says what is usual in the next, until nothing more is found.

    Returns:
        Columns hub, strangers (the threshold that decided), joined, observed, expected, p_value,
        q_value, in order of hub.
    """
    every = tallies(converts(seen, part))
    asked = every.join(_among_strangers(seen, part), on="hub", how="semi")
    cascading = asked["hub"].clear()
    while True:
        found = _validated(asked, every, cascading)
        if found["hub"].is_in(cascading.implode()).all():
            return found
        cascading = pl.concat([cascading, found["hub"]]).unique().sort()


def _validated(asked: pl.DataFrame, every: pl.DataFrame, cascading: pl.Series) -> pl.DataFrame:
    best = (
        compared(asked, every, cascading)
        .sort("hub", "p_value", "strangers")
        .unique("hub", keep="first", maintain_order=True)
        .with_columns((pl.col("p_value") * len(THRESHOLDS)).clip(upper_bound=1.0))
    )
    q_value = multiplicity.benjamini_hochberg(best["p_value"].to_numpy())
    return best.with_columns(q_value=pl.Series(q_value, dtype=pl.Float64)).filter(
        pl.col("observed") >= LEAST_PASSED_ON, pl.col("q_value") <= HUB_RATE
    )


def _among_strangers(seen: Observations, part: Part) -> pl.DataFrame:
    """Return the groups that invite strangers at least as often as all others do: hub."""
    sent = seen.invitations.filter(part.keeps("recipient_fold"))
    every, strangers = float(sent.height), float(sent["stranger"].sum())
    by_hub = sent.group_by(hub="group").agg(
        sent=pl.len().cast(pl.Float64), strangers=pl.col("stranger").sum().cast(pl.Float64)
    )
    elsewhere = (strangers - pl.col("strangers")) / (every - pl.col("sent")).clip(lower_bound=1.0)
    return (
        by_hub.filter(pl.col("strangers") / pl.col("sent") >= elsewhere).select("hub").sort("hub")
    )
