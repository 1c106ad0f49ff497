"""From events to a run: planted campaigns are flagged, victims never scored, odd data survives."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from pipeline_kit import LOOKALIKES, STRONG, at, frame, run

from graphmeta.clusters import roles
from graphmeta.contract.tables import TABLES
from graphmeta.errors import InputError, UsageError
from graphmeta.pipeline import Settings
from graphmeta.run import RunFolder
from graphmeta.synthetic import World, make_world

DAY = 86_400
Planted = tuple[World, RunFolder]

#: A funnel is confirmed and ranked first, and should be flagged; the trained scores cannot yet tell
#: it from agents whose leads go on to an office at the rate that is asked.
FLAGGED = pytest.mark.parametrize(
    "planted",
    [
        pytest.param(
            name,
            marks=pytest.mark.xfail(strict=True, reason="it could be agents")
            if name == "funnel"
            else (),
        )
        for name in sorted(STRONG)
    ],
    indirect=True,
)


@pytest.fixture(scope="module", params=sorted(STRONG))
def planted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Planted:
    """Return a world with one strong campaign among look-alikes, and its run."""
    world = make_world(1_000, 28, (STRONG[request.param],), LOOKALIKES, seed=1)
    folder = tmp_path_factory.mktemp(str(request.param))
    return world, run(folder, world.events, world.accounts)


def scored(run: RunFolder) -> pl.DataFrame:
    return run.table("members").filter(pl.col("role") != "contacted")


def in_flagged(run: RunFolder) -> set[str]:
    flagged = run.table("clusters").filter("flagged").select("cluster_id")
    return set(scored(run).join(flagged, on="cluster_id", how="semi")["account"])


@FLAGGED
def test_a_planted_campaign_is_found_confirmed_and_flagged(planted: Planted) -> None:
    world, run = planted
    truth, flagged = set(world.truth["account"]), in_flagged(run)
    assert len(flagged & truth) >= 0.8 * len(truth)
    assert len(flagged - truth) <= 0.1 * len(flagged) + 1


def test_a_planted_campaign_is_confirmed_whole_and_ranked_first(planted: Planted) -> None:
    world, run = planted
    first = run.table("clusters").row(0, named=True)
    members = set(scored(run).filter(cluster_id=first["cluster_id"])["account"])
    truth = set(world.truth["account"])
    assert first["status"] == "confirmed"
    assert len(members & truth) >= 0.8 * len(truth)
    assert len(members - truth) <= 0.1 * len(members) + 1


def test_no_look_alike_is_flagged(planted: Planted) -> None:
    world, run = planted
    assert not in_flagged(run) & set(world.lookalikes["account"])


def test_flagged_clusters_have_both_answers(planted: Planted) -> None:
    for row in planted[1].table("clusters").iter_rows(named=True):
        both = row["q_value"] <= 0.05 and max(row["spam"], row["recruitment"]) >= 0.5
        assert both or not row["flagged"]
        assert row["status"] == ("confirmed" if row["q_value"] <= 0.05 else "candidate")
        assert row["first_event"] <= row["last_event"]
        assert row["layers"] or row["status"] == "candidate"


@FLAGGED
def test_recruiting_is_told_from_spam(planted: Planted) -> None:
    world, run = planted
    first = run.table("clusters").filter("flagged").row(0, named=True)
    funnel = "funnel" in world.truth["campaign"]
    assert first["behaviour"] == ("recruitment" if funnel else "spam")


def test_the_roles_of_a_funnel_are_right(planted: Planted) -> None:
    world, run = planted
    if "funnel" not in world.truth["campaign"]:
        assert not run.table("members").filter(role="hub").height
        return
    both = scored(run).join(world.truth, on="account", suffix="_true")
    assert (both["role"] == both["role_true"]).mean() >= 0.9  # type: ignore[operator]
    assert both.filter(role="hub").height >= 1


def test_the_contacted_are_never_scored(planted: Planted) -> None:
    run = planted[1]
    contacted = run.table("members").filter(role="contacted")
    assert contacted.height > 0
    assert (contacted["strength"] == 0).all()
    assert not contacted["core"].any()
    assert scored(run)["strength"].max() > 0.9  # type: ignore[operator]
    merely = set(contacted["account"]) - set(scored(run)["account"])
    assert not merely & set(run.table("signals")["entity"])


def test_scores_are_exactly_the_sum_of_what_is_shown(planted: Planted) -> None:
    run = planted[1]
    evidence = run.table("evidence")
    for row in run.table("clusters").iter_rows(named=True):
        for score in ("spam", "recruitment"):
            shown = evidence.filter(cluster_id=row["cluster_id"], score=score)["contribution"]
            assert row[score] == pytest.approx(1 / (1 + math.exp(-float(shown.sum()))), rel=1e-12)


def test_counts_of_members_agree_between_tables(planted: Planted) -> None:
    run = planted[1]
    clusters, members = run.table("clusters"), run.table("members")
    for row in clusters.iter_rows(named=True):
        here = members.filter(cluster_id=row["cluster_id"])
        assert row["n_contacted"] == here.filter(role="contacted").height
        assert row["n_actors"] == here.height - row["n_contacted"]
        assert here["account"].is_unique().all()
    for name in ("members", "evidence", "contacts", "timeline"):
        assert set(run.table(name)["cluster_id"]) <= set(clusters["cluster_id"]), name


def test_contacts_of_a_cluster_touch_a_scored_account(planted: Planted) -> None:
    run = planted[1]
    key = ["cluster_id", "account"]
    acting = scored(run).select(key).with_columns(scored=True)
    rows = run.table("contacts")
    for end in ("sender", "recipient"):
        named = acting.rename({"account": end, "scored": f"scored_{end}"})
        rows = rows.join(named, on=["cluster_id", end], how="left")
    touched = rows["scored_sender"].fill_null(False) | rows["scored_recipient"].fill_null(False)
    assert touched.all()
    assert (rows["first_event"] <= rows["last_event"]).all()


def test_clusters_come_by_falling_risk_and_are_named_by_rank(planted: Planted) -> None:
    clusters = planted[1].table("clusters")
    assert clusters["risk"].is_sorted(descending=True)
    assert clusters["cluster_id"].is_sorted()
    assert clusters["cluster_id"][0] == "c0001"


# Odd data


def friends(days: int = 28) -> list[tuple[str, str, int]]:
    """Return the talk of four circles of ten, all of whom know each other within the week."""
    rng = np.random.default_rng(0)
    rows = []
    for circle in "abcd":
        for _ in range(40 * days):
            one, other = rng.choice(10, 2, replace=False)
            rows.append((f"{circle}{one}", f"{circle}{other}", int(rng.integers(days * DAY))))
    return rows


def crowd(span: int, count: int = 2_000) -> list[tuple[str, str, int]]:
    rng = np.random.default_rng(1)
    return [
        (f"s{rng.integers(50)}", f"r{rng.integers(50)}", int(rng.integers(span)))
        for _ in range(count)
    ]


NO_EVENT = [("x", "x", 5)] * 4
ODD: dict[str, pl.DataFrame] = {
    "friends who meet no strangers": frame(friends()),
    "two accounts": frame([("a", "b", 3_600 * n) for n in range(50)]),
    "one event": frame([("a", "b", 0)]),
    "an answer in the same second": frame([("a", "b", 0), ("b", "a", 0)]),
    "one day": frame(crowd(DAY)),
    "all in one second": frame(crowd(1)),
    "joins alone": frame([(f"a{n % 50}", f"g{n % 7}", n * 900) for n in range(900)], "join"),
    "group messages alone": frame(
        [(f"a{n % 50}", f"g{n % 7}", n * 900) for n in range(900)], "group_message"
    ),
    "deliveries of fan-outs alone": frame(
        [(f"a{n % 50}", f"a{(7 * n + 1) % 50}", n * 900) for n in range(900)], group="club"
    ),
    "blocks alone": frame([(f"a{n % 50}", f"b{n % 31}", n * 900) for n in range(900)], "block"),
    "one sender to thousands": frame([("s", f"r{n}", n * 60) for n in range(3_000)]),
    "before 1970": frame(friends()).with_columns(pl.col("timestamp") - timedelta(days=60 * 365)),
    "fifty years": frame(crowd(50 * 365 * DAY)),
}


@pytest.mark.parametrize("name", sorted(ODD))
def test_odd_data_gives_an_empty_run_and_no_crash(name: str, tmp_path: Path) -> None:
    made = run(tmp_path, ODD[name])
    assert made.manifest["counts"]["flagged"] == 0
    for table, schema in TABLES.items():
        assert made.table(table).schema == schema, table


def test_thousands_to_one_account_is_no_cluster(tmp_path: Path) -> None:
    made = run(tmp_path, frame([(f"s{n}", "r", n * 60) for n in range(800)]))
    assert made.table("clusters").is_empty()


def test_duplicates_and_contacts_with_oneself_are_counted(tmp_path: Path) -> None:
    rows = friends()
    made = run(tmp_path, frame([*rows, *rows, *NO_EVENT]))
    assert made.manifest["counts"]["self_contacts"] == 4
    assert made.manifest["counts"]["events_accepted"] == 2 * len(rows)


def test_contacts_with_oneself_alone_are_no_events(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No event is left"):
        run(tmp_path, frame(NO_EVENT))


def test_lives_of_a_recycled_number_are_different_accounts(tmp_path: Path) -> None:
    accounts = pl.DataFrame(
        {"account": ["a0", "a0", "a1"], "created_at": [at(0), at(10 * DAY), at(0)]}
    )
    made = run(tmp_path, frame(friends()), accounts)
    assert made.manifest["counts"]["accounts"] == 41


def test_judging_may_begin_with_the_last_event_but_not_after(tmp_path: Path) -> None:
    events = frame(friends())
    last = events["timestamp"].max()
    assert isinstance(last, datetime)
    made = run(tmp_path, events, since=last)
    assert made.manifest["counts"]["clusters"] == 0
    with pytest.raises(UsageError, match="since"):
        run(tmp_path, events, since=last + timedelta(seconds=1))


def test_judging_from_before_the_data_judges_all_of_it(tmp_path: Path) -> None:
    events = frame(crowd(20 * DAY))
    first = events["timestamp"].min()
    assert isinstance(first, datetime)
    early = run(tmp_path, events, since=datetime(1970, 1, 1, tzinfo=UTC))
    exact = run(tmp_path, events, since=first)
    for name in TABLES:
        assert early.table(name).equals(exact.table(name)), name
    assert early.manifest["counts"]["first_contacts"] == exact.manifest["counts"]["first_contacts"]
    assert early.manifest["confirmation"]["days"] == exact.manifest["confirmation"]["days"] <= 21


@pytest.mark.parametrize(
    "wrong",
    [
        {"alpha": 0.0},
        {"alpha": float("nan")},
        {"min_score": 1.0},
        {"min_score": -0.1},
        {"min_actors": 1},
        {"seed": -1},
        {"seed": 2**63},
        {"retention_days": 0},
        {"retention_days": 10**9},
        {"since": datetime(2024, 1, 1)},
    ],
    ids=str,
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError) as refused:
        Settings(**wrong)  # type: ignore[arg-type]
    assert next(iter(wrong)) in refused.value.problem
    assert refused.value.remedy


def test_fewer_actors_than_asked_are_no_cluster(tmp_path: Path) -> None:
    made = run(tmp_path, frame(crowd(20 * DAY)), min_actors=1_000)
    assert made.table("clusters").is_empty()


def test_a_cluster_of_which_too_few_turn_out_to_act_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, found = roles.assign, []

    def two_act(*given: Any) -> pl.DataFrame:
        """Give all but the first two of every cluster the part of those who were contacted."""
        members = real(*given)
        found.append(members["group"].n_unique())
        rank = pl.int_range(pl.len()).over("group")
        return members.with_columns(
            role=pl.when(rank < 2).then("role").otherwise(pl.lit("contacted"))
        )

    monkeypatch.setattr(roles, "assign", two_act)
    world = make_world(200, 14, (STRONG["shared_targets"],), (), seed=1)
    made = run(tmp_path, world.events, world.accounts)
    assert found[0] >= 1, "there was something to leave out"
    for name in ("clusters", "members", "evidence", "signals", "contacts", "timeline"):
        assert made.table(name).is_empty(), name
