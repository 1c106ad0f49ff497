"""The other door in: planted worlds, whose truth detection never sees."""

from __future__ import annotations

from graphmeta.synthetic.independent import independent_accounts
from graphmeta.synthetic.world import (
    ALL_LOOKALIKES,
    CAMPAIGN_NAMES,
    World,
    demo_world,
    make_world,
    write_world,
)

__all__ = [
    "ALL_LOOKALIKES",
    "CAMPAIGN_NAMES",
    "World",
    "demo_world",
    "independent_accounts",
    "make_world",
    "write_world",
]
