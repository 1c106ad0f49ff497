"""How are accounts bounded that contact, or are contacted by, hundreds of thousands?

What layers ask about one account costs as much as it has contacts, and for some questions (whom
did strangers contact who then went on elsewhere?) as its contacts one way times those the other
way. A help desk with ten million contacts would outweigh everybody else. Of what such an account
did, therefore, a sample of about a stated size is looked at.

Every row of it has the same chance to be kept, whatever it says, and whether it is depends on the
ids of its two ends and the seed alone: neither the order of rows nor files, threads or what else
is in the data have a say. The sample is looked at as if it were everything. Tests stay valid, since
what is expected is learnt from the same rows. What is lost is power: two accounts that shared a
number of targets share as many times the square of the share that was kept. A count that rests on
the rows of a bounded account, divided by that share, estimates the whole count without bias, with a
relative standard error of at most ``1 / sqrt(rows counted)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from graphmeta import seeds


@dataclass(frozen=True)
class Bound:
    """Of what at most about how many rows of one account are looked at.

    Args:
        what: The rows, in words, for the manifest.
        of: The column of the account that is bounded.
        other: The column of the other end.
        most: How many rows of one account are kept, about.
    """

    what: str
    of: str
    other: str
    most: int


@dataclass(frozen=True)
class Sampled:
    """What a bound did, for the manifest.

    Args:
        what: The rows that were sampled.
        most: How many of one account were kept, about.
        accounts: Accounts that had more.
        rows: How many rows they had.
        kept: How many of those were looked at.
    """

    what: str
    most: int
    accounts: int
    rows: int
    kept: int


def bounded(
    rows: pl.DataFrame, bound: Bound, names: Sequence[str], seed: int
) -> tuple[pl.DataFrame, list[Sampled]]:
    """Keep about ``bound.most`` rows of every account that has more.

    Args:
        rows: Rows with the columns that the bound names.
        bound: What is bounded.
        names: Outside names of the entities by dense number; the sample is keyed by them.
        seed: The run's seed.

    Returns:
        The rows that are left, in their order, and what was done; nothing where nothing was.
    """
    large = rows.group_by(bound.of).len("rows").filter(pl.col("rows") > bound.most)
    if large.is_empty():
        return rows, []
    chance = rows.select(bound.of).join(large, on=bound.of, how="left", maintain_order="left")
    share = bound.most / chance["rows"].fill_null(bound.most).to_numpy()
    asked = np.flatnonzero(share < 1.0)
    keys = _keys(rows[asked].select(bound.of, bound.other), names, (bound.what, seed))
    kept = np.ones(rows.height, dtype=bool)
    kept[asked] = keys < share[asked]
    told = Sampled(
        bound.what, bound.most, large.height, asked.size, int(np.count_nonzero(kept[asked]))
    )
    return rows.filter(pl.Series(kept)), [told]


def _keys(
    ends: pl.DataFrame, names: Sequence[str], step: tuple[str, int]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Draw a number from 0 to 1 for every pair of ends, by their names alone."""
    mixed = np.zeros(ends.height, dtype=np.uint64)
    for column in ends.columns:
        number, place = np.unique(ends[column].to_numpy(), return_inverse=True)
        keys = seeds.key_ids([names[one] for one in number], "sample", *step)
        # Scrambled in turn: the two ends of a pair do not cancel each other out.
        mixed = seeds.mix((mixed ^ keys[place]).view(np.int64))
    return np.asarray((mixed >> np.uint64(11)) / float(2**53))
