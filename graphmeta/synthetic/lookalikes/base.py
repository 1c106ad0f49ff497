"""What all look-alikes share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from graphmeta.synthetic.sheet import Events, Ints
from graphmeta.synthetic.town import Town


@dataclass(frozen=True)
class Posed:
    """What a look-alike did: its events, and the accounts that look like a campaign."""

    events: Events
    account: Ints


@dataclass(frozen=True)
class Lookalike:
    """One kind of benign behaviour that resembles a campaign.

    Args:
        kind: The label that its accounts carry.
        pose: Draws its parameters, opens or picks its accounts, and acts.
    """

    kind: str
    pose: Callable[[np.random.Generator, Town], Posed]


def opened_before(rng: np.random.Generator, count: int) -> Ints:
    """Draw opening times of established accounts: one month to three years before the start."""
    return (-rng.uniform(30, 1_000, count) * 86_400).astype(np.int64)
