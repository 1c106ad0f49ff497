"""``graphmeta golden``: hidden clusters whose answer is known, to measure those who review."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Group, Parameter, validators

from graphmeta.cli.console import output, print_json, text
from graphmeta.cli.options import CaseStoreAddress, Json, RunPath
from graphmeta.cli.review import user

if TYPE_CHECKING:
    from graphmeta.cases.tables import GoldenCluster

WHICH = Group("Which clusters", sort_key=2)
_World = Annotated[
    Path | None,
    Parameter(
        group=WHICH,
        help="The folder of the made-up world that GOLDEN was analysed from, with --identifiers "
        "plain. Without it, clusters count whose verdict two second reviewers share.",
    ),
]
_Count = Annotated[
    int,
    Parameter(
        group=WHICH,
        help="How many at most. They are chosen by chance.",
        validator=validators.Number(gte=1),
    ),
]


def golden(
    run: RunPath,
    source: Annotated[
        Path, Parameter(name="GOLDEN", help="The run that the golden clusters are from.")
    ],
    /,
    *,
    world: _World = None,
    count: _Count = 5,
    case_store: CaseStoreAddress = None,
    json: Json = False,
) -> None:
    """Mix clusters whose answer is known into what the workbench shows of a run.

    For leads. Reviewers cannot tell them from others; how often they are right on them is shown to
    leads. They are marked in the run's audit log, and never exported or counted in anything else.
    Do not run this where reviewers look over your shoulder: it says which they are.

    For example:

    - `graphmeta golden RUN GOLDEN --world WORLD --count 5`, and then
    - `graphmeta serve RUN --golden GOLDEN`
    """
    from graphmeta.cases.golden import adding, known
    from graphmeta.cases.store import open_store
    from graphmeta.run import open_run

    opened, from_run = open_run(run), open_run(source)
    with open_store(case_store) as store:
        if world is None:
            answers = known.from_people(from_run, store)
        else:
            answers = known.from_world(from_run, world)
        rows = adding.add(store, opened, from_run, answers, count, user())
    if json:
        print_json([_as_json(row) for row in rows])
        return
    console = output()
    for row in rows:
        console.print(text(f"{row.name} is {row.answer} ({row.source})."))
    if len(rows) < count:
        console.print(text(f"{len(rows)} of {count} found a place among the run's clusters."))
    console.print(text(f"Show them with: graphmeta serve {run} --golden {source}"))


def _as_json(row: GoldenCluster) -> dict[str, str]:
    return {"cluster": row.name, "answer": row.answer, "source": row.source}
