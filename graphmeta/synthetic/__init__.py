"""The other door in: planted worlds, whose truth detection never sees."""

from __future__ import annotations

from graphmeta.synthetic.folder import refuse_taken
from graphmeta.synthetic.independent import independent_accounts
from graphmeta.synthetic.sizing import sized
from graphmeta.synthetic.world import (
    ALL_LOOKALIKES,
    CAMPAIGN_NAMES,
    Plan,
    World,
    demo_world,
    make_world,
    synthesise,
    write_world,
)

__all__ = [
    "ALL_LOOKALIKES",
    "CAMPAIGN_NAMES",
    "Plan",
    "World",
    "demo_world",
    "independent_accounts",
    "make_world",
    "refuse_taken",
    "sized",
    "synthesise",
    "write_world",
]
