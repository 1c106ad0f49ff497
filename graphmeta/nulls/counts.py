"""How surprising is a count, if chance explains an expected number of them?

Counts of rare, nearly independent successes follow a Poisson-binomial law. Its tail is bounded
and closely followed by the Poisson law with the same mean (Le Cam 1960; the Poisson has the
larger variance, so it errs on the side of calling less surprising). Where observation shows
more spread than that, a negative binomial with the same mean takes it up.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from graphmeta.nulls import beta

FloatArray = NDArray[np.float64]

#: Share of a sum below which further terms change nothing.
_NEGLIGIBLE = 1e-17


def upper_tail(observed: FloatArray, expected: FloatArray, dispersion: float = 0.0) -> FloatArray:
    """Return P(count >= observed).

    Args:
        observed: Counts, shape (n,).
        expected: Their means under the null, shape (n,), not negative.
        dispersion: Excess variance: Var = mean + dispersion * mean**2. 0 means Poisson.

    Returns:
        Probabilities in (0, 1], shape (n,).
    """
    observed = np.asarray(observed, dtype=np.float64)
    mean = np.maximum(np.asarray(expected, dtype=np.float64), 1e-12)
    if dispersion > 0:
        size = 1.0 / dispersion
        tail = special.betainc(np.maximum(observed, 1e-12), size, mean / (mean + size))
    else:
        tail = special.gammainc(np.maximum(observed, 1e-12), mean)
    return np.where(observed <= 0, 1.0, np.clip(tail, 1e-300, 1.0))


def exact_upper_tail(
    observed: FloatArray, of: FloatArray, elsewhere: FloatArray, of_elsewhere: FloatArray
) -> FloatArray:
    """Return P(count >= observed) where all cases are alike, given how many succeeded in all.

    Fisher's exact test, one-sided: unlike a rate learnt elsewhere and then taken for known, it
    holds where there is little to learn from. With nothing elsewhere nothing is surprising.

    Args:
        observed: Successes among ``of`` cases, shape (n,).
        of: Cases, shape (n,).
        elsewhere: Successes among ``of_elsewhere`` other cases, shape (n,).
        of_elsewhere: Other cases, shape (n,).

    Returns:
        Probabilities in (0, 1], shape (n,).
    """
    observed = np.asarray(observed, dtype=np.float64)
    succeed, cases = observed + elsewhere, of + of_elsewhere
    exactly = np.exp(
        _log_choices(of, observed)
        + _log_choices(of_elsewhere, elsewhere)
        - _log_choices(cases, succeed)
    )
    # Chances fall away from the mean: those on the far side are added up.
    above = observed * cases > of * succeed
    more = [many[above] for many in (observed, of, succeed, cases)]
    less = [many[~above] for many in (observed, of, succeed, cases)]
    tail = np.ones(observed.size)
    tail[above] = exactly[above] * (1.0 + _further(*more, up=True))
    tail[~above] = 1.0 - exactly[~above] * _further(*less, up=False)
    return np.where(observed <= 0, 1.0, np.clip(tail, 1e-300, 1.0))


def _further(
    count: FloatArray, of: FloatArray, succeed: FloatArray, cases: FloatArray, *, up: bool
) -> FloatArray:
    """Return the hypergeometric chance of all counts beyond some, over the chance of those.

    Args:
        count: The counts, none of which lies on the other side of the mean, shape (n,).
        of: Cases that are drawn, shape (n,).
        succeed: Cases that succeed in all, shape (n,).
        cases: Cases in all, shape (n,).
        up: Whether larger counts are meant, or smaller ones.
    """
    term, total = np.ones(count.size), np.zeros(count.size)
    rest = cases - succeed - of
    while (term > _NEGLIGIBLE * total).any():
        if up:
            term = term * (succeed - count) * (of - count) / ((count + 1.0) * (rest + count + 1.0))
            count = count + 1.0
        else:
            term = term * count * (rest + count) / ((succeed - count + 1.0) * (of - count + 1.0))
            count = count - 1.0
        total = total + term
    return total


def _log_choices(of: FloatArray, chosen: FloatArray) -> FloatArray:
    """Return the logarithm of the number of ways to choose, shape (n,)."""
    log_factorial = special.gammaln
    return np.asarray(
        log_factorial(of + 1.0) - log_factorial(chosen + 1.0) - log_factorial(of - chosen + 1.0)
    )


def mid_p(observed: FloatArray, expected: FloatArray, dispersion: float = 0.0) -> FloatArray:
    """Return P(count > observed) + P(count = observed) / 2 (Lancaster 1961).

    A plain tail of a discrete count is stochastically larger than uniform; the middle one has
    the mean 1/2 of a uniform p-value, which makes calibration plots readable. It is for looking,
    and is not used where an error bound is stated.
    """
    at_least = upper_tail(observed, expected, dispersion)
    more = upper_tail(np.asarray(observed) + 1.0, expected, dispersion)
    return np.asarray((at_least + more) / 2)


def surprise(observed: FloatArray, expected: FloatArray) -> FloatArray:
    """Return the log-likelihood ratio, in nats, of the observed rate against the expected one.

    ``o ln(o / e) - (o - e)`` where more was observed than expected, 0 elsewhere. Surprises of
    independent counts add up, which is what makes them weights of one graph.
    """
    o = np.asarray(observed, dtype=np.float64)
    e = np.maximum(np.asarray(expected, dtype=np.float64), 1e-9)
    return np.where(o > e, special.xlogy(o, o / e) - (o - e), 0.0)


def signed_surprise(observed: FloatArray, expected: FloatArray) -> FloatArray:
    """Return the log-likelihood ratio in nats, negative where less was observed than expected."""
    o = np.asarray(observed, dtype=np.float64)
    e = np.maximum(np.asarray(expected, dtype=np.float64), 1e-9)
    return np.asarray(np.sign(o - e) * (special.xlogy(o, o / e) - (o - e)))


def at_least(mean: FloatArray, squares: FloatArray, threshold: int) -> FloatArray:
    """Return the chance that at least ``threshold`` of some independent events happen.

    The Poisson-binomial law is followed by the binomial law of the same mean and variance (Ehm
    1991), which is exact where all chances are equal. A Poisson law would let one account meet
    itself: it expects twice as many meetings of two accounts as there are, and more where one
    of them is much busier than the other.

    Args:
        mean: Sums of the events' chances.
        squares: Sums of the squares of the chances, in the shape of ``mean``.
        threshold: At least 2; 0 is returned where it is more than the effective number of events.

    Returns:
        Shape of ``mean``.
    """
    size = mean**2 / np.maximum(squares, 1e-300)
    chance = np.clip(squares / np.maximum(mean, 1e-300), 0.0, 1.0)
    left = size - threshold + 1.0
    enough = left > 1e-6
    tail = np.zeros(mean.shape)
    tail[enough] = beta.tail(threshold, left[enough], chance[enough])
    return tail
