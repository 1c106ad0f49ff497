"""How does a cluster of one run come to look like one of another?

Its behaviour is measured against what is usual in the other run, and scored again, so that its
evidence names the figures that all others there name. Its accounts get pseudonyms of their own, and
its times move by whole weeks, so that weekdays and hours stay. What it did stays as it was.

It misleads nobody who holds both runs: a disguise is for the eyes of reviewers, and no secret.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from graphmeta.contract.tables import LOOK_ALIKES
from graphmeta.errors import UsageError
from graphmeta.privacy.chats import group_chats
from graphmeta.run import RunFolder
from graphmeta.scores import behaviour, counter, explain, rank, verdict
from graphmeta.scores.calibrate import Calibration
from graphmeta.scores.model import trained

#: The tables that have rows of clusters, by their times.
TABLES: Mapping[str, tuple[str, ...]] = {
    "clusters": ("first_event", "last_event"),
    "members": (),
    "evidence": (),
    "look_alikes": (),
    "signals": (),
    "contacts": ("first_event", "last_event"),
    "timeline": ("hour",),
}
_WEEK = timedelta(weeks=1)
_BEHAVES = "what the cluster does"
_TIES = "what ties the cluster"
_SYMBOLS = 20


def require_comparable(served: RunFolder, golden: RunFolder) -> None:
    """Refuse where clusters of the one would stand out among those of the other.

    Raises:
        UsageError: The served run has plain ids, or other scores made the golden run.
    """
    if served.manifest["privacy"]["identifiers"] != "pseudonymous":
        raise UsageError(
            "The run has plain ids, among which made-up ones would stand out.",
            "Golden clusters go into runs with pseudonyms.",
        )
    if served.manifest.get("scores") != golden.manifest.get("scores"):
        raise UsageError(
            f"{golden.path} was scored by another version of the scores than {served.path}.",
            "Analyse the events of both with this version.",
        )


def disguised(
    served: RunFolder, golden: RunFolder, clusters: Sequence[str], salt: str
) -> dict[str, pl.DataFrame]:
    """Return the rows of clusters of one run as another run would have them.

    Args:
        served: The run among whose clusters they will stand.
        golden: The run that they come from.
        clusters: Their names in it.
        salt: What their accounts' names are made with.

    Returns:
        The tables named in ``TABLES``, with the clusters' own names.

    Raises:
        RunError: A table cannot be read.
    """
    wanted = pl.Series(sorted(clusters), dtype=pl.String)
    groups = pl.DataFrame({"cluster_id": wanted}).with_row_index("group")
    signals = golden.table("signals").filter(pl.col("entity").is_in(wanted.implode()))
    usual = _usual(served.table("signals"))
    measured = (
        signals.filter(pl.col("reason").str.starts_with(_BEHAVES))
        .join(groups, left_on="entity", right_on="cluster_id")
        .join(usual, on="signal", how="left")
        .with_columns(expected=pl.coalesce("usual", "expected"))
    )
    rows = golden.table("clusters").filter(pl.col("cluster_id").is_in(wanted.implode()))
    scored, told = _scored(served, rows.join(groups, on="cluster_id"), measured)
    ties = signals.filter(pl.col("reason").str.starts_with(_TIES)).join(
        groups, left_on="entity", right_on="cluster_id"
    )
    tables = {
        "clusters": scored.select(rows.columns),
        "evidence": _reasons(golden, measured, told, groups),
        "look_alikes": _compared(measured, groups),
        "signals": pl.concat([measured, ties], how="diagonal").select(signals.columns),
        **{
            name: golden.table(name).filter(pl.col("cluster_id").is_in(wanted.implode()))
            for name in ("members", "contacts", "timeline")
        },
    }
    return _renamed(_moved(served, tables), salt)


def _reasons(
    golden: RunFolder, measured: pl.DataFrame, told: pl.DataFrame, groups: pl.DataFrame
) -> pl.DataFrame:
    """Return the evidence: behaviour beside what is usual here, and ties as they were tested."""
    tied = golden.table("evidence").filter(
        pl.col("cluster_id").is_in(groups["cluster_id"].implode()),
        pl.col("score") == "coordination",
    )
    terms = behaviour.terms(measured, groups["group"], trained())
    return explain.evidence(
        explain.of_behaviour(terms, groups), tied, explain.of_verdict(told, groups)
    )


def _compared(measured: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Return the kinds of look-alikes beside the clusters, as a run has them."""
    compared = counter.compared(measured, groups["group"], trained()).join(groups, on="group")
    return compared.select(LOOK_ALIKES.names()).sort(
        "cluster_id", "p_value", "kind", descending=[False, True, False]
    )


def _usual(signals: pl.DataFrame) -> pl.DataFrame:
    """Return what is usual in a run, for signals of which most of its clusters say the same.

    What is usual for a single cluster's hours or groups is its own, and stays out.
    """
    said = signals.filter(pl.col("reason").str.starts_with(_BEHAVES)).group_by("signal")
    counted = said.agg(
        usual=pl.col("expected").mode().min(),
        times=pl.col("expected").value_counts().struct.field("count").max(),
        of=pl.len(),
    )
    return counted.filter(2 * pl.col("times") > pl.col("of")).select("signal", "usual")


def _scored(
    served: RunFolder, rows: pl.DataFrame, measured: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Score clusters as the served run scores; the second frame says what would change them."""
    asked = served.manifest["configuration"]
    rule = verdict.Rule(asked["alpha"], asked["min_score"], asked["min_actors"])
    own = asked.get("calibration")
    curve = Calibration(own["constant"], own["slope"]) if own else trained().risk
    groups = rows["group"]
    scores = behaviour.add_up(behaviour.terms(measured, groups, trained()), trained())
    alike = counter.resemblance(measured, groups, trained())
    found = (
        rows.drop("spam", "recruitment", "behaviour", "risk", "flagged", "status")
        .join(scores, on="group")
        .join(counter.rejected(alike, groups), on="group")
        # Whether it stands with twice the history is no row of a run: it is taken to.
        .with_columns(stands=pl.lit(value=True))
    )
    ranked = rank.rank(found, rule.alpha, rule.min_score, rule.min_actors, curve)
    return ranked, verdict.sentences(ranked, measured, rule, trained())


def _moved(served: RunFolder, tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Move each cluster by the whole weeks that bring it to the end of the served run."""
    end = datetime.fromisoformat(served.manifest["span"]["last_event"])
    latest = pl.concat(
        [
            tables[name].select("cluster_id", last=pl.col(times[-1]))
            for name, times in TABLES.items()
            if times
        ]
    )
    shifts = latest.group_by("cluster_id").agg(shift=pl.col("last").max()).sort("cluster_id")
    weeks = [(end - last) // _WEEK * _WEEK for last in shifts["shift"]]
    shifts = shifts.with_columns(shift=pl.Series(weeks, dtype=pl.Duration("us")))
    return {
        name: frame.join(shifts, on="cluster_id", maintain_order="left")
        .with_columns(pl.col(list(TABLES[name])) + pl.col("shift"))
        .drop("shift")
        if TABLES[name]
        else frame
        for name, frame in tables.items()
    }


def _renamed(tables: Mapping[str, pl.DataFrame], salt: str) -> dict[str, pl.DataFrame]:
    """Give all accounts new names, in every table that names them."""
    groups = set(group_chats(tables["clusters"], tables["members"])["account"])
    contacts = tables["contacts"]
    everybody = pl.concat([tables["members"]["account"], contacts["sender"], contacts["recipient"]])
    names = {one: _pseudonym(one, salt, one in groups) for one in everybody.unique()}
    renamed: dict[str, Any] = dict(tables)
    renamed["members"] = _replaced(tables["members"], ["account"], names)
    renamed["contacts"] = _replaced(contacts, ["sender", "recipient"], names)
    return renamed


def _replaced(frame: pl.DataFrame, columns: list[str], names: Mapping[str, str]) -> pl.DataFrame:
    old, new = list(names), list(names.values())
    return frame.with_columns(pl.col(columns).replace_strict(old, new, return_dtype=pl.String))


def _pseudonym(name: str, salt: str, group: bool) -> str:
    digest = hashlib.blake2b(name.encode(), key=bytes.fromhex(salt), digest_size=16).digest()
    letters = base64.b32encode(digest).decode().lower()[:_SYMBOLS]
    return f"{'g' if group else 'a'}_{letters}"
