"""How numbers, times and names are written for people.

Every surface that prints a figure goes through these functions, so that a score, a q-value and
a date read the same in the report, in a notebook and in a terminal. Where there is no value, a
dash stands. All times are UTC, and say so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime

NOTHING = "–"
_MINUS = "−"
#: Below this, a probability's exact size no longer says anything to a reader.
SMALLEST_PROBABILITY = 1e-10


def count(value: float | None) -> str:
    """Write a whole number: ``12,345``."""
    return NOTHING if value is None else f"{value:,.0f}"


def plural(value: int, one: str, many: str | None = None) -> str:
    """Write a number with its noun: ``1 account``, ``2,000 accounts``."""
    return f"{count(value)} {one if value == 1 else many or one + 's'}"


def share(value: float | None) -> str:
    """Write a share between 0 and 1: ``61 %``."""
    if value is None:
        return NOTHING
    if 0 < value < 0.01:
        return "under 1 %"
    return f"{100 * value:.0f} %"


def score(value: float | None) -> str:
    """Write a score between 0 and 1 with two decimals: ``0.94``."""
    return NOTHING if value is None or math.isnan(value) else f"{value:.2f}"


def probability(value: float | None) -> str:
    """Write a p-value or q-value: ``0.012``, ``3e-5``, ``< 1e-10``."""
    if value is None or math.isnan(value):
        return NOTHING
    if value < SMALLEST_PROBABILITY:
        return "< 1e-10"
    if value >= 0.001:
        return f"{value:.2g}"
    digits, exponent = f"{value:.0e}".split("e")
    return f"{digits}e{int(exponent)}"


def equation(symbol: str, value: float | None) -> str:
    """Write a p-value or q-value with its symbol: ``q = 0.012``, ``q < 1e-10``."""
    written = probability(value)
    return f"{symbol} {written}" if written.startswith("<") else f"{symbol} = {written}"


def log_odds(value: float) -> str:
    """Write a signed contribution in log-odds: ``+1.84``, ``−0.60``."""
    written = f"{abs(value):.2f}"
    if float(written) == 0:
        return "0.00"
    return f"{'+' if value > 0 else _MINUS}{written}"


def number(value: float | None) -> str:
    """Write a measured quantity with about three significant digits: ``1,240``, ``0.083``."""
    if value is None or math.isnan(value):
        return NOTHING
    if value == round(value) or abs(value) >= 100:
        return f"{value:,.0f}".replace("-", _MINUS)
    if abs(value) < 0.0005:
        return f"{value:.0e}".replace("-", _MINUS, 1) if value < 0 else f"{value:.0e}"
    return f"{value:.3g}".replace("-", _MINUS)


def size(value: float | None) -> str:
    """Write a number of bytes: ``812 bytes``, ``12.4 MB``."""
    if value is None:
        return NOTHING
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if value >= scale:
            return f"{value / scale:.1f} {unit}"
    return f"{value:.0f} bytes"


def parse_time(text: str | None) -> datetime | None:
    """Read one of a manifest's times; a time without a zone is UTC."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def day(moment: datetime | None) -> str:
    """Write a day: ``3 May 2024``."""
    return NOTHING if moment is None else f"{moment.day} {moment:%B %Y}"


def minute(moment: datetime | None) -> str:
    """Write a moment to the minute: ``3 May 2024, 14:05 UTC``."""
    return NOTHING if moment is None else f"{day(moment)}, {moment:%H:%M} UTC"


def period(first: datetime | None, last: datetime | None) -> str:
    """Write a period in days: ``3 to 21 May 2024``, ``3 May to 2 June 2024``, or one day."""
    if first is None or last is None:
        return NOTHING
    if first.date() == last.date():
        return day(first)
    if first.year != last.year:
        return f"{day(first)} to {day(last)}"
    begins = f"{first.day}" if first.month == last.month else f"{first.day} {first:%B}"
    return f"{begins} to {day(last)}"


def listing(words: Sequence[str]) -> str:
    """Join words as prose does: ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def plain(name: str) -> str:
    """Turn a name from code into words: ``shared_targets`` becomes ``shared targets``."""
    return name.replace("_", " ")


def sentence(text: str) -> str:
    """Return a statement with a capital first letter and exactly one full stop."""
    stripped = text.strip().rstrip(".")
    return f"{stripped[:1].upper()}{stripped[1:]}." if stripped else ""
