"""Which campaigns a world can hold: planted abuse, one file each, parameters drawn by seed."""

from __future__ import annotations

from graphmeta.synthetic.campaigns import (
    bulk,
    drip,
    funnel,
    grooming,
    invitation_cascade,
    mixed,
    one_clock,
    ring,
    split_list,
    successors,
    sybil_farm,
    taken_over,
)
from graphmeta.synthetic.campaigns.base import Campaign, Planted, Recipe
from graphmeta.synthetic.campaigns.evasion import Evasion

__all__ = ["CAMPAIGNS", "SEVEN", "Campaign", "Evasion", "Planted", "Recipe"]

CAMPAIGNS: tuple[Recipe, ...] = (
    Recipe("bulk", bulk.draw),
    Recipe("split_list", split_list.draw),
    Recipe("shared_targets", ring.draw),
    Recipe("one_clock", one_clock.draw),
    Recipe("drip", drip.draw),
    Recipe("funnel", funnel.draw),
    Recipe("grooming", grooming.draw),
    Recipe("tiny", ring.draw_tiny),
    Recipe("taken_over", taken_over.draw),
    Recipe("sybil_farm", sybil_farm.draw),
    Recipe("invitation_cascade", invitation_cascade.draw),
    Recipe("successors", successors.draw),
    Recipe("mixed", mixed.draw),
    Recipe("evasive_30m_30pct", ring.evasive("evasive_30m_30pct", 0.5, 0.30, 1.0)),
    Recipe("evasive_12h_20pct_3x", ring.evasive("evasive_12h_20pct_3x", 12, 0.20, 3.0)),
    Recipe("evasive_24h_12pct_5x", ring.evasive("evasive_24h_12pct_5x", 24, 0.12, 5.0)),
)

#: What the name ``seven_at_once`` stands for.
SEVEN = ("bulk", "split_list", "shared_targets", "one_clock", "drip", "funnel", "tiny")
