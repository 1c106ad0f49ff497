"""GEXF: the members and what ties them, for Gephi, with everything said in its description.

Written by networkx, but for one thing: networkx has no place for what is said of a whole graph, and
the format has one, the ``description`` of its ``meta`` element, which Gephi shows. So that element
is added to what networkx built. See :mod:`graphmeta.report.exports.network` for nodes and edges.
"""

from __future__ import annotations

import io
from xml.etree.ElementTree import SubElement

from graphmeta.report.exports.dossier import Dossier
from graphmeta.report.exports.form import Format, Made
from graphmeta.report.exports.letter import paragraphs
from graphmeta.report.exports.network import leaving, network


def _make(dossier: Dossier) -> Made:
    from networkx.readwrite.gexf import GEXFWriter

    graph, said = network(dossier), paragraphs(dossier)
    writer = GEXFWriter(graph)
    meta = writer.xml.find("meta")
    meta.set("lastmodifieddate", f"{dossier.exported_at:%Y-%m-%d}")
    SubElement(meta, "description").text = "\n\n".join(
        f"{name}:\n{text}" for name, text in said.items()
    )
    buffer = io.BytesIO()
    writer.write(buffer)
    size = graph.number_of_nodes() + graph.number_of_edges()
    return Made(buffer.getvalue(), size, leaving(graph, said))


FORMAT = Format("gexf", "gexf", _make)
