r"""How does text that somebody else wrote leave, so that it does nothing where it arrives?

Ids and notes may hold what a reader's program would act on: line breaks that forge rows, controls
that XML forbids, bidirectional marks that turn a line round on the screen, and formulas that a
spreadsheet runs. ``spelt`` writes everything that cannot be seen as an escape (``\n``,
``\u202e``) and doubles backslashes, so two different texts never become one; ``cell`` also puts
an apostrophe before what a spreadsheet would take for a formula (OWASP, "CSV injection").
``Withholding`` takes ids out of free text that may not leave.

It misleads where a note names somebody in other words than their id: that nobody can find.
"""

from __future__ import annotations

import re
from collections.abc import Collection

#: What spreadsheets take for the beginning of a formula, the wide forms of East Asian keyboards
#: included, and the mark itself, so that a cell can be told from one that was marked.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "'")
#: Where a semicolon separates columns, what follows one would begin a cell.
_INNER_FORMULA = re.compile(r""";(?=[\s"']*[=+\-@＝＋－＠])""")

_PSEUDONYM = re.compile(r"(?<![a-z0-9_])[ag]_[a-z2-7]{20}(?![a-z0-9_])")
#: What stands in place of an id that does not leave.
WITHHELD = "[withheld account]"


def spelt(text: str) -> str:
    """Return a text with backslashes doubled and everything that cannot be seen spelt out."""
    text = text.replace("\\", "\\\\")
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def cell(text: str) -> str:
    """Return a text as a cell that no spreadsheet runs; see :func:`spelt`."""
    said = _INNER_FORMULA.sub(r"\\x3b", spelt(text))
    return f"'{said}" if said.lstrip().startswith(_FORMULA) else said


class Withholding:
    """Takes ids out of free text: all but those that may leave.

    Args:
        may_leave: The ids that may stay.
        known: Ids to look for, beside anything that has the form of a pseudonym.
    """

    def __init__(self, may_leave: Collection[str], known: Collection[str]) -> None:
        self._may_leave = frozenset(may_leave)
        # Longest first, so that an id is found before another that is a part of it.
        others = frozenset(known) - self._may_leave
        self._others = sorted(others, key=lambda name: (-len(name), name))
        self.count = 0

    def __call__(self, text: str) -> str:
        """Return the text without the others' ids; ``count`` says how many were taken out."""
        text = _PSEUDONYM.sub(self._replaced, text)
        for name in self._others:
            if name and name in text:
                whole = rf"(?<!\w){re.escape(name)}(?!\w)"
                text = re.sub(whole, self._replaced, text)
        return text

    def _replaced(self, found: re.Match[str]) -> str:
        if found.group() in self._may_leave:
            return found.group()
        self.count += 1
        return WITHHELD
