"""What does ``shared_targets:overlap=0.3,camouflage=1`` ask for?

A campaign's name, and after a colon parameters that are to have a value: its own (its strength)
and those of :class:`Evasion` (how it hides). Whatever is not named is drawn by seed, as it would be
by the name alone, so that two worlds may differ in one parameter. Units are those of the campaign's
class. Values far from the ranges that ``docs/campaigns.md`` states make odd campaigns.
"""

from __future__ import annotations

import math
from dataclasses import fields, replace
from typing import Any, cast

from graphmeta.errors import UsageError
from graphmeta.synthetic.campaigns.base import Campaign
from graphmeta.synthetic.campaigns.evasion import Evasion
from graphmeta.synthetic.town import DECLARATIONS

#: Parameters that lie between 0 and 1.
SHARES = (
    *("overlap", "heeds", "converts", "passes_on", "picks", "isolated", "echoes", "follows"),
    *("accepts", "strangers", "greets", "again", "friends", "calling", "banned"),
    *("bought_replies", "aged", "charm", "tolerated"),
)
_WORDS = {"yes": True, "true": True, "no": False, "false": False}
#: Set by the campaign itself.
_OWN = ("evasion", "name")
#: How a campaign hides, in the order of ``Evasion``.
HIDING = tuple(field.name for field in fields(Evasion))


def split(asked: str) -> tuple[str, dict[str, str]]:
    """Return the campaign's name, and the values asked for by parameter, as they were written.

    Raises:
        UsageError: What follows the name is no list of parameters and values.
    """
    name, _, rest = asked.partition(":")
    pairs = [part.partition("=") for part in rest.split(",")] if rest else []
    if any(not (key.strip() and equals and value.strip()) for key, equals, value in pairs):
        raise UsageError(
            f"{asked!r} cannot be read as a campaign.",
            "Write NAME, or NAME:PARAMETER=VALUE,PARAMETER=VALUE, such as "
            "shared_targets:overlap=0.3,camouflage=1.",
        )
    return name, {key.strip(): value.strip() for key, _, value in pairs}


def with_values(campaign: Campaign, values: dict[str, str]) -> Campaign:
    """Return a campaign with some of its parameters set.

    Args:
        campaign: As drawn; a dataclass with the field ``evasion``.
        values: By parameter, as they were written.

    Raises:
        UsageError: There is no such parameter, or it cannot have such a value.
    """
    drawn: Any = campaign
    strength = parameters(campaign)
    for key in values:
        if key not in (*strength, *HIDING):
            raise UsageError(
                f"The campaign {campaign.name} has no parameter {key!r}.",
                f"Its own: {', '.join(strength)}. How it hides: {', '.join(HIDING)}.",
            )
    own = {key: _value(key, values[key], getattr(drawn, key)) for key in strength if key in values}
    hidden = {
        key: _value(key, values[key], getattr(drawn.evasion, key))
        for key in HIDING
        if key in values
    }
    return cast(Campaign, replace(drawn, **own, evasion=replace(drawn.evasion, **hidden)))


def parameters(campaign: Campaign) -> tuple[str, ...]:
    """Return the names of a campaign's own parameters, without how it hides."""
    return tuple(field.name for field in fields(cast(Any, campaign)) if field.name not in _OWN)


def _value(key: str, written: str, drawn: object) -> object:
    """Return what was written as what was drawn is: a word, yes or no, a count or a number."""
    if key == "declares":
        word = None if written == "nothing" else written
        if word in DECLARATIONS:
            return word
        raise _no_value(key, written, ", ".join(filter(None, DECLARATIONS)) + " or nothing")
    if isinstance(drawn, bool):
        if written.lower() in _WORDS:
            return _WORDS[written.lower()]
        raise _no_value(key, written, "yes or no")
    if isinstance(drawn, int):
        if written.isdecimal() and 1 <= int(written) <= 1_000_000:
            return int(written)
        raise _no_value(key, written, "a whole number from 1 on")
    most = 1.0 if key in SHARES else math.inf
    try:
        number = float(written)
    except ValueError:
        number = math.nan
    if 0 <= number <= most and math.isfinite(number):
        return number
    raise _no_value(key, written, "between 0 and 1" if key in SHARES else "a number from 0 on")


def _no_value(key: str, written: str, known: str) -> UsageError:
    return UsageError(f"{key} cannot be {written!r}.", f"It is {known}.")
