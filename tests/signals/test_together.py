"""Overlap and synchrony: does a group reach the same strangers, and in the same moments?"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from graphmeta.signals.acts import Acts
from graphmeta.signals.behaviour.overlap import Overlap, OverlapOfThree
from graphmeta.signals.behaviour.synchrony import WITHIN_S, Synchrony

DAY = 86_400
GROUP = pl.DataFrame({"group": [0, 0, 0], "account": [1, 2, 3]}).cast(pl.UInt32)


def acts(contacts: Sequence[tuple[int, int, int]]) -> Acts:
    """Return acts that consist of stranger contacts: sender, recipient, time."""
    openings = pl.DataFrame(
        contacts,
        schema={"sender": pl.UInt32, "recipient": pl.UInt32, "time": pl.Int64},
        orient="row",
    ).with_columns(stranger=pl.lit(True))
    empty = pl.DataFrame()
    return Acts(openings, empty, empty, empty, 0)


def test_a_list_reached_by_several_overlaps_and_one_shared_out_does_not() -> None:
    ring = acts([(one, target, target * DAY) for one in (1, 2, 3) for target in (10, 11)])
    shared_out = acts([(one, 10 + one, one * DAY) for one in (1, 2, 3)])
    assert Overlap().measure(ring, GROUP)["value"].to_list() == [1.0]
    assert Overlap().measure(shared_out, GROUP)["value"].to_list() == [0.0]


def test_one_of_two_targets_reached_twice_is_half() -> None:
    half = acts([(1, 10, 0), (2, 10, DAY), (3, 11, DAY)])
    measured = Overlap().measure(half, GROUP)
    assert measured["value"].to_list() == [0.5]
    assert measured["support"].to_list() == [2]


def test_whom_a_second_one_asks_again_is_not_reached_by_three() -> None:
    ring = acts([(one, target, target * DAY) for one in (1, 2, 3) for target in (10, 11)])
    reminded = acts([(one, target, one * DAY) for one in (1, 2) for target in (10, 11)])
    assert OverlapOfThree().measure(ring, GROUP)["value"].to_list() == [1.0]
    measured = OverlapOfThree().measure(reminded, GROUP)
    assert measured.select("value", "support").rows() == [(0.0, 2)]


def test_contacts_within_minutes_of_another_account_are_of_one_moment() -> None:
    together = acts([(1, 10, 0), (2, 11, WITHIN_S), (3, 12, 5 * DAY)])
    assert Synchrony().measure(together, GROUP)["value"].to_list() == [2 / 3]


def test_an_account_is_not_in_time_with_itself_nor_with_the_same_target() -> None:
    alone = acts([(1, 10, 0), (1, 11, 1), (2, 12, 2 * DAY), (3, 12, 2 * DAY + 1)])
    assert Synchrony().measure(alone, GROUP)["value"].to_list() == [0.0]


def test_a_busy_group_is_expected_to_meet_more_often_than_an_idle_one() -> None:
    idle = acts([(1 + at % 3, 10 + at, at * DAY) for at in range(9)])
    busy = acts([(1 + at % 3, 10 + at, at * DAY // 100) for at in range(900)])
    expected = [Synchrony().measure(one, GROUP)["expected"][0] for one in (idle, busy)]
    assert 0 < expected[0] < expected[1] < 1
