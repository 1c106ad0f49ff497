"""A survey: interviewers ask a random sample of strangers, each once, and remind the silent.

Like a split list it shares one list of strangers out in shifts, and few answer; but whoever does
goes through a questionnaire, hardly anybody complains, and nobody is led anywhere.
"""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.lookalikes.base import Posed, first_day, met_with, staff
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Four to twenty interviewers in common shifts of some days, who remind the silent."""
    count = town.scaled(rng.integers(4, 21), 0.015)
    who = staff(rng, town, count, declared="business", often=0.25, young=0.4)
    sample = town.strangers(rng, town.scaled(count * rng.integers(20, 80), 0.25))
    first = first_day(town, who)
    length = min(int(rng.integers(3, 15)), town.days - first)
    start_day = int(rng.integers(first, town.days - length + 1))
    shift = rng.uniform(2.0, 9.0)
    opens = rng.uniform(9.0, 20.5 - shift) * HOUR - float(town.people.zone[who[0]])
    day = start_day + rng.integers(0, length, len(sample))
    time = day * DAY + opens + rng.uniform(0, shift * HOUR, len(sample))
    by = rng.choice(who, len(sample))
    met = met_with(
        rng, reply=(0.06, 0.35), dialogue=(2.0, 16.0), block=(0.003, 0.04), report=(0.0005, 0.01)
    )
    ringing = rng.random(len(sample)) < rng.choice([0.0, 0.0, 0.5, 0.9])
    quiet = ~ringing
    parts = [
        talk.calls(rng, by[ringing], sample[ringing], time[ringing], median=400.0, missed=0.5),
        talk.approach(rng, town, by[quiet], sample[quiet], time[quiet], met),
    ]
    reminded = rng.uniform(0.0, 0.7)
    for _ in range(rng.choice([1, 1, 2, 3])):
        again = rng.random(len(sample)) < reminded
        sample, time = sample[again], time[again] + rng.integers(1, 5, int(again.sum())) * DAY
        other = rng.choice(who, len(sample))
        parts.append(talk.approach(rng, town, other, sample, time, met))
    return Posed(sheet.concat(parts), who)
