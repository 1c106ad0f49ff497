"""What peers are given, and the arithmetic that stands in for their packages, is right."""

from __future__ import annotations

import contextlib
import io
import os
import warnings
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_matrix

from graphmeta.bench.detector import Problem
from graphmeta.bench.peers import bipartite_model, coordinationz, networks
from graphmeta.bench.peers.contacts import Form, Objects, contacts, incidence
from graphmeta.bench.peers.cosine import Cosine
from graphmeta.bench.peers.fraudar import Fraudar
from graphmeta.bench.peers.packages import load

START = datetime(2024, 1, 1, tzinfo=UTC)


def needs(module: str) -> None:
    """Skip where a package is absent, which fails where it must be there."""
    if find_spec(module) is None and os.environ.get("CI") != "true":
        pytest.skip(f"{module} is not installed: pip install 'graphmeta[bench]'")


def events(folder: Path, rows: list[tuple[str, str, float, str, str | None]]) -> Path:
    """Write events given as sender, recipient, hours since the start, kind and group."""
    columns = {
        "sender": [row[0] for row in rows],
        "recipient": [row[1] for row in rows],
        "timestamp": [START + timedelta(hours=row[2]) for row in rows],
        "kind": [row[3] for row in rows],
        "group": [row[4] for row in rows],
    }
    folder.mkdir(exist_ok=True)
    pl.DataFrame(columns, schema_overrides={"group": pl.String}).write_parquet(
        folder / "events.parquet"
    )
    return folder


def test_a_first_contact_belongs_to_whoever_wrote_first(tmp_path: Path) -> None:
    folder = events(
        tmp_path / "events",
        [
            ("a", "b", 0, "message", None),
            ("b", "a", 1, "message", None),
            ("c", "a", 2, "call", None),
            ("c", "d", 90, "invite", "g"),
            ("c", "e", 100, "message", "g"),
            ("c", "g", 100, "group_message", None),
            ("f", "a", 100, "block", None),
        ],
    )

    def pairs(form: Form) -> list[tuple[str, str]]:
        return contacts(folder, form).select("sender", "recipient").rows()

    assert pairs("contacts") == [("a", "b"), ("b", "a"), ("c", "a"), ("c", "d")]
    assert pairs("first_contacts") == [("a", "b"), ("c", "a"), ("c", "d")]
    assert pairs("later_first_contacts") == [("c", "d")]


@pytest.mark.parametrize(
    ("objects", "count"),
    [
        ("target", 2),
        ("target_and_day", 3),
        ("minute", 4),
        ("ten_minutes", 3),
        ("hour", 3),
        ("six_hours", 2),
    ],
)
def test_objects_are_targets_or_moments(objects: Objects, count: int) -> None:
    rows = pl.DataFrame(
        {
            "sender": ["a", "b", "a", "b"],
            "recipient": ["x", "x", "y", "y"],
            "time": [START + timedelta(minutes=each) for each in (0, 5, 60, 24 * 60)],
        }
    )
    assert incidence(rows, objects).matrix.shape == (2, count)


def test_accounts_that_acted_on_few_objects_are_left_out() -> None:
    rows = pl.DataFrame(
        {
            "sender": ["a", "a", "b"],
            "recipient": ["x", "y", "x"],
            "time": [START] * 3,
        }
    )
    assert incidence(rows, "target", at_least=2).accounts.to_list() == ["a"]


def test_groups_are_components_and_an_account_scores_the_sum_of_its_edges() -> None:
    accounts = pl.Series("account", ["a", "b", "c", "d", "e", "f"])
    said = networks.answer(
        accounts, np.array([0, 1, 3]), np.array([1, 2, 4]), np.array([1.0, 2.0, 9.0])
    )
    assert dict(said.scores.rows()) == {"a": 1, "b": 3, "c": 2, "d": 9, "e": 9, "f": 0}
    assert said.members is not None
    assert said.members["account"].to_list() == ["a", "b", "c"], "two are no group"


def noise(seed: int = 3) -> csr_matrix:
    """Return thirty accounts that act on twenty objects at random, some far more than others."""
    rng = np.random.default_rng(seed)
    eager = rng.uniform(0.1, 0.9, (30, 1)) * rng.uniform(0.1, 0.9, (1, 20))
    matrix = (rng.random((30, 20)) < eager).astype(float)
    return csr_matrix(matrix[matrix.sum(axis=1) > 0][:, matrix.sum(axis=0) > 0])


def test_p_values_of_the_bipartite_model_equal_those_of_its_package() -> None:
    needs("bicm")
    matrix = noise()
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        graph = load("bicm", "bicm").BipartiteGraph(biadjacency=matrix.toarray().astype(int))
        graph.solve_tool(print_error=False)
        graph.compute_projection(rows=True, alpha=0.5, threads_num=1, progress_bar=False)
    a, b, p = bipartite_model.shared(matrix, np.asarray(graph.x), np.asarray(graph.y))
    theirs = {(i, j): value for i, row in graph.rows_pvals.items() for j, value in row.items()}
    mine = {(int(i), int(j)): value for i, j, value in zip(a, b, p, strict=True)}
    assert mine.keys() == theirs.keys()
    assert np.allclose([mine[pair] for pair in mine], [theirs[pair] for pair in mine])
    kept = p <= bipartite_model.threshold(p, matrix.shape[0], 0.5)
    validated = {(i, j) for i, row in graph.projected_rows_adj_list.items() for j in row}
    assert {(int(i), int(j)) for i, j in zip(a[kept], b[kept], strict=True)} == validated


def test_the_false_discovery_rate_counts_pairs_that_share_nothing() -> None:
    assert bipartite_model.threshold(np.array([0.004, 0.03]), 5, 0.05) == 0.004
    assert bipartite_model.threshold(np.array([0.006, 0.03]), 5, 0.05) == -1.0


def test_cosine_similarity_equals_the_sum_by_loops(tmp_path: Path) -> None:
    needs("sklearn")
    acts = {"a": "uvw", "b": "uvx", "c": "wxy", "d": "uy"}
    folder = events(
        tmp_path / "events",
        [(who, each, n, "message", None) for who in acts for n, each in enumerate(acts[who])],
    )
    scores = Cosine("plain", "contacts", "target", 1, 0.0).detect(Problem(folder, folder, 0)).scores
    # Smoothed inverse document frequency, as scikit-learn documents it.
    weight = {
        each: 1 + np.log(5 / (1 + sum(each in many for many in acts.values()))) for each in "uvwxy"
    }
    length = {who: np.sqrt(sum(weight[each] ** 2 for each in acts[who])) for who in acts}
    slow = dict.fromkeys(acts, 0.0)
    for one, other in combinations(acts, 2):
        both = sum(weight[each] ** 2 for each in set(acts[one]) & set(acts[other]))
        slow[one] += both / (length[one] * length[other])
        slow[other] += both / (length[one] * length[other])
    assert dict(scores.rows()) == pytest.approx(slow)


def test_the_densest_block_comes_first_and_is_the_only_one_flagged(tmp_path: Path) -> None:
    needs("UGFraud")
    ring = [
        (f"ring{i}", f"victim{j}", 1.0 * j, "message", None) for i in range(6) for j in range(8)
    ]
    life = [(f"person{i}", f"friend{i % 9}", 5.0, "message", None) for i in range(40)]
    folder = events(tmp_path / "events", [*ring, *life])
    said = Fraudar(form="contacts", blocks=2).detect(Problem(folder, folder, 0))
    assert said.groups is not None
    assert said.members is not None
    flagged = said.groups.filter("flagged").join(said.members, on="cluster_id")
    assert flagged["account"].to_list() == [f"ring{i}" for i in range(6)]
    best = said.scores.sort("score", descending=True).head(6)
    assert set(best["account"]) == {f"ring{i}" for i in range(6)}


def test_coordinationz_is_kept_from_configurations_that_lie_about(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COORDINATIONZ_CONFIG_PATH", "mine")
    with coordinationz.without_config():
        assert os.environ["COORDINATIONZ_CONFIG_PATH"] == os.devnull
    assert os.environ["COORDINATIONZ_CONFIG_PATH"] == "mine"
