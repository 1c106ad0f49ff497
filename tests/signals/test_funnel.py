"""The funnel: who was contacted went on to one hub, more than by chance, from several sources."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tinyworld import DAY, Arrival, Contact, groups_of, noise, observed

from graphmeta.signals.base import FOLDS, GROUPS, MEMBERS, PAIRS, WHOLE, Observations, Part
from graphmeta.signals.coordination.conversions import WITHIN_S, conversions
from graphmeta.signals.coordination.funnel import Funnel, best, feeders
from graphmeta.signals.coordination.hubs import validated_hubs
from graphmeta.signals.recruitment.conversion import (
    BroughtByConverts,
    Converts,
    FeedsAHub,
    SentByStrangers,
)

LAYER = Funnel()
RECRUITERS = range(4)
HUB = 4
SHOP = 5
#: The hub of the first group.
THEIR_HUB = pl.DataFrame({"group": [0], "hub": [HUB]}).cast(pl.UInt32)
ACCOUNTS = 1_000


def recruiting(seed: int = 0) -> tuple[list[Contact], list[Arrival]]:
    """Four recruiters send every third of sixty to a hub; a shop is found without them."""
    rng = np.random.default_rng(seed)
    contacts = noise(rng, range(20, 120), range(200, 800), 8, 28)
    arrivals = noise(rng, range(200, 800), range(900, 960), 1, 28)
    arrivals += [(one, SHOP, int(rng.integers(28 * DAY))) for one in range(200, 500)]
    for number in range(60):
        at = int(rng.integers(25 * DAY))
        contacts.append((number % 4, 800 + number, at))
        if number // 4 % 3 == 0:
            arrivals.append((800 + number, HUB, at + int(rng.integers(1, 2 * DAY))))
    return contacts, arrivals


def tiny_town(seed: int = 0) -> Observations:
    contacts, arrivals = recruiting(seed)
    return observed(contacts, arrivals, accounts=ACCOUNTS)


def slow_conversions(
    contacts: set[Contact], arrivals: set[Arrival]
) -> set[tuple[int, int, int, int]]:
    return {
        (sender, recipient, hub, came)
        for sender, recipient, at in contacts
        for account, hub, came in arrivals
        if account == recipient and hub != sender and at < came <= at + WITHIN_S
    }


few = st.integers(0, 5)
days = st.integers(0, 8).map(lambda day: day * DAY)


def one_per_pair(rows: set[tuple[int, int, int]]) -> set[tuple[int, int, int]]:
    return set({(a, b): (a, b, at) for a, b, at in sorted(rows, reverse=True) if a != b}.values())


@given(st.sets(st.tuples(few, few, days)), st.sets(st.tuples(few, few, days)))
def test_a_conversion_is_a_contact_followed_by_an_arrival_elsewhere(
    contacts: set[Contact], arrivals: set[Arrival]
) -> None:
    contacts, arrivals = one_per_pair(contacts), one_per_pair(arrivals)
    seen = observed(sorted(contacts), sorted(arrivals), accounts=6)
    found = conversions(seen, WHOLE).select("sender", "recipient", "hub", "time").rows()
    assert set(found) == slow_conversions(contacts, arrivals)
    for fold in range(FOLDS):
        held = conversions(seen, Part(fold, held_out=True))["recipient"]
        assert all(recipient % FOLDS == fold for recipient in held)
        kept = conversions(seen, Part(fold))["recipient"]
        assert all(recipient % FOLDS != fold for recipient in kept)


def test_the_hub_is_validated_and_the_popular_shop_is_not() -> None:
    seen = tiny_town()
    assert validated_hubs(seen, WHOLE)["hub"].to_list() == [HUB]


def test_a_hub_needs_two_sources() -> None:
    contacts = [(0, 10 + n, n * 100) for n in range(30)]
    arrivals = [(10 + n, 1, n * 100 + 50) for n in range(30)]
    seen = observed([*contacts, (50, 51, 27 * DAY)], arrivals, accounts=100)
    assert validated_hubs(seen, WHOLE).is_empty()


def test_recruiters_feed_the_hub_and_others_do_not() -> None:
    fed = feeders(tiny_town(), WHOLE)
    sure = fed.filter(pl.col("p_value") < 0.01)
    assert set(sure["account"]) == set(RECRUITERS)
    assert set(sure["hub"]) == {HUB}
    assert sure["observed"].sum() == 20


def test_whoever_contacts_the_recruiters_converts_too_feeds_nothing() -> None:
    contacts, arrivals = recruiting()
    came = {one: at for one, hub, at in arrivals if hub == HUB}
    # A volunteer who happened to reach three of the converts of two recruiters.
    contacts += [(20, one, came[one] - 60) for one in sorted(came)[:3]]
    seen = observed(contacts, arrivals, accounts=ACCOUNTS)
    assert set(LAYER.sources(seen, WHOLE)["account"]) == set(RECRUITERS)


def test_sources_are_counted_beside_all_who_had_a_convert() -> None:
    seen = tiny_town()
    fed, sources = feeders(seen, WHOLE), LAYER.sources(seen, WHOLE)
    assert (fed["q_value"] >= fed["p_value"]).all()
    assert sources["q_value"].to_numpy().max() <= 0.01


def test_edges_tie_recruiters_to_their_hub_and_to_each_other() -> None:
    pairs = LAYER.pairs(tiny_town(), WHOLE)
    assert pairs.schema == PAIRS
    found = set(pairs.filter(pl.col("p_value") < 0.01).select("a", "b").rows())
    spokes = {(one, HUB) for one in RECRUITERS}
    rims = {(a, b) for a in RECRUITERS for b in RECRUITERS if a < b}
    assert found == spokes | rims
    assert (pairs["a"] < pairs["b"]).all()
    assert pairs.select("a", "b").is_unique().all()


def test_the_recruiters_are_told_from_chance_on_those_who_had_no_say() -> None:
    seen = tiny_town()
    groups = groups_of([*RECRUITERS, HUB], range(20, 30))
    for fold in range(FOLDS):
        found = LAYER.groups(seen, groups, Part(fold), Part(fold, held_out=True))
        assert found.schema == GROUPS
        assert found["group"].to_list() == [0]
        assert found["p_value"][0] < 1e-3


def test_a_group_feeds_a_hub_only_where_a_fifth_of_it_does() -> None:
    seen = tiny_town()
    assert LAYER.hubs_of(seen, groups_of(RECRUITERS), WHOLE).rows() == [(0, HUB)]
    assert LAYER.hubs_of(seen, groups_of([*RECRUITERS, *range(20, 36)]), WHOLE).height == 1
    assert LAYER.hubs_of(seen, groups_of([*RECRUITERS, *range(20, 37)]), WHOLE).is_empty()
    assert LAYER.hubs_of(seen, groups_of([0, *range(20, 24)]), WHOLE).is_empty()


def test_the_hub_belongs_to_the_group_that_feeds_it() -> None:
    found = LAYER.members(tiny_town(), groups_of(RECRUITERS), WHOLE)
    assert found.schema == MEMBERS
    sure = found.filter(pl.col("p_value") < 0.01)
    assert set(sure["account"]) == {*RECRUITERS, HUB}


def test_a_group_may_feed_several_hubs_and_whoever_serves_one_belongs_to_it() -> None:
    contacts, arrivals = recruiting()
    others, second = range(6, 10), 10
    came = [(one, at) for one, hub, at in arrivals if hub == HUB]
    for number, (_, at) in enumerate(came):
        convert = 970 + number
        contacts += [(others[number % 4], convert, at - 60), (number % 2, convert - 30, at - 60)]
        arrivals += [(convert, second, at), (convert - 30, second, at)]
    seen = observed(contacts, arrivals, accounts=ACCOUNTS)
    assert LAYER.hubs_of(seen, groups_of(RECRUITERS), WHOLE)["hub"].to_list() == [HUB, second]
    tests = LAYER.members(seen, groups_of(RECRUITERS), WHOLE)
    sure = set(tests.filter(pl.col("p_value") < 0.01)["account"])
    assert {*RECRUITERS, *others, HUB, second} <= sure
    assert tests.select("group", "account").is_unique().all()
    both = LAYER.groups(seen, groups_of(RECRUITERS), WHOLE, WHOLE).row(0, named=True)
    assert both["observed"] == len({one for one, _ in came}) + len(came)


def test_who_is_tested_at_several_hubs_pays_for_all_of_them() -> None:
    tests = pl.DataFrame(
        {
            "group": [0, 0, 0],
            "account": [7, 7, 8],
            "observed": [1.0, 2.0, 3.0],
            "p_value": [0.4, 0.02, 0.7],
        }
    )
    assert best(tests).rows() == [(0, 7, 2.0, 0.04), (0, 8, 3.0, 0.7)]


def test_converts_are_counted_once_and_never_among_the_group() -> None:
    contacts, arrivals = recruiting()
    contacts += [(1, 800, 0), (0, 3, 5)]  # reached twice; a recruiter reached by another
    arrivals += [(3, HUB, 10)]
    seen = observed(contacts, arrivals, accounts=ACCOUNTS)
    found = Converts().measure(seen, groups_of(RECRUITERS), THEIR_HUB)
    assert found["value"].to_list() == [20.0]
    assert found["expected"][0] < 2.0


def test_whoever_leads_nobody_anywhere_feeds_no_hub() -> None:
    contacts, arrivals = recruiting()
    fed = observed(contacts, arrivals, accounts=ACCOUNTS)
    found = FeedsAHub().measure(fed, groups_of(RECRUITERS), THEIR_HUB)
    assert found.select("value", "expected", "support").rows() == [(1.0, 0.0, 20)]
    unfed = observed(contacts, [], accounts=ACCOUNTS)
    assert FeedsAHub().measure(unfed, groups_of(RECRUITERS), THEIR_HUB).is_empty()


def test_strangers_whom_converts_bring_count_where_nobody_else_led_them() -> None:
    contacts, arrivals = recruiting()
    alone = observed(contacts, arrivals, accounts=ACCOUNTS)
    found = BroughtByConverts().measure(alone, groups_of(RECRUITERS), THEIR_HUB)
    assert found.select("value", "support").rows() == [(0.0, 20)]
    convert, _, came = next(row for row in arrivals if row[1] == HUB and row[2] < 20 * DAY)
    later = [(convert, 900, came + 100), (convert, 901, came + 200), (0, 901, came + 150)]
    led = [*arrivals, (900, HUB, came + DAY), (901, HUB, came + DAY)]
    seen = observed([*contacts, *later], led, accounts=ACCOUNTS)
    for group in (RECRUITERS, [*RECRUITERS, convert]):
        found = BroughtByConverts().measure(seen, groups_of(group), THEIR_HUB)
        assert found["value"].to_list() == [1.0]
        assert found["expected"][0] < 0.5


def test_whoever_led_people_to_the_hub_before_it_came_is_no_convert() -> None:
    contacts, arrivals = recruiting()
    convert, _, came = next(row for row in arrivals if row[1] == HUB and row[2] < 20 * DAY)
    both = [(convert, 900, came - 100), (convert, 901, came + 100)]
    led = [*arrivals, (900, HUB, came + DAY), (901, HUB, came + DAY)]
    seen = observed([*contacts, *both], led, accounts=ACCOUNTS)
    found = BroughtByConverts().measure(seen, groups_of(RECRUITERS), THEIR_HUB)
    assert found["value"].to_list() == [0.0]


def test_a_movement_among_friends_was_hardly_sent_by_strangers() -> None:
    contacts, arrivals = recruiting()
    seen = observed(contacts, arrivals, accounts=ACCOUNTS)
    sent = SentByStrangers().measure(seen, groups_of(RECRUITERS), THEIR_HUB)
    assert sent["value"].to_list() == [1.0]
    friendly = [*arrivals, *((one, HUB, one * 1_000) for one in range(200, 380))]
    seen = observed(contacts, friendly, accounts=ACCOUNTS)
    sent = SentByStrangers().measure(seen, groups_of(RECRUITERS), THEIR_HUB)
    assert sent["value"].to_list() == pytest.approx([0.1])


@pytest.mark.parametrize("part", [WHOLE, Part(0), Part(0, held_out=True)])
def test_without_contacts_there_is_nothing(part: Part) -> None:
    seen = observed([], accounts=5)
    groups = groups_of([0, 1])
    assert LAYER.pairs(seen, part).is_empty()
    assert LAYER.groups(seen, groups, part, part).is_empty()
    assert LAYER.members(seen, groups, part).is_empty()
    hubs = LAYER.hubs_of(seen, groups, part)
    assert Converts().measure(seen, groups, hubs).is_empty()
    assert FeedsAHub().measure(seen, groups, hubs).is_empty()
    assert BroughtByConverts().measure(seen, groups, hubs).is_empty()
    assert SentByStrangers().measure(seen, groups, hubs).is_empty()
