"""``graphmeta verdict``: what does a person conclude about a cluster, and why?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Group, Parameter

from graphmeta.cli.console import output, print_json, text
from graphmeta.cli.options import CaseStoreAddress, Json, RunPath
from graphmeta.cli.review import user
from graphmeta.errors import UsageError

if TYPE_CHECKING:
    from graphmeta.cases.tables import Verdict
    from graphmeta.cases.verdicts import Judgement
    from graphmeta.run import RunFolder

SAID = Group("What is said", sort_key=2)
#: As ``cases.tables.VERDICTS`` has them; a test holds the two together.
Said = Literal["spam", "recruitment", "benign", "unsure"]


@Parameter(name="*", group=SAID)
@dataclass(frozen=True)
class Saying:
    """What is said with a verdict."""

    reason: Annotated[
        str | None,
        Parameter(
            help="Why. It is kept for good in the case store, and read by others: write no "
            "secret into it. Required.",
            metavar="TEXT",
        ),
    ] = None
    looks_like: Annotated[
        str | None,
        Parameter(
            help="For a benign cluster: which look-alike it is, such as courier, support_desk, "
            "text_bank or other.",
            metavar="KIND",
        ),
    ] = None
    ask_second: Annotated[bool, Parameter(help="Ask for a second reviewer.")] = False
    second: Annotated[
        bool,
        Parameter(
            help="This is what a second reviewer says of the verdict that stands. Where they "
            "conclude otherwise, it is disputed until somebody judges again.",
        ),
    ] = False


_NOTHING = Saying()
_Cluster = Annotated[str | None, Parameter(help="A cluster's id, as `graphmeta queue` lists it.")]
_Conclusion = Annotated[Said | None, Parameter(name="VERDICT", help="What you conclude about it.")]
_Reviewer = Annotated[
    str | None,
    Parameter(group=SAID, help="Who says so; by default your user name.", metavar="NAME"),
]
_From = Annotated[
    Path | None,
    Parameter(
        name="--from",
        group=SAID,
        help="A CSV file of verdicts instead: cluster, verdict, reason, and if you like "
        "looks_like, reviewer, seconds_spent. All of it is recorded, or nothing.",
        metavar="FILE",
    ),
]


def verdict(
    run: RunPath,
    cluster: _Cluster = None,
    conclusion: _Conclusion = None,
    /,
    *,
    saying: Saying = _NOTHING,
    reviewer: _Reviewer = None,
    from_: _From = None,
    case_store: CaseStoreAddress = None,
    json: Json = False,
) -> None:
    """Record what a person concludes about a cluster. A verdict is about a cluster, never a person.

    A later verdict supersedes an earlier one; none is ever erased. The run's audit log records
    each, with a hash of the reason in place of its text.

    For example:

    - `graphmeta verdict RUN c0001 spam --reason "same list, same minute, all blocked"`
    - `graphmeta verdict RUN c0002 benign --looks-like courier --reason "one depot, short calls"`
    """
    from graphmeta.cases import verdicts
    from graphmeta.cases.store import open_store
    from graphmeta.run import open_run

    opened = open_run(run)
    who = reviewer or user()
    if from_ is None:
        judgements = [_one(opened, cluster, conclusion, saying, who)]
    else:
        alone = cluster is None and conclusion is None and saying == _NOTHING
        judgements = _from_file(opened, from_, who, alone=alone)
    with open_store(case_store) as store:
        before = verdicts.reviews(store, opened.run_id)
        rows = verdicts.judge(store, opened, judgements)
    if json:
        print_json([_as_json(row) for row in rows])
        return
    console = output()
    for row in rows:
        console.print(text(_recorded(row)))
        if row.cluster in before and row.second_of is None:
            console.print(text(f"  It supersedes: {_short(before[row.cluster].verdict)}."))


def _from_file(run: RunFolder, file: Path, reviewer: str, *, alone: bool) -> list[Judgement]:
    """Read the file, where nothing else was given that it would contradict."""
    from graphmeta.cases import imports

    if not alone:
        raise UsageError(
            "--from was given together with a verdict of its own.",
            "Give either a file of verdicts, or CLUSTER, VERDICT and --reason.",
        )
    return imports.read(file, run, reviewer)


def _one(
    run: RunFolder, cluster: str | None, conclusion: str | None, saying: Saying, reviewer: str
) -> Judgement:
    from graphmeta.cases.verdicts import Judgement
    from graphmeta.report import summary

    if cluster is None or conclusion is None or saying.reason is None:
        raise UsageError(
            "A verdict needs a cluster, a conclusion and a reason.",
            "Write: graphmeta verdict RUN CLUSTER VERDICT --reason TEXT",
        )
    summary.cluster_row(run, cluster)
    return Judgement(
        cluster,
        conclusion,
        saying.reason,
        reviewer,
        looks_like=saying.looks_like,
        second_asked=saying.ask_second,
        second=saying.second,
    )


def _recorded(row: Verdict) -> str:
    what = "Recorded a second review" if row.second_of else "Recorded"
    return f"{what}: {row.cluster} is {_short(row)}."


def _short(row: Verdict) -> str:
    from graphmeta.cli.review import named

    return f"{named(row.verdict, row.looks_like)}, by {row.reviewer} (verdict {row.version})"


def _as_json(row: Verdict) -> dict[str, Any]:
    names = ("cluster", "verdict", "looks_like", "reviewer", "version", "second_of", "at")
    return {**{name: getattr(row, name) for name in names}, "reason_sha256": row.reason_sha256}
