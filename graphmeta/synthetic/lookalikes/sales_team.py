"""A sales team: agents work through leads in office hours, mostly disjoint, with follow-ups.

It is the look-alike nearest to spam: strangers, few answers, some blocks and reports. What sets it
apart is that it is met with more patience, talks to those who answer, and follows up by phone.
"""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.lookalikes.base import Posed, first_day, met_with, staff
from graphmeta.synthetic.sheet import Floats, Ints
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Three to ten agents; few of the leads answer, one in ten passes to a colleague."""
    count = int(rng.integers(3, 11))
    agents = staff(rng, town, count, declared="business", often=0.3, young=0.4, rhythm=1)
    leads = town.strangers(rng, town.scaled(count * rng.integers(40, 120), 0.25))
    agent = agents[rng.integers(0, count, len(leads))]
    days = np.arange(first_day(town, agents), town.days)
    day = rng.choice(days[days % 7 < 5], size=len(leads))
    start = _begun(rng, town, agent, day)
    met = met_with(
        rng, reply=(0.05, 0.3), dialogue=(2.0, 8.0), block=(0.006, 0.05), report=(0.001, 0.012)
    )
    again = np.flatnonzero(rng.random(len(leads)) < rng.uniform(0.2, 0.5))
    other = np.where(
        rng.random(len(again)) < rng.uniform(0, 0.6), rng.choice(agents, len(again)), agent[again]
    )
    later = town.at_day(rng, other, day[again] + rng.integers(2, 6, len(again)))
    ringing = rng.random(len(again)) < 0.5
    whom, quiet = leads[again], ~ringing
    parts = [
        talk.approach(rng, town, agent, leads, start, met),
        talk.calls(rng, other[ringing], whom[ringing], later[ringing]),
        talk.approach(rng, town, other[quiet], whom[quiet], later[quiet], met),
    ]
    return Posed(sheet.concat(parts), agents)


def _begun(rng: np.random.Generator, town: Town, agent: Ints, day: Ints) -> Floats:
    """Return when leads are written to: all day long, or in a team's common hour of a day."""
    if rng.random() < 0.6:
        return town.at_day(rng, agent, day)
    hour = rng.uniform(9, 17, town.days)[day] * HOUR - float(town.people.zone[agent[0]])
    return np.asarray(day * DAY + hour + rng.uniform(0, HOUR, len(day)))
