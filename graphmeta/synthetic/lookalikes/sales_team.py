"""A sales team: agents work through leads in office hours, mostly disjoint, with follow-ups."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.lookalikes.base import Posed, opened_before
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Three to eight agents; a fifth of the leads answer, one in ten passes to a colleague."""
    count = int(rng.integers(3, 9))
    declared = "business" if rng.random() < 0.3 else None
    agents = town.open_accounts(
        rng, count, created=opened_before(rng, count), declared=declared, rhythm=1
    )
    leads = town.strangers(rng, town.scaled(count * rng.integers(40, 120), 0.25))
    agent = agents[rng.integers(0, count, len(leads))]
    days = np.arange(town.days)
    day = rng.choice(days[days % 7 < 5], size=len(leads))
    start = town.at_day(rng, agent, day)
    met = Reaction(reply=float(rng.uniform(0.15, 0.3)), dialogue=5.0, block=0.02, report=0.004)
    again = np.flatnonzero(rng.random(len(leads)) < 0.4)
    other = np.where(rng.random(len(again)) < 0.25, rng.choice(agents, len(again)), agent[again])
    later = town.at_day(rng, other, day[again] + rng.integers(2, 6, len(again)))
    ringing = rng.random(len(again)) < 0.5
    return Posed(
        sheet.concat(
            [
                talk.approach(rng, town, agent, leads, start, met),
                talk.calls(rng, other[ringing], leads[again][ringing], later[ringing]),
                talk.approach(
                    rng, town, other[~ringing], leads[again][~ringing], later[~ringing], met
                ),
            ]
        ),
        agents,
    )
