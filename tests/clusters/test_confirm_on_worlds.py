"""Held-out p-values among accounts that act alone, and among planted campaigns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import stats

from graphmeta.clusters import confirm as confirming
from graphmeta.clusters.find import find
from graphmeta.engines.base import silent
from graphmeta.ingest import Reading, ingest
from graphmeta.signals import LAYERS
from graphmeta.signals.base import Layer, Observations, Part
from graphmeta.signals.coordination import conversions
from graphmeta.signals.observe import network, observe
from graphmeta.synthetic import independent_accounts, make_world

ALPHA = 0.05
FOUND, HELD_OUT = Part(0), Part(0, held_out=True)


def seen_in(events: pl.DataFrame, folder: Path) -> tuple[Observations, list[str]]:
    store = ingest(events, folder=folder, reading=Reading(identifiers="plain"), progress=silent)
    names = store.entities.collect()["name"].to_list()
    rows = store.events.collect().lazy()
    return observe(rows, network(rows, len(names), None, 0), names, 0), names


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> list[Observations]:
    """Two worlds of accounts that act independently, with a flash crowd."""
    return [
        seen_in(independent_accounts(900, 21, seed), tmp_path_factory.mktemp("alone"))[0]
        for seed in (11, 12)
    ]


def held_out(seen: Observations) -> confirming.Tested:
    """Find groups without the first fold, and test them on it."""
    return confirming.confirm(seen, LAYERS, find(seen, LAYERS, FOUND, 3, 0).groups, 0)


def drawn(seen: Observations, seed: int, size: int, number: int) -> pl.DataFrame:
    """Draw groups from one circle each: nobody found them."""
    rng = np.random.default_rng(seed)
    active = seen.strangers.group_by("sender").len().filter(pl.col("len") >= 3)["sender"]
    account = np.sort(active.to_numpy())
    circle = seen.circle_of[account]
    large = np.flatnonzero(np.bincount(circle) >= size)
    members = [
        rng.choice(account[circle == rng.choice(large)], size, replace=False) for _ in range(number)
    ]
    return pl.DataFrame(
        {"group": np.repeat(np.arange(number), size), "account": np.concatenate(members)},
        schema={"group": pl.UInt32, "account": pl.UInt32},
    )


def test_what_is_found_among_accounts_that_act_alone_is_not_confirmed(
    alone: list[Observations],
) -> None:
    for seen in alone:
        results = held_out(seen).results
        assert (results["q_value"] > ALPHA).all()
        assert (results["p_value"] <= ALPHA).sum() <= 2


@pytest.mark.parametrize("layer", LAYERS[:2], ids=lambda layer: layer.name)
def test_groups_drawn_from_one_circle_have_p_values_that_are_true(
    layer: Layer, alone: list[Observations]
) -> None:
    p, observed, expected = [], 0.0, 0.0
    for seed, seen in enumerate(alone):
        result = layer.groups(seen, drawn(seen, seed, 8, 150), FOUND, HELD_OUT)
        p += result["p_value"].to_list()
        observed += float(result["observed"].to_numpy().sum())
        expected += float(result["expected"].to_numpy().sum())
    for level in (0.05, 0.01):
        below = sum(value <= level for value in p)
        assert stats.binomtest(below, len(p), level, "greater").pvalue > 1e-3
    assert 0.6 < observed / expected < 1.5


def test_conversions_of_accounts_that_act_alone_are_as_many_as_expected(
    alone: list[Observations],
) -> None:
    observed = expected = 0.0
    for seen in alone:
        rows = (
            conversions.conversions(seen, HELD_OUT)
            .group_by("hub", account="sender")
            .agg(observed=pl.col("recipient").n_unique().cast(pl.Float64))
        )
        hubs = rows.select("hub").unique()
        accounts = seen.strangers.select(account="sender").unique()
        every = accounts.join(hubs, how="cross").filter(pl.col("account") != pl.col("hub"))
        every = every.join(rows, on=["account", "hub"], how="left").with_columns(
            pl.col("observed").fill_null(0.0), group="account"
        )
        groups = accounts.with_columns(group="account")
        expected += float(conversions.expected_converts(seen, groups, every, HELD_OUT).sum())
        observed += float(every["observed"].to_numpy().sum())
    assert observed / expected == pytest.approx(1.0, abs=0.25)


@pytest.mark.parametrize(
    ("campaign", "layer", "seed"),
    [
        ("shared_targets", "shared_targets", 5),
        ("one_clock", "shared_timing", 7),
        ("funnel", "funnel", 5),
    ],
)
def test_a_planted_campaign_is_confirmed_by_the_layer_made_for_it(
    campaign: str, layer: str, seed: int, tmp_path: Path
) -> None:
    world = make_world(900, 21, (campaign,), (), seed=seed)
    seen, names = seen_in(world.events, tmp_path)
    result = held_out(seen)
    guilty = set(world.truth["account"])
    confirmed = result.results.filter(pl.col("q_value") <= ALPHA)["group"]
    assert confirmed.len() >= 1
    members = [
        names[account]
        for account in result.groups.filter(pl.col("group").is_in(confirmed.implode()))["account"]
    ]
    assert sum(name in guilty for name in members) > 0.6 * len(members)
    mine = result.tests.filter(pl.col("group").is_in(confirmed.implode()))
    assert layer in mine.sort("p_value")["layer"].head(1).to_list()


def timing_of(events: pl.DataFrame, actors: set[str], folder: Path) -> float:
    """Return the held-out p-value of the planted accounts' shared timing."""
    seen, names = seen_in(events, folder)
    account = [number for number, name in enumerate(names) if name in actors]
    schema = {"group": pl.UInt32(), "account": pl.UInt32()}
    groups = pl.DataFrame({"group": [0] * len(account), "account": account}, schema=schema)
    timing = next(layer for layer in LAYERS if layer.name == "shared_timing")
    return float(timing.groups(seen, groups, FOUND, HELD_OUT)["p_value"][0])


def test_one_clock_shows_until_every_event_is_moved_by_some_hours(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    world = make_world(900, 21, ("one_clock",), (), seed=7)
    actors = set(world.truth["account"])
    seconds = np.random.default_rng(7).integers(-3 * 3600, 3 * 3600, world.events.height)
    moved = world.events.with_columns(
        pl.col("timestamp") + pl.Series(seconds * 1_000_000).cast(pl.Duration("us"))
    ).sort("timestamp")
    assert timing_of(world.events, actors, tmp_path_factory.mktemp("clock")) < 1e-10
    assert timing_of(moved, actors, tmp_path_factory.mktemp("moved")) > 1e-3
