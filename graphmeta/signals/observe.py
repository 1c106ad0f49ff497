"""From a store's events to what layers look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import polars as pl

from graphmeta import seeds
from graphmeta.contract.history import begin
from graphmeta.errors import UsageError
from graphmeta.graph import circles, contacts, strangers
from graphmeta.nulls.timing import Habits
from graphmeta.signals import inviting, living
from graphmeta.signals.base import FOLDS, INTRODUCED, IntArray, Observations
from graphmeta.signals.sampling import Bound, bounded

_DAY_S = 86_400
_HOURS = 24
#: Active hours by which an account's daily rhythm is pulled towards everybody's.
_HABIT_SHRINK = 10.0
#: Events whose distinct hours are told apart at a time, account by account; bounds the memory.
_HABIT_EVENTS = 20_000_000
#: Of these at most about so many rows of one account are looked at. Who is contacted and who goes
#: on elsewhere are brought together, so both are bounded more tightly than who contacts.
BOUNDS = (
    Bound("stranger contacts made by one account", "sender", "recipient", 100_000),
    Bound("stranger contacts to one account", "recipient", "sender", 20_000),
)
ARRIVALS = Bound("arrivals of one account elsewhere", "account", "hub", 2_000)


@dataclass(frozen=True)
class Network:
    """The graph of a store, judged.

    Args:
        first_contacts: All of them, as ``graph.contacts.first_contacts`` returns them.
        contacts: Directed pairs, as ``graph.contacts.contacts`` returns them.
        acquaintances: Columns a, b, since.
        judged: First contacts from ``since`` on, as ``graph.strangers.judged`` returns them.
        circle_of: Circle number of every entity; the last number is that of having none.
        first: Seconds of the first event.
        since: Seconds at which judging began.
    """

    first_contacts: pl.DataFrame
    contacts: pl.DataFrame
    acquaintances: pl.DataFrame
    judged: pl.DataFrame
    circle_of: IntArray
    first: int
    since: int

    @property
    def strangers(self) -> pl.DataFrame:
        """The stranger contacts among the judged."""
        return self.judged.filter(pl.col("stranger"))


def network(events: pl.LazyFrame, entities: int, since: int | None, seed: int) -> Network:
    """Build the judged graph of a store's events. Materialises the contacts.

    Args:
        events: A store's events.
        entities: How many dense numbers the store has.
        since: Seconds from which first contacts are judged; the end of the first quarter of
            the data where absent.
        seed: The run's seed.

    Raises:
        UsageError: Nothing happened after ``since``.
    """
    span = events.select(first=pl.col("time").min(), last=pl.col("time").max()).collect()
    first, last = int(span["first"][0]), int(span["last"][0])
    start = begin(first, last) if since is None else max(since, first)
    if start > last:
        raise UsageError(
            "There are no events after the moment from which first contacts are judged (since).",
            f"The last event is of {datetime.fromtimestamp(last, UTC):%Y-%m-%d %H:%M} UTC: "
            "choose an earlier moment.",
        )
    pairs = contacts.contacts(contacts.reaches(events)).collect().sort("sender", "recipient")
    firsts = contacts.first_contacts(pairs.lazy()).collect().sort("time", "sender", "recipient")
    known = contacts.acquaintances(firsts.lazy()).collect().sort("a", "b")
    drawn = circles.circles(firsts, start, seed)
    judged = strangers.judged(firsts, known, drawn, start)
    number = int(drawn["circle"].to_numpy().max(initial=-1)) + 1
    circle_of = np.full(entities, number, dtype=np.int64)
    circle_of[drawn["account"].to_numpy()] = drawn["circle"].to_numpy()
    return Network(firsts, pairs, known, judged, circle_of, first, start)


def observe(
    events: pl.LazyFrame,
    graph: Network,
    names: Sequence[str],
    seed: int,
    entities: pl.LazyFrame | None = None,
) -> Observations:
    """Cut the judged graph into days and folds, as layers want it.

    Args:
        events: A store's events.
        graph: Their judged graph.
        names: Outside names of the entities by dense number; the folds are keyed by them.
        seed: The run's seed.
        entities: A store's entities; without them lives are read from the events alone.
    """
    turn = quietest_hour(events)
    strangers, sampled = graph.strangers, []
    for bound in BOUNDS:
        strangers, told = bounded(strangers, bound, names, seed)
        sampled += told
    arrivals, told = bounded(_arrivals(events, graph), ARRIVALS, names, seed)
    fold = (seeds.key_ids(names, "recipient fold", seed) % np.uint64(FOLDS)).astype(np.int8)
    day0 = _day(pl.lit(graph.since), turn)
    clock = (pl.col("time") - turn * 3600).mod(_DAY_S)
    rows = strangers.select(
        "sender",
        "recipient",
        "time",
        "new",
        day=_day(pl.col("time"), turn) - day0,
        second_of_day=clock,
        hour=clock // 3600,
        recipient_fold=pl.Series(fold)[strangers["recipient"].cast(pl.Int64)],
    )
    days = int(rows["day"].to_numpy().max(initial=0)) + 1
    of_day = day_folds(days, seed)
    visible = _visible(events, graph)
    return Observations(
        strangers=rows.with_columns(day_fold=pl.Series(of_day)[rows["day"]]),
        arrivals=arrivals.with_columns(
            account_fold=pl.Series(fold)[arrivals["account"].cast(pl.Int64)]
        ),
        visible=visible.with_columns(
            account_fold=pl.Series(fold)[visible["account"].cast(pl.Int64)]
        ),
        circle_of=graph.circle_of,
        habits=habits(events, len(names), turn, rows["sender"].unique().sort()),
        span_days=days,
        invitations=inviting.invitations(events, graph.strangers, graph.since, fold),
        lives=living.lives(events, entities, graph.since),
        introduced=_outward(graph).filter(~pl.col("stranger")).select(INTRODUCED.names()),
        sampled=(*sampled, *told),
    )


def _day(time: pl.Expr, turn: int) -> pl.Expr:
    return (time - turn * 3600) // _DAY_S


def quietest_hour(events: pl.LazyFrame) -> int:
    """Return the hour of the day (UTC) with the fewest events: where day blocks are cut."""
    hour = (pl.col("time") // 3600).mod(_HOURS)
    counted = events.group_by(hour=hour).agg(n=pl.len()).collect()
    busy = np.zeros(_HOURS, dtype=np.int64)
    busy[counted["hour"].to_numpy()] = counted["n"].to_numpy()
    return int(np.argmin(busy))


def day_folds(days: int, seed: int) -> IntArray:
    """Deal days to folds: of every ``FOLDS`` days in a row each fold gets one, in random order."""
    rng = seeds.generator("day fold", seed)
    blocks = [rng.permutation(FOLDS) for _ in range(days // FOLDS + 1)]
    return np.concatenate(blocks)[:days].astype(np.int64)


def habits(events: pl.LazyFrame, entities: int, turn: int, asked: pl.Series) -> Habits:
    """Return the daily rhythm of some accounts, counted by distinct active hours.

    Args:
        events: A store's events.
        entities: How many dense numbers the store has.
        turn: The hour from which hours are counted.
        asked: Whose rhythm is asked for, rising; all others share everybody's.
    """
    hour = pl.col("time") // 3600
    row = np.zeros(entities, dtype=np.int32)
    row[asked.to_numpy()] = np.arange(1, len(asked) + 1)
    table = np.zeros((1 + len(asked), _HOURS))
    total = np.zeros(_HOURS)
    shards = 1 + int(events.select(pl.len()).collect().item()) // _HABIT_EVENTS
    for shard in range(shards):
        counted = (
            events.filter(pl.col("sender") % shards == shard)
            .select("sender", hour=hour)
            .unique()
            .group_by("sender", at=(pl.col("hour") - turn).mod(_HOURS))
            .agg(n=pl.len())
            .collect()
        )
        at, many = counted["at"].to_numpy(), counted["n"].to_numpy()
        total += np.bincount(at, weights=many, minlength=_HOURS)
        table[row[counted["sender"].to_numpy()], at] = many
    table[0] = 0.0  # where all who are not asked about were put
    table += _HABIT_SHRINK * (total + 1.0) / (total.sum() + _HOURS)
    table /= table.sum(axis=1, keepdims=True)
    return Habits(table, row)


def _outward(graph: Network) -> pl.DataFrame:
    """Return the judged first contacts out of an account's circle, to strangers or not."""
    return graph.judged.filter(
        (pl.col("circle_s") != pl.col("circle_r")) | (pl.col("circle_s") == circles.NO_CIRCLE)
    )


def _arrivals(events: pl.LazyFrame, graph: Network) -> pl.DataFrame:
    """Return first contacts out of an account's circle, and joins of groups, once judged.

    Common acquaintance is no reason to leave an arrival out: the recruiter is one.

    Returns:
        Columns account, hub, time.
    """
    outward = _outward(graph).select(account="sender", hub="recipient", time="time")
    joins = (
        events.filter((pl.col("kind") == "join") & (pl.col("time") >= graph.since))
        .group_by(account="sender", hub="recipient")
        .agg(time=pl.col("time").min())
        .collect()
    )
    return pl.concat([outward, joins]).sort("time", "account", "hub")


def _visible(events: pl.LazyFrame, graph: Network) -> pl.DataFrame:
    """Return when accounts first showed in groups, history included.

    Returns:
        Columns account, hub, time, newcomer, known.
    """
    shown = (
        events.filter(pl.col("kind").is_in(["join", "group_message"]))
        .group_by(account="sender", hub="recipient")
        .agg(time=pl.col("time").min())
        .with_columns(newcomer=pl.col("time") >= graph.since)
        .collect()
    )
    ties = pl.concat([graph.acquaintances.select("since", account=end) for end in ("a", "b")]).sort(
        "since"
    )
    met = ties.with_columns(known=pl.int_range(1, pl.len() + 1).over("account"))
    return (
        shown.sort("time")
        .join_asof(
            met.rename({"since": "time"}),
            on="time",
            by="account",
            strategy="backward",
            allow_exact_matches=False,
            check_sortedness=False,
        )
        .with_columns(pl.col("known").fill_null(0).cast(pl.Int64))
        .sort("time", "account", "hub")
    )
