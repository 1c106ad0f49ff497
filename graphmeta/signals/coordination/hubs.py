"""Which hubs do people come to because strangers contacted them?

A hub to which at least ``LEAST_ARRIVALS`` accounts came is asked about in two ways, either of which
may validate it (Bonferroni, then Benjamini-Hochberg over all these hubs):

- *Had those who arrived been contacted?* Shortly before, and more often than those who arrived
  elsewhere. Where everybody is contacted by strangers often, this tells little.
- *Do a few accounts send many of them?* Every arrival is credited to the last stranger who
  contacted the account before it. Were contacts no reason to come, the arrivals that follow one
  account's contacts would go to this hub in the share of all arrivals from their circles, and
  hardly any account would have several there. Counted are senders of at least two who by a Poisson
  law would have so many once in a hundred, a thousand or a hundred thousand times at most: who
  contacts thousands has a few converts anywhere. Expected are the chances of all senders to be
  counted; the most surprising of the three counts is paid for three times.

Both are conditional on who was contacted and on who came anywhere, because people come and go in
bursts. It misleads where accounts contact members of one club, whom something else brings to one
place: circles explain that as far as they are known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import optimize, sparse, special

from graphmeta.nulls import counts, multiplicity
from graphmeta.signals.base import FloatArray, IntArray, Observations, Part
from graphmeta.signals.coordination.conversions import LEAST_SOURCES, arrivals, conversions
from graphmeta.signals.memo import once
from graphmeta.signals.sums import summed

#: False discovery rate at which hubs are validated.
HUB_RATE = 0.01
#: A hub to which fewer came is not asked about: how many came does not depend on who sent them,
#: and nine in ten hubs are somebody's few new acquaintances.
LEAST_ARRIVALS = 6
#: In the second way a sender of several is counted whose converts chance explains no more often.
LEVELS = (1e-2, 1e-3, 1e-5)
SEVERAL = 2
#: How many arrivals' worth of everybody's habits is added to what is known of a circle's.
PRIOR_ARRIVALS = 10.0


@once
def validated_hubs(seen: Observations, part: Part) -> pl.DataFrame:
    """Return hubs whose arrivals strangers' contacts brought, beyond chance.

    Returns:
        Columns hub, observed, expected (converted arrivals, in the first way), p_value, q_value;
        in order of hub.
    """
    contacted, hubs = followed(seen, part), concentrated(seen, part)
    known = arrivals(seen, part).group_by("hub").len().filter(pl.col("len") >= LEAST_ARRIVALS)
    asked = contacted.join(hubs, on="hub", how="left", maintain_order="left")
    either = 2.0 * pl.min_horizontal("p_value", pl.col("p_few").fill_null(1.0))
    rows = asked.with_columns(p_value=either.clip(upper_bound=1.0)).join(
        known, on="hub", how="semi", maintain_order="left"
    )
    q = multiplicity.benjamini_hochberg(rows["p_value"].to_numpy(), known.height)
    return (
        rows.with_columns(q_value=pl.Series(q))
        .filter(pl.col("q_value") <= HUB_RATE)
        .select("hub", "observed", "expected", "p_value", "q_value")
    )


def followed(seen: Observations, part: Part) -> pl.DataFrame:
    """Test hubs by how many of their arrivals followed a stranger's contact.

    An account is contacted shortly before it arrives somewhere at a rate of its own: how often
    strangers contact it for other reasons, half pulled towards everybody's. One factor, common to
    all, brings the arrivals that this explains to as many as there were: that people arrive while
    they are active, and are contacted while they are active, is no news.

    Returns:
        Columns hub, observed (converted arrivals), expected, p_value, in order of hub; hubs of at
        least ``LEAST_SOURCES`` senders.
    """
    contacted = seen.strangers.filter(part.keeps("recipient_fold"))
    moves = conversions(seen, part)
    by_hub = moves.group_by("hub").agg(
        observed=pl.col("recipient").n_unique().cast(pl.Float64),
        sources=pl.col("sender").n_unique(),
    )
    times = contacted.group_by(account="recipient").agg(times=pl.len().cast(pl.Float64))
    of_these = moves.group_by("hub", account="recipient").agg(
        followed=pl.col("sender").n_unique().cast(pl.Float64)
    )
    typical = contacted.height / max(seen.circle_of.size, 1)
    arrived = (
        arrivals(seen, part)
        .join(times, on="account", how="left", maintain_order="left")
        .join(of_these, on=["hub", "account"], how="left", maintain_order="left")
        .select(
            "hub",
            rate=(pl.col("times").fill_null(0.0) - pl.col("followed").fill_null(0.0) + typical) / 2,
        )
    )
    chance = _chances(arrived["rate"].to_numpy(), float(by_hub["observed"].sum()))
    told = arrived.select("hub", expected=pl.Series(chance))
    expected = summed(told.sort("hub", maintain_order=True), ("hub",), "expected")
    rows = by_hub.filter(pl.col("sources") >= LEAST_SOURCES).join(expected, on="hub").sort("hub")
    tail = counts.upper_tail(rows["observed"].to_numpy(), rows["expected"].to_numpy())
    return rows.drop("sources").with_columns(p_value=pl.Series(tail))


def concentrated(seen: Observations, part: Part) -> pl.DataFrame:
    """Test hubs by how many senders have more converts there than chance deals out.

    Returns:
        Columns hub, p_few, in order of hub; hubs to which at least ``LEAST_SOURCES`` senders have
        ``SEVERAL`` converts or more.
    """
    sent = credited(seen, part)
    repeated = sent.group_by("sender", "hub").agg(sent=pl.len()).filter(pl.col("sent") >= SEVERAL)
    senders = repeated.group_by("hub").len()
    asked = senders.filter(pl.col("len") >= LEAST_SOURCES).select("hub").sort("hub")
    if asked.is_empty():
        return asked.with_columns(p_few=pl.lit(1.0))
    chance = _expected_converts(seen, sent, asked["hub"], part)
    converts = repeated.join(asked, on="hub", how="semi")
    tails = [
        counts.upper_tail(*_counted(chance, converts, asked["hub"], level)) for level in LEVELS
    ]
    return asked.with_columns(p_few=np.minimum(len(LEVELS) * np.min(tails, 0), 1.0))


def credited(seen: Observations, part: Part) -> pl.DataFrame:
    """Credit every converted arrival to the last stranger who contacted the account before it.

    Returns:
        Columns sender, recipient, hub; one row per recipient and hub.
    """
    first = arrivals(seen, part).select("hub", "time", recipient="account")
    return (
        conversions(seen, part)
        .join(first, on=["recipient", "hub", "time"], how="semi")
        .sort("recipient", "hub", "contacted", "sender", descending=[False, False, True, False])
        .unique(["recipient", "hub"], keep="first", maintain_order=True)
        .select("sender", "recipient", "hub")
    )


@dataclass(frozen=True, eq=False)
class _Chance:
    """How many converts senders would have at hubs by chance.

    Args:
        senders: Their accounts, rising, shape (senders,).
        near: What circles make a sender expect at a hub, and everybody's habits: shape (senders,
            hubs); what is not stored, everybody's habits alone make up.
        total: What a sender sent, each by its circle's weight, shape (senders,).
        usual: What everybody's habits add at a hub for each of these, shape (hubs,).
    """

    senders: IntArray
    near: sparse.csr_array
    total: FloatArray
    usual: FloatArray


def _expected_converts(
    seen: Observations, sent: pl.DataFrame, hubs: pl.Series, part: Part
) -> _Chance:
    """Expect converts of every sender at every hub.

    A sender's expectation at a hub is a sum over circles: what it sent anywhere from each, times
    the hub's share of the circle's arrivals. To most hubs a sender sent nobody of a circle that
    goes there; everybody's habits alone have a say then.
    """
    circles = int(seen.circle_of.max()) + 1
    every = arrivals(seen, part)
    circle = seen.circle_of[every["account"].to_numpy()]
    among = 1.0 / (np.bincount(circle, minlength=circles) + PRIOR_ARRIVALS)
    senders, row = np.unique(sent["sender"].to_numpy(), return_inverse=True)
    from_circle = seen.circle_of[sent["recipient"].to_numpy()]
    one = np.ones(row.size)
    shape = senders.size, circles
    sends = sparse.csr_array((one, (row, from_circle)), shape=shape) @ sparse.diags_array(among)
    column = np.searchsorted(hubs.to_numpy(), every["hub"].to_numpy())
    here = np.take(hubs.to_numpy(), column, mode="clip") == every["hub"].to_numpy()
    shape = circles, len(hubs)
    came = sparse.csr_array((np.ones(here.sum()), (circle[here], column[here])), shape=shape)
    usual = PRIOR_ARRIVALS * np.asarray(came.sum(axis=0)) / max(every.height, 1)
    total = np.asarray(sends.sum(axis=1))
    near = sparse.csr_array(sends @ came)
    near.sort_indices()
    near.data += np.repeat(total, np.diff(near.indptr)) * usual[near.indices]
    return _Chance(senders.astype(np.int64), near, total, usual)


def _counted(
    chance: _Chance, converts: pl.DataFrame, hubs: pl.Series, level: float
) -> tuple[FloatArray, FloatArray]:
    """Count the senders whose converts are several and surprising, and expect them.

    Args:
        chance: What senders would have by chance.
        converts: Columns sender, hub, sent (at least ``SEVERAL``).
        hubs: The hubs asked about, rising.
        level: A sender is counted where so many converts have at most this chance.

    Returns:
        Two arrays of shape (hubs,).
    """
    row = np.searchsorted(chance.senders, converts["sender"].to_numpy())
    column = np.searchsorted(hubs.to_numpy(), converts["hub"].to_numpy())
    mean = np.asarray(chance.near[row, column]).ravel()
    surprising = special.gammainc(converts["sent"].to_numpy(), mean) <= level
    observed = np.bincount(column[surprising], minlength=len(hubs)).astype(np.float64)
    near = chance.near.tocoo()
    inside = _by_hub(near, _reached(near.data, level), len(hubs))
    return observed, inside + np.maximum(_far(chance, near, level), 0.0)


def _reached(mean: FloatArray, level: float) -> FloatArray:
    """Return how often a sender is counted by chance: the tail from the first number that counts.

    Args:
        mean: Converts that are expected, shape (n,).
        level: The chance of as many converts from which on a sender is counted.
    """
    tail: FloatArray = special.gammainc(SEVERAL, mean)
    number, often = SEVERAL, np.flatnonzero(tail > level)
    while often.size:
        number += 1
        tail[often] = special.gammainc(number, mean[often])
        often = often[tail[often] > level]
    return tail


def _far(chance: _Chance, near: sparse.coo_array, level: float) -> FloatArray:
    """Bound how many senders are counted of whom everybody's habits alone expect converts.

    A Poisson tail from two on is at most half the square of the mean, and who is counted has a
    tail of at most the level, so the smaller of both is an upper bound.
    """
    total = np.sort(chance.total)
    squares = np.concatenate([[0.0], np.cumsum(total**SEVERAL)])
    half = chance.usual**SEVERAL / special.factorial(SEVERAL)
    few = np.searchsorted(total, np.sqrt(level / half))
    every = half * squares[few] + level * (total.size - few)
    inside = np.minimum(level, half[near.col] * chance.total[near.row] ** SEVERAL)
    return np.asarray(every - _by_hub(near, inside, chance.usual.size))


def _by_hub(near: sparse.coo_array, weights: NDArray[np.float64], hubs: int) -> FloatArray:
    return np.bincount(near.col, weights=weights, minlength=hubs).astype(np.float64)


def _chances(rate: FloatArray, total: float) -> FloatArray:
    """Return ``1 - exp(-factor * rate)``, with the factor that makes them add up to ``total``."""
    if not 0.0 < total < rate.size:
        return np.full(rate.size, min(total, 1.0))

    def excess(log_factor: float) -> float:
        return float(-np.expm1(-np.exp(log_factor) * rate).sum() - total)

    return np.asarray(-np.expm1(-np.exp(optimize.brentq(excess, -50.0, 50.0)) * rate))
