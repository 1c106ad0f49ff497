"""What must not matter does not: row order, files, whole weeks, names, processes, threads."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from pipeline_kit import differing, run, small_world, table_bytes

from graphmeta.contract.tables import TABLES, TIME
from graphmeta.ingest import Reading, ingest
from graphmeta.run import RunFolder
from graphmeta.signals import BEHAVIOURS, LAYERS
from graphmeta.signals.acts import Acts, acts
from graphmeta.signals.base import WHOLE, Observations
from graphmeta.signals.observe import Network, network, observe
from graphmeta.synthetic import World

#: Runs the analysis of a folder's events.parquet and accounts.parquet in a process of its own.
ELSEWHERE = """
import sys
from pathlib import Path
from graphmeta.ingest import Reading
from graphmeta.pipeline import analyze
folder, out = Path(sys.argv[1]), Path(sys.argv[2])
reading = Reading(identifiers="plain", accounts=folder / "accounts.parquet")
analyze([folder / "events.parquet"], out=out, reading=reading)
"""


@pytest.fixture(scope="module")
def world() -> World:
    return small_world()


@pytest.fixture(scope="module")
def usual(world: World, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return run(tmp_path_factory.mktemp("usual"), world.events, world.accounts)


def test_the_world_of_these_tests_has_clusters_to_compare(usual: RunFolder) -> None:
    assert usual.manifest["counts"]["confirmed"] >= 2
    for name in set(TABLES) - {"quarantine"}:
        assert usual.table(name).height >= 2, name


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_changes_no_byte(
    world: World, usual: RunFolder, tmp_path: Path, seed: int
) -> None:
    shuffled = (
        frame.sample(fraction=1.0, shuffle=True, seed=seed)
        for frame in (world.events, world.accounts)
    )
    again = run(tmp_path, *shuffled)
    assert not differing(table_bytes(usual), table_bytes(again))


def test_splitting_the_files_changes_no_byte(
    world: World, usual: RunFolder, tmp_path: Path
) -> None:
    parts = tmp_path / "parts"
    parts.mkdir()
    world.events.gather_every(3, 0).write_parquet(parts / "z.parquet")
    world.events.gather_every(3, 1).write_ipc(parts / "a.arrow")
    world.events.gather_every(3, 2).write_parquet(parts / "m.parquet", row_group_size=1_000)
    again = run(tmp_path, [parts], world.accounts)
    assert not differing(table_bytes(usual), table_bytes(again))


@pytest.mark.parametrize("weeks", [5, -60])
def test_a_shift_by_whole_weeks_changes_nothing(
    world: World, usual: RunFolder, tmp_path: Path, weeks: int
) -> None:
    by = timedelta(weeks=weeks)
    later = run(
        tmp_path,
        world.events.with_columns(pl.col("timestamp") + by),
        world.accounts.with_columns(pl.col("created_at", "closed_at") + by),
    )
    for name, schema in TABLES.items():
        times = [column for column, dtype in schema.items() if dtype == TIME]
        moved = later.table(name).with_columns(pl.col(times) - by)
        assert moved.equals(usual.table(name)), name


# Polars sums large tables in parts or in one go, by what a random sample of the rows suggests; both
# ways are forced here, for the last digit of a sum of fractions must not hang on the sample.
@pytest.mark.parametrize(
    ("salt", "threads", "sums"),
    [
        ("1", "1", "POLARS_NO_PARTITION"),
        ("271828", "2", "POLARS_FORCE_PARTITION"),
        ("31", "5", "POLARS_FORCE_PARTITION"),
    ],
)
def test_equal_input_gives_equal_bytes_in_any_process(
    world: World, usual: RunFolder, tmp_path: Path, salt: str, threads: str, sums: str
) -> None:
    world.events.write_parquet(tmp_path / "events.parquet")
    world.accounts.write_parquet(tmp_path / "accounts.parquet")
    out = tmp_path / "run"
    subprocess.run(
        [sys.executable, "-P", "-c", ELSEWHERE, str(tmp_path), str(out)],
        check=True,
        env={
            **os.environ,
            "PYTHONHASHSEED": salt,
            sums: "1",
            "POLARS_MAX_THREADS": threads,
            "OMP_NUM_THREADS": threads,
            "OPENBLAS_NUM_THREADS": threads,
        },
    )
    here = table_bytes(usual)
    there = {name: (out / f"{name}.parquet").read_bytes() for name in TABLES}
    assert not differing(here, there)


def test_another_seed_may_change_the_split_and_keeps_what_is_sure(
    world: World, usual: RunFolder, tmp_path: Path
) -> None:
    other = run(tmp_path, world.events, world.accounts, seed=7)
    sure = [
        set(
            one.table("members")
            .join(
                one.table("clusters").filter(pl.col("status") == "confirmed"),
                on="cluster_id",
                how="semi",
            )
            .filter(pl.col("role") == "actor", "core")["account"]
        )
        for one in (usual, other)
    ]
    assert min(len(part) for part in sure) >= 20
    assert len(sure[0] & sure[1]) >= 0.9 * max(len(part) for part in sure)


# Relabelling


def hashed(column: pl.Expr) -> pl.Expr:
    """Return other names in another order."""
    return column.map_elements(
        lambda name: hashlib.sha256(f"other {name}".encode()).hexdigest()[:20],
        return_dtype=pl.String,
    )


def reversed_names(column: pl.Expr) -> pl.Expr:
    """Return names in the reverse order: every digit becomes its complement."""
    return column.map_elements(
        lambda name: "".join(f"{15 - int(digit, 16):x}" for digit in name),
        return_dtype=pl.String,
    )


Seen = tuple[pl.DataFrame, Network, Observations, Acts]


#: Layers that a world without their campaign may leave empty.
HARDLY_HERE = ("grooming", "invitations", "successors")


def look(world: World, folder: Path, rename: Callable[[pl.Expr], pl.Expr] | None = None) -> Seen:
    """Return entities, network, observations and acts of a world under other names."""
    events, accounts = world.events, world.accounts
    if rename is not None:
        events = events.with_columns(
            rename(pl.col(one)) for one in ("sender", "recipient", "group")
        )
        accounts = accounts.with_columns(rename(pl.col("account")))
    reading = Reading(identifiers="plain", accounts=accounts)
    store = ingest(events, folder=folder, reading=reading)
    entities = store.entities.collect()
    graph = network(store.events, entities.height, None, 0)
    seen = observe(store.events, graph, entities["name"].to_list(), 0)
    return entities, graph, seen, acts(store.events, store.entities, graph)


@pytest.fixture(scope="module")
def seen(world: World, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return look(world, tmp_path_factory.mktemp("seen"))


@pytest.mark.parametrize("rename", [hashed, reversed_names])
def test_relabelling_changes_no_layer_and_no_behaviour(
    world: World, seen: Seen, tmp_path: Path, rename: Callable[[pl.Expr], pl.Expr]
) -> None:
    entities, graph, before, did = seen
    renamed, graph_after, after, did_after = look(world, tmp_path, rename)
    assert not renamed["name"].equals(entities["name"])
    back = renamed["name"].to_list()
    assert entities.select(rename(pl.col("name")))["name"].to_list() == back
    assert graph_after.judged.equals(graph.judged)
    assert np.array_equal(graph_after.circle_of, graph.circle_of)
    for layer in LAYERS:
        pairs = layer.pairs(before, WHOLE)
        assert pairs.height > 0 or layer.name in HARDLY_HERE
        assert layer.pairs(after, WHOLE).equals(pairs), layer.name
    some = did.openings["sender"].unique().sort()[:60]
    groups = pl.DataFrame({"group": pl.Series(range(60), dtype=pl.UInt32) // 12, "account": some})
    for behaviour in BEHAVIOURS:
        measured = behaviour.measure(did, groups)
        assert behaviour.measure(did_after, groups).equals(measured), behaviour.name


def test_relabelling_changes_the_split_of_the_confirmation_alone(
    world: World, seen: Seen, tmp_path: Path
) -> None:
    before = seen[2]
    after = look(world, tmp_path, hashed)[2]
    split = ["recipient_fold"]
    assert before.strangers.drop(split).equals(after.strangers.drop(split))
    assert not before.strangers.equals(after.strangers)
    assert np.array_equal(before.habits.shares, after.habits.shares)
    assert np.array_equal(before.habits.row, after.habits.row)
    assert before.arrivals.drop("account_fold").equals(after.arrivals.drop("account_fold"))


def test_relabelling_keeps_who_is_flagged(world: World, usual: RunFolder, tmp_path: Path) -> None:
    events = world.events.with_columns(
        hashed(pl.col(one)) for one in ("sender", "recipient", "group")
    )
    accounts = world.accounts.with_columns(hashed(pl.col("account")))
    other = run(tmp_path, events, accounts)

    def flagged(one: RunFolder) -> pl.DataFrame:
        shown = one.table("clusters").filter("flagged").select("cluster_id")
        acting = one.table("members").filter(pl.col("role") != "contacted")
        return acting.join(shown, on="cluster_id", how="semi").select("account")

    before = set(flagged(usual).select(hashed(pl.col("account")))["account"])
    after = set(flagged(other)["account"])
    assert len(before & after) >= 0.8 * max(len(before), len(after))
