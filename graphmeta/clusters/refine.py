"""Which of a group's accounts belong to it, and which others do?

Every account of a group is tested against the rest of it, and every account that shares a bin
with it against all of it; who fails goes, who passes comes. Who comes changes what the others are
tested against, so in a large graph most groups would go on changing for ever. After a few rounds,
therefore, others may come to a group only as long as all its members stay: a weak ring of which a
few accounts were found doubles with every round, and a group of chance loses some where it gains
others. In the end who fails goes until everybody who is left passes.

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
#: Rounds in which others may join any group, and in which they may join groups that lose nobody.
GROWING = 3
GROWING_ON = 10
#: Sets of accounts that layers are asked about together: each has hundreds of outsiders to test.
_SETS_AT_ONCE = 2_000

CUTS = ("cut", "group", "account")


def refine(
    seen: Observations, layers: Sequence[Layer], groups: pl.DataFrame, part: Part, least: int
) -> pl.DataFrame:
    """Prune and grow groups by their members' tests, then prune them.

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
    growing = groups["group"].unique()
    for number in count(1):
        if groups.is_empty():
            break
        kept = disjoint(asked.passed(groups, growing), least)
        if kept.equals(groups):
            break
        if number >= GROWING:
            growing = _only_gaining(groups, kept, growing)
        if number >= GROWING_ON:
            growing = growing.clear()
        groups = kept
    return groups


def _only_gaining(before: pl.DataFrame, after: pl.DataFrame, growing: pl.Series) -> pl.Series:
    """Return which of the growing groups have won members and lost none."""
    stayed = before.join(after, on=["group", "account"], how="semi")
    sizes = (
        before.group_by("group")
        .agg(had=pl.len())
        .join(stayed.group_by("group").agg(kept=pl.len()), on="group")
        .join(after.group_by("group").agg(has=pl.len()), on="group")
        .filter((pl.col("kept") == pl.col("had")) & (pl.col("has") > pl.col("had")))
    )
    return sizes.filter(pl.col("group").is_in(growing.implode()))["group"]


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
    """The sets of accounts that were asked about, and who passed as a member of each.

    A set is known by its accounts and by whether others were asked about as well.
    """

    def __init__(self, seen: Observations, layers: Sequence[Layer], part: Part) -> None:
        self._seen, self._layers, self._part = seen, layers, part
        self._number_of: dict[tuple[bytes, bool], int] = {}
        self._known = pl.DataFrame(
            schema={
                "set": pl.UInt32,
                "account": pl.UInt32,
                "inside": pl.Boolean,
                "gain": pl.Float64,
            }
        )

    def passed(self, groups: pl.DataFrame, growing: pl.Series) -> pl.DataFrame:
        """Return who stays in each group, and who joins those that are growing.

        Returns:
            Columns cut, group, account, gain.
        """
        frame = groups.sort("group", "account")
        number, first = np.unique(frame["group"].to_numpy(), return_index=True)
        grows = np.isin(number, growing.to_numpy())
        sets = np.split(frame["account"].to_numpy(), first[1:])
        of_group = np.zeros(number.size, dtype=np.uint32)
        for others in (True, False):
            new: dict[int, NDArray[np.uint32]] = {}
            for row in np.flatnonzero(grows == others):
                of_group[row] = self._number(sets[row], others, new)
            self._ask(new, others=others)
        numbered = pl.DataFrame(
            {"cut": frame["cut"].gather(first), "group": number, "set": of_group, "grows": grows}
        )
        passing = numbered.join(self._known, on="set")
        return passing.filter(pl.col("inside") | pl.col("grows")).select(*CUTS, "gain")

    def _number(
        self, accounts: NDArray[np.uint32], others: bool, new: dict[int, NDArray[np.uint32]]
    ) -> int:
        """Return the number of a set; it is among the ``new`` where nothing is known of it."""
        content = accounts.tobytes()
        known = self._number_of.get((content, True))
        if known is None and not others:
            known = self._number_of.get((content, False))
        if known is None:
            known = self._number_of[content, others] = len(self._number_of)
            new[known] = accounts
        return known

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
