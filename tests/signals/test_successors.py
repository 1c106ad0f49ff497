"""Successors: fresh accounts reach again those whom accounts that just ended had reached."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tinyworld import DAY, HOUR, Contact, groups_of, noise, observed, store_events

from graphmeta.clusters.assemble import clusters
from graphmeta.engines.base import silent
from graphmeta.signals.base import FOLDS, GROUPS, LIVES, MEMBERS, PAIRS, WHOLE, Observations, Part
from graphmeta.signals.coordination.successors import AFTER_S, Successors, reached_again
from graphmeta.signals.living import VANISHED_AFTER_S, lives

LAYER = Successors()
SEAT = range(6)
ACCOUNTS = 1_500
Life = tuple[int, int | None, int | None]


def living(contacts: list[Contact], rows: list[Life], accounts: int = ACCOUNTS) -> Observations:
    frame = pl.DataFrame(sorted(rows), schema=LIVES, orient="row")
    return replace(observed(contacts, accounts=accounts), lives=frame)


def others(rng: np.random.Generator) -> tuple[list[Contact], list[Life]]:
    """Sixty short lives with contacts of their own, among steady accounts."""
    contacts = noise(rng, range(200, 300), range(500, 1_400), 15, 28)
    short: list[Life] = []
    for account in range(20, 80):
        born = int(rng.integers(0, 24 * DAY))
        short.append((account, born, born + 2 * DAY))
        for target in rng.choice(np.arange(500, 1_400), 20, replace=False).tolist():
            contacts.append((account, target, born + int(rng.integers(HOUR, 2 * DAY))))
    return contacts, short


def seat(rng: np.random.Generator, again: float = 0.3) -> tuple[list[Contact], list[Life]]:
    """Six accounts, one after another, each of which reaches some of its predecessors' again."""
    contacts: list[Contact] = []
    short: list[Life] = []
    known: list[int] = []
    for number, account in enumerate(SEAT):
        born = number * 3 * DAY
        short.append((account, born, born + 2 * DAY))
        fresh = [700 + 20 * number + one for one in range(20)]
        reached = [*fresh, *(one for one in known if rng.random() < again)]
        when = born + rng.integers(HOUR, 2 * DAY, len(reached))
        contacts += [(account, *row) for row in zip(reached, when.tolist(), strict=True)]
        known += fresh
    return contacts, short


def town(seed: int = 0, again: float = 0.3) -> Observations:
    rng = np.random.default_rng(seed)
    contacts, short = others(rng)
    more, taken_over = seat(rng, again)
    return living([*contacts, *more], [*short, *taken_over])


def found_in(seen: Observations) -> pl.DataFrame:
    found = clusters(seen, (LAYER,), 0.05, 3, 0, silent)
    return found.groups.join(found.results.filter("confirmed"), on="group", how="semi")


def test_reaching_again_needs_a_beginning_about_the_end_and_the_later_contact() -> None:
    lived: list[Life] = [
        (1, 0, 2 * DAY),
        (2, 2 * DAY, None),
        (3, 2 * DAY + AFTER_S + 1, None),
        (4, None, None),
    ]
    contacts = [(1, 9, DAY), (2, 9, 3 * DAY), (3, 9, 9 * DAY), (4, 9, 3 * DAY), (1, 8, DAY)]
    seen = living([*contacts, (2, 8, DAY - 1)], lived, accounts=10)
    assert reached_again(seen, WHOLE).rows() == [(1, 2, 9)]


def test_a_seat_held_by_one_account_after_another_is_found_and_confirmed() -> None:
    found = found_in(town())
    assert set(found["account"]) == set(SEAT)
    assert found["group"].n_unique() == 1


@pytest.mark.parametrize("seed", range(4))
def test_accounts_that_come_and_go_by_themselves_are_no_cluster(seed: int) -> None:
    contacts, short = others(np.random.default_rng(seed))
    assert found_in(living(contacts, short)).is_empty()


def test_p_values_of_independent_handovers_are_not_too_small() -> None:
    tails = []
    for seed in range(20):
        contacts, short = others(np.random.default_rng(seed))
        seen = living(contacts, short)
        held = Part(seed % FOLDS, held_out=True)
        dealt = groups_of(*[range(20 + 6 * group, 26 + 6 * group) for group in range(10)])
        tails += LAYER.groups(seen, dealt, Part(seed % FOLDS), held)["p_value"].to_list()
    assert len(tails) > 100
    assert np.mean(np.array(tails) <= 0.05) <= 0.07
    assert np.mean(np.array(tails) <= 0.005) <= 0.015


def test_a_family_that_moves_to_new_numbers_is_no_cluster() -> None:
    rng = np.random.default_rng(0)
    contacts, short = others(rng)
    for number in range(4):  # to friends of the old numbers, who were no strangers to those
        short += [(100 + number, None, 10 * DAY), (110 + number, 10 * DAY, None)]
        for friend in range(1_400 + 10 * number, 1_410 + 10 * number):
            contacts.append((110 + number, friend, 10 * DAY + int(rng.integers(HOUR, DAY))))
    assert found_in(living(contacts, short)).is_empty()


def test_both_who_left_contacts_and_who_inherited_them_are_members() -> None:
    tests = LAYER.members(town(), groups_of(SEAT), WHOLE)
    inside = tests.filter(pl.col("account").is_in(list(SEAT)))
    assert set(inside["account"]) == set(SEAT)
    assert (inside["p_value"] < 0.01).all()


def test_successors_that_write_to_nobody_again_are_not_seen() -> None:
    assert found_in(town(again=0.0)).is_empty()


def test_the_order_of_rows_does_not_matter() -> None:
    seen = town()
    turned = replace(seen, strangers=seen.strangers.reverse(), lives=seen.lives.reverse())
    groups, part, held = groups_of(SEAT), Part(0), Part(0, held_out=True)
    assert LAYER.pairs(seen, part).equals(LAYER.pairs(turned, part))
    assert LAYER.members(seen, groups, part).equals(LAYER.members(turned, groups, part))
    assert LAYER.groups(seen, groups, part, held).equals(LAYER.groups(turned, groups, part, held))


def test_without_lives_the_layer_is_silent() -> None:
    seen = observed([(1, 2, 3)], accounts=10)
    groups = groups_of([0, 1, 2])
    assert LAYER.pairs(seen, WHOLE).equals(pl.DataFrame(schema=PAIRS))
    assert LAYER.groups(seen, groups, WHOLE, WHOLE).equals(pl.DataFrame(schema=GROUPS))
    assert LAYER.members(seen, groups, WHOLE).equals(pl.DataFrame(schema=MEMBERS))


def test_lives_begin_and_end_by_the_file_or_else_by_what_was_sent() -> None:
    end = 10 * DAY
    events = store_events(
        [
            (0, 9, 0, "message", None),
            (0, 9, end, "message", None),
            (1, 9, DAY, "message", None),
            (1, 9, end - VANISHED_AFTER_S, "message", None),
            (2, 9, 4 * DAY, "message", None),
            (2, 9, end - 1, "message", None),
        ]
    )
    assert lives(events, None, DAY).rows() == [(1, DAY, end - VANISHED_AFTER_S), (2, 4 * DAY, None)]
    dated = pl.LazyFrame(
        {"entity": [0, 1, 2], "created_at": [None, 5, 3 * DAY], "closed_at": [None, 8 * DAY, None]},
        schema={"entity": pl.UInt32, "created_at": pl.Int64, "closed_at": pl.Int64},
    )
    assert lives(events, dated, DAY).rows() == [(1, None, 8 * DAY), (2, 3 * DAY, None)]
