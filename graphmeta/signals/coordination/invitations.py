"""Do those whom strangers invited into a group go on to invite strangers into it?

Whoever joins a group on a stranger's invitation is a *convert*. In ordinary groups few converts
ever invite a stranger in their turn (one to three in a hundred, as measured on synthetic worlds);
where invitations cascade by design, many do. That further step is the fact that is counted, one
per convert, whoever brought it: how often founders invite is no evidence, because everybody who
opens a group, teaches a class or gathers a congregation invites many, strangers among them.

The null: converts pass an invitation on as often as those of all other groups do. What it is
asked of is the group that a set of accounts invites into. Parts are split by convert, with
everything that the convert does; which accounts are looked at depends on whom they invited in
the part that found them, never on what held-out converts did.

Friends whose acquaintance the data do not show pass for strangers, and a movement that grows along
friendships is a cascade of them. A group in which fewer of the invitations go to strangers than
in others is therefore left alone: where most who invite are seen to know those whom they invite,
the rest are friends too.

Accounts belong to a cascade by inviting strangers into its group, or by having been brought by a
stranger and inviting at all, more than accounts outside it do. Merely having joined is no act.

Source: Anderson et al. (2015, Global Diffusion via Cascading Invitations), whose trees are benign
and slow. It misleads where a movement asks its newcomers to invite whomever they can: that is a
cascade, and what sets it apart (answers, a life of one's own) is for the scores to say.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from graphmeta.nulls import counts, multiplicity
from graphmeta.signals.base import GROUPS, MEMBERS, PAIRS, Observations, Part, shaped

#: False discovery rate at which groups count as cascading, and one convert is no pattern.
HUB_RATE = 0.01
LEAST_PASSED_ON = 2
#: A set of accounts invites into a group where so many of it, and a fifth of it, do.
LEAST_INVITERS = 2
#: Strangers that a member has to have invited, its own having been brought counted as one.
LEAST_ACTS = 2


class Invitations:
    """The layer of cascading invitations."""

    name = "invitations"
    version = 1

    def pairs(self, seen: Observations, part: Part) -> pl.DataFrame:
        """Return edges between those who invite strangers into one cascading group."""
        own = inviters(seen, part).join(validated_hubs(seen, part), on="hub", how="semi")
        tested = _tested(
            own.with_columns(expected=pl.col("everywhere") * _granted(pl.lit(0.0), _sent(own)))
        )
        return (
            tested.join(tested, on="hub", suffix="_b")
            .filter(pl.col("account") < pl.col("account_b"))
            .select(
                a="account",
                b="account_b",
                observed=pl.min_horizontal("observed", "observed_b"),
                expected=pl.max_horizontal("expected", "expected_b"),
                weight=pl.min_horizontal("weight", "weight_b"),
                p_value=pl.max_horizontal("p_value", "p_value_b"),
            )
            .pipe(shaped, PAIRS)
            .sort("a", "b", "weight", descending=[False, False, True])
            .unique(["a", "b"], keep="first", maintain_order=True)
        )

    def groups(
        self, seen: Observations, groups: pl.DataFrame, found: Part, tested: Part
    ) -> pl.DataFrame:
        """Test groups by the distinct converts of theirs who passed the invitation on."""
        hub = self.hubs_of(seen, groups, found)
        usual = _usual(converts(seen, found))
        brought = (
            groups.join(hub, on="group")
            .join(_brought(seen, tested), left_on=["account", "hub"], right_on=["sender", "hub"])
            .select("group", "hub", account="recipient")
            .unique()
            .join(converts(seen, tested), on=["hub", "account"])
            .group_by("group", "hub")
            .agg(joined=pl.len(), observed=pl.col("passed_on").sum().cast(pl.Float64))
        )
        rows = (
            hub.join(brought, on=["group", "hub"], how="left")
            .join(usual, on="hub", how="left")
            .with_columns(
                pl.col("observed").fill_null(0.0),
                expected=(pl.col("joined") * pl.col("usual")).fill_null(0.0),
            )
        )
        return shaped(_tested(rows), GROUPS).sort("group")

    def hubs_of(self, seen: Observations, groups: pl.DataFrame, part: Part) -> pl.DataFrame:
        """Return, for each set of accounts, the cascading group that most of it invites into.

        Returns:
            Columns group, hub.
        """
        hubs = validated_hubs(seen, part).select("hub")
        return (
            groups.join(inviters(seen, part).join(hubs, on="hub", how="semi"), on="account")
            .group_by("group", "hub")
            .agg(inviting=pl.len(), invited=pl.col("observed").sum())
            .join(groups.group_by("group").agg(size=pl.len()), on="group")
            .filter(pl.col("inviting") >= LEAST_INVITERS, 5 * pl.col("inviting") >= pl.col("size"))
            .sort("group", "inviting", "invited", "hub", descending=[False, True, True, False])
            .unique("group", keep="first", maintain_order=True)
            .select("group", "hub")
        )

    def members(self, seen: Observations, groups: pl.DataFrame, part: Part) -> pl.DataFrame:
        """Test who invites into a group's hub by what accounts outside the group do.

        One act is no pattern: who likes a group invites somebody once.
        """
        hub = self.hubs_of(seen, groups, part)
        everybody = inviters(seen, part)
        inside = groups.join(hub, on="group").join(everybody, on=["account", "hub"])
        sent_inside = inside.group_by("group").agg(inside=pl.col("observed").sum())
        into = everybody.group_by("hub").agg(into=pl.col("observed").sum())
        rows = (
            hub.join(everybody.filter(pl.col("observed") >= LEAST_ACTS), on="hub")
            .join(into, on="hub")
            .join(sent_inside, on="group")
            .with_columns(
                foreign=(pl.col("into") - pl.col("inside") - pl.col("observed")).clip(
                    lower_bound=0.0
                )
            )
            .with_columns(
                expected=pl.col("everywhere") * _granted(pl.col("foreign"), _sent(everybody))
            )
        )
        return shaped(_tested(rows), MEMBERS).sort("group", "account")


def converts(seen: Observations, part: Part) -> pl.DataFrame:
    """Return who joined on a stranger's invitation, and whether it invited strangers in its turn.

    Returns:
        Columns hub, account, joined (seconds), passed_on (bool), in order of hub and account.
    """
    came = _brought(seen, part).group_by("hub", account="recipient").agg(pl.col("joined").min())
    onward = (
        seen.invitations.filter("stranger")
        .group_by(hub="group", account="sender")
        .agg(last=pl.col("time").max())
    )
    return (
        came.join(onward, on=["hub", "account"], how="left")
        .select(
            "hub",
            "account",
            "joined",
            passed_on=(pl.col("last") > pl.col("joined")).fill_null(False),
        )
        .sort("hub", "account")
    )


def validated_hubs(seen: Observations, part: Part) -> pl.DataFrame:
    """Return the groups whose converts pass invitations on more than those of others do.

    Groups that invite strangers less than others do are left out.

    Returns:
        Columns hub, observed, expected, weight, p_value, q_value.
    """
    came = converts(seen, part)
    rows = (
        came.group_by("hub")
        .agg(joined=pl.len(), observed=pl.col("passed_on").sum().cast(pl.Float64))
        .join(_usual(came), on="hub")
        .with_columns(expected=pl.col("joined") * pl.col("usual"))
        .sort("hub")
    )
    tested = _tested(rows.join(_among_strangers(seen, part), on="hub", how="semi"))
    q_value = multiplicity.benjamini_hochberg(tested["p_value"].to_numpy())
    return tested.with_columns(q_value=pl.Series(q_value)).filter(
        pl.col("observed") >= LEAST_PASSED_ON, pl.col("q_value") <= HUB_RATE
    )


def inviters(seen: Observations, part: Part) -> pl.DataFrame:
    """Count the acts by which accounts belong to groups: strangers invited, and being brought.

    Having been brought by a stranger counts one for those who invite, nothing for others.

    Returns:
        Columns account, hub, observed, everywhere (the account's acts for any group), in order
        of account and hub.
    """
    sent = seen.invitations.filter(part.keeps("recipient_fold") & pl.col("stranger"))
    came = converts(seen, part).filter("passed_on").select("account", "hub", brought=pl.lit(1.0))
    return (
        sent.group_by(account="sender", hub="group")
        .agg(invited=pl.len().cast(pl.Float64))
        .join(came, on=["account", "hub"], how="left")
        .select("account", "hub", observed=pl.col("invited") + pl.col("brought").fill_null(0.0))
        .with_columns(everywhere=pl.col("observed").sum().over("account"))
        .sort("account", "hub")
    )


def _brought(seen: Observations, part: Part) -> pl.DataFrame:
    """Return the invitations by strangers that were followed: sender, recipient, hub, joined."""
    return seen.invitations.filter(
        part.keeps("recipient_fold") & pl.col("stranger") & pl.col("joined").is_not_null()
    ).select("sender", "recipient", "joined", hub="group")


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


def _usual(came: pl.DataFrame) -> pl.DataFrame:
    """Return how often converts of all other groups pass an invitation on: hub, usual.

    Half a convert that did is granted, so that next to no invitations prove nothing.
    """
    passed = pl.col("passed_on").sum().cast(pl.Float64)
    every, joined = float(came["passed_on"].sum()), float(came.height)
    return came.group_by("hub").agg(
        usual=(every - passed + 0.5) / (joined - pl.len().cast(pl.Float64) + 1.0)
    )


def _sent(everybody: pl.DataFrame) -> float:
    return float(everybody["observed"].sum())


def _granted(foreign: pl.Expr, sent: float) -> pl.Expr:
    """Return the share of a hub in what others do; half an invitation is granted to every hub."""
    return ((foreign + 0.5) / (sent + 1.0)).clip(upper_bound=1.0)


def _tested(rows: pl.DataFrame) -> pl.DataFrame:
    """Add weight (surprise in nats) and p_value to observed and expected."""
    observed, expected = (
        rows[name].to_numpy().astype(np.float64) for name in ("observed", "expected")
    )
    return rows.with_columns(
        weight=pl.Series(counts.surprise(observed, expected)),
        p_value=pl.Series(counts.upper_tail(observed, expected)),
    )
