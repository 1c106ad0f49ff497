"""Do fresh accounts write again to those whom accounts that just ended had reached?

An account that was closed (or fell silent for good) and one that began about then, from hours
before to days after, are a possible *handover*. The fact that is counted is a stranger whom the
old account reached and the new one, later, reached again; for a group, distinct strangers over
all its possible handovers. Who works through a list under a platform's bans leaves such facts
behind; what shared targets see of them is spread over all pairs of a group, of which few are
handovers.

The null: the new account writes to strangers of a circle in proportion to their popularity among
everybody but the old account, one contact granted to each of those whom any stranger reached.
That a handover may be chance costs nothing here, because the null explains what any two accounts
share, whenever they lived. Only first contacts to strangers count on both sides: a family that
moves to new numbers writes to friends of the old ones, who were no strangers to those. Parts are
split by contacted account.

Source: Thomas et al. (2011, Suspended Accounts in Retrospect): accounts of spam last for days,
campaigns for months. It misleads where staff leave and others take over their customers, and it
is blind to a successor that writes to nobody again: circles and hours alone are shared by too many.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from graphmeta.nulls import counts
from graphmeta.signals.base import GROUPS, MEMBERS, PAIRS, FloatArray, Observations, Part, shaped
from graphmeta.signals.memo import once

#: A successor begins from a little before its predecessor's end until days after it.
BEFORE_S = 6 * 3_600
AFTER_S = 4 * 86_400
#: Contacts that every account is granted beside those it received.
_GRANTED = 1.0


class Successors:
    """The layer of inherited contacts."""

    name = "successors"
    version = 1

    def pairs(self, seen: Observations, part: Part) -> pl.DataFrame:
        """Return possible handovers in which somebody was reached again."""
        rows = (
            reached_again(seen, part)
            .group_by("old", "new")
            .agg(observed=pl.len().cast(pl.Float64))
            .sort("old", "new")
        )
        ends = {
            "a": pl.min_horizontal("old", "new"),
            "b": pl.max_horizontal("old", "new"),
        }
        tested = _tested(_expected(seen, part, rows)).with_columns(**ends)
        return (
            shaped(tested, PAIRS)
            .sort("a", "b", "weight", descending=[False, False, True])
            .unique(["a", "b"], keep="first", maintain_order=True)
        )

    def groups(
        self,
        seen: Observations,
        groups: pl.DataFrame,
        found: Part,  # noqa: ARG002  nothing is chosen or learnt
        tested: Part,
    ) -> pl.DataFrame:
        """Test groups by the distinct strangers whom successors in it reached again."""
        inside = _timely(seen, _pairs(seen, groups, groups))
        return shaped(_counted(seen, tested, inside, ["group"]), GROUPS).sort("group")

    def members(
        self,
        seen: Observations,
        groups: pl.DataFrame,
        part: Part,
        *,
        others: bool = True,  # noqa: ARG002  they are few
    ) -> pl.DataFrame:
        """Test accounts by whom they inherited from a group's accounts, or left to them."""
        met = reached_again(seen, part).select("old", "new").unique()
        mate = groups.rename({"account": "mate"})
        asked = pl.concat(
            [
                mate.join(met, left_on="mate", right_on=side).select("group", account=away)
                for side, away in (("old", "new"), ("new", "old"))
            ]
        ).unique()
        ways = [
            _pairs(seen, asked, groups).with_columns(account="old"),
            _pairs(seen, groups, asked).with_columns(account="new"),
        ]
        tests = _counted(seen, part, _timely(seen, pl.concat(ways)), ["group", "account"])
        return shaped(tests.filter(pl.col("observed") > 0), MEMBERS).sort("group", "account")


@once
def reached_again(seen: Observations, part: Part) -> pl.DataFrame:
    """Return whom accounts reached that had been reached by one that ended as they began.

    Returns:
        Columns old, new, recipient, in this order.
    """
    contacts = seen.strangers.filter(part.keeps("recipient_fold")).select(
        "sender", "recipient", "time"
    )
    old = contacts.join(_those(seen, "ended"), left_on="sender", right_on="account", how="semi")
    new = contacts.join(_those(seen, "born"), left_on="sender", right_on="account", how="semi")
    met = (
        old.join(new, on="recipient", suffix="_new")
        .filter(pl.col("time") < pl.col("time_new"))
        .select("recipient", old="sender", new="sender_new")
    )
    return _timely(seen, met).select("old", "new", "recipient").sort("old", "new", "recipient")


def _those(seen: Observations, what: str) -> pl.DataFrame:
    return seen.lives.filter(pl.col(what).is_not_null()).select("account")


def _pairs(seen: Observations, some: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Pair accounts that ended with accounts that began, within groups: group, old, new.

    Args:
        seen: What is observed.
        some: Columns group, account: who may have ended.
        others: Columns group, account: who may have begun.
    """
    old = some.select("group", "account").join(_those(seen, "ended"), on="account", how="semi")
    new = others.select("group", "account").join(_those(seen, "born"), on="account", how="semi")
    return old.rename({"account": "old"}).join(new.rename({"account": "new"}), on="group")


def _timely(seen: Observations, rows: pl.DataFrame) -> pl.DataFrame:
    """Keep rows in which the account ``new`` began about when the account ``old`` ended."""
    return (
        rows.filter(pl.col("old") != pl.col("new"))
        .join(seen.lives.select("ended", old="account"), on="old")
        .join(seen.lives.select("born", new="account"), on="new")
        .filter(
            (pl.col("born") > pl.col("ended") - BEFORE_S)
            & (pl.col("born") <= pl.col("ended") + AFTER_S)
        )
        .drop("ended", "born")
    )


def _counted(
    seen: Observations, part: Part, handovers: pl.DataFrame, by: list[str]
) -> pl.DataFrame:
    """Count the distinct strangers reached again over some handovers, and test the counts.

    Args:
        seen: What is observed.
        part: The part of the data.
        handovers: Columns old, new, and those of ``by``.
        by: What is counted for.
    """
    observed = (
        handovers.join(reached_again(seen, part), on=["old", "new"])
        .group_by(by)
        .agg(observed=pl.col("recipient").n_unique().cast(pl.Float64))
    )
    expected = (
        _expected(seen, part, handovers).group_by(by).agg(pl.col("expected").sort().sum()).sort(by)
    )
    return _tested(
        expected.join(observed, on=by, how="left", maintain_order="left").with_columns(
            pl.col("observed").fill_null(0.0)
        )
    )


def _expected(seen: Observations, part: Part, handovers: pl.DataFrame) -> pl.DataFrame:
    """Add how many of old's targets new would write to by chance, in the column expected."""
    placed, wanted = _placed(seen, part), handovers.select("old", "new").unique()
    covered = placed.join(wanted, left_on="sender", right_on="old", how="semi")
    sent = placed.join(wanted, left_on="sender", right_on="new", how="semi")
    each = (
        wanted.join(
            covered.group_by("circle", old="sender").agg(pl.col("share").sort().sum()), on="old"
        )
        .join(sent.group_by("circle", new="sender").agg(sent=pl.len()), on=["new", "circle"])
        .group_by("old", "new")
        .agg(expected=(pl.col("share") * pl.col("sent")).sort().sum())
    )
    return handovers.join(each, on=["old", "new"], how="left", maintain_order="left").with_columns(
        pl.col("expected").fill_null(0.0).cast(pl.Float64)
    )


@once
def _placed(seen: Observations, part: Part) -> pl.DataFrame:
    """Return contacts with the circle they went to, and their target's share of its popularity."""
    contacts = seen.strangers.filter(part.keeps("recipient_fold")).select("sender", "recipient")
    recipient = contacts["recipient"].to_numpy().astype(np.int64)
    popularity = np.bincount(recipient, minlength=seen.circle_of.size).astype(np.float64)
    # Whom no stranger reached may be beyond reach: counting them would make the others rare.
    granted = np.where(popularity > 0, popularity + _GRANTED, 0.0)
    total = np.bincount(seen.circle_of, weights=granted)
    circle = seen.circle_of[recipient]
    # The old account's own contact does not make its target popular.
    share: FloatArray = (popularity[recipient] - 1.0 + _GRANTED) / total[circle]
    return contacts.with_columns(circle=pl.Series(circle), share=pl.Series(share))


def _tested(rows: pl.DataFrame) -> pl.DataFrame:
    """Add weight (surprise in nats) and p_value to observed and expected."""
    observed, expected = (
        rows[name].to_numpy().astype(np.float64) for name in ("observed", "expected")
    )
    return rows.with_columns(
        weight=pl.Series(counts.surprise(observed, expected)),
        p_value=pl.Series(counts.upper_tail(observed, expected)),
    )
