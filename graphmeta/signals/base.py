"""What a layer is, and what it may look at.

A layer sees accounts fall into *bins*: targets they reached, windows they were active in, hubs
their converts went to. Its null says how often they would by chance. From that it answers three
questions, and the floors above ask nothing else of it:

- ``pairs``: which two accounts share more bins than chance explains, and by how much?
- ``groups``: does a group of accounts share more distinct bins than chance explains?
- ``members``: does each account share more of its group's bins than chance explains?

Every question is asked of a :class:`Part` of the data, so that what was found on one part can be
tested on another that had no say in finding it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from graphmeta.nulls.timing import Habits
from graphmeta.signals.sampling import Sampled

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FOLDS = 3

#: What ``pairs`` returns: an edge of the layer with what it rests on.
PAIRS = pl.Schema(
    {
        "a": pl.UInt32(),
        "b": pl.UInt32(),
        "observed": pl.Float64(),
        "expected": pl.Float64(),
        "weight": pl.Float64(),
        "p_value": pl.Float64(),
    }
)
#: What ``groups`` returns: one test per group that has anything to test.
GROUPS = pl.Schema(
    {
        "group": pl.UInt32(),
        "observed": pl.Float64(),
        "expected": pl.Float64(),
        "p_value": pl.Float64(),
    }
)
#: What ``members`` returns: one test per (group, account).
MEMBERS = pl.Schema(
    {
        "group": pl.UInt32(),
        "account": pl.UInt32(),
        "observed": pl.Float64(),
        "expected": pl.Float64(),
        "p_value": pl.Float64(),
    }
)

#: Invitations into groups, once judged: who invited whom into which group, when, when the invited
#: one joined (null where not within days), whether the two were strangers, and its fold.
INVITED = pl.Schema(
    {
        "sender": pl.UInt32(),
        "recipient": pl.UInt32(),
        "group": pl.UInt32(),
        "time": pl.Int64(),
        "joined": pl.Int64(),
        "stranger": pl.Boolean(),
        "recipient_fold": pl.Int8(),
    }
)

#: First contacts out of an account's circle to somebody whom a common acquaintance may have
#: introduced, and who is no stranger therefore.
INTRODUCED = pl.Schema({"sender": pl.UInt32(), "recipient": pl.UInt32(), "time": pl.Int64()})

#: Lives of accounts that began, or ended, while judged: seconds, null where they did not.
LIVES = pl.Schema({"account": pl.UInt32(), "born": pl.Int64(), "ended": pl.Int64()})


def shaped(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """Return the columns of a schema in their types: empty frames have lost theirs."""
    return frame.select(schema.names()).cast(schema)


@dataclass(frozen=True)
class Part:
    """A part of the data: everything, all but one fold, or that fold alone."""

    fold: int | None = None
    held_out: bool = False

    def keeps(self, column: str) -> pl.Expr:
        """Return the filter that keeps this part, given the column that holds the folds."""
        if self.fold is None:
            return pl.lit(True)
        inside = pl.col(column) == self.fold
        return inside if self.held_out else ~inside


WHOLE = Part()


@dataclass(frozen=True, eq=False)
class Observations:
    """What layers look at; equal to itself alone, so that what was learnt from it can be kept.

    Args:
        strangers: Stranger contacts, one row per pair, with the columns sender, recipient, time
            (seconds), day (block of a day), hour (0 to 23 within the block), recipient_fold and
            day_fold (0 to ``FOLDS`` - 1), new (probability that the tie is new).
        arrivals: First contacts of any kind from an account to another, and joins of groups,
            with the columns account, hub, time, account_fold. Hubs are accounts or groups.
        visible: When an account first showed in a group, by joining it or writing there, with
            the columns account, hub (the group), time, newcomer (whether that was once judging
            had begun), known (acquaintances that it had by then) and account_fold.
        circle_of: Circle number of every entity, shape (entities,); accounts without a circle
            share one number.
        habits: Share of an account's active hours in each hour of the block, of those that
            contacted a stranger.
        span_days: How many day blocks the judged period has.
        invitations: Invitations of an account into a group, columns ``INVITED``.
        lives: When accounts began and ended, columns ``LIVES``.
        introduced: Contacts that would go to strangers but for a common acquaintance, columns
            ``INTRODUCED``.
        sampled: What was looked at in part, because an account had so much of it.
    """

    strangers: pl.DataFrame
    arrivals: pl.DataFrame
    visible: pl.DataFrame
    circle_of: IntArray
    habits: Habits
    span_days: int
    invitations: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=INVITED))
    lives: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=LIVES))
    introduced: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=INTRODUCED))
    sampled: tuple[Sampled, ...] = ()


class Layer(Protocol):
    """One respect in which accounts can act alike."""

    name: str
    version: int

    def pairs(self, seen: Observations, part: Part) -> pl.DataFrame:
        """Return the edges of the layer, columns ``PAIRS``; ``weight`` is surprise in nats."""

    def groups(
        self, seen: Observations, groups: pl.DataFrame, found: Part, tested: Part
    ) -> pl.DataFrame:
        """Test groups (columns group, account) on a part, columns ``GROUPS``.

        Whatever has to be chosen or learnt is chosen and learnt on ``found``.
        """

    def members(
        self, seen: Observations, groups: pl.DataFrame, part: Part, *, others: bool = True
    ) -> pl.DataFrame:
        """Test each account that shares a bin with a group, columns ``MEMBERS``.

        Members are tested against the rest of their group, other accounts against all of it.
        Where no ``others`` are asked for, they may be left out.
        """
