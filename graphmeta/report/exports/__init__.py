"""How does a cluster leave the run, in which formats, and what exactly is in the file?

``prepare`` makes an export and says what is in it, part by part, without writing anything: that is
the preview. ``deliver`` records it in the run's audit log and writes it. The command line and every
other surface go through these two. What may leave is decided in
:mod:`graphmeta.report.exports.dossier`, once, for all formats.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from graphmeta.errors import UsageError
from graphmeta.report import words
from graphmeta.report.exports import (
    as_csv,
    as_gexf,
    as_graphml,
    as_html,
    as_parquet,
    as_pdf,
    as_stix,
)
from graphmeta.report.exports.audience import DEFAULT_TLP, LEVELS, Tlp
from graphmeta.report.exports.case import Case
from graphmeta.report.exports.dossier import gather
from graphmeta.report.exports.form import Format, Leaving
from graphmeta.run import RunFolder

#: The formats; a new one is a file and a line here.
FORMATS: tuple[Format, ...] = (
    as_html.FORMAT,
    as_pdf.FORMAT,
    as_csv.FORMAT,
    as_parquet.FORMAT,
    as_graphml.FORMAT,
    as_gexf.FORMAT,
    as_stix.FORMAT,
)


@dataclass(frozen=True)
class Export:
    """A cluster, ready to leave, and what is in it.

    Args:
        cluster: The cluster's name.
        form: The format.
        tlp: For whom it is.
        content: The file's bytes.
        rows: How many rows, nodes and edges, or objects.
        leaving: What is in it, part by part.
        withheld: What stays, as counts by name; what was not there to withhold is left out.
        statements: What stands in the file beside the data.
    """

    cluster: str
    form: Format
    tlp: Tlp
    content: bytes
    rows: int
    leaving: tuple[Leaving, ...]
    withheld: Mapping[str, int]
    statements: Mapping[str, str]

    @property
    def sha256(self) -> str:
        """The SHA-256 of the content, in hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()

    def record(self) -> dict[str, Any]:
        """Return what the run's audit log says of this export."""
        return {
            "cluster": self.cluster,
            "format": self.form.name,
            "tlp": self.tlp,
            "rows": self.rows,
            "sha256": self.sha256,
        }

    def preview(self) -> dict[str, Any]:
        """Return what leaves and for whom, as values that JSON can hold."""
        return {
            "cluster": self.cluster,
            "format": self.form.name,
            "tlp": LEVELS[self.tlp].name,
            "for": LEVELS[self.tlp].readers,
            "bytes": len(self.content),
            "rows": self.rows,
            "leaves": [
                {"part": one.part, "count": one.count, "fields": list(one.fields)}
                for one in self.leaving
            ],
            "stays": dict(self.withheld),
            "statements": dict(self.statements),
        }


def prepare(
    run: RunFolder,
    cluster_id: str,
    format_name: str,
    *,
    tlp: Tlp = DEFAULT_TLP,
    case: Case | None = None,
    now: datetime | None = None,
) -> Export:
    """Make an export of one cluster, and write nothing.

    Args:
        run: An opened run.
        cluster_id: The cluster.
        format_name: One of the names in :data:`FORMATS`.
        tlp: For whom it is.
        case: What people said of the cluster; nothing, where it is not given.
        now: When it leaves; now, where it is not given.

    Raises:
        UsageError: There is no such format or cluster.
        PrivacyRefusalError: The cluster has fewer actors than the run looks at.
        MissingExtraError: What the format needs is not installed.
        RunError: A table of the run cannot be read.
    """
    form = find_format(format_name)
    dossier = gather(run, cluster_id, tlp, case or Case(), now or datetime.now(UTC))
    made = form.make(dossier)
    return Export(
        cluster=cluster_id,
        form=form,
        tlp=tlp,
        content=made.content,
        rows=made.rows,
        leaving=made.leaving,
        withheld={name: count for name, count in dossier.withheld.items() if count},
        statements=dossier.about,
    )


def find_format(name: str) -> Format:
    """Return a format by its name.

    Raises:
        UsageError: There is no such format.
    """
    for form in FORMATS:
        if form.name == name:
            return form
    raise UsageError(
        f"There is no export format {name!r}.",
        f"Name one of {words.listing([form.name for form in FORMATS])}.",
    )
