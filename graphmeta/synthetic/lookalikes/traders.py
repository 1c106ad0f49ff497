"""Market-place traders: strangers write to them all day, and they write to one another."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import HOUR
from graphmeta.synthetic.lookalikes.base import Posed, met_with
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Ordinary people who sell and buy much; buyers ask several of them for the same thing."""
    traders = town.take_people(rng, town.scaled(rng.integers(15, 41), 0.02))
    pull = rng.pareto(1.2, len(traders)) + 0.3
    buyers = town.strangers(rng, town.scaled(rng.integers(300, 900), 0.25))
    looks = rng.geometric(0.5, len(buyers))
    buyer = np.repeat(buyers, looks)
    stall = rng.choice(len(traders), size=len(buyer), p=pull / pull.sum())
    begun = town.at_day(rng, buyers, rng.integers(0, town.days, len(buyers)))
    start = np.repeat(begun, looks) + rng.exponential(0.5 * HOUR, len(buyer))
    met = Reaction(reply=0.8, dialogue=6.0, block=0.004, report=0.001, delay=600.0)
    deals = rng.integers(3, 15, len(traders))
    one = np.repeat(traders, deals)
    # Traders look for goods too: half of it from other traders.
    other = np.where(
        rng.random(len(one)) < 0.5, rng.choice(traders, len(one)), rng.choice(buyers, len(one))
    )
    when = town.at_day(rng, one, rng.integers(0, town.days, len(one)))
    keep = one != other
    # Some send an offer to those who had asked before, all within the hour.
    offering = rng.random(len(traders)) < rng.uniform(0, 0.5)
    sale = rng.uniform(0.7, 0.95, len(traders)) * town.end
    told = np.flatnonzero(offering[stall] & (start < sale[stall]))
    offered = sale[stall[told]] + rng.uniform(0, HOUR, len(told))
    cool = met_with(
        rng, reply=(0.1, 0.4), dialogue=(2.0, 4.0), block=(0.003, 0.03), report=(0.0005, 0.006)
    )
    return Posed(
        sheet.concat(
            [
                talk.approach(rng, town, buyer, traders[stall], start, met),
                talk.approach(rng, town, traders[stall[told]], buyer[told], offered, cool),
                talk.approach(rng, town, one[keep], other[keep], when[keep], met),
            ]
        ),
        traders,
    )
