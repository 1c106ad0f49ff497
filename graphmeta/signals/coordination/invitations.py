"""Do those whom strangers invited into a group go on to invite strangers into it?

Whoever joins a group on a stranger's invitation is a *convert*. In ordinary groups few converts
ever invite a stranger in their turn (one to three in a hundred, as measured on synthetic worlds);
where invitations cascade by design, many do. That further step is the fact that is counted, one
per convert, whoever brought it: how often founders invite is no evidence, because everybody who
opens a group, teaches a class or gathers a congregation invites many, strangers among them.

The null: converts pass an invitation on as often as those of all other groups do (``passing_on``).
What it is asked of is the group that a set of accounts invites into. How many strangers a convert
must have invited to count is chosen where the group surprises most on the part that found it, and
tested, as it is, on the other. Parts are split by convert, with everything that the convert does;
which accounts are looked at depends on whom they invited in the part that found them, never on
what held-out converts did. Other groups are looked at on the same part: a group is found because
those of the others passed on less in the part that found it, which makes that part no measure.

Accounts belong to a cascade by inviting strangers into its group, or by having been brought by a
stranger and inviting at all, more than accounts outside it do. Merely having joined is no act.

Source: Anderson et al. (2015, Global Diffusion via Cascading Invitations), whose trees are benign
and slow. It misleads where a movement asks its newcomers to invite whomever they can: that is a
cascade, and what sets it apart (answers, a life of one's own) is for the scores to say.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from graphmeta.nulls import counts
from graphmeta.signals.base import GROUPS, MEMBERS, PAIRS, Observations, Part, shaped
from graphmeta.signals.coordination.passing_on import (
    brought,
    compared,
    converts,
    tallies,
    validated_hubs,
)
from graphmeta.signals.coordination.thresholds import most_surprising
from graphmeta.signals.memo import once

#: A set of accounts invites into a group where so many of it, and a fifth of it, do.
LEAST_INVITERS = 2
#: Strangers that a member has to have invited, its own having been brought counted as one.
LEAST_ACTS = 2


class Invitations:
    """The layer of cascading invitations."""

    name = "invitations"
    version = 2

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
        cascading = validated_hubs(seen, found)["hub"]
        chosen = most_surprising(_own(seen, groups, hub, found, cascading), ["strangers"])
        held_out = _own(seen, groups, hub, tested, cascading)
        own = held_out.join(chosen, on=["group", "strangers"], how="semi")
        return shaped(own, GROUPS).sort("group")

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

    def members(
        self,
        seen: Observations,
        groups: pl.DataFrame,
        part: Part,
        *,
        others: bool = True,  # noqa: ARG002  they are few
    ) -> pl.DataFrame:
        """Test who invites into a group's hub by what accounts outside the group do.

        One act is no pattern: who likes a group invites somebody once.
        """
        hub = self.hubs_of(seen, groups, part)
        if hub.is_empty():
            return pl.DataFrame(schema=MEMBERS)
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


@once
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


def _own(
    seen: Observations,
    groups: pl.DataFrame,
    hub: pl.DataFrame,
    part: Part,
    cascading: pl.Series,
) -> pl.DataFrame:
    """Compare the converts whom groups' accounts brought with those of other groups' hubs.

    Args:
        seen: What is observed.
        groups: Columns group, account.
        hub: Columns group, hub: what each invites into.
        part: The part whose converts are asked about, and which says what converts elsewhere do.
        cascading: Hubs that have no say in it.

    Returns:
        Columns group, hub, strangers, joined, observed, expected, p_value; groups that brought
        nobody are left out.
    """
    mine = (
        groups.join(hub, on="group")
        .join(brought(seen, part), left_on=["account", "hub"], right_on=["sender", "hub"])
        .select("group", "hub", account="recipient")
        .unique()
        .join(converts(seen, part), on=["hub", "account"])
    )
    everywhere = tallies(converts(seen, part))
    return compared(tallies(mine, ("group", "hub")), everywhere, cascading)


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
