"""Has a person looked at this cluster and found it to be abuse?

Nothing is done to anybody on a score alone. A cluster is *reviewed* where it was flagged and the
latest verdict on it in the run's log is spam or recruitment, and no second reviewer contradicts.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from graphmeta.oversight import acts
from graphmeta.oversight.acts import Act
from graphmeta.oversight.refusal import RefusedError
from graphmeta.run import RunFolder

ABUSIVE = ("spam", "recruitment")


def log_of(run: RunFolder) -> list[Act]:
    """Return what a run's log records, oldest first.

    Raises:
        RunError: The log was changed.
    """
    return acts.recorded(run.audit_lines(), run.path)


def standing_verdict(log: Sequence[Act], cluster: str) -> str | None:
    """Return the verdict that stands on a cluster, "disputed", or None where there is none."""
    standing: str | None = None
    version: object = None
    disputed = False
    for act in log:
        if act.name != acts.VERDICT or act.detail.get("cluster") != cluster:
            continue
        if act.detail.get("second_of") is None:
            standing, version = str(act.detail.get("verdict")), act.detail.get("version")
            disputed = False
        elif act.detail["second_of"] == version:
            disputed = disputed or act.detail.get("verdict") != standing
    return "disputed" if disputed else standing


def require_reviewed(run: RunFolder, log: Sequence[Act], cluster: str) -> str:
    """Return the verdict on a cluster that was flagged and found to be abuse.

    Raises:
        RefusedError: It is not in the run, was not flagged, or was not found to be abuse.
    """
    rows = run.table("clusters").filter(pl.col("cluster_id") == cluster)
    if rows.height != 1 or not rows["flagged"].item():
        raise RefusedError(
            "not_flagged",
            f"The run at {run.path} has no flagged cluster {cluster!r}.",
            "Only flagged clusters can be acted upon; list them with: graphmeta queue RUN",
        )
    verdict = standing_verdict(log, cluster)
    if verdict not in ABUSIVE:
        said = "has no verdict" if verdict is None else f"stands as {verdict}"
        raise RefusedError(
            "not_reviewed",
            f"Cluster {cluster} {said}.",
            "Nothing is done on a score alone: a person has to find it to be spam or recruitment.",
        )
    return verdict
