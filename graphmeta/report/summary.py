"""What does a run, or a cluster, say in words?

The text twins of the report: one sentence per cluster and one row per cluster of the queue.
The command line, notebooks and the report all print these, so they never differ. A sentence
repeats what the tables hold and adds nothing; it misleads only where it is read as a verdict,
which is why it always says whether the cluster was confirmed and that a person judges.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import polars as pl

from graphmeta.errors import UsageError
from graphmeta.report import words
from graphmeta.run import RunFolder
from graphmeta.scores import wording
from graphmeta.scores.counter import PREFIX
from graphmeta.scores.wording import SPEAKS_FROM

#: The two scores of a cluster, in the order in which they are shown.
SCORES = ("spam", "recruitment")
SCORE_NAMES = {"spam": "Spam-like", "recruitment": "Recruitment-like"}
#: The term that every sum starts from. It says how rare abuse is, nothing about this cluster.
BASELINE = "constant"


def queue_frame(run: RunFolder) -> pl.DataFrame:
    """Return the queue: one row per cluster, highest risk first.

    Returns:
        The columns of the clusters table, then ``strongest_for`` and ``strongest_against``
        (sentences from the evidence of the score that leads, null where none moves it by
        ``SPEAKS_FROM``).

    Raises:
        RunError: A table of the run cannot be read.
    """
    clusters = run.table("clusters").sort(["risk", "cluster_id"], descending=[True, False])
    leading = clusters.select("cluster_id", score=_leading_expression())
    reasons = (
        run.table("evidence")
        .join(leading, on=["cluster_id", "score"], how="semi")
        .filter(pl.col("term") != BASELINE)
        .sort(["contribution", "term"])
    )
    strongest_reasons = reasons.group_by("cluster_id").agg(
        strongest_for=pl.col("says").filter(pl.col("contribution") >= SPEAKS_FROM).last(),
        strongest_against=pl.col("says").filter(pl.col("contribution") <= -SPEAKS_FROM).first(),
    )
    return clusters.join(strongest_reasons, on="cluster_id", how="left", maintain_order="left")


def nothing_found(run: RunFolder) -> str:
    """Say what it means that a run holds no cluster: none is large enough, or none was sought."""
    least = words.plural(int(run.manifest["configuration"]["min_actors"]), "actor")
    said = f"No cluster of at least {least} was found"
    if run.manifest["counts"]["stranger_contacts"]:
        return f"{said}."
    return (
        f"{said}, for nothing could be tested: none of the first contacts that were judged went to "
        "a stranger."
    )


def cluster_row(run: RunFolder, cluster_id: str) -> dict[str, Any]:
    """Return one cluster's row of the clusters table.

    Raises:
        UsageError: The run has no cluster of that name.
    """
    clusters = run.table("clusters")
    found = clusters.filter(pl.col("cluster_id") == cluster_id)
    if found.height:
        return found.row(0, named=True)
    near = get_close_matches(cluster_id, clusters["cluster_id"].to_list(), n=3)
    meant = f"Did you mean {words.listing(near)}? " if near else ""
    raise UsageError(
        f"This run has no cluster {cluster_id!r}.",
        f"{meant}`graphmeta queue RUN` lists the clusters.",
    )


def cluster_evidence(run: RunFolder, cluster_id: str) -> pl.DataFrame:
    """Return one cluster's rows of the evidence table."""
    return run.table("evidence").filter(pl.col("cluster_id") == cluster_id)


def term_name(term: str) -> str:
    """Return how a term of a score is called in front of people."""
    if term.startswith(PREFIX):
        return f"like {wording.look_alike(term.removeprefix(PREFIX))}"
    return "starting point" if term == BASELINE else words.plain(term)


def leading_score(row: Mapping[str, Any]) -> str:
    """Return the score that a cluster is mostly about: "spam" or "recruitment"."""
    if row["behaviour"] in SCORES:
        return str(row["behaviour"])
    return "recruitment" if (row["recruitment"] or 0) > (row["spam"] or 0) else "spam"


def strongest(row: Mapping[str, Any], evidence: pl.DataFrame) -> tuple[str | None, str | None]:
    """Return the strongest sentence for, and the strongest against, in the leading score.

    What moves the score by less than ``SPEAKS_FROM`` is no reason, here as in the lists beside it.
    """
    terms = evidence.filter(
        (pl.col("score") == leading_score(row)) & (pl.col("term") != BASELINE)
    ).sort(["contribution", "term"])
    if terms.is_empty():
        return None, None
    most, least = terms.row(-1, named=True), terms.row(0, named=True)
    return (
        most["says"] if most["contribution"] >= SPEAKS_FROM else None,
        least["says"] if least["contribution"] <= -SPEAKS_FROM else None,
    )


def would_change(evidence: pl.DataFrame) -> str | None:
    """Return the sentence that says what would change a cluster's verdict, if the run has one."""
    told = evidence.filter(pl.col("score") == "verdict")["says"]
    return words.sentence(told[0]) if told.len() else None


def nearest_look_alike(evidence: pl.DataFrame) -> str | None:
    """Return the sentence on the look-alike that a cluster is told from least, if it has one."""
    told = evidence.filter(pl.col("term").str.starts_with(PREFIX))["says"]
    return words.sentence(told[0]) if told.len() else None


def cluster_sentence(row: Mapping[str, Any], evidence: pl.DataFrame) -> str:
    """Return a few plain sentences that sum a cluster up.

    Args:
        row: The cluster's row of the clusters table.
        evidence: That cluster's rows of the evidence table.
    """
    reason_for, reason_against = strongest(row, evidence)
    parts = [_together(row), _behaviour(row)]
    if reason_for:
        parts.append(f"Strongest reason for: {words.sentence(reason_for)}")
    if reason_against:
        parts.append(f"Strongest reason against: {words.sentence(reason_against)}")
    return " ".join(parts)


def company(row: Mapping[str, Any], scored: int) -> str:
    """Say how many members are scored: accounts, and beside them group chats that are hubs.

    Args:
        row: The cluster's row of the clusters table.
        scored: How many rows of the members table are scored.
    """
    accounts, groups = words.plural(row["n_actors"], "account"), scored - row["n_actors"]
    if groups <= 0:
        return accounts
    return f"{accounts} and {'a group' if groups == 1 else words.plural(groups, 'group')}"


def found_again(row: Mapping[str, Any]) -> str:
    """Say how much of a cluster was found again without a third of the data."""
    part = row["stability"]
    if part == 0:
        again = "none"
    elif part > 0.995:
        again = "all" if part == 1 else "nearly all"
    else:
        again = words.share(part)
    return f"When a third of the data was left out, {again} of the cluster was found again."


def _leading_expression() -> pl.Expr:
    """``leading_score`` as an expression over the clusters table."""
    recruits = pl.col("recruitment").fill_null(0) > pl.col("spam").fill_null(0)
    larger = pl.when(recruits).then(pl.lit("recruitment")).otherwise(pl.lit("spam"))
    return pl.when(pl.col("behaviour").is_in(SCORES)).then(pl.col("behaviour")).otherwise(larger)


def together(row: Mapping[str, Any]) -> str:
    """Say who may act together and whom they reached, without a word on how sure that is.

    Args:
        row: The cluster's row of the clusters table; scores and p-values may be absent.
    """
    layers = words.listing([words.plain(layer) for layer in row["layers"] or []])
    respect = f" in {layers}" if layers else ""
    return (
        f"{words.plural(row['n_actors'], 'account')} acted alike{respect}. They contacted "
        f"{words.plural(row['n_contacted'], 'account')} "
        f"({words.period(row['first_event'], row['last_event'])})."
    )


def _together(row: Mapping[str, Any]) -> str:
    """Say who acted together, how that is known, and whom they reached."""
    accounts = words.plural(row["n_actors"], "account")
    if row["status"] == "confirmed":
        chance = words.equation("q", row["q_value"])
        together = f"{accounts} acted together more than chance explains ({chance})"
    else:
        together = (
            f"{accounts} may act together, but contacts held out from the search did not confirm it"
        )
    layers = words.listing([words.plain(layer) for layer in row["layers"] or []])
    respect = f" It shows in {layers}." if layers else ""
    return (
        f"{together}.{respect} {found_again(row)} "
        f"They contacted {words.plural(row['n_contacted'], 'account')} "
        f"({words.period(row['first_event'], row['last_event'])})."
    )


def _behaviour(row: Mapping[str, Any]) -> str:
    """Say what the behaviour looks like, and whether the cluster is flagged."""
    if row["behaviour"] in SCORES:
        value = words.score(row[row["behaviour"]])
        looks = f"What they did looks like {row['behaviour']} ({value})"
    else:
        looks = (
            "What they did does not clearly look like spam "
            f"({words.score(row['spam'])}) or recruitment ({words.score(row['recruitment'])})"
        )
    if row["flagged"]:
        return f"{looks}; flagged for a person to judge."
    if row["status"] == "candidate":
        return f"{looks}; a candidate is never flagged."
    return f"{looks}; not flagged."
