"""How does one cluster look as a graph that other tools can take over?

Turns a run's rows about one cluster into a networkx graph, the field's common exchange form. It
adds no computation of its own. The graph holds the contacts that the run kept for the cluster's
picture, not every event of its accounts, so measures such as centrality describe the cluster
alone. Those who were contacted are nodes without a score; being central does not make them
suspects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphmeta.errors import RunError

if TYPE_CHECKING:
    import networkx as nx

_NODE_COLUMNS = ("role", "strength", "core")
_EDGE_COLUMNS = ("events", "first_event", "last_event", "first_contact", "stranger")


def cluster_graph(members: pl.DataFrame, contacts: pl.DataFrame) -> nx.DiGraph[str]:
    """Return one cluster as a directed graph, from sender to recipient.

    Args:
        members: The cluster's rows of the run's members table.
        contacts: Its rows of the contacts table.

    Returns:
        Nodes are the members, in the table's order, with ``role``, ``strength`` (0 for the
        contacted) and ``core``. Edges carry ``events`` (a count), ``first_event`` and
        ``last_event`` (UTC), ``first_contact`` and ``stranger``.

    Raises:
        RunError: A contact names an account that is no member of the cluster.
    """
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    for row in members.iter_rows(named=True):
        graph.add_node(row["account"], **{name: row[name] for name in _NODE_COLUMNS})
    for row in contacts.iter_rows(named=True):
        graph.add_edge(
            row["sender"], row["recipient"], **{name: row[name] for name in _EDGE_COLUMNS}
        )
    if graph.number_of_nodes() > members.height:
        raise RunError(
            "A contact of the cluster names an account that is not among its members.",
            "The run is damaged; analyse the events again.",
        )
    return graph
