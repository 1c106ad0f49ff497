"""Do groups of accounts reach more distinct targets together than chance explains?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from graphmeta.nulls import configuration
from graphmeta.nulls.configuration import Choice
from graphmeta.signals.base import FloatArray, IntArray, Observations, Part
from graphmeta.signals.coordination import thresholds
from graphmeta.signals.coordination.shared_targets.nearness import (
    ANY_TIME,
    WIDTHS_S,
    Nearness,
    class_of,
    nearness,
    reached_in,
)
from graphmeta.signals.coordination.thresholds import THRESHOLDS, most_surprising

#: How groups may be looked at: how many have to reach a target, and within what time. More than
#: two within a window are not asked for: a ring of whom many reach each target shows at any time.
SETTINGS = (*((level, ANY_TIME) for level in THRESHOLDS), *((2, width) for width in WIDTHS_S))


def tested(seen: Observations, groups: pl.DataFrame, found: Part, tested_on: Part) -> pl.DataFrame:
    """Test groups on a part, as chosen on the part that found them: columns ``GROUPS``."""
    near = nearness(seen, found)
    learnt = configuration.fit(reached_in(seen, found), seen.circle_of)
    before = tally(seen, groups, learnt, near, found, SETTINGS)
    choice = chosen(before)
    if found == tested_on:
        return thresholds.tested(before.join(choice, on=["group", "threshold", "width"]))
    after = [
        tally(seen, groups.join(mine, on="group", how="semi"), learnt, near, tested_on, (setting,))
        for setting, mine in choice.partition_by("threshold", "width", as_dict=True).items()
    ]
    return thresholds.tested(pl.concat([before.clear(), *after]))


def chosen(tallies: pl.DataFrame) -> pl.DataFrame:
    """Return the setting at which each group surprises most: group, threshold, width."""
    return most_surprising(tallies, ["threshold", "width"])


def reached(contacts: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Return the distinct targets of each group.

    Returns:
        Columns group, target, by (how many of it), gap (seconds between the two nearest contacts
        of different accounts; null where ``by`` is 1).
    """
    rows = groups.join(contacts, left_on="account", right_on="sender").sort("time")
    apart = pl.col("time").diff().min()
    return (
        rows.group_by("group", target="recipient", maintain_order=True)
        .agg(by=pl.len().cast(pl.Int64), gap=apart)
        .sort("group", "target")  # sums of floats depend on the order in which they are added
    )


@dataclass(frozen=True)
class _Asked:
    """What a tally's parts share: the null of the part, and what each group does in it."""

    here: Choice
    numbers: IntArray
    row: IntArray
    target: IntArray
    by: FloatArray
    gap: FloatArray
    sent: FloatArray
    rate: FloatArray
    kinds: FloatArray
    how_many: IntArray
    where: IntArray


def tally(
    seen: Observations,
    groups: pl.DataFrame,
    learnt: Choice,
    near: dict[int, Nearness],
    part: Part,
    settings: Sequence[tuple[int, int]],
) -> pl.DataFrame:
    """Count the targets that at least so many of each group reached, and expect them.

    Popularity is that among everybody else: a group's own contacts do not excuse themselves.
    Settings at which nothing was observed are left out, except where only one is asked for.

    Returns:
        Columns group, threshold, width, observed, expected.
    """
    asked = _ask(seen, groups, learnt, part)
    frames = []
    for level, width in settings:
        within = asked.gap <= width if width != ANY_TIME else np.ones(asked.gap.size, dtype=bool)
        observed = np.bincount(
            asked.row, weights=(asked.by >= level) & within, minlength=asked.numbers.size
        ).astype(np.float64)
        rows = np.flatnonzero((observed > 0) | (len(settings) == 1))
        close = _close(near.get(width), groups, asked.numbers, seen.circle_of.size)
        expected = _expected(asked, rows, level, close)
        frames.append(
            pl.DataFrame(
                {
                    "group": asked.numbers[rows],
                    "threshold": np.full(rows.size, level),
                    "width": np.full(rows.size, width),
                    "observed": observed[rows],
                    "expected": expected,
                }
            )
        )
    return pl.concat(frames)


def _ask(seen: Observations, groups: pl.DataFrame, learnt: Choice, part: Part) -> _Asked:
    contacts = reached_in(seen, part)
    here = configuration.fit(contacts, seen.circle_of)
    hits = reached(contacts, groups)
    numbers = np.sort(hits["group"].unique().to_numpy())
    row = np.searchsorted(numbers, hits["group"].to_numpy())
    target = hits["target"].to_numpy().astype(np.int64)
    by = hits["by"].to_numpy().astype(np.float64)
    own = np.zeros((numbers.size, here.circles))
    np.add.at(own, (row, seen.circle_of[target]), by)
    others = np.maximum(here.circle_popularity[None, :] - own, 0.5)
    kinds, how_many = np.unique(
        np.column_stack([seen.circle_of, here.popularity]), axis=0, return_counts=True
    )
    return _Asked(
        here=here,
        numbers=numbers,
        row=row,
        target=target,
        by=by,
        gap=hits["gap"].fill_null(np.iinfo(np.int64).max).to_numpy().astype(np.float64),
        sent=_sent(groups, numbers, here, learnt) / others,
        rate=here.prior_rate(others),
        kinds=kinds[:, 1],
        how_many=how_many,
        where=kinds[:, 0].astype(np.int64),
    )


def _close(
    near: Nearness | None, groups: pl.DataFrame, numbers: IntArray, accounts: int
) -> FloatArray | None:
    """Return how likely two of a group meet within the width, by class: (groups, classes)."""
    if near is None:
        return None
    member = groups.filter(pl.col("group").is_in(numbers.tolist()))
    inside = sparse.coo_array(
        (
            np.ones(member.height),
            (
                np.searchsorted(numbers, member["group"].to_numpy()),
                member["account"].to_numpy().astype(np.int64),
            ),
        ),
        shape=(numbers.size, accounts),
    ).tocsr()
    share = near.moments.of_groups(inside)
    return np.asarray(np.minimum(share[:, None] * near.factor[None, :], 1.0))


def _expected(asked: _Asked, rows: IntArray, level: int, near: FloatArray | None) -> FloatArray:
    """Return how many targets each group would share by chance, shape (rows,)."""

    def chance(popularity: FloatArray, group: IntArray, circle: IntArray) -> FloatArray:
        close = None if near is None else near[group, class_of(popularity)]
        sent, rate = asked.sent[group, circle], asked.rate[group, circle]
        return _chance(level, popularity, sent, asked.here.shape, rate, close)

    everywhere = chance(asked.kinds[None, :], rows[:, None], asked.where[None, :])
    circle = asked.here.circle_of[asked.target]
    popularity = asked.here.popularity[asked.target]
    with_own = chance(popularity, asked.row, circle)
    without_own = chance(popularity - asked.by, asked.row, circle)
    swap = np.bincount(asked.row, weights=without_own - with_own, minlength=asked.numbers.size)
    return np.asarray(np.maximum(everywhere @ asked.how_many + swap[rows], 0.0))


def _chance(
    level: int,
    others: FloatArray,
    sent: FloatArray,
    shape: float,
    rate: FloatArray,
    close: FloatArray | None,
) -> FloatArray:
    """Return the chance that enough of a group reach a target, within the width if there is one.

    Two within a width are at most as likely as the pairs expected at the target, times the chance
    that a pair is close.
    """
    ever = configuration.at_least(level, others, sent, shape, rate)
    if close is None:
        return ever
    seen = others + shape
    pairs = sent**2 * seen * (seen + 1.0) / (2.0 * (rate + 1.0) ** 2)
    return np.asarray(np.minimum(ever, pairs * close))


def _sent(groups: pl.DataFrame, numbers: IntArray, here: Choice, learnt: Choice) -> FloatArray:
    """Return how many contacts each group sends to each circle, by propensities learnt before.

    Returns:
        Shape (groups, circles).
    """
    member = groups.filter(pl.col("group").is_in(numbers.tolist()))
    account = member["account"].to_numpy().astype(np.int64)
    rows = learnt.propensity(account) * here.activity[account][:, None]
    sent = np.zeros((numbers.size, rows.shape[1]))
    np.add.at(sent, np.searchsorted(numbers, member["group"].to_numpy()), rows)
    return sent
