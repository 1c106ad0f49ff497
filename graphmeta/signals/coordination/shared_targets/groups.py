"""Do groups of accounts reach more distinct targets together than chance explains?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from graphmeta.nulls import configuration
from graphmeta.nulls.configuration import CLASSES, Choice, class_of, leaning
from graphmeta.signals.base import FloatArray, IntArray, Observations, Part
from graphmeta.signals.coordination import thresholds
from graphmeta.signals.coordination.shared_targets.nearness import (
    ANY_TIME,
    WIDTHS_S,
    Nearness,
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
    lean = leanings(seen, groups, learnt, found)
    before = tally(seen, groups, learnt, near, lean, found, SETTINGS)
    choice = chosen(before)
    if found == tested_on:
        return thresholds.tested(before.join(choice, on=["group", "threshold", "width"]))
    after = [
        tally(
            seen,
            groups.join(mine, on="group", how="semi"),
            learnt,
            near,
            lean,
            tested_on,
            (setting,),
        )
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


@dataclass(frozen=True)
class Leanings:
    """Which classes of targets groups lean to: numbers of groups, and factors (groups, classes)."""

    numbers: IntArray
    factor: FloatArray

    def of(self, numbers: IntArray) -> FloatArray:
        """Return the factors of some groups, 1 where nothing is known, (numbers, classes)."""
        out = np.ones((numbers.size, CLASSES))
        known = np.isin(numbers, self.numbers)
        out[known] = self.factor[np.searchsorted(self.numbers, numbers[known])]
        return out


def leanings(seen: Observations, groups: pl.DataFrame, learnt: Choice, part: Part) -> Leanings:
    """Learn from a part which classes of targets groups lean to."""
    asked = _ask(seen, groups, learnt, part)
    kinds = class_of(asked.kinds)
    mean = (asked.kinds + asked.here.shape) * asked.how_many
    each = asked.sent[:, asked.where] / (asked.rate[:, asked.where] + 1.0) * mean
    in_class = np.equal(kinds[:, None], np.arange(CLASSES)).astype(np.float64)
    towards = np.zeros((asked.numbers.size, CLASSES))
    others = class_of(asked.here.popularity[asked.target] - asked.by)
    np.add.at(towards, (asked.row, others), asked.by)
    return Leanings(asked.numbers, leaning(towards, each @ in_class))


def tally(
    seen: Observations,
    groups: pl.DataFrame,
    learnt: Choice,
    near: dict[int, Nearness],
    lean: Leanings,
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
    leant = lean.of(asked.numbers)
    every = np.arange(asked.numbers.size)
    frames = []
    for level in sorted({level for level, _ in settings}):
        reaching = asked.by >= level
        some = np.bincount(asked.row, weights=reaching, minlength=every.size) > 0
        rows = every if len(settings) == 1 else np.flatnonzero(some)
        chances = _Chances(asked, rows, level, leant)
        for width in (width for wanted, width in settings if wanted == level):
            close = _close(near.get(width), groups, asked.numbers, seen.circle_of.size)
            within = reaching & (asked.gap <= width if close is not None else True)
            observed = np.bincount(asked.row, weights=within, minlength=every.size)
            tallied = pl.DataFrame(
                {
                    "group": asked.numbers[rows],
                    "threshold": np.full(rows.size, level),
                    "width": np.full(rows.size, width),
                    "observed": observed[rows].astype(np.float64),
                    "expected": chances.expected(close),
                }
            )
            frames.append(tallied.filter((pl.col("observed") > 0) | (len(settings) == 1)))
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


class _Chances:
    """How likely enough of each group reach each target, at any time or within a width.

    Args:
        asked: What is asked.
        rows: The groups that are, shape (rows,).
        level: How many of a group have to reach a target.
        lean: Factors by class of target, shape (groups, classes).
    """

    def __init__(self, asked: _Asked, rows: IntArray, level: int, lean: FloatArray) -> None:
        self._asked, self._rows = asked, rows
        here, target = asked.here, asked.target
        popularity, circle = here.popularity[target], here.circle_of[target]
        self._everywhere = _Chance(
            level, asked, lean, rows[:, None], asked.where[None, :], asked.kinds[None, :]
        )
        self._with_own = _Chance(level, asked, lean, asked.row, circle, popularity)
        self._without_own = _Chance(level, asked, lean, asked.row, circle, popularity - asked.by)

    def expected(self, close: FloatArray | None) -> FloatArray:
        """Return how many targets each group would share by chance, shape (rows,).

        Args:
            close: How likely two of a group meet within the width, shape (groups, classes).
        """
        asked = self._asked
        everywhere = self._everywhere.within(close) @ asked.how_many
        without, with_ = self._without_own.within(close), self._with_own.within(close)
        swap = np.bincount(asked.row, weights=without - with_, minlength=asked.numbers.size)
        return np.asarray(np.maximum(everywhere + swap[self._rows], 0.0))


class _Chance:
    """The chance that enough of a group reach a target.

    Args:
        level: How many that is.
        asked: What is asked.
        lean: Factors by class of target, shape (groups, classes).
        group: Rows of the groups.
        circle: Circles of the targets.
        others: How often others reached the targets; ``group``, ``circle`` and this broadcast.
    """

    def __init__(
        self,
        level: int,
        asked: _Asked,
        lean: FloatArray,
        group: IntArray,
        circle: IntArray,
        others: FloatArray,
    ) -> None:
        kind = class_of(others)
        factor = lean[group, kind]
        known = others + asked.here.shape
        mean = asked.sent[group, circle] * known / (asked.rate[group, circle] + 1.0) * factor
        # Whoever leans to rare targets picks them from a directory, where all are alike: what is
        # added to what popularity explains adds nothing to its spread.
        size = known * np.maximum(factor, 1.0) ** 2
        self._group, self._kind = group, kind
        self._ever = configuration.at_least(level, mean, size)
        self._pairs = mean**2 * (1.0 + 1.0 / size) / 2.0

    def within(self, close: FloatArray | None) -> FloatArray:
        """Return the chance, within the width if there is one.

        Two within a width are at most as likely as the pairs expected at the target, times the
        chance that a pair is close.
        """
        if close is None:
            return self._ever
        return np.asarray(np.minimum(self._ever, self._pairs * close[self._group, self._kind]))


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
