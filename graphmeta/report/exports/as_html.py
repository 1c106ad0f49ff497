"""HTML: one file that a person reads without any connection, and prints.

It holds no script, its pictures stand in it as lines and shapes (SVG), and its content security
policy forbids everything but its own style: it can be opened by whoever is wary of attachments.
What stands in it says :mod:`graphmeta.report.exports.document`.
"""

from __future__ import annotations

from collections.abc import Sequence

from graphmeta.report import page
from graphmeta.report.exports.case import Heading
from graphmeta.report.exports.document import document, leaving, rows
from graphmeta.report.exports.dossier import Dossier
from graphmeta.report.exports.form import Format, Made


def _together(dossiers: Sequence[Dossier], heading: Heading) -> Made:
    made = document(dossiers, heading)
    text = page.environment().get_template("case.html.j2").render(case=made)
    return Made(text.encode("utf-8"), rows(made), leaving(made))


def _make(dossier: Dossier) -> Made:
    return _together([dossier], Heading(f"Cluster {dossier.cluster['cluster_id']}"))


FORMAT = Format("html", "html", _make, _together)
