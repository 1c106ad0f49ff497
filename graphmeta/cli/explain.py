"""``graphmeta explain``: why is a cluster in the queue, why perhaps not, and who is in it?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter, validators

from graphmeta.cli.console import joined, output, print_json, text
from graphmeta.cli.options import OUTPUT, CaseStoreAddress, Json, RunPath
from graphmeta.cli.queue import status

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console
    from rich.text import Text

    from graphmeta.cli.review import State
    from graphmeta.run import RunFolder


def explain(
    run: RunPath,
    cluster: Annotated[str, Parameter(help="A cluster's id, as `graphmeta queue` lists it.")],
    /,
    *,
    members: Annotated[
        int,
        Parameter(
            group=OUTPUT,
            help="How many members to list, strongest first; the rest is counted.",
            validator=validators.Number(gte=0),
        ),
    ] = 20,
    case_store: CaseStoreAddress = None,
    json: Json = False,
) -> None:
    """Show the evidence for and against one cluster, and its members.

    Every term of a score is shown with what it adds, so that the sum can be checked. Those who
    were contacted are counted only: they are possible victims.

    For example:

    - `graphmeta explain RUN c0001`
    """
    from graphmeta.cli.review import states
    from graphmeta.report import summary
    from graphmeta.run import open_run

    opened = open_run(run)
    row = summary.cluster_row(opened, cluster)
    evidence = summary.cluster_evidence(opened, cluster)
    scored = _scored_members(opened, cluster)
    state = states(opened, case_store).get(cluster)
    if json:
        _print_as_json(row, evidence, scored, state)
        return
    console = output()
    _heading(console, row)
    console.print(text(summary.cluster_sentence(row, evidence)))
    _review(console, state)
    _change(console, evidence)
    _ties(console, evidence)
    leading = summary.leading_score(row)
    for score in sorted(summary.SCORES, key=lambda name: name != leading):
        _score(console, row, evidence, score)
    _members(console, row, scored, members)
    _limits(console, opened)
    console.print(text(f"\nSee it drawn with: graphmeta report {run} {cluster}"))


def _scored_members(run: RunFolder, cluster: str) -> pl.DataFrame:
    """Return the members who are scored, strongest first."""
    import polars as pl

    return (
        run.table("members")
        .filter(pl.col("cluster_id") == cluster, pl.col("role") != "contacted")
        .sort(["strength", "account"], descending=[True, False])
    )


def _print_as_json(
    row: Mapping[str, Any], evidence: pl.DataFrame, scored: pl.DataFrame, state: State | None
) -> None:
    from graphmeta.report import summary

    print_json(
        {
            "cluster": row,
            "sentence": summary.cluster_sentence(row, evidence),
            "would_change": summary.would_change(evidence),
            "evidence": evidence.drop("cluster_id").to_dicts(),
            "members": scored.drop("cluster_id").to_dicts(),
            "review": state.as_json() if state else None,
        }
    )


def _heading(console: Console, row: Mapping[str, Any]) -> None:
    from graphmeta.report import words

    said = [f"Cluster {row['cluster_id']}", status(row)]
    if row["behaviour"] != "unclear":
        said.append(f"looks like {row['behaviour']}")
    said.append(f"risk {words.score(row['risk'])}")
    console.print(text(" · ".join(said), "bold"))
    console.print()


def _review(console: Console, state: State | None) -> None:
    """Print what people concluded, and why, in their own words, oldest first."""
    if state is None:
        return
    _title(console, "What people concluded")
    _item(console, text("  ="), state.says())
    if state.review:
        for said in (state.review.verdict, *state.review.seconds):
            _beside(console, text("   "), f"{said.reviewer}: {said.reason}")


def _change(console: Console, evidence: pl.DataFrame) -> None:
    """Print what would change the verdict, and the look-alike that it may be."""
    from graphmeta.report import summary

    said = [summary.would_change(evidence), summary.nearest_look_alike(evidence)]
    if not any(said):
        return
    _title(console, "What would change this", "  (one thing at a time, all else as it is)")
    for says in said:
        if says:
            _item(console, text("  •"), says)


def _ties(console: Console, evidence: pl.DataFrame) -> None:
    """Print what was seen more often than chance would have it."""
    _title(console, "What ties these accounts together")
    rows = evidence.filter(evidence["score"] == "coordination")
    if rows.is_empty():
        console.print(text("  Nothing is recorded."))
    for row in rows.iter_rows(named=True):
        _item(console, text("  •"), row["says"])


def _score(console: Console, row: Mapping[str, Any], evidence: pl.DataFrame, score: str) -> None:
    """Print the terms of one score, largest first, and what they add up to."""
    from graphmeta.report import summary, words

    _title(
        console,
        f"{summary.SCORE_NAMES[score]}: {words.score(row[score])}",
        "  (+ speaks for it, − against it)",
    )
    terms = evidence.filter(evidence["score"] == score)
    if terms.is_empty():
        console.print(text("  No evidence was weighed for this score."))
        return
    reasons = terms.filter(terms["term"] != summary.BASELINE).sort(
        ["contribution", "term"], descending=[True, False]
    )
    start = terms.filter(terms["term"] == summary.BASELINE)
    for term in (*start.iter_rows(named=True), *reasons.iter_rows(named=True)):
        _item(console, _contribution(term["term"], term["contribution"]), term["says"])
    total = words.log_odds(float(terms["contribution"].sum()))
    _item(
        console,
        text(f"{total:>7}", "bold"),
        f"in log-odds all together, which is a score of {words.score(row[score])}",
    )


def _contribution(term: str, value: float) -> Text:
    from graphmeta.report import summary, words

    style = "red" if value > 0 else "green"
    if term == summary.BASELINE or not value:
        style = "dim"
    return text(f"{words.log_odds(value):>7}", style)


def _members(console: Console, row: Mapping[str, Any], scored: pl.DataFrame, limit: int) -> None:
    from rich.table import Table

    from graphmeta.report import summary, words

    _title(console, f"Members: {summary.company(row, scored.height)}")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for header in ("", "Account", "Role", "Strength", ""):
        table.add_column(
            header, overflow="fold", justify="right" if header == "Strength" else "left"
        )
    for member in scored.head(limit).iter_rows(named=True):
        table.add_row(
            "",
            text(member["account"]),
            member["role"],
            words.score(member["strength"]),
            "core" if member["core"] else "",
        )
    if limit and scored.height:
        console.print(table)
    if scored.height > limit:
        console.print(text(f"  and {words.count(scored.height - limit)} more (--members N)"))
    contacted = words.plural(row["n_contacted"], "account")
    console.print(
        text(f"  They contacted {contacted}: possible victims, never scored and not listed.")
    )


def _limits(console: Console, run: RunFolder) -> None:
    """Print what the figures do not say."""
    _title(console, "What this does not say")
    for statement in run.manifest["statements"].values():
        _item(console, text("  •"), statement)


def _title(console: Console, title: str, aside: str = "") -> None:
    console.print()
    console.print(joined(text(title, "bold"), text(aside, "dim")))


def _item(console: Console, mark: Text, says: str) -> None:
    """Print a mark with a sentence beside it."""
    from graphmeta.report import words

    _beside(console, mark, words.sentence(says))


def _beside(console: Console, mark: Text, said: str) -> None:
    """Print a mark with a text beside it, wrapped under itself."""
    from rich.table import Table

    line = Table.grid(padding=(0, 1, 0, 0))
    line.add_column(no_wrap=True)
    line.add_column(overflow="fold")
    line.add_row(mark, text(said))
    console.print(line)
