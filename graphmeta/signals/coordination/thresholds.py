"""How many of a group must share a bin before it counts?

Two is right for small groups; in a large and busy one, two meet by chance all the time. The
number (and for timing the width of a window) is chosen where a group surprises most on the part
of the data that found it, and then tested, as it is, on the part that had no say.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from graphmeta.nulls import counts, sessions
from graphmeta.signals.base import GROUPS, FloatArray, shaped

#: How many of a group have to share a bin: the choices.
THRESHOLDS = (2, 3, 4, 6, 9, 14, 21)


def most_surprising(tallies: pl.DataFrame, settings: Sequence[str]) -> pl.DataFrame:
    """Return for each group the setting at which it surprises most.

    Args:
        tallies: Columns group, observed, expected, and those of the settings.
        settings: Names of the columns that make up a setting.

    Returns:
        Columns group and the settings.
    """
    gain = counts.surprise(tallies["observed"].to_numpy(), tallies["expected"].to_numpy())
    falling = [False, True, *(False for _ in settings)]
    return (
        tallies.with_columns(gain=pl.Series(gain))
        .sort("group", "gain", *settings, descending=falling)
        .unique("group", keep="first", maintain_order=True)
        .select("group", *settings)
    )


def judged(tallies: pl.DataFrame, around: FloatArray | None = None) -> pl.DataFrame:
    """Turn one tally per group into one test per group, columns ``GROUPS``.

    Args:
        tallies: Columns group, observed, expected.
        around: Where what is counted comes in clumps, how many are in one (``sessions.clump``),
            shape (groups,).
    """
    seen = tallies["observed"].to_numpy(), tallies["expected"].to_numpy()
    tail = counts.upper_tail(*seen) if around is None else sessions.upper_tail(*seen, around)
    return shaped(tallies.with_columns(p_value=pl.Series(tail)), GROUPS).sort("group")
