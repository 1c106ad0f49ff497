"""How many accounts does a world of so many events need?

Towns differ in how much they talk, so a pilot is made: a town of the same seed, and therefore of
the same habits, with the same look-alikes and campaigns, of a few thousand accounts at most.
Ordinary life grows with the number of people; what look-alikes and campaigns do is bounded.
"""

from __future__ import annotations

import io
from dataclasses import replace

from graphmeta.engines.base import Progress, silent
from graphmeta.errors import UsageError
from graphmeta.synthetic.making import LEAST_ACCOUNTS, Plan, make

#: A pilot of more accounts would not know better.
_PILOT = 4_000
#: Nearer than this share of the events asked for is near enough.
_NEAR = 0.02
_EACH_PER_DAY = 8.0


def sized(plan: Plan, events: int, progress: Progress = silent) -> Plan:
    """Return the plan with as many accounts as make a world of about ``events`` events.

    Args:
        plan: Everything but the number of accounts, which is not looked at.
        events: How many events the world shall have, within some ten per cent.
        progress: Told what is under way.

    Raises:
        UsageError: Even the smallest world has many more events.
    """
    accounts = max(LEAST_ACCOUNTS, round(events / plan.days / _EACH_PER_DAY))
    for _ in range(4):
        progress("asking a pilot how much this town talks")
        pilot = min(accounts, _PILOT)
        ordinary, rest = _counted(replace(plan, accounts=pilot))
        if pilot == LEAST_ACCOUNTS and ordinary + rest > 1.1 * events:
            raise UsageError(
                f"{events:,} events are too few for this world: with {pilot} accounts in "
                f"{plan.days} days it has {ordinary + rest:,}.",
                "Ask for more events, fewer days, fewer campaigns or fewer look-alikes.",
            )
        if pilot == accounts and abs(ordinary + rest - events) < _NEAR * events:
            break
        accounts = max(LEAST_ACCOUNTS, round((events - rest) / ordinary * pilot))
        if pilot == _PILOT <= accounts:
            break
    return replace(plan, accounts=accounts)


def _counted(plan: Plan) -> tuple[int, int]:
    """Return how many events ordinary people have in a world, and how many are on top."""
    made = make(plan, io.BytesIO())
    kept = sum(len(events) for events in made.lived())
    rest = round(kept * made.share_on_top)
    return kept - rest, rest
