"""What detectors may see of a world, and what stays with the measures."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import stats

from graphmeta.bench import suites, worlds
from graphmeta.bench.detector import Problem
from graphmeta.bench.measures import timeline
from graphmeta.bench.suites import Case, cases
from graphmeta.bench.sweeps import PLAIN, SWEEPS, Sweep, rings
from graphmeta.bench.worlds import Truth
from graphmeta.errors import UsageError
from graphmeta.synthetic import CAMPAIGN_NAMES, World

CASE = Case("funnel", ("funnel",), accounts=300, days=14, seed=1)


@pytest.fixture(scope="module")
def world() -> World:
    return worlds.make(CASE)


@pytest.fixture(scope="module")
def truth(world: World) -> Truth:
    return worlds.truth_of(world)


@pytest.fixture(scope="module")
def problem(world: World, tmp_path_factory: pytest.TempPathFactory) -> Problem:
    return worlds.write(world, tmp_path_factory.mktemp("problem") / "seen", 1)


def test_what_is_written_for_detectors_holds_events_and_accounts_and_no_truth(
    problem: Problem,
) -> None:
    folder = problem.events.parent
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == {"events/events.parquet", "accounts.parquet"}
    contract = {"sender", "recipient", "timestamp", "kind", "duration_s", "group"}
    assert set(pl.read_parquet_schema(problem.events / "events.parquet")) == contract
    accounts = {"account", "created_at", "closed_at", "closed_by", "declared"}
    assert set(pl.read_parquet_schema(problem.accounts)) == accounts


def test_hubs_and_recruiters_are_planted_and_groups_are_not_accounts(
    world: World, truth: Truth
) -> None:
    assert set(truth.planted["account"]) <= set(truth.accounts)
    groups = set(world.truth["account"]) - set(truth.planted["account"])
    assert all(group not in set(truth.accounts) for group in groups)
    assert {"recruiter"} <= set(truth.planted["role"])


def test_the_contacted_are_not_planted_and_were_reached_by_somebody_who_is(
    world: World, truth: Truth
) -> None:
    bad = set(truth.planted["account"])
    reached = {
        row["recipient"]
        for row in world.events.iter_rows(named=True)
        if row["sender"] in bad
        and row["kind"] in ("message", "call", "invite")
        and (row["kind"] == "invite" or row["group"] is None)
    }
    assert set(truth.contacted) == reached - bad
    assert len(truth.contacted) > 20


def test_an_approach_is_the_first_event_between_the_two_whoever_began(
    world: World, truth: Truth
) -> None:
    bad = set(truth.planted["account"])
    first: dict[frozenset[str], tuple[str, str, object]] = {}
    for row in world.events.iter_rows(named=True):
        direct = row["kind"] == "invite" or row["group"] is None
        if row["kind"] in ("message", "call", "invite") and direct:
            pair = frozenset((row["sender"], row["recipient"]))
            first.setdefault(pair, (row["sender"], row["recipient"], row["timestamp"]))
    begin = world.events["timestamp"][0] + timedelta(days=worlds.QUIET_DAYS)
    expected = {
        (sender, recipient, when)
        for sender, recipient, when in first.values()
        if sender in bad and recipient not in bad and when >= begin
    }
    found = set(truth.approaches.select("sender", "recipient", "time").iter_rows())
    assert found == expected


def test_the_same_case_has_the_same_fingerprint_and_another_seed_another(world: World) -> None:
    again = worlds.make(CASE)
    other = worlds.make(Case("funnel", ("funnel",), accounts=300, days=14, seed=2))
    assert worlds.fingerprint(again) == worlds.fingerprint(world)
    assert worlds.fingerprint(other) != worlds.fingerprint(world)


def test_a_prefix_knows_nothing_of_later_days(problem: Problem, tmp_path: Path) -> None:
    seen, end = timeline.prefix(problem, 10, tmp_path / "seen")
    whole = pl.read_parquet(problem.events / "*.parquet")
    events = pl.read_parquet(seen.events / "*.parquet")
    assert events.height == whole.filter(pl.col("timestamp") < end).height < whole.height
    accounts = pl.read_parquet(seen.accounts)
    assert (accounts["created_at"] < end).all()
    closed = accounts.filter(pl.col("closed_at").is_not_null())
    assert (closed["closed_at"] < end).all()
    assert accounts.filter(pl.col("closed_at").is_null())["closed_by"].null_count() == (
        accounts.height - closed.height
    )


def test_contacts_before_detection_end_with_the_check_that_found_the_campaign(
    truth: Truth,
) -> None:
    times = truth.approaches["time"]
    checks = {10: times[len(times) // 4], 14: times[len(times) // 2]}
    found = timeline.before_detection(truth, {"funnel": checks[14]}, checks)["funnel"]
    assert found["day"] == 14
    assert found["contacts"] == (times < checks[14]).sum()
    never = timeline.before_detection(truth, {"funnel": None}, checks)["funnel"]
    assert (never["day"], never["share"]) == (None, 1.0)


def test_every_campaign_of_the_generator_is_in_the_standard_suite_on_both_sizes() -> None:
    planned = {(case.label, case.accounts) for case in cases("standard")}
    assert planned == {(name, size) for name in CAMPAIGN_NAMES for size in (10_000, 2_000)}


@pytest.mark.parametrize("suite", [suite.name for suite in suites.SUITES])
def test_worlds_of_a_suite_have_names_of_their_own(suite: str) -> None:
    names = [case.name for case in cases(suite)]
    assert len(set(names)) == len(names)


def test_a_sweep_costs_reach_where_an_account_may_make_so_many_contacts_and_no_more() -> None:
    steps = [step for case in cases("evasion", count=1) for step in case.steps]
    reach = {step.value: step.reach for step in steps if step.sweep == "camouflage"}
    assert reach == {0: 24, 1: 12, 3: 6, 7: 3, 15: 1.5}
    assert {step.sweep for step in steps} == {each.name for each in SWEEPS}
    for each in SWEEPS:
        assert [s.value for s in steps if s.sweep == each.name and s.value == PLAIN[each.name]]
        assert len({s.reach for s in steps if s.sweep == each.name} - {24}) > 0 or (
            not each.costs_reach
        )


def test_who_hides_in_all_costless_ways_goes_a_step_further_in_each_and_keeps_its_reach() -> None:
    made = rings(["costless"], 28, {})
    hidden = [(ring.overlap, ring.window, ring.evasion.bought_replies) for _, ring, _ in made]
    hour = 3_600
    assert hidden == [
        (0.5, 6 * hour, 0.0),
        (0.25, 24 * hour, 0.2),
        (0.12, 96 * hour, 0.5),
        (0.06, 240 * hour, 0.5),
    ]
    assert {step.reach for _, _, (step,) in made} == {24.0}


@pytest.mark.parametrize("each", SWEEPS, ids=lambda each: each.name)
def test_a_ring_reaches_what_its_step_says(each: Sweep) -> None:
    for label, ring, (step, *_) in rings([each.name], 28, {}):
        # Two at least reach each stranger of the list, which has whole strangers.
        seats = np.arange(ring.actors + 1)
        reached_by = np.maximum(2, seats) @ stats.binom.pmf(seats, ring.actors, ring.overlap)
        each_adds = float(reached_by) / ring.actors / ring.evasion.split / (ring.days / 7)
        assert ring.targets * each_adds == pytest.approx(step.reach, abs=each_adds / 2), label


def test_a_ring_keeps_its_pace_in_a_short_world() -> None:
    (_, long, _), *_ = rings(["pace"], 28, {})
    (_, short, _), *_ = rings(["pace"], 14, {})
    assert short.targets / short.days == pytest.approx(long.targets / long.days, rel=0.05)


@pytest.mark.parametrize("suite", ["quick", "standard", "innocence"])
def test_every_world_is_another_town_so_that_lookalikes_are_drawn_anew(suite: str) -> None:
    drawn = [case.world_seed for case in cases(suite) if not case.steps]
    assert len(set(drawn)) == len(drawn)


def test_steps_of_a_sweep_share_their_town() -> None:
    assert {case.world_seed for case in cases("evasion", count=2)} == {0, 1}


def test_the_quick_suite_sweeps_camouflage_in_a_few_steps() -> None:
    steps = [step.value for case in cases("quick") for step in case.steps]
    assert steps == [0, 3, 7]
    asked = [step.value for case in cases("quick", None, ["camouflage"]) for step in case.steps]
    assert asked == [0, 1, 3, 7, 15]


def test_a_campaign_with_parameters_differs_from_the_plain_one_in_them_alone() -> None:
    plain, more = cases("quick", 1, ["funnel", "funnel:camouflage=2"])
    assert plain.world_seed == more.world_seed
    assert (more.label, more.campaigns) == ("funnel:camouflage=2", ("funnel:camouflage=2",))


def test_innocent_worlds_plant_nobody() -> None:
    assert all(case.campaigns == () for case in cases("innocence"))


def test_look_alikes_are_narrowed_and_the_rest_of_the_plan_stays() -> None:
    few = cases("quick", 1, ["bulk"], 200, ["courier", "courier", "text_bank"])[0]
    every = cases("quick", 1, ["bulk"], 200)[0]
    assert few.lookalikes == ("courier", "text_bank")
    assert (few.name, few.world_seed) == (every.name, every.world_seed)
    posed = worlds.truth_of(worlds.make(few)).lookalikes["kind"]
    assert set(posed) == {"courier", "text_bank"}


@pytest.mark.parametrize(
    ("suite", "options", "named"),
    [
        ("quick", {"lookalikes": ["nothing"]}, "no look-alike named 'nothing'"),
        ("nothing", {}, "There is no suite 'nothing'"),
        ("quick", {"campaigns": ["nothing"]}, "no campaign 'nothing'"),
        ("quick", {"campaigns": ["funnel:nothing=1"]}, "no parameter 'nothing'"),
        ("quick", {"campaigns": ["no_campaign:aged=1"]}, "no campaign 'no_campaign:aged=1'"),
        ("quick", {"count": 0}, "--seeds 0"),
    ],
)
def test_what_does_not_exist_is_refused_by_name(
    suite: str, options: dict[str, object], named: str
) -> None:
    with pytest.raises(UsageError, match=named):
        cases(suite, **options)  # type: ignore[arg-type]
