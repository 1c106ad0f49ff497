"""Which of a group's accounts belong to it, and which others do?

Every account of a group is tested against the rest of it, and every account that shares a bin
with it against all of it; who fails goes, who passes comes. Who comes changes what the others are
tested against, so in a large graph most groups would go on changing for ever. After a few rounds,
therefore, nobody comes any more, and who fails goes until everybody who is left passes.

What a group's tests say depends on its accounts alone, so each set of accounts is asked about once,
however many groups, cuts and rounds have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import numpy as np
import polars as pl
from numpy.typing import NDArray

from graphmeta.signals.base import Layer, Observations, Part

#: False discovery rates at which members stay in a group, and at which outsiders join it.
KEEP_AT = 0.05
GROW_AT = 0.1
#: Rounds in which others may join; afterwards groups only lose members.
GROWING = 3
#: Sets of accounts that layers are asked about together: each has hundreds of outsiders to test.
_SETS_AT_ONCE = 2_000

CUTS = ("cut", "group", "account")


def refine(
    seen: Observations, layers: Sequence[Layer], groups: pl.DataFrame, part: Part, least: int
) -> pl.DataFrame:
    """Prune and grow groups by their members' tests for ``GROWING`` rounds, then prune them.

    Groups of different cuts do not see one another. Pieces of one ring all grow towards the
    whole ring; the piece whose members belong most surely gets it, and the others keep what is
    left.

    Args:
        seen: What is observed.
        layers: The layers.
        groups: Columns cut, group, account; no group number in two cuts.
        part: The part of the data that has a say.
        least: The fewest accounts of a group.

    Returns:
        Columns as ``groups``, in order of group and account.
    """
    asked = _Asked(seen, layers, part)
    for number in count():
        if groups.is_empty():
            break
        kept = disjoint(asked.passed(groups, others=number < GROWING), least)
        if kept.equals(groups):
            break
        groups = kept
    return groups


def disjoint(groups: pl.DataFrame, least: int) -> pl.DataFrame:
    """Give every account of a cut to the group of the largest gain that holds it.

    Args:
        groups: Columns cut, group, account, gain.
        least: Groups left with fewer accounts are dropped, and give theirs to nobody.

    Returns:
        Columns cut, group, account, in order of group and account.
    """
    return (
        groups.sort("account", "gain", "group", descending=[False, True, False])
        .unique(["cut", "account"], keep="first", maintain_order=True)
        .filter(pl.len().over("group") >= least)
        .select(CUTS)
        .sort("group", "account")
    )


def member_tests(
    seen: Observations,
    layers: Sequence[Layer],
    groups: pl.DataFrame,
    part: Part,
    *,
    others: bool = True,
) -> pl.DataFrame:
    """Test accounts over all layers: columns group, account, p_value (Bonferroni over layers).

    Args:
        seen: What is observed.
        layers: The layers.
        groups: Columns group, account.
        part: The part of the data that is asked.
        others: Whether accounts outside the groups are of interest; they may be there all the same.
    """
    frames = [
        layer.members(seen, groups, part, others=others).select("group", "account", "p_value")
        for layer in layers
    ]
    return (
        pl.concat(frames)
        .group_by("group", "account")
        .agg((pl.col("p_value").min() * len(layers)).clip(upper_bound=1.0))
        .sort("group", "account")
    )


class _Asked:
    """The sets of accounts that were asked about, and who passed as a member of each."""

    def __init__(self, seen: Observations, layers: Sequence[Layer], part: Part) -> None:
        self._seen, self._layers, self._part = seen, layers, part
        self._number_of: dict[bytes, int] = {}
        self._known = pl.DataFrame(
            schema={
                "set": pl.UInt32,
                "account": pl.UInt32,
                "inside": pl.Boolean,
                "gain": pl.Float64,
            }
        )

    def passed(self, groups: pl.DataFrame, *, others: bool) -> pl.DataFrame:
        """Return who stays in each group, and which others join: columns cut, group, account, gain.

        Once no others are asked for, they cannot be asked for again.
        """
        frame = groups.sort("group", "account")
        number, first = np.unique(frame["group"].to_numpy(), return_index=True)
        sets = np.split(frame["account"].to_numpy(), first[1:])
        known = len(self._number_of)
        of_group = [self._number_of.setdefault(one.tobytes(), len(self._number_of)) for one in sets]
        new = {found: one for found, one in zip(of_group, sets, strict=True) if found >= known}
        self._ask(new, others=others)
        numbered = pl.DataFrame(
            {"cut": frame["cut"].gather(first), "group": number, "set": of_group},
            schema_overrides={"set": pl.UInt32},
        )
        passing = self._known if others else self._known.filter("inside")
        return numbered.join(passing, on="set").select(*CUTS, "gain")

    def _ask(self, sets: dict[int, NDArray[np.uint32]], *, others: bool) -> None:
        numbers = list(sets)
        for start in range(0, len(numbers), _SETS_AT_ONCE):
            some = numbers[start : start + _SETS_AT_ONCE]
            groups = pl.DataFrame(
                {
                    "group": np.repeat(some, [sets[one].size for one in some]).astype(np.uint32),
                    "account": np.concatenate([sets[one] for one in some]),
                }
            )
            tests = member_tests(self._seen, self._layers, groups, self._part, others=others)
            passing = _passing(tests, groups).rename({"group": "set"})
            self._known = pl.concat([self._known, passing])


def _passing(tests: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Return the members that stay and the others that join: group, account, inside, gain.

    Members stay, and others join, where Benjamini-Hochberg accepts them: over the group's members,
    and over its outsiders. Of those that cannot be accepted, only the number counts.
    """
    inside = pl.col("inside").fill_null(False)
    rank = pl.col("p_value").rank("max").over("group", "inside")
    rate = pl.when("inside").then(KEEP_AT).otherwise(GROW_AT)
    accepted = pl.col("p_value") * (pl.col("p_value") <= rate * rank / pl.col("tests"))
    gain = -pl.col("p_value").clip(lower_bound=1e-300).log().sort().sum().over("group")
    judged = tests.join(
        groups.with_columns(inside=pl.lit(True)), on=["group", "account"], how="left"
    )
    return (
        judged.with_columns(inside=inside)
        .with_columns(tests=pl.len().over("group", "inside"))
        .filter(pl.col("p_value") <= max(KEEP_AT, GROW_AT))
        .filter(pl.col("p_value") <= accepted.max().over("group", "inside"))
        .select("group", "account", "inside", gain=gain)
    )
