"""What each behaviour measures, on acts so few that they can be counted by hand."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from tinyworld import DAY, groups_of, ties

from graphmeta.signals import BEHAVIOURS
from graphmeta.signals.acts import MEASURED, Acts, Behaviour, share
from graphmeta.signals.behaviour.acquaintances import Acquaintances
from graphmeta.signals.behaviour.banned import Banned
from graphmeta.signals.behaviour.declared import Declared
from graphmeta.signals.behaviour.defence_in_common import PULL, DefenceInCommon
from graphmeta.signals.behaviour.defence_rate import DefenceRate
from graphmeta.signals.behaviour.dialogue import Dialogue
from graphmeta.signals.behaviour.fan_out import FanOut
from graphmeta.signals.behaviour.inbound_share import InboundShare
from graphmeta.signals.behaviour.insistence import Insistence
from graphmeta.signals.behaviour.locality import Locality
from graphmeta.signals.behaviour.mutual_ties import MutualTies
from graphmeta.signals.behaviour.onset import Onset
from graphmeta.signals.behaviour.reply_rate import ReplyRate
from graphmeta.signals.behaviour.stranger_share import StrangerShare
from graphmeta.signals.behaviour.youth import Youth

ACTORS, ORDINARY = (0, 1, 2, 3), (10, 11, 12, 13)
GROUPS = groups_of(ACTORS, ORDINARY)
SINCE = 1_000
#: sender, recipient, time, events, replies, stranger, defended, circle of the recipient
Opening = tuple[int, int, int, int, int, bool, bool, int]


def town() -> Acts:
    """Four actors reach twenty strangers each; four ordinary people meet friends and answer.

    Nobody answers the actors except one in ten; half of those they reach block them. Actor 0
    and 1 know each other. The actors are new, actor 3 declares itself, and the platform closed
    actors 0 and 1. Those whom the actors reach are of ten circles, those whom ordinary people
    reach of one. Ordinary people began with three times as many before judging began.
    """
    rows: list[Opening] = []
    for actor in ACTORS:
        for n in range(20):
            reply = 1 if n % 10 == 0 else 0
            at = SINCE + DAY * (n // 10)
            circle = n % 10
            rows.append((actor, 100 + 20 * actor + n, at, 1, reply, True, n % 2 == 0, circle))
    for one in ORDINARY:
        for n in range(8):
            at = SINCE + DAY * n
            stranger = n < 4
            rows.append((one, 200 + 8 * one + n, at, 3, 5 * (n % 2), stranger, False, 20))
            rows.append((300 + n, one, at + 50, 2, 2, False, False, 20))
    schema = {
        "sender": pl.UInt32,
        "recipient": pl.UInt32,
        "time": pl.Int64,
        "events": pl.Int64,
        "replies": pl.Int64,
        "stranger": pl.Boolean,
        "defended": pl.Boolean,
        "circle_r": pl.Int32,
    }
    openings = pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        answered=pl.col("replies") > 0, weight=pl.col("defended").cast(pl.Float64)
    )
    before = [(one, False) for one in ORDINARY for _ in range(24)]
    began = pl.DataFrame(
        [*before, *((row[0], True) for row in rows)],
        schema={"sender": pl.UInt32, "later": pl.Boolean},
        orient="row",
    )
    friends = [(one, 400 + n, 1) for one in ORDINARY for n in range(6)]
    approached = [(0, 100, SINCE), (1, 120, SINCE)]
    accounts = sorted({account for row in rows for account in row[:2]} | set(range(400, 406)))
    table = pl.DataFrame(
        {
            "account": accounts,
            "seen": [SINCE if one in ACTORS else 0 for one in accounts],
            "declared": ["business" if one == 3 else None for one in accounts],
            "banned": [one in (0, 1) for one in accounts],
        },
        schema={
            "account": pl.UInt32,
            "seen": pl.Int64,
            "declared": pl.String,
            "banned": pl.Boolean,
        },
    )
    return Acts(openings, began, ties([*friends, *approached, (0, 1, 1)]), table, SINCE)


def values(behaviour: Behaviour) -> tuple[float, float, float]:
    """Return what actors and ordinary people do, and what is usual."""
    found = behaviour.measure(town(), GROUPS)
    assert found["group"].to_list() == [0, 1]
    assert found["expected"].n_unique() == 1
    return found["value"][0], found["value"][1], found["expected"][0]


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda one: one.name)
def test_every_behaviour_gives_one_row_per_group_in_one_unit(behaviour: Behaviour) -> None:
    found = behaviour.measure(town(), GROUPS)
    assert found.cast(MEASURED).schema == MEASURED
    nobody = isinstance(behaviour, DefenceInCommon)  # no stranger of this town was reached twice
    assert found["group"].to_list() == ([] if nobody else [0, 1])
    assert found["value"].is_finite().all()
    assert found["expected"].is_finite().all()
    assert (found["support"] > 0).all()


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda one: one.name)
def test_the_order_of_acts_has_no_say(behaviour: Behaviour) -> None:
    acts = town()
    shuffled = Acts(
        acts.openings.reverse(),
        acts.began.reverse(),
        acts.acquaintances.reverse(),
        acts.accounts.reverse(),
        SINCE,
    )
    whole = behaviour.measure(acts, GROUPS)
    assert behaviour.measure(shuffled, GROUPS.reverse()).equals(whole)


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda one: one.name)
def test_groups_that_did_nothing_are_usual_or_absent(behaviour: Behaviour) -> None:
    nobody = groups_of([100, 101, 102])
    found = behaviour.measure(town(), nobody)
    if behaviour.name not in {"acquaintances", "mutual_ties", "inbound_share", "declared"}:
        assert found.is_empty()
    assert found["value"].is_finite().all()


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda one: one.name)
def test_without_acts_nothing_is_measured(behaviour: Behaviour) -> None:
    acts = town()
    empty = Acts(
        acts.openings.clear(),
        acts.began.clear(),
        acts.acquaintances.clear(),
        acts.accounts.clear(),
        SINCE,
    )
    found = behaviour.measure(empty, GROUPS)
    assert found["value"].is_finite().all()
    assert behaviour.measure(acts, GROUPS.clear()).is_empty()


def test_what_is_usual_is_told_by_accounts_in_no_group() -> None:
    rows = pl.DataFrame(
        {"sender": [0, 0, 1, 1, 2, 2], "good": [True, True, True, True, False, True]},
        schema_overrides={"sender": pl.UInt32},
    )
    assert share(rows, groups_of([0]), "good")["expected"].to_list() == [0.75]
    assert share(rows, groups_of([0], [1]), "good")["expected"].to_list() == [0.5, 0.5]


def test_where_everybody_is_in_a_group_all_of_them_tell_what_is_usual() -> None:
    rows = pl.DataFrame(
        {"sender": [0, 1], "good": [True, False]}, schema_overrides={"sender": pl.UInt32}
    )
    assert share(rows, groups_of([0], [1]), "good")["expected"].to_list() == [0.5, 0.5]


def test_a_share_is_pulled_towards_the_usual_one_by_so_many_rows() -> None:
    rows = pl.DataFrame(
        {"sender": [0, 0, 1, 1], "good": [True, True, False, False]},
        schema_overrides={"sender": pl.UInt32},
    )
    found = share(rows, groups_of([0]), "good", pull=2.0)
    assert found.rows() == [(0, (2 + 2 * 0.0) / 4, 0.0, 2)]


def test_stranger_share_is_the_share_of_first_contacts_that_went_to_strangers() -> None:
    usual = 0 / 32  # those who wrote to ordinary people all knew them
    assert values(StrangerShare()) == pytest.approx(
        ((80 + 10 * usual) / 90, (16 + 10 * usual) / 42, usual)
    )


def test_reply_rate_is_the_share_of_strangers_who_answered() -> None:
    usual = (8 + 8) / 96
    assert values(ReplyRate()) == pytest.approx(
        ((8 + 10 * usual) / 90, (8 + 10 * usual) / 26, usual)
    )


def test_defence_rate_is_the_share_of_strangers_who_blocked_or_reported() -> None:
    usual = 40 / 96
    assert values(DefenceRate()) == pytest.approx(((40 + 20 * usual) / 100, 20 * usual / 36, usual))


def test_a_report_counts_by_its_weight() -> None:
    acts = town()
    light = acts.openings.with_columns(weight=pl.col("weight") / 4)
    found = DefenceRate().measure(replace(acts, openings=light), GROUPS)
    usual = 10 / 96
    assert found["value"].to_list() == pytest.approx([(10 + 20 * usual) / 100, 20 * usual / 36])


def in_common(several: tuple[int, int], one: tuple[int, int]) -> Acts:
    """Let actors 0 and 1 both reach some strangers, and actor 0 others, so many of whom defend."""
    both = [(n, n < several[0]) for n in range(several[1])]
    alone = [(1_000 + n, n < one[0]) for n in range(one[1])]
    rows = [(actor, 100 + n, defended) for actor in (0, 1) for n, defended in both]
    rows += [(0, 100 + n, defended) for n, defended in alone]
    acts = town()
    openings = pl.DataFrame(
        [(a, b, SINCE, 1, 0, True, defended, 1) for a, b, defended in rows],
        schema={name: acts.openings.schema[name] for name in acts.openings.columns[:8]},
        orient="row",
    ).with_columns(answered=pl.lit(False), weight=pl.col("defended").cast(pl.Float64))
    return replace(acts, openings=openings)


def test_defence_in_common_sets_those_whom_several_reached_beside_the_others() -> None:
    found = DefenceInCommon().measure(in_common((10, 50), (2, 200)), groups_of((0, 1))).row(0)
    whole = (22 + 20 * 22 / 300) / 320  # all rows are the group's, so they tell what is usual
    several, one = (20 + PULL * whole) / (100 + PULL), (2 + PULL * whole) / (200 + PULL)
    assert found == pytest.approx((0, several, one, 100))


def test_contacts_for_show_dilute_the_defence_rate_and_not_the_defence_in_common() -> None:
    group = groups_of((0, 1))
    for show in (100, 1_000):
        acts = in_common((100, 200), (0, show))
        row = DefenceInCommon().measure(acts, group).row(0, named=True)
        assert row["value"] > 0.4
        assert row["expected"] <= 0.2
    alike = DefenceInCommon().measure(in_common((50, 200), (50, 200)), group).row(0, named=True)
    assert alike["value"] == pytest.approx(alike["expected"], rel=0.01)


def test_a_group_without_common_strangers_has_no_defence_in_common() -> None:
    assert DefenceInCommon().measure(town(), GROUPS).is_empty()


def test_fan_out_counts_strangers_on_days_with_any() -> None:
    usual = 96 / (8 + 16)
    assert values(FanOut()) == pytest.approx(((80 + 3 * usual) / 11, (16 + 3 * usual) / 19, usual))


def test_inbound_share_is_the_share_of_first_contacts_that_others_began() -> None:
    actors, ordinary, usual = values(InboundShare())
    assert usual == 112 / 144  # everybody else was reached 112 times and began 32 times
    assert actors == pytest.approx((0 + 10 * usual) / 90)
    assert ordinary == pytest.approx((32 + 10 * usual) / 74)


def test_insistence_counts_messages_to_strangers_who_never_answered() -> None:
    usual = (72 * 1 + 8 * 3) / 80
    assert values(Insistence()) == pytest.approx(
        ((72 + 10 * usual) / 82, (24 + 10 * usual) / 18, usual)
    )


def test_dialogue_counts_replies_of_strangers_who_answered() -> None:
    usual = (8 * 1 + 8 * 5) / 16
    assert values(Dialogue()) == pytest.approx(((8 + 5 * usual) / 13, (40 + 5 * usual) / 13, usual))


def test_acquaintances_leave_out_those_whom_the_account_approached() -> None:
    actors, ordinary, _ = values(Acquaintances())
    assert actors == 0.5  # two actors know each other, two know nobody
    assert ordinary == 6.0


def test_youth_is_the_share_of_accounts_that_began_once_judging_had() -> None:
    actors, ordinary, usual = values(Youth())
    assert usual == 0 / 8  # the eight who wrote to ordinary people
    assert actors == pytest.approx((4 + 3 * usual) / 7)
    assert ordinary == pytest.approx(3 * usual / 7)


def test_mutual_ties_are_the_share_of_pairs_that_know_each_other() -> None:
    actors, ordinary, usual = values(MutualTies())
    assert (actors, ordinary) == (1 / 6, 0.0)
    everybody = town().accounts.height
    assert usual == pytest.approx(2 * 27 / (everybody * (everybody - 1)))


def test_declared_is_the_share_of_accounts_that_say_what_they_are() -> None:
    actors, ordinary, usual = values(Declared())
    assert actors == pytest.approx((1 + usual) / 5)
    assert ordinary == pytest.approx(usual / 5)


def test_onset_is_the_share_of_all_first_contacts_that_came_once_judging_began() -> None:
    usual = 32 / 32  # those who wrote to ordinary people began when judging did
    assert values(Onset()) == pytest.approx(
        ((80 + 10 * usual) / 90, (32 + 10 * usual) / (128 + 10), usual)
    )


def test_banned_is_the_share_of_active_accounts_that_the_platform_closed() -> None:
    actors, ordinary, usual = values(Banned())
    assert usual == 0.0
    assert actors == pytest.approx((2 + 3 * usual) / 7)
    assert ordinary == 0.0


def test_an_account_that_contacted_nobody_says_nothing_of_bans() -> None:
    assert Banned().measure(town(), groups_of([100, 101])).is_empty()


def test_locality_is_the_chance_that_two_contacted_strangers_are_of_one_circle() -> None:
    everybody = 10 * 28 + 120  # pairs of eight in ten circles, of sixteen in one
    usual = everybody / (96 * 95 / 2)
    assert values(Locality()) == pytest.approx(
        (
            (10 * 28 + 50 * usual) / (80 * 79 / 2 + 50),
            (120 + 50 * usual) / (120 + 50),
            usual,
        )
    )


def test_strangers_without_a_circle_are_of_one_circle_with_nobody() -> None:
    acts = town()
    outside = acts.openings.with_columns(circle_r=pl.lit(-1, dtype=pl.Int32))
    found = Locality().measure(replace(acts, openings=outside), GROUPS)
    assert found["value"].to_list() == [0.0, 0.0]
    assert found["support"].to_list() == [80, 16]
