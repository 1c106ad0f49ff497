"""What does a cluster look like as a graph that other tools can lay out?

Nodes are the scored members. An edge between two says how many contacted accounts both reached
(``shared``) and how many events there were between the two (``events``). The contacted are no
nodes: each member says how many it reached. Directions are not kept; the tables have them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from graphmeta.report.exports.dossier import Dossier
from graphmeta.report.exports.form import Leaving
from graphmeta.report.exports.inert import spelt

if TYPE_CHECKING:
    import networkx as nx


def network(dossier: Dossier) -> nx.Graph[str]:
    """Return the members and what ties them; ids are spelt, so that XML can hold them.

    Returns:
        Nodes with ``role``, ``strength``, ``core``, ``p_value``, ``reached``, ``strangers``,
        ``shared``, ``inside``, ``events``; edges with ``shared`` and ``events``. What is not known
        is absent.
    """
    import networkx as nx

    graph: nx.Graph[str] = nx.Graph()
    for row in dossier.members.iter_rows(named=True):
        known = {name: value for name, value in row.items() if value is not None}
        graph.add_node(spelt(known.pop("account")), **known)
    for row in dossier.ties.iter_rows(named=True):
        graph.add_edge(spelt(row["account"]), spelt(row["other"]), shared=row["shared"], events=0)
    for row in dossier.contacts.iter_rows(named=True):
        _add_events(graph, spelt(row["account"]), spelt(row["other"]), row["events"])
    return graph


def leaving(graph: nx.Graph[str], said: Mapping[str, str]) -> tuple[Leaving, ...]:
    """Return what is in a graph and in what is said with it, read off both."""
    return (
        Leaving("statement", len(said), tuple(said)),
        Leaving("node", graph.number_of_nodes(), ("id", *_fields(graph.nodes.values()))),
        Leaving("edge", graph.number_of_edges(), ("ends", *_fields(graph.edges.values()))),
    )


def _add_events(graph: nx.Graph[str], one: str, other: str, events: int) -> None:
    if graph.has_edge(one, other):
        graph.edges[one, other]["events"] += events
    else:
        graph.add_edge(one, other, shared=0, events=events)


def _fields(attributes: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for one in attributes for name in one))
