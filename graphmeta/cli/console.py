"""Where does what a command says go, and in which form?

Data goes to standard output, everything else to standard error. On a terminal text is wrapped
and coloured; in a pipe or a file it is plain and its lines are as long as they are, so that
other programs find whole lines. Ids come from data that somebody else wrote, so control
characters, with which a terminal could be driven, are shown and not sent.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

#: Wide enough that no line is wrapped where nobody looks at a screen.
_UNWRAPPED = 10_000


def output() -> Console:
    """Return the console of standard output."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False, width=_width(sys.stdout.isatty()))


def messages() -> Console:
    """Return the console of standard error."""
    from rich.console import Console

    return Console(
        stderr=True, highlight=False, markup=False, emoji=False, width=_width(sys.stderr.isatty())
    )


def _width(terminal: bool) -> int | None:
    """Return a width, or None where rich shall ask the terminal (or ``COLUMNS``)."""
    return None if terminal or os.environ.get("COLUMNS", "").isdigit() else _UNWRAPPED


def text(said: object, style: str = "") -> Text:
    """Return a text as it may be shown on a terminal: control characters are spelt out."""
    from rich.text import Text

    return Text(harmless(str(said)), style)


def joined(*parts: Text) -> Text:
    """Return texts one after the other, each in its own style."""
    from rich.text import Text

    return Text.assemble(*parts)


def harmless(said: str) -> str:
    """Return a text with its control characters spelt out, line breaks kept."""
    if said.replace("\n", "").isprintable():
        return said
    return "".join(
        letter if letter.isprintable() or letter == "\n" else ascii(letter)[1:-1] for letter in said
    )


def print_json(value: object) -> None:
    """Write a value as JSON on standard output: times as ISO 8601, ids as they are."""
    json.dump(value, sys.stdout, indent=2, default=_as_json, ensure_ascii=False, allow_nan=False)
    sys.stdout.write("\n")


def _as_json(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a {type(value).__name__} has no form in JSON")
