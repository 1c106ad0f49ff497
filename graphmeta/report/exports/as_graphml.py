"""GraphML: the members and what ties them, with everything said as attributes of the graph.

Written by networkx. See :mod:`graphmeta.report.exports.network` for nodes and edges, and
:mod:`graphmeta.report.exports.letter` for the graph's own attributes.
"""

from __future__ import annotations

import io

from graphmeta.report.exports.dossier import Dossier
from graphmeta.report.exports.form import Format, Made
from graphmeta.report.exports.letter import paragraphs
from graphmeta.report.exports.network import leaving, network


def _make(dossier: Dossier) -> Made:
    import networkx as nx

    graph, said = network(dossier), paragraphs(dossier)
    graph.graph.update(said)
    buffer = io.BytesIO()
    nx.write_graphml(graph, buffer)
    size = graph.number_of_nodes() + graph.number_of_edges()
    return Made(buffer.getvalue(), size, leaving(graph, said))


FORMAT = Format("graphml", "graphml", _make)
