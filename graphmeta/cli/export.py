"""``graphmeta export``: one cluster in a form that others' tools read, and what exactly leaves."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter, Token

from graphmeta.cli.console import messages, output, print_json, text
from graphmeta.cli.options import OUTPUT, CaseStoreAddress, Json, RunPath
from graphmeta.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from graphmeta.report.exports import Export


Form = Annotated[
    Literal["html", "pdf", "csv", "parquet", "graphml", "gexf", "stix"],
    Parameter(
        group=OUTPUT,
        help="html or pdf (with the extra `pdf`) for people, csv for spreadsheets, parquet for "
        "programs, graphml or gexf for graph tools, stix (2.1, with the extra `share`) for sharing "
        "communities.",
    ),
]


def _a_file(_: object, tokens: Sequence[Token]) -> Path:
    """Return the file that was asked for; a ``Path`` no longer tells that a folder was named.

    Raises:
        UsageError: A folder was named.
    """
    named = tokens[0].value
    if named.endswith(("/", os.sep)):
        raise UsageError(
            f"{named} is a folder.", f"Name a file with --out, such as {named}case.csv."
        )
    return Path(named)


Out = Annotated[
    Path | None,
    Parameter(
        group=OUTPUT,
        converter=_a_file,
        help="The file to write; nothing is overwritten. By default RUN-CLUSTER.FORMAT in the "
        "current folder.",
    ),
]
Audience = Annotated[
    Literal["red", "amber+strict", "amber", "green"],
    Parameter(group=OUTPUT, help="For whom it is, by the Traffic Light Protocol 2.0."),
]


def export(
    run: RunPath,
    cluster: Annotated[str, Parameter(help="A cluster's id, as `graphmeta queue` lists it.")],
    /,
    *,
    format: Form,  # noqa: A002 - the option is called so
    out: Out = None,
    tlp: Audience = "amber+strict",
    preview: Annotated[
        bool,
        Parameter(group=OUTPUT, help="Show what would leave and for whom, and write nothing."),
    ] = False,
    case_store: CaseStoreAddress = None,
    json: Json = False,
) -> None:
    """Write one cluster to a file for others, evidence for and against included.

    What people said of it goes along: every verdict, dissent too, with reviewers numbered instead
    of named, and notes and pins.

    Those who were contacted are possible victims: they are counted, and no id or pseudonym of
    theirs leaves in any format. Every export is recorded in the run's audit log before it is
    written.

    For example:

    - `graphmeta export RUN c0001 --format stix --preview`
    - `graphmeta export RUN c0001 --format pdf --tlp red`
    - `graphmeta export RUN c0001 --format csv --out case.csv`
    """
    from graphmeta.cli.casework import case
    from graphmeta.report import exports
    from graphmeta.report.exports.deliver import default_name, deliver
    from graphmeta.run import open_run

    opened = open_run(run)
    made = exports.prepare(opened, cluster, format, tlp=tlp, case=case(opened, cluster, case_store))
    if preview:
        if json:
            print_json(made.preview())
        else:
            _tell(output(), made, "would leave")
        return
    file = out or Path(default_name(opened, made))
    deliver(opened, made, file)
    if json:
        print_json({**made.preview(), "file": str(file), "sha256": made.sha256})
        return
    _tell(messages(), made, "leaves")
    output().print(text(f"Wrote {file}"))


def _tell(console: Console, made: Export, leaves: str) -> None:
    """Print what leaves, for whom, what stays, and what the figures do not say."""
    from graphmeta.report import words
    from graphmeta.report.exports.audience import LEVELS

    level = LEVELS[made.tlp]
    console.print(text(f"Cluster {made.cluster} as {made.form.name}, {level.name}", "bold"))
    console.print(text(level.readers))
    console.print(text(f"\nWhat {leaves} ({words.size(len(made.content))})", "bold"))
    _rows(
        console,
        [(one.part, words.count(one.count), ", ".join(one.fields)) for one in made.leaving],
    )
    console.print(text("\nWhat stays", "bold"))
    _rows(console, [(name, words.count(count), "") for name, count in made.withheld.items()])
    console.print(text("\nWhat stands in the file beside them", "bold"))
    _rows(console, [(words.plain(name), "", says) for name, says in made.statements.items()])


def _rows(console: Console, rows: list[tuple[str, str, str]]) -> None:
    from rich.table import Table

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(overflow="fold")
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    for name, count, says in rows:
        table.add_row(text(f"  {name}"), text(count), text(says))
    console.print(table)
