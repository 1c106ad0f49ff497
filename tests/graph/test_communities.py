"""Do communities maximise what they claim to, and do they depend on nothing else?"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import combinations

import networkx as nx
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmeta.errors import UsageError
from graphmeta.graph.communities import communities

Edge = tuple[int, int, float]
Partition = list[set[int]]

SCHEMA = {"a": pl.UInt32, "b": pl.UInt32, "weight": pl.Float64}


def frame(edges: Sequence[Edge]) -> pl.DataFrame:
    return pl.DataFrame(list(edges), schema=SCHEMA, orient="row")


def clique(members: Sequence[int], weight: float = 1.0) -> list[Edge]:
    return [(a, b, weight) for a, b in combinations(members, 2)]


def groups(found: pl.DataFrame) -> Partition:
    parts = found.group_by("community", maintain_order=True).agg("account")["account"].to_list()
    return [set(part) for part in parts]


def quality(edges: Sequence[Edge], partition: Partition, resolution: float) -> float:
    """Return the constant Potts quality by its definition; accounts left out add nothing."""
    return sum(
        sum(weight for a, b, weight in edges if a in part and b in part)
        - resolution * len(part) * (len(part) - 1) / 2
        for part in partition
    )


def partitions(nodes: Sequence[int]) -> Iterator[Partition]:
    """Yield every way to split the nodes into groups: the first node joins each group or none."""
    if not nodes:
        yield []
        return
    first, rest = nodes[0], nodes[1:]
    for smaller in partitions(rest):
        for i, part in enumerate(smaller):
            yield [*smaller[:i], part | {first}, *smaller[i + 1 :]]
        yield [{first}, *smaller]


def best_quality(edges: Sequence[Edge], resolution: float) -> float:
    nodes = sorted({node for a, b, _ in edges for node in (a, b)})
    return max(quality(edges, partition, resolution) for partition in partitions(nodes))


def noise(nodes: int, edges: int, seed: int, mean: float = 1.0) -> list[Edge]:
    """Return random edges without repetition, weights exponential."""
    rng = np.random.default_rng(seed)
    ends = np.unique(np.sort(rng.integers(0, nodes, (edges, 2)), axis=1), axis=0)
    ends = ends[ends[:, 0] != ends[:, 1]]
    weights = rng.exponential(mean, len(ends))
    return [(int(a), int(b), float(w)) for (a, b), w in zip(ends, weights, strict=True)]


@st.composite
def small_graphs(draw: st.DrawFn, most: int = 7) -> list[Edge]:
    pairs = list(combinations(range(draw(st.integers(2, most))), 2))
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, unique=True))
    weights = st.floats(0.1, 10.0)
    return [(a, b, draw(weights)) for a, b in chosen]


def test_two_cliques_joined_by_a_bridge_are_split() -> None:
    edges = [*clique(range(5)), *clique(range(5, 10)), (4, 5, 1.0)]
    assert groups(communities(frame(edges), 0.5, seed=0)) == [set(range(5)), set(range(5, 10))]


def test_they_are_one_when_the_resolution_is_below_the_density_between_them() -> None:
    edges = [*clique(range(3)), *clique(range(3, 6)), (2, 3, 1.0)]
    assert groups(communities(frame(edges), 1 / 9 - 0.01, seed=0)) == [set(range(6))]
    assert len(groups(communities(frame(edges), 1 / 9 + 0.01, seed=0))) == 2


def test_above_the_heaviest_weight_everybody_stays_alone() -> None:
    edges = noise(200, 800, seed=1)
    heaviest = max(weight for _, _, weight in edges)
    assert communities(frame(edges), heaviest * 1.01, seed=0).is_empty()


@pytest.mark.parametrize("unit", [2.0**-20, 0.01, 1.0, 100.0, 2.0**20])
def test_the_unit_of_the_weights_changes_nothing(unit: float) -> None:
    edges = [(a, b, w * unit) for a, b, w in [*clique(range(3)), *clique(range(3, 6)), (2, 3, 1)]]
    assert len(groups(communities(frame(edges), 0.1 * unit, seed=0))) == 1
    assert len(groups(communities(frame(edges), 0.12 * unit, seed=0))) == 2


def test_a_power_of_two_in_weights_and_resolution_changes_nothing_in_noise() -> None:
    plain = frame(noise(500, 2000, seed=2))
    scaled = plain.with_columns(pl.col("weight") * 1024.0)
    assert communities(plain, 0.1, seed=3).equals(communities(scaled, 0.1 * 1024.0, seed=3))


@settings(max_examples=25, deadline=None)
@given(edges=small_graphs(most=6), resolution=st.floats(0.05, 5.0))
def test_no_result_exceeds_the_best_of_all_partitions(edges: list[Edge], resolution: float) -> None:
    found = quality(edges, groups(communities(frame(edges), resolution, seed=0)), resolution)
    assert found <= best_quality(edges, resolution) + 1e-9


def test_nine_in_ten_small_graphs_get_the_best_of_all_partitions() -> None:
    """Leiden is a heuristic: it promises no optimum, but rarely misses it on seven nodes."""
    rng = np.random.default_rng(0)
    reached = []
    for _ in range(60):
        pairs = [pair for pair in combinations(range(7), 2) if rng.random() < 0.6]
        edges = [(a, b, float(rng.exponential())) for a, b in pairs]
        resolution = float(rng.uniform(0.05, 1.0))
        found = quality(edges, groups(communities(frame(edges), resolution, seed=0)), resolution)
        reached.append(found >= best_quality(edges, resolution) - 1e-9)
    assert sum(reached) >= 54


@settings(max_examples=60, deadline=None)
@given(edges=small_graphs(most=12), resolution=st.floats(0.01, 5.0))
def test_no_two_communities_would_gain_by_merging(edges: list[Edge], resolution: float) -> None:
    found = groups(communities(frame(edges), resolution, seed=0))
    alone = {node for a, b, _ in edges for node in (a, b)}.difference(*found)
    for one, other in combinations([*found, *({node} for node in alone)], 2):
        between = sum(w for a, b, w in edges if {a, b} & one and {a, b} & other)
        assert between <= resolution * len(one) * len(other) + 1e-9


@settings(max_examples=60, deadline=None)
@given(edges=small_graphs(most=12), resolution=st.floats(0.01, 20.0), seed=st.integers(0, 99))
def test_the_result_is_no_worse_than_leaving_everybody_alone(
    edges: list[Edge], resolution: float, seed: int
) -> None:
    found = groups(communities(frame(edges), resolution, seed))
    assert quality(edges, found, resolution) >= -1e-9


@settings(max_examples=40, deadline=None)
@given(edges=small_graphs(most=12), data=st.data())
def test_the_order_and_direction_of_rows_change_nothing(
    edges: list[Edge], data: st.DataObject
) -> None:
    mixed = [
        (b, a, weight) if data.draw(st.booleans()) else (a, b, weight)
        for a, b, weight in data.draw(st.permutations(edges))
    ]
    assert communities(frame(edges), 0.5, seed=0).equals(communities(frame(mixed), 0.5, seed=0))


def test_the_order_of_rows_changes_nothing_in_a_large_graph_with_repeated_pairs() -> None:
    edges = frame([*noise(2000, 8000, seed=4), *noise(2000, 8000, seed=5)])
    mixed = edges.sample(fraction=1.0, shuffle=True, seed=6)
    assert communities(edges, 0.2, seed=0).equals(communities(mixed, 0.2, seed=0))


@settings(max_examples=60, deadline=None)
@given(edges=small_graphs(most=12), resolution=st.floats(0.01, 5.0))
def test_every_community_is_connected(edges: list[Edge], resolution: float) -> None:
    graph = nx.Graph((a, b) for a, b, _ in edges)
    for part in groups(communities(frame(edges), resolution, seed=0)):
        assert nx.is_connected(graph.subgraph(part))


def test_equal_seeds_give_equal_results_in_another_process() -> None:
    """The library's tables are salted per process; nothing of that may come through."""
    script = (
        "import sys, polars as pl\n"
        "from graphmeta.graph.communities import communities\n"
        "edges = pl.read_ipc(sys.stdin.buffer)\n"
        "communities(edges, 0.2, seed=7).write_ipc(sys.stdout.buffer)\n"
    )
    edges = frame(noise(2000, 8000, seed=8))
    buffer = io.BytesIO()
    edges.write_ipc(buffer)
    elsewhere = subprocess.run(
        [sys.executable, "-c", script],
        input=buffer.getvalue(),
        capture_output=True,
        check=True,
        env={**os.environ, "POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )
    here = communities(edges, 0.2, seed=7)
    assert pl.read_ipc(io.BytesIO(elsewhere.stdout)).equals(here)
    assert communities(edges, 0.2, seed=7).equals(here)


def test_groups_of_even_weak_ties_are_found_in_noise_with_far_heavier_ones() -> None:
    """Twelve members tied at 0.6 each; the noise has edges up to six times as heavy."""
    rng = np.random.default_rng(9)
    planted = np.sort(rng.permutation(5000)[:60].reshape(5, 12), axis=1)
    edges = noise(5000, 10000, seed=10, mean=0.4)
    assert max(weight for _, _, weight in edges) > 3.0
    for members in planted:
        edges += clique(members.tolist(), 0.6)
    found = groups(communities(frame(edges), 0.3, seed=0))
    for members in planted:
        best = max(found, key=lambda part: len(part & set(members.tolist())))
        assert len(best & set(members.tolist())) >= 11
        assert len(best) <= 13


def test_communities_never_reach_across_components() -> None:
    edges = [*clique(range(4)), *clique(range(10, 14)), *clique(range(20, 24))]
    expected = [set(range(4)), set(range(10, 14)), set(range(20, 24))]
    assert groups(communities(frame(edges), 1e-6, seed=0)) == expected


def test_communities_are_numbered_by_their_smallest_member() -> None:
    edges = [*clique([4_294_967_295, 7, 30]), *clique([8, 9, 2])]
    found = communities(frame(edges), 0.5, seed=0)
    assert found.schema == {"account": pl.UInt32, "community": pl.UInt32}
    assert found.rows() == [(2, 0), (8, 0), (9, 0), (7, 1), (30, 1), (4_294_967_295, 1)]


def test_accounts_that_stay_alone_are_absent() -> None:
    edges = [*clique(range(4)), (3, 4, 0.1)]
    assert communities(frame(edges), 0.5, seed=0)["account"].to_list() == [0, 1, 2, 3]


def test_weights_of_a_repeated_pair_add_up() -> None:
    assert communities(frame([(1, 2, 0.3)]), 0.5, seed=0).is_empty()
    assert communities(frame([(1, 2, 0.3), (2, 1, 0.3)]), 0.5, seed=0).height == 2


def test_rows_from_an_account_to_itself_are_left_out() -> None:
    assert communities(frame([(1, 1, 9.0)]), 0.5, seed=0).is_empty()


def test_a_graph_without_edges_has_no_communities() -> None:
    assert communities(frame([]), 0.5, seed=0).is_empty()


@pytest.mark.parametrize("resolution", [0.0, -1.0, float("nan"), float("inf")])
def test_a_resolution_that_is_not_positive_is_refused(resolution: float) -> None:
    with pytest.raises(UsageError, match="resolution"):
        communities(frame([(1, 2, 1.0)]), resolution, seed=0)


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf"), None])
def test_a_weight_that_is_not_positive_is_refused(weight: float | None) -> None:
    edges = pl.DataFrame({"a": [1], "b": [2], "weight": [weight]}, schema=SCHEMA)
    with pytest.raises(UsageError, match="1 edges have a weight"):
        communities(edges, 0.5, seed=0)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(UsageError, match="seed"):
        communities(frame([(1, 2, 1.0)]), 0.5, seed=-1)
