"""Which permissively licensed library maximises the constant Potts quality best, and how fast?

Run: ``python benchmarks/community_libraries.py`` after ``pip install
scikit-network networkit`` (graspologic-native comes with graphmeta). A library that is absent is
reported as absent. ``--scale`` adds the
rate on unweighted acquaintance graphs, of which the largest has ten million edges.

Every library gets the same arrays, and conversion from them is part of the time. Quality is
computed here, not by the library: weight inside communities minus resolution times pairs inside,
as a ratio to the best in the same run. "same twice" says whether one seed gave one result twice.

How each comes to the constant Potts objective:

- graspologic-native has it, in the units of the weights (through ``communities``).
- scikit-network divides weights by twice their sum and gives every node the weight 1/n, so the
  resolution is to be multiplied by n squared over twice the sum. Its refinement draws from the
  C library's ``rand``, which no seed reaches, and on the unweighted graph at the higher
  resolution it did not end: hence a process and a limit for each.
- NetworKit knows modularity only. Loops that bring all nodes to one strength turn modularity into
  the constant Potts model. Its seed belongs to the process, and two threads race.
"""

from __future__ import annotations

import argparse
import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_matrix

from graphmeta.graph.communities import communities

SEED = 1
LIMIT_S = 30
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Graph:
    """Undirected edges between nodes 0 to nodes - 1, each pair once."""

    name: str
    nodes: int
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    weight: NDArray[np.float64]


Candidate = Callable[[Graph, float], Labels]


def planted(name: str, nodes: int, edges: int, weighted: bool = True) -> Graph:
    """Groups of 20 in which 40 % of the pairs meet, within as much noise again or more."""
    rng = np.random.default_rng(SEED)
    group = rng.permutation(nodes) // 20
    by_group = np.argsort(group, kind="stable")
    inside = min(edges // 2, 4 * nodes)
    first = rng.integers(0, nodes, inside)
    second = np.minimum(first // 20 * 20 + rng.integers(0, 20, inside), nodes - 1)
    noise = rng.integers(0, nodes, (2, edges - inside))
    low, high = np.sort(np.hstack([by_group[np.stack([first, second])], noise]), axis=0)
    code = np.unique((low * nodes + high)[low != high])
    weight = rng.exponential(1.0, len(code)) if weighted else np.ones(len(code))
    return Graph(name, nodes, code // nodes, code % nodes, weight)


def with_graspologic(graph: Graph, resolution: float) -> Labels:
    edges = pl.DataFrame(
        {"a": graph.a.astype(np.uint32), "b": graph.b.astype(np.uint32), "weight": graph.weight}
    )
    found = communities(edges, resolution, SEED)
    labels = np.arange(graph.nodes, 2 * graph.nodes)
    labels[found["account"].to_numpy()] = found["community"].to_numpy()
    return labels


def with_scikit_network(graph: Graph, resolution: float) -> Labels:
    leiden: Any = importlib.import_module("sknetwork.clustering").Leiden
    ends = (np.append(graph.a, graph.b), np.append(graph.b, graph.a))
    weight = np.append(graph.weight, graph.weight)
    matrix = csr_matrix(coo_array((weight, ends), shape=(graph.nodes, graph.nodes)))
    algorithm = leiden(
        resolution=resolution * graph.nodes**2 / weight.sum(),
        modularity="potts",
        shuffle_nodes=True,
        return_probs=False,
        return_aggregate=False,
        random_state=SEED,
    )
    return np.asarray(algorithm.fit_predict(matrix), dtype=np.int64)


def with_networkit(graph: Graph, resolution: float, threads: int) -> Labels:
    networkit: Any = importlib.import_module("networkit")
    networkit.setNumberOfThreads(threads)
    networkit.setSeed(SEED, False)
    ends = np.append(graph.a, graph.b)
    strength = np.bincount(ends, np.append(graph.weight, graph.weight), graph.nodes)
    # A loop counts twice in a node's strength.
    loop = (strength.max() - strength) / 2
    node = np.flatnonzero(loop > 0)
    weight = np.append(graph.weight, loop[node])
    native = networkit.GraphFromCoo(
        (weight, (np.append(graph.a, node), np.append(graph.b, node))),
        n=graph.nodes,
        weighted=True,
    )
    gamma = resolution * 2 * weight.sum() / strength.max() ** 2
    algorithm = networkit.community.ParallelLeiden(native, iterations=5, gamma=gamma)
    algorithm.run()
    return np.asarray(algorithm.getPartition().getVector(), dtype=np.int64)


CANDIDATES: tuple[tuple[str, str, Candidate], ...] = (
    ("graspologic-native", "graspologic_native", with_graspologic),
    ("scikit-network", "sknetwork", with_scikit_network),
    ("NetworKit, 1 thread", "networkit", partial(with_networkit, threads=1)),
    ("NetworKit, 2 threads", "networkit", partial(with_networkit, threads=2)),
)


def quality(graph: Graph, labels: Labels, resolution: float) -> float:
    sizes = np.unique(labels, return_counts=True)[1].astype(np.float64)
    inside = float(graph.weight[labels[graph.a] == labels[graph.b]].sum())
    return inside - resolution * float((sizes * (sizes - 1) / 2).sum())


def measure(
    candidate: Candidate, module: str, graph: Graph, resolution: float, answer: Connection
) -> None:
    """Send seconds, quality and whether a second call gave the same, from a process of its own."""
    importlib.import_module(module)  # Not part of the time.
    start = time.perf_counter()
    labels = candidate(graph, resolution)
    seconds = time.perf_counter() - start
    again = bool(np.array_equal(labels, candidate(graph, resolution)))
    answer.send((seconds, quality(graph, labels, resolution), again))


def in_own_process(
    candidate: Candidate, module: str, graph: Graph, resolution: float
) -> tuple[float, float, bool] | None:
    """Return what ``measure`` sends, or nothing when it sends nothing within the limit."""
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=measure, args=(candidate, module, graph, resolution, sender))
    process.start()
    sender.close()
    try:
        answer: tuple[float, float, bool] | None = (
            receiver.recv() if receiver.poll(LIMIT_S) else None
        )
    except EOFError:  # The process died; what killed it stands on standard error.
        answer = None
    process.kill()
    process.join()
    return answer


def compare(graph: Graph, resolution: float) -> None:
    print(f"\n{graph.name}: {graph.nodes:,} nodes, {len(graph.a):,} edges, resolution {resolution}")
    results: list[tuple[str, float, float, bool]] = []
    failures: list[str] = []
    for name, module, candidate in CANDIDATES:
        if find_spec(module) is None:
            failures.append(f"{name:22} absent")
            continue
        answer = in_own_process(candidate, module, graph, resolution)
        if answer is None:
            failures.append(f"{name:22} failed, or no answer within {LIMIT_S} s")
        else:
            results.append((name, *answer))
    best = max((score for _, _, score, _ in results), default=0.0)
    print(f"{'library':22} {'seconds':>8} {'quality':>14} {'ratio':>7}  same twice")
    for name, seconds, score, again in results:
        print(f"{name:22} {seconds:8.2f} {score:14,.1f} {score / best:7.4f}  {again}")
    print(*failures, sep="\n", end="\n" if failures else "", flush=True)


def rate(nodes: int, edges: int) -> None:
    graph = planted("acquaintances", nodes, edges, weighted=False)
    start = time.perf_counter()
    labels = with_graspologic(graph, 0.05)
    seconds = time.perf_counter() - start
    count = len(graph.a)
    print(
        f"{nodes:>10,} nodes {count:>11,} edges {seconds:8.1f} s {count / seconds:>10,.0f} edges/s"
        f"  quality {quality(graph, labels, 0.05):,.0f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--scale", action="store_true", help="measure up to ten million edges")
    arguments = parser.parse_args()
    for graph in (
        planted("weighted layer", 1_000, 2_000),
        planted("weighted layer", 10_000, 40_000),
        planted("weighted layer", 50_000, 300_000),
        planted("acquaintances", 50_000, 300_000, weighted=False),
    ):
        for resolution in (0.05, 0.2):
            compare(graph, resolution)
    if arguments.scale:
        print("\ngraspologic-native on unweighted graphs, resolution 0.05")
        for nodes, edges in ((10_000, 100_000), (100_000, 1_000_000), (1_000_000, 10_000_000)):
            rate(nodes, edges)


if __name__ == "__main__":
    main()
