"""Where does judging begin if nobody says so, and is what came before it of any use as history?

Judging begins at the end of the first quarter of the time span. That is a quarter of the time and
not of the events, so that one event with a wrong clock moves it: one dated 2100 makes nearly all
others history, and one dated 1970 leaves none. Nothing is guessed about which clocks are wrong;
it is said.
"""

from __future__ import annotations

from datetime import UTC, datetime

#: A history that holds a smaller or a larger share of the events than these is odd.
LEAST, MOST = 0.02, 0.9


def begin(first: int, last: int) -> int:
    """Return when judging begins if nobody says so, in the unit in which times are given.

    Args:
        first: When the first event was.
        last: When the last event was.
    """
    return first + (last - first) // 4


def oddity(first: int, last: int, at_least: float, at_most: float) -> str:
    """Say what is odd about the history that nobody chose, with the remedy; mostly nothing.

    Args:
        first: When the first event was, in seconds since 1970.
        last: When the last event was.
        at_least: The share of the events that came before judging begins is no smaller.
        at_most: It is no larger.
    """
    if at_most < LEAST:
        share = f"less than {100 * LEAST:.0f} %"
    elif at_least > MOST:
        share = f"more than {100 * MOST:.0f} %"
    else:
        return ""
    return (
        f"By default judging begins at the end of the first quarter of the time span, here on "
        f"{_day(begin(first, last))}, and {share} of the events came before it, as history. Look "
        f"for wrong clocks: the first event is of {_day(first)}, the last of {_day(last)}. Leave "
        "such rows out (early ones with --not-before), or choose the moment with --since."
    )


def _day(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"
