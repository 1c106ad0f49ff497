"""Where does what a command says go, and in which form?

Data goes to standard output, everything else to standard error. On a terminal text is wrapped
and coloured; in a pipe or a file it is plain and its lines are as long as they are, so that
other programs find whole lines. Ids come from data that somebody else wrote, so control
characters, with which a terminal could be driven, are shown and not sent.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Mapping
from datetime import datetime
from io import TextIOWrapper
from typing import TYPE_CHECKING

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
    """Write a value as JSON on standard output: in ASCII, times as ISO 8601, NaN as null."""
    json.dump(_for_json(value), sys.stdout, indent=2, allow_nan=False)
    sys.stdout.write("\n")


def _for_json(value: object) -> object:
    """Return a value with everything in it that JSON lacks put into words that JSON has."""
    if isinstance(value, Mapping):
        return {name: _for_json(inside) for name, inside in value.items()}
    if isinstance(value, list | tuple):
        return [_for_json(inside) for inside in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float) and math.isnan(value):
        return None
    return value


def never_fail_to_print() -> None:
    """Let characters that the output's encoding lacks be replaced, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
