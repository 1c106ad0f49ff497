"""What of a cluster may leave, whatever the format?

The one place that decides it. The cluster's own row, the evidence for *and* against, the scored
members with counts of what they did, the contacts among them, how many contacted accounts each pair
of them shares, and what people said. Of those who were contacted, who are possible victims, nothing
leaves but how many there are. Signals, hours, quarantine and other clusters stay where they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from graphmeta.errors import PrivacyRefusalError
from graphmeta.report import summary, words
from graphmeta.report.charts.picture import by_member, ties
from graphmeta.report.exports.audience import LEVELS, Tlp
from graphmeta.report.exports.case import Case, Heading, prepared
from graphmeta.report.exports.inert import Withholding
from graphmeta.run import RunFolder

#: More pairs than this help nobody; the strongest leave, and the rest is counted.
MOST_TIES = 100_000

_NO_PROOF = (
    "A score is no proof. It says which behaviour a group's metadata resembles, and a person "
    "decides."
)
_CONTACTED = (
    "Those who were contacted are possible victims. They are counted, and none of their ids or "
    "pseudonyms is in this file."
)
_PSEUDONYMS = (
    "Accounts bear pseudonyms of data set {dataset}, made with key {key}. The holder of that key "
    "can compute them forward and match. Pseudonymous is not anonymous: an account may be "
    "recognised by what it did."
)
_PLAIN = "Accounts bear the ids of the input as they were, and no pseudonyms."
_NO_ACTOR = "a group chat that is a hub is no actor."
_UNJUDGED = "No verdict is in this file: nobody has said here what this group is."


@dataclass(frozen=True)
class Dossier:
    """What leaves of one cluster.

    Args:
        run_id: Which analysis it comes from.
        made_at: When that was.
        exported_at: When it leaves.
        tlp: For whom it is.
        about: Statements that stand in every file, by name.
        cluster: The cluster's row of the clusters table.
        sentence: What the cluster is, in words.
        evidence: Its rows of the evidence table, ``cluster_id`` left out, with ``speaks`` ("for",
            "against", "neither") and ``pinned``.
        members: One row per scored member; see ``charts.picture.by_member``.
        contacts: The contacts among scored members: ``account``, ``other``, ``events``,
            ``first_event``, ``last_event``, ``first_contact``, ``stranger``.
        ties: ``account``, ``other``, ``shared``: contacted accounts that both reached.
        case: What people said, ready to leave.
        withheld: What stays, as counts by name.
    """

    run_id: str
    made_at: datetime
    exported_at: datetime
    tlp: Tlp
    about: Mapping[str, str]
    cluster: Mapping[str, Any]
    sentence: str
    evidence: pl.DataFrame
    members: pl.DataFrame
    contacts: pl.DataFrame
    ties: pl.DataFrame
    case: Case
    withheld: Mapping[str, int]


def gather(run: RunFolder, cluster_id: str, tlp: Tlp, case: Case, now: datetime) -> Dossier:
    """Gather what leaves of one cluster.

    Raises:
        UsageError: The run has no such cluster.
        PrivacyRefusalError: The cluster has fewer actors than the run's ``min_actors``.
        RunError: A table of the run cannot be read.
    """
    run = run.genuine  # nothing that was laid over a run may leave it
    row = summary.cluster_row(run, cluster_id)
    _refuse_small(run, row)
    everybody = run.table("members")
    here = everybody.filter(pl.col("cluster_id") == cluster_id)
    touching = run.table("contacts").filter(pl.col("cluster_id") == cluster_id)
    evidence = summary.cluster_evidence(run, cluster_id)
    members = by_member(here, touching)
    scored = members["account"]
    contacted = here.filter(pl.col("role") == "contacted")["account"]
    withholding = Withholding(set(scored), _known(everybody, touching))
    said = prepared(case, withholding)
    pairs = ties(scored, touching, contacted)
    return Dossier(
        run_id=run.run_id,
        made_at=datetime.fromisoformat(run.manifest["created_at"]),
        exported_at=now,
        tlp=tlp,
        about={**_about(run, cluster_id, tlp, said, now), **_company(row, members.height)},
        cluster=row,
        sentence=summary.cluster_sentence(row, evidence),
        evidence=_weighed(evidence, said.pins),
        members=members,
        contacts=_among(scored, touching),
        ties=_named(pairs.head(MOST_TIES), scored),
        case=said,
        withheld={
            "contacted accounts (counted, never named)": contacted.len(),
            "contacts with them (counted per member)": _outside(scored, touching),
            "ids of others taken out of free text": withholding.count,
            "weaker ties left out": max(pairs.height - MOST_TIES, 0),
        },
    )


def heading(
    run: RunFolder, clusters: Sequence[str], title: str, summary: str, state: str
) -> Heading:
    """Return what people wrote above the clusters of a case, as far as it may leave.

    The scored members of its clusters may be named; whoever is contacted in any of them may not.

    Raises:
        RunError: A table of the run cannot be read.
    """
    run = run.genuine
    here = pl.col("cluster_id").is_in(list(clusters))
    everybody, touching = run.table("members"), run.table("contacts").filter(here)
    contacted = pl.col("role") == "contacted"
    scored = set(everybody.filter(here & ~contacted)["account"])
    victims = set(everybody.filter(here & contacted)["account"])
    withholding = Withholding(scored - victims, _known(everybody, touching))
    return Heading(withholding(title), withholding(summary), state)


def _known(members: pl.DataFrame, contacts: pl.DataFrame) -> set[str]:
    return set(members["account"]) | set(contacts["sender"]) | set(contacts["recipient"])


def _refuse_small(run: RunFolder, row: Mapping[str, Any]) -> None:
    least = run.manifest["configuration"].get("min_actors", 0)
    if row["n_actors"] < least:
        raise PrivacyRefusalError(
            f"Cluster {row['cluster_id']} has {words.plural(row['n_actors'], 'actor')}, and this "
            f"run looks at groups of {least} or more.",
            "So small a group would point at single people: it is not exported.",
        )


def _about(run: RunFolder, cluster_id: str, tlp: Tlp, case: Case, now: datetime) -> dict[str, str]:
    """Return the statements that stand in every file."""
    kept, stated = run.manifest["privacy"], run.manifest["statements"]
    pseudonymous = kept["identifiers"] == "pseudonymous"
    names = _PSEUDONYMS.format(dataset=kept["dataset"], key=kept.get("key_id") or "unknown")
    level = LEVELS[tlp]
    about = {
        "no_proof": _NO_PROOF,
        "audience": f"{level.name}. {level.readers}",
        "run": run.run_id,
        "cluster": cluster_id,
        "graphmeta": str(run.manifest["graphmeta"]),
        "exported_at": now.isoformat(timespec="seconds"),
        "expires_at": f"{kept['expires_at']}: the run's retention ends then; delete this file too.",
        "identifiers": names if pseudonymous else _PLAIN,
        "contacted": _CONTACTED,
        **{name: str(says) for name, says in stated.items()},
    }
    return about if case.opinions else {**about, "unjudged": _UNJUDGED}


def _company(row: Mapping[str, Any], scored: int) -> dict[str, str]:
    """Say how many members are accounts, where more are counted in the file than act."""
    if scored <= row["n_actors"]:
        return {}
    return {"members": f"{summary.company(row, scored)}; {_NO_ACTOR}"}


def _weighed(evidence: pl.DataFrame, pins: tuple[str, ...]) -> pl.DataFrame:
    """Add to every row of evidence whether it speaks for or against, and whether it was pinned.

    The starting point of a score says how rare abuse is and nothing about this cluster, so it
    speaks for neither side.
    """
    given = pl.col("contribution")
    weighs = pl.col("term") != summary.BASELINE
    item = pl.concat_str(pl.lit("evidence"), "score", "term", separator=":")
    return (
        evidence.drop("cluster_id")
        .with_columns(
            speaks=pl.when(weighs & (given > 0))
            .then(pl.lit("for"))
            .when(weighs & (given < 0))
            .then(pl.lit("against"))
            .otherwise(pl.lit("neither")),
            pinned=item.is_in(list(pins)),
        )
        .sort("score", "contribution", "term", descending=[False, True, False])
    )


def _among(scored: pl.Series, contacts: pl.DataFrame) -> pl.DataFrame:
    """Return the contacts between two scored members."""
    inside = scored.implode()
    return (
        contacts.filter(pl.col("sender").is_in(inside) & pl.col("recipient").is_in(inside))
        .drop("cluster_id")
        .rename({"sender": "account", "recipient": "other"})
        .sort("account", "other")
    )


def _named(pairs: pl.DataFrame, scored: pl.Series) -> pl.DataFrame:
    """Give the ends of ties their accounts."""
    names = pl.DataFrame({"account": scored}).with_row_index("a").cast({"a": pl.Int64})
    return (
        pairs.join(names, on="a", maintain_order="left")
        .join(names.rename({"a": "b", "account": "other"}), on="b", maintain_order="left")
        .select("account", "other", "shared")
    )


def _outside(scored: pl.Series, contacts: pl.DataFrame) -> int:
    """Count the contacts of which one end is no scored member."""
    return contacts.height - _among(scored, contacts).height
