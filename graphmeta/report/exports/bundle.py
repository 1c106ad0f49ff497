"""How does a case leave that is about one or more clusters?

Documents (HTML, PDF) hold all of its clusters in one file. The other formats hold one cluster per
file; several leave together in a ZIP archive. Either way each cluster passes through the same gate
as one that leaves alone (:mod:`graphmeta.report.exports.dossier`), and the run's audit log gets one
act for each, with the case's number and the hash of the file that left.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from graphmeta.errors import UsageError
from graphmeta.report.exports import Export, find_format, prepare
from graphmeta.report.exports.audience import LEVELS, Tlp
from graphmeta.report.exports.case import Case
from graphmeta.report.exports.dossier import Dossier, gather, heading
from graphmeta.report.exports.form import Format, Leaving
from graphmeta.run import RunFolder


@dataclass(frozen=True)
class CaseFile:
    """A case, as far as an export needs to know it.

    Args:
        number: Its number in the case store.
        title: What it is called.
        summary: What it says; may be empty.
        state: ``open`` or ``closed``.
        said: By cluster, everything that people said of it.
    """

    number: int
    title: str
    summary: str
    state: str
    said: Mapping[str, Case]


@dataclass(frozen=True)
class CaseExport:
    """A case, ready to leave, and what is in it.

    Args:
        number: The case's number.
        form: The format of what is inside.
        tlp: For whom it is.
        content: The file's bytes.
        suffix: How the file's name ends.
        rows: By cluster, how many rows, nodes and edges, or objects.
        leaving: By file, what is in it, part by part.
        withheld: What stays, as counts by name.
        statements: What stands in it beside the data.
    """

    number: int
    form: Format
    tlp: Tlp
    content: bytes
    suffix: str
    rows: Mapping[str, int]
    leaving: Mapping[str, tuple[Leaving, ...]]
    withheld: Mapping[str, int]
    statements: Mapping[str, str]

    @property
    def sha256(self) -> str:
        """The SHA-256 of the content, in hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def name(self) -> str:
        """How the file is called where nobody names it."""
        return f"case-{self.number}.{self.suffix}"

    def records(self) -> list[dict[str, Any]]:
        """Return what the run's audit log says of this export, one act for each cluster."""
        said = {"format": self.form.name, "tlp": self.tlp, "case": self.number}
        return [
            {"cluster": cluster, **said, "rows": rows, "sha256": self.sha256}
            for cluster, rows in self.rows.items()
        ]

    def preview(self) -> dict[str, Any]:
        """Return what leaves and for whom, as values that JSON can hold."""
        return {
            "case": self.number,
            "clusters": list(self.rows),
            "file": self.name,
            "format": self.form.name,
            "tlp": LEVELS[self.tlp].name,
            "for": LEVELS[self.tlp].readers,
            "bytes": len(self.content),
            "sha256": self.sha256,
            "leaves": {
                file: [
                    {"part": one.part, "count": one.count, "fields": list(one.fields)}
                    for one in parts
                ]
                for file, parts in self.leaving.items()
            },
            "stays": dict(self.withheld),
            "statements": dict(self.statements),
        }


def prepare_case(
    run: RunFolder, case: CaseFile, format_name: str, tlp: Tlp, now: datetime | None = None
) -> CaseExport:
    """Make an export of a case, and write nothing.

    Args:
        run: The run that the case is about.
        case: The case.
        format_name: One of the names in ``exports.FORMATS``.
        tlp: For whom it is.
        now: When it leaves; now, where it is not given.

    Raises:
        UsageError: There is no such format, the run lacks one of the clusters, or there are none.
        PrivacyRefusalError: A cluster has fewer actors than the run looks at.
        MissingExtraError: What the format needs is not installed.
        RunError: A table of the run cannot be read.
    """
    if not case.said:
        raise UsageError("The case is about no cluster.", "Open another, about at least one.")
    form, at = find_format(format_name), now or datetime.now(UTC)
    if form.together is not None:
        return _document(run, case, form, tlp, at)
    exports = [
        prepare(run, cluster, form.name, tlp=tlp, case=said, now=at)
        for cluster, said in sorted(case.said.items())
    ]
    files = {f"cluster-{n}.{form.suffix}": one for n, one in enumerate(exports, 1)}
    archived = len(files) > 1
    return CaseExport(
        number=case.number,
        form=form,
        tlp=tlp,
        content=_archive(files, at) if archived else exports[0].content,
        suffix=f"{form.name}.zip" if archived else form.suffix,
        rows={one.cluster: one.rows for one in exports},
        leaving={
            name if archived else f"case-{case.number}.{form.suffix}": one.leaving
            for name, one in files.items()
        },
        withheld=_added_up([one.withheld for one in exports]),
        statements=_shared([one.statements for one in exports]),
    )


def _document(run: RunFolder, case: CaseFile, form: Format, tlp: Tlp, now: datetime) -> CaseExport:
    dossiers: list[Dossier] = [
        gather(run, cluster, tlp, said, now) for cluster, said in sorted(case.said.items())
    ]
    above = heading(run, list(case.said), case.title, case.summary, case.state)
    assert form.together is not None  # whoever calls has looked
    made = form.together(dossiers, above)
    return CaseExport(
        number=case.number,
        form=form,
        tlp=tlp,
        content=made.content,
        suffix=form.suffix,
        rows={one.cluster["cluster_id"]: made.rows for one in dossiers},
        leaving={f"case-{case.number}.{form.suffix}": made.leaving},
        withheld=_added_up([one.withheld for one in dossiers]),
        statements=_shared([one.about for one in dossiers]),
    )


def _archive(files: Mapping[str, Export], now: datetime) -> bytes:
    """Return files as an archive whose bytes follow from them and the moment alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, one in files.items():
            entry = zipfile.ZipInfo(name, now.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, one.content)
    return buffer.getvalue()


def _added_up(withheld: list[Mapping[str, int]]) -> dict[str, int]:
    names = dict.fromkeys(name for one in withheld for name in one)
    sums = {name: sum(one.get(name, 0) for one in withheld) for name in names}
    return {name: count for name, count in sums.items() if count}


def _shared(statements: list[Mapping[str, str]]) -> dict[str, str]:
    """Return the statements that stand beside every cluster alike."""
    first = statements[0]
    return {
        name: says
        for name, says in first.items()
        if all(one.get(name) == says for one in statements)
    }
