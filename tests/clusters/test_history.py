"""A cluster that vanishes when the history is twice as long does not stand."""

from __future__ import annotations

import numpy as np
from tinyworld import DAY, HOUR, Contact, groups_of, noise, observed

from graphmeta.clusters.history import stands
from graphmeta.signals import LAYERS
from graphmeta.signals.base import WHOLE
from graphmeta.signals.coordination.funnel import Funnel

ACTORS = range(8)
ACCOUNTS = 900
LATER = 10 * DAY


def acting(first: int, last: int, seed: int = 0) -> list[Contact]:
    """Return contacts of a ring of eight that is at work from one day to another."""
    rng = np.random.default_rng(seed)
    rows: list[Contact] = []
    for target in range(700, 740):
        at = int(rng.integers(first * DAY, last * DAY))
        chosen = rng.choice(8, size=4, replace=False)
        rows += [(int(actor), target, at + int(rng.integers(HOUR))) for actor in chosen]
    return rows


BACKGROUND = noise(np.random.default_rng(1), range(100, 250), range(250, 700), 5, 30)


def standing(rows: list[Contact], new: float = 1.0) -> list[bool]:
    seen = observed([*BACKGROUND, *rows], accounts=ACCOUNTS, new=new)
    return stands(seen, LAYERS, groups_of(ACTORS), LATER)["stands"].to_list()


def test_a_ring_that_goes_on_acting_stands() -> None:
    assert standing(acting(0, 28)) == [True]


def test_a_ring_that_begins_late_stands_whatever_the_early_hazard_was() -> None:
    assert standing(acting(12, 28), new=0.1) == [True]


def test_a_group_that_acted_together_only_at_first_does_not_stand() -> None:
    """Its members go on meeting strangers, each by itself."""
    rng = np.random.default_rng(2)
    after = [
        (one, target, at + LATER) for one, target, at in noise(rng, ACTORS, range(250, 700), 12, 18)
    ]
    assert standing([*acting(0, 8), *after]) == [False]


def test_where_hardly_anything_came_later_the_newness_of_the_contacts_decides() -> None:
    assert standing(acting(0, 8), new=0.9) == [True]
    assert standing(acting(0, 8), new=0.2) == [False]


def test_a_group_without_contacts_does_not_stand() -> None:
    assert standing([]) == [False]


def test_each_group_has_its_own_answer() -> None:
    seen = observed([*BACKGROUND, *acting(0, 28)], accounts=ACCOUNTS)
    found = stands(seen, LAYERS, groups_of(ACTORS, range(150, 158)), LATER)
    assert found.select("group", "stands").rows() == [(0, True), (1, False)]


def test_a_funnel_that_goes_on_stands_though_half_of_its_work_validates_no_hub() -> None:
    contacts: list[Contact] = []
    arrivals = noise(np.random.default_rng(5), range(250, 700), range(800, 830), 2, 30)
    for number in range(32):
        person, at = 700 + number, number * 15 * DAY // 32 + 2 * DAY
        contacts.append((number % 4, person, at))
        # Many converts before the later beginning, and one of each recruiter after it.
        if number < 16 or 20 <= number < 24:
            arrivals.append((person, 860, at + HOUR))
    seen = observed([*BACKGROUND, *contacts], arrivals, accounts=ACCOUNTS)
    late = observed(
        [row for row in contacts if row[2] >= LATER] + BACKGROUND,
        [row for row in arrivals if row[2] >= LATER],
        accounts=ACCOUNTS,
    )
    funnel = next(layer for layer in LAYERS if isinstance(layer, Funnel))
    assert not funnel.hubs_of(seen, groups_of(range(4)), WHOLE).is_empty()
    assert funnel.hubs_of(late, groups_of(range(4)), WHOLE).is_empty()
    assert stands(seen, LAYERS, groups_of(range(4)), LATER)["stands"].to_list() == [True]
