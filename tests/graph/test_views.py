"""What a cluster looks like to networkx."""

from __future__ import annotations

from datetime import UTC, datetime

import networkx as nx
import polars as pl
import pytest

from graphmeta.contract.tables import CONTACTS, MEMBERS
from graphmeta.errors import RunError
from graphmeta.graph.views import cluster_graph

FIRST = datetime(2024, 5, 3, 8, tzinfo=UTC)
LAST = datetime(2024, 5, 4, 9, tzinfo=UTC)


def members(*rows: tuple[str, str, float]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            ("c1", account, role, strength, strength > 0.5, None, None, None)
            for account, role, strength in rows
        ],
        schema=MEMBERS,
        orient="row",
    )


def contacts(*pairs: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(
        [("c1", sender, recipient, 3, FIRST, LAST, True, False) for sender, recipient in pairs],
        schema=CONTACTS,
        orient="row",
    )


def test_nodes_carry_role_and_strength_and_edges_carry_events_and_times() -> None:
    graph = cluster_graph(
        members(("a", "actor", 0.9), ("h", "hub", 0.8), ("v", "contacted", 0.0)),
        contacts(("a", "v"), ("v", "h")),
    )
    assert list(graph) == ["a", "h", "v"]
    assert graph.nodes["a"] == {"role": "actor", "strength": 0.9, "core": True}
    assert graph.nodes["v"] == {"role": "contacted", "strength": 0.0, "core": False}
    assert graph.edges["a", "v"] == {
        "events": 3,
        "first_event": FIRST,
        "last_event": LAST,
        "first_contact": True,
        "stranger": False,
    }
    assert not graph.has_edge("v", "a")


def test_a_member_without_contacts_is_a_node_alone() -> None:
    graph = cluster_graph(members(("a", "actor", 0.9), ("b", "actor", 0.9)), contacts(("a", "b")))
    lone = cluster_graph(members(("a", "actor", 0.9)), contacts())
    assert graph.number_of_edges() == 1
    assert list(lone) == ["a"]


def test_the_graph_is_one_that_networkx_can_work_on() -> None:
    graph = cluster_graph(
        members(("a", "actor", 0.9), ("b", "actor", 0.7), ("v", "contacted", 0.0)),
        contacts(("a", "v"), ("b", "v")),
    )
    assert isinstance(graph, nx.DiGraph)
    assert dict(graph.in_degree()) == {"a": 0, "b": 0, "v": 2}
    assert nx.is_weakly_connected(graph)


def test_a_contact_with_an_account_outside_the_cluster_is_a_damaged_run() -> None:
    with pytest.raises(RunError, match="not among its members"):
        cluster_graph(members(("a", "actor", 0.9)), contacts(("a", "nobody")))
