"""``graphmeta bench realism``: ordinary life in synthetic worlds beside real messaging."""

from __future__ import annotations

import json as to_json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

from graphmeta.cli.console import output, text
from graphmeta.cli.options import OUTPUT, Quiet, require_events
from graphmeta.cli.progress import progress
from graphmeta.cli.report import refuse_to_replace
from graphmeta.errors import UsageError

_Real = Annotated[
    Path, Parameter(help="A real set each: a file of contact events, or a folder of them.")
]


def realism(
    *real: _Real,
    out: Annotated[
        Path, Parameter(group=OUTPUT, help="The page to write; an older one is replaced.")
    ],
    json: Annotated[
        Path | None, Parameter(group=OUTPUT, help="A file for all figures, as JSON.")
    ] = None,
    accounts: Annotated[
        int | None,
        Parameter(
            help="Ordinary people per world; by default as many as the real set has.",
            validator=validators.Number(gte=200),
        ),
    ] = None,
    days: Annotated[
        int,
        Parameter(
            help="Each real set is cut to its busiest stretch of so many days.",
            validator=validators.Number(gte=10),
        ),
    ] = 28,
    seeds: Annotated[
        int, Parameter(help="Worlds per real set.", validator=validators.Number(gte=1))
    ] = 5,
    quiet: Quiet = False,
) -> None:
    """Put ordinary life in synthetic worlds beside real messaging, and say where they differ.

    Degrees, reciprocity, clustering, tie strength, burstiness, gaps, strangers, conversations,
    hours and calls, each with a distance, and beside it how far real sets and seeds are from one
    another. Worlds are made to match each real set in accounts and days.

    For example:

    - `graphmeta bench realism students.parquet college.parquet --out realism.html`
    """
    from graphmeta.bench.realism import as_json, compare, real_events, write_page

    require_events(real, "bench realism REAL... --out FILE.html")
    names = _names(real)
    refuse_to_replace(out)
    with progress(quiet=quiet) as stage:
        made = compare(
            {name: real_events(path) for name, path in zip(names, real, strict=True)},
            accounts=accounts,
            days=days,
            seeds=seeds,
            progress=stage,
        )
        stage("drawing the page")
        write_page(made, out)
    if json is not None:
        json.write_text(to_json.dumps(as_json(made), indent=1) + "\n", encoding="utf-8")
    output().print(text(f"Wrote {out}"))


def _names(paths: tuple[Path, ...]) -> list[str]:
    """Return what to call each set: its file's name, or its folder's for ``events.parquet``.

    Raises:
        UsageError: Two would have the same name.
    """
    names = [
        path.resolve().parent.name if path.stem == "events" else path.resolve().stem
        for path in paths
    ]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(
            f"Two real sets would both be called {twice!r}.", "Rename one of the files."
        )
    return names
