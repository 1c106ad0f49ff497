"""What accounts look like that act alone: the worlds on which null models are calibrated.

Given its own activity, circle, rhythm of the week and sessions, and given how popular everybody
is, each account draws whom it contacts and when without regard to anybody else. There is no
coordination in these worlds beyond a flash crowd, whose members each decide alone to contact the
same popular account. p-values that a null model gives here should be uniform.

The worlds mislead where real accounts answer one another: here nobody does, on purpose.
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import polars as pl

from graphmeta import seeds
from graphmeta.contract.events import KIND
from graphmeta.errors import UsageError
from graphmeta.synthetic import clock
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.sheet import Floats, Ints

_START = datetime(2024, 3, 4, tzinfo=UTC)
_SESSIONS_PER_DAY = 0.55


def independent_accounts(
    accounts: int = 3_000, days: int = 21, seed: int = 0, *, flash_crowd: bool = True
) -> pl.DataFrame:
    """Generate accounts that act independently of one another.

    Args:
        accounts: Number of accounts, at least 100.
        days: Length.
        seed: Same seed, same bytes.
        flash_crowd: Whether a popular account or two draw hundreds of contacts in one afternoon.

    Returns:
        sender, recipient (str), timestamp (Datetime us, UTC), kind; in order of time. About
        1.6 events per account and day.

    Raises:
        UsageError: With fewer than 100 accounts.
    """
    if accounts < 100:
        raise UsageError(f"{accounts} accounts are too few.", "Ask for at least 100.")
    rng = seeds.generator("independent", seed)
    circle = np.sort(rng.integers(0, max(2, accounts // int(rng.integers(25, 60))), accounts))
    rhythm = rng.choice(clock.TYPES, size=accounts, p=clock.TYPE_SHARES)
    away = rng.choice([-5, 0, 1, 8], size=accounts, p=[0.3, 0.25, 0.35, 0.1])
    zone = ((away + rng.normal(0, 0.8, accounts)) * HOUR).astype(np.int64)
    popular = rng.pareto(1.6, accounts) + 0.3
    sender, time = _sessions(rng, accounts, days, rhythm, zone)
    recipient = _targets(rng, circle, popular, sender)
    if flash_crowd:
        fan, star, when = _crowd(rng, accounts, days, popular, rhythm, zone)
        sender = np.concatenate([sender, fan])
        recipient = np.concatenate([recipient, star])
        time = np.concatenate([time, when])
    keep = (sender != recipient) & (time >= 0) & (time < days * DAY)
    sender, recipient, time = sender[keep], recipient[keep], np.floor(time[keep]).astype(np.int64)
    return _table(rng, accounts, sender, recipient, time)


def _sessions(
    rng: np.random.Generator, accounts: int, days: int, rhythm: Ints, zone: Ints
) -> tuple[Ints, Floats]:
    """Return bursty sessions: a heavy-tailed number per account, a few contacts in each."""
    activity = rng.lognormal(-0.4, 0.9, accounts)
    who = np.repeat(np.arange(accounts), rng.poisson(activity * _SESSIONS_PER_DAY * days))
    # Some days are much busier than others, for each account on its own; weekends are calmer.
    lively = rng.gamma(0.8, 1.0, (accounts, days)) * np.where(np.arange(days) % 7 < 5, 1.0, 0.7)
    day = _one_of_row(rng, lively, who)
    start = day * DAY + clock.second_of_day(rng, rhythm[who], day) - zone[who]
    length = rng.geometric(0.35, len(who))
    session = np.repeat(np.arange(len(who)), length)
    passed = np.cumsum(rng.lognormal(np.log(70), 1.2, len(session)))
    first = np.cumsum(length) - length
    return who[session], np.asarray(start[session] + passed - passed[first][session])


def _one_of_row(rng: np.random.Generator, weight: Floats, row: Ints) -> Ints:
    """Draw a column for each entry, by the weights in its row of ``weight``."""
    share = np.cumsum(weight, axis=1) / weight.sum(axis=1, keepdims=True)
    stacked = (share + np.arange(len(weight))[:, None]).ravel()
    spot = np.searchsorted(stacked, row + rng.random(len(row)) * (1 - 1e-9), side="right")
    return np.asarray(spot - row * weight.shape[1])


def _targets(rng: np.random.Generator, circle: Ints, popular: Floats, sender: Ints) -> Ints:
    """Draw a recipient for each event: of the own circle mostly, by popularity always.

    A share of events goes to a few favourites, drawn in the same way once per account.
    """
    outgoing = rng.beta(1.5, 4.0, len(circle))
    favourites = 4
    everyone = np.repeat(np.arange(len(circle)), favourites)
    liked = _by_popularity(rng, circle, popular, everyone, outgoing)
    drawn = _by_popularity(rng, circle, popular, sender, outgoing)
    loyal = rng.random(len(sender)) < rng.uniform(0.1, 0.5)
    pick = sender * favourites + rng.integers(0, favourites, len(sender))
    return np.asarray(np.where(loyal, liked[pick], drawn))


def _by_popularity(
    rng: np.random.Generator, circle: Ints, popular: Floats, sender: Ints, outgoing: Floats
) -> Ints:
    """Draw recipients by popularity, from the sender's circle or (``outgoing``) from everybody."""
    total = np.concatenate([[0.0], np.cumsum(popular)])
    outside = rng.random(len(sender)) < outgoing[sender]
    first = np.searchsorted(circle, circle[sender], side="left")
    past = np.searchsorted(circle, circle[sender], side="right")
    low = np.where(outside, 0.0, total[first])
    high = np.where(outside, total[-1], total[past])
    spot = low + rng.random(len(sender)) * (high - low)
    return np.asarray(np.minimum(np.searchsorted(total, spot, side="right") - 1, len(circle) - 1))


def _crowd(
    rng: np.random.Generator, accounts: int, days: int, popular: Floats, rhythm: Ints, zone: Ints
) -> tuple[Ints, Ints, Floats]:
    """Return hundreds of accounts contacting one or two popular ones within some hours."""
    stars = np.argsort(-popular)[: int(rng.integers(1, 3))]
    peak = rng.uniform(0.4, 0.9) * days * DAY
    fan = np.repeat(np.arange(accounts), len(stars))
    star = np.tile(stars, accounts)
    time = peak + rng.exponential(3 * HOUR, len(fan))
    awake = clock.wakefulness(rhythm[fan], time + zone[fan])
    comes = rng.random(len(fan)) < rng.uniform(0.1, 0.25) * awake
    return fan[comes], star[comes], time[comes]


def _table(
    rng: np.random.Generator, accounts: int, sender: Ints, recipient: Ints, time: Ints
) -> pl.DataFrame:
    tokens = pl.Series(rng.permutation(accounts)).cast(pl.String).str.zfill(6)
    order = np.lexsort((recipient, sender, time))
    micros = (pl.Series(time[order]) + int(_START.timestamp())) * 1_000_000
    return pl.DataFrame(
        {
            "sender": tokens.gather(pl.Series(sender[order])),
            "recipient": tokens.gather(pl.Series(recipient[order])),
            "timestamp": micros.cast(pl.Datetime("us")).dt.replace_time_zone("UTC"),
            "kind": pl.repeat("message", len(order), dtype=KIND, eager=True),
        }
    )
