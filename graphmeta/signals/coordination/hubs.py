"""Which hubs do people come to because strangers contacted them?

A hub is asked about in two ways, either of which may validate it (Bonferroni, then
Benjamini-Hochberg over all hubs with a conversion):

- *Had those who arrived been contacted?* Shortly before, and more often than those who arrived
  elsewhere. Where everybody is contacted by strangers often, this tells little.
- *Do a few accounts send many of them?* Every arrival is credited to the last stranger who
  contacted the account before it. Were contacts no reason to come, the arrivals that follow one
  account's contacts would go to this hub in the share of all arrivals from their circles, and
  hardly any account would have several there. Senders with at least 2, 3 or 5 are counted, and
  expected as a sum of Poisson tails; the most surprising of the three is paid for three times.

Both are conditional on who was contacted and on who came anywhere, because people come and go in
bursts. It misleads where accounts contact members of one club, whom something else brings to one
place: circles explain that as far as they are known.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import optimize, sparse, special

from graphmeta.nulls import counts, multiplicity
from graphmeta.signals.base import FloatArray, Observations, Part
from graphmeta.signals.coordination.conversions import LEAST_SOURCES, arrivals, conversions
from graphmeta.signals.memo import once
from graphmeta.signals.sums import summed

#: False discovery rate at which hubs are validated.
HUB_RATE = 0.01
#: From how many converts on a sender is counted, in the second way.
LEVELS = (2, 3, 5)
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
    asked = contacted.join(hubs, on="hub", how="left", maintain_order="left")
    either = 2.0 * pl.min_horizontal("p_value", pl.col("p_few").fill_null(1.0))
    rows = asked.with_columns(p_value=either.clip(upper_bound=1.0))
    tests = conversions(seen, part)["hub"].n_unique()
    q = multiplicity.benjamini_hochberg(rows["p_value"].to_numpy(), max(tests, rows.height))
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
    """Test hubs by how many senders have several converts there.

    Returns:
        Columns hub, p_few, in order of hub; hubs to which at least ``LEAST_SOURCES`` senders have
        ``LEVELS[0]`` converts or more.
    """
    sent = credited(seen, part)
    repeated = sent.group_by("sender", "hub").agg(sent=pl.len()).filter(pl.col("sent") >= LEVELS[0])
    asked = (
        repeated.group_by("hub")
        .agg((pl.col("sent") >= level).sum().alias(str(level)) for level in LEVELS)
        .filter(pl.col(str(LEVELS[0])) >= LEAST_SOURCES)
        .sort("hub")
    )
    if asked.is_empty():
        return asked.select("hub", p_few=pl.lit(1.0))
    expected = _expected_senders(seen, sent, asked["hub"], part)
    tails = [
        counts.upper_tail(asked[str(level)].to_numpy().astype(np.float64), expected[level])
        for level in LEVELS
    ]
    return asked.select("hub", p_few=pl.Series(np.minimum(len(LEVELS) * np.min(tails, 0), 1.0)))


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


def _expected_senders(
    seen: Observations, sent: pl.DataFrame, hubs: pl.Series, part: Part
) -> dict[int, FloatArray]:
    """Expect, by level, how many senders have so many converts at each hub: shape (hubs,).

    A sender's expectation at a hub is a product of circles: what it sent anywhere from each, times
    the hub's share of the circle's arrivals. To most hubs a sender sent nobody of a circle that
    goes there; everybody's habits alone have a say then, and of a Poisson tail at so small a mean
    the first term is an upper bound.
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
    return _tails(sparse.coo_array(sends @ came), total, usual)


def _tails(near: sparse.coo_array, total: FloatArray, usual: FloatArray) -> dict[int, FloatArray]:
    """Add up Poisson tails over senders, by level: shape (hubs,).

    Args:
        near: What circles make a sender expect at a hub, shape (senders, hubs).
        total: What a sender sent, each by its circle's weight, shape (senders,).
        usual: What everybody's habits add at a hub for each of these, shape (hubs,).
    """
    mean = near.data + total[near.row] * usual[near.col]
    expected: dict[int, FloatArray] = {}
    for level in LEVELS:
        rare: FloatArray = total**level
        far = rare.sum() - _by_hub(near, rare[near.row], usual.size)
        first_term = np.maximum(far, 0.0) * usual**level / special.factorial(level)
        expected[level] = _by_hub(near, special.gammainc(level, mean), usual.size) + first_term
    return expected


def _by_hub(near: sparse.coo_array, weights: NDArray[np.float64], hubs: int) -> FloatArray:
    return np.bincount(near.col, weights=weights, minlength=hubs).astype(np.float64)


def _chances(rate: FloatArray, total: float) -> FloatArray:
    """Return ``1 - exp(-factor * rate)``, with the factor that makes them add up to ``total``."""
    if not 0.0 < total < rate.size:
        return np.full(rate.size, min(total, 1.0))

    def excess(log_factor: float) -> float:
        return float(-np.expm1(-np.exp(log_factor) * rate).sum() - total)

    return np.asarray(-np.expm1(-np.exp(optimize.brentq(excess, -50.0, 50.0)) * rate))
