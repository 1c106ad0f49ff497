"""How many newcomers of groups would an account reach as strangers if it looked for none?

An account is a *newcomer* of a group from its first ``group_message`` there or its join, whichever
is earlier, for ``WITHIN_S``. A *hit* is a stranger contact to a newcomer. Who has just shown up
somewhere is active and is written to for many reasons, above all by members of that group, who
would have a stranger's contact go to its newcomers at a rate of their own: some groups greet.

The null is conditional on the moments at which an account contacted strangers. At each of them
chance offers the group's newcomers in proportion to how often strangers contact them otherwise,
times the group's *rate*: how many more newcomers its members reached than such popularity
explains. Accounts under test have no say in that rate, and where a group has shown little, it is
pulled towards that of all groups by one hit. Members are all who ever showed there; a lurking
reader is given the rate of the members, which is the larger one. Who makes most of its stranger
contacts among the newcomers of one group, and hardly reaches those of others, is *at home* there,
and a member, shown or not: it greets.

It misleads where the group's own members are the accounts under test, and nobody else: two old
members who welcome everybody are more than chance. Whether they pick those who know few people is
a question for behaviour.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl

from graphmeta.signals.base import FOLDS, FloatArray, IntArray, Observations, Part
from graphmeta.signals.sums import summed

#: How long somebody counts as a newcomer after becoming visible in a group.
WITHIN_S = 48 * 3_600
#: Share of its stranger contacts that an account makes among the newcomers of its home. Who does
#: not greet has at most a quarter in any one group.
AT_HOME = 2 / 3
#: Share of the newcomers it reaches, anywhere, who are new in its home: a handler has several.
NOWHERE_ELSE = 0.9
#: Newcomers whom an account has reached in its home at least.
LEAST_GREETED = 5


@dataclass(frozen=True, eq=False)
class Newcomers:
    """What a part of the data says of newcomers.

    Args:
        contacts: Stranger contacts: columns sender, recipient, time.
        hits: Those that went to newcomers: columns sender, recipient, hub; one row per group in
            which the recipient was new, and of the sender's home alone where it was new there.
        at_home: Whose contacts are mostly a group's newcomers: columns account, hub.
        members: Who ever showed in a group or is at home there: columns account, hub.
        of_members: What members of a group reached there: columns account, hub, hits, offered.
        arrived: Newcomers in order of group and time, coded as ``_code`` does; shape (n,).
        mass: Their shares of all popularity, added up: shape (n + 1,).
    """

    contacts: pl.DataFrame
    hits: pl.DataFrame
    at_home: pl.DataFrame
    members: pl.DataFrame
    of_members: pl.DataFrame
    arrived: IntArray
    mass: FloatArray

    def offered(self, hub: IntArray, time: IntArray) -> FloatArray:
        """Return the share of popularity that a group's newcomers have at a moment.

        Args:
            hub: Groups, shape (n,).
            time: Seconds, shape (n,).
        """
        until = np.searchsorted(self.arrived, _code(hub, time), side="right")
        since = np.searchsorted(self.arrived, _code(hub, time - WITHIN_S), side="left")
        return self.mass[until] - self.mass[since]


def _code(hub: IntArray, time: IntArray) -> IntArray:
    """Order by group, then by time: seconds take less than 34 bits, groups less than 29."""
    return hub.astype(np.int64) * 2**34 + time.astype(np.int64)


@lru_cache(maxsize=8)
def newcomers(seen: Observations, part: Part) -> Newcomers:
    """Count who reached newcomers on a part of the data, and what chance offered."""
    contacts = seen.strangers.filter(part.keeps("recipient_fold")).select(
        "sender", "recipient", "time"
    )
    new = (
        seen.visible.filter(part.keeps("account_fold") & pl.col("newcomer"))
        .select("account", "hub", arrived="time")
        .sort("hub", "arrived", "account")
    )
    hits = (
        contacts.join(new, left_on="recipient", right_on="account")
        .filter(pl.col("time").is_between(pl.col("arrived"), pl.col("arrived") + WITHIN_S))
        .select("sender", "recipient", "hub")
        .sort("hub", "sender", "recipient")
    )
    share = _popularity(seen, contacts, hits, new, part)
    home = _at_home(contacts, hits)
    hits = _not_greeted(hits, home)
    members = pl.concat([seen.visible.select("account", "hub"), home]).unique(maintain_order=True)
    bare = Newcomers(
        contacts,
        hits,
        home,
        members,
        members.clear(),
        _code(new["hub"].to_numpy(), new["arrived"].to_numpy()),
        np.concatenate([[0.0], np.cumsum(share)]),
    )
    here = members.join(new.select("hub").unique(), on="hub", how="semi")
    of_members = _offered_to(bare, here.select("account", "hub", asks="account")).join(
        hits.group_by(account="sender", hub="hub").agg(hits=pl.len().cast(pl.Float64)),
        on=["account", "hub"],
        how="left",
    )
    return Newcomers(
        contacts,
        hits,
        home,
        members,
        of_members.select("account", "hub", pl.col("hits").fill_null(0.0), "offered"),
        bare.arrived,
        bare.mass,
    )


def _at_home(contacts: pl.DataFrame, hits: pl.DataFrame) -> pl.DataFrame:
    """Return who makes most contacts among the newcomers of one group: columns account, hub."""
    made = contacts.group_by("sender").agg(made=pl.len())
    reached = hits.group_by("sender").agg(reached=pl.col("recipient").n_unique())
    return (
        hits.group_by("sender", "hub")
        .agg(greeted=pl.len())
        .filter(pl.col("greeted") >= LEAST_GREETED)
        .join(made, on="sender")
        .join(reached, on="sender")
        .filter(pl.col("greeted") >= AT_HOME * pl.col("made"))
        .filter(pl.col("greeted") >= NOWHERE_ELSE * pl.col("reached"))
        .select(pl.col("sender").alias("account"), "hub")
        .sort("account", "hub")
    )


def _not_greeted(hits: pl.DataFrame, home: pl.DataFrame) -> pl.DataFrame:
    """Leave out hits elsewhere that were greetings at home: many are new in several groups."""
    at_home = hits.join(home, left_on=["sender", "hub"], right_on=["account", "hub"], how="semi")
    elsewhere = hits.join(at_home, on=["sender", "hub"], how="anti", maintain_order="left").join(
        at_home, on=["sender", "recipient"], how="anti", maintain_order="left"
    )
    return pl.concat([at_home, elsewhere]).sort("hub", "sender", "recipient")


def _popularity(
    seen: Observations,
    contacts: pl.DataFrame,
    hits: pl.DataFrame,
    new: pl.DataFrame,
    part: Part,
) -> FloatArray:
    """Return each newcomer's share of all popularity: what strangers contact it for otherwise.

    Half of it is everybody's, because most accounts are contacted once or twice.
    """
    sizes = {True: 1.0 / FOLDS, False: 1.0 - 1.0 / FOLDS}
    accounts = seen.circle_of.size * (1.0 if part.fold is None else sizes[part.held_out])
    as_new = hits.select("sender", "recipient").unique()
    otherwise = contacts.join(as_new, on=["sender", "recipient"], how="anti")
    received = otherwise.group_by(account="recipient").agg(times=pl.len().cast(pl.Float64))
    typical = max(otherwise.height, 1) / max(accounts, 1.0)
    times = new.join(received, on="account", how="left", maintain_order="left")["times"]
    return (times.fill_null(0.0).to_numpy() + typical) / (2.0 * typical * max(accounts, 1.0))


def _offered_to(reach: Newcomers, asked: pl.DataFrame) -> pl.DataFrame:
    """Add up what chance offered accounts in groups, over the moments of their contacts.

    Args:
        reach: The part's newcomers.
        asked: Columns asks (account), hub and whatever tells the questions apart.

    Returns:
        The rows of ``asked`` with an account that contacts strangers, and offered.
    """
    keys = [name for name in asked.columns if name != "asks"]
    rows = asked.join(
        reach.contacts.select("sender", "time"), left_on="asks", right_on="sender"
    ).sort(*keys, "time")
    offered = reach.offered(rows["hub"].to_numpy(), rows["time"].to_numpy())
    return summed(rows.with_columns(offered=pl.Series(offered)), keys, "offered")


def expected_hits(
    reach: Newcomers, askers: pl.DataFrame, cells: pl.DataFrame, tested: pl.DataFrame
) -> pl.DataFrame:
    """Return how many newcomers askers would reach by chance in groups.

    Args:
        reach: The part's newcomers.
        askers: Columns key, account: whose contacts are counted.
        cells: Columns key, hub: in which groups; and trial: which test that belongs to.
        tested: Columns trial, account: who is under test and has no say in the groups' rates.

    Returns:
        Columns key, hub, expected, in order of key and hub; cells without contacts are left out.
    """
    asked = askers.join(cells, on="key").select("key", "trial", "hub", asks="account")
    offered = _offered_to(reach, asked)
    told = _rates(reach, tested, offered.select("trial", "hub").unique().sort("trial", "hub"))
    return (
        offered.join(told, on=["trial", "hub"])
        .select("key", "hub", expected=pl.col("offered") * pl.col("rate"))
        .sort("key", "hub")
    )


def _rates(reach: Newcomers, tested: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """Return how many times what popularity explains the members of groups reached newcomers.

    Of everybody's rate, a few who greet whoever comes are no measure: there, each member of a
    group counts once. A group's own rate is that of all its members.

    Args:
        reach: The part's newcomers.
        tested: Columns trial, account: who has no say.
        asked: Columns trial, hub.

    Returns:
        Columns trial, hub, rate.
    """
    once = pl.col("hits").clip(upper_bound=1.0)
    told = reach.of_members.sort("hub", "account")
    mine = tested.join(told, on="account").sort("trial", "hub", "account")
    every = told.select(once.sum(), pl.col("offered").sort().sum())
    of_tested = mine.group_by("trial", maintain_order=True).agg(
        greeted=once.sum(), lay_open=pl.col("offered").sort().sum()
    )
    in_hub = summed(told, ("hub",), "hits", "offered")
    own = mine.group_by("trial", "hub", maintain_order=True).agg(
        own_hits=pl.col("hits").sum(), own_offered=pl.col("offered").sort().sum()
    )
    hits = pl.col("hits") - pl.col("own_hits")
    offered = (pl.col("offered") - pl.col("own_offered")).clip(lower_bound=0.0)
    usual = (every["hits"][0] - pl.col("greeted") + 1.0) / (
        every["offered"][0] - pl.col("lay_open") + 1.0
    ).clip(lower_bound=1e-9)
    return (
        asked.join(in_hub, on="hub", how="left", maintain_order="left")
        .join(own, on=["trial", "hub"], how="left", maintain_order="left")
        .join(of_tested, on="trial", how="left", maintain_order="left")
        .with_columns(pl.exclude("trial", "hub").fill_null(0.0))
        .select("trial", "hub", rate=(hits + 1.0) / (offered + 1.0 / usual.clip(lower_bound=1.0)))
    )
