"""How is one account taken out of a run?

Every row that names it goes, all tables at once (``run.rewrite``), and the sizes of its clusters
are counted anew. A cluster that falls below the run's ``min_actors`` goes whole: two accounts left
of three would stand there nearly alone. Texts that people wrote are the holders' (``holders``).

What it does not undo, and the manifest then says so: scores, p-values, the evidence and the hourly
sums were made with the account and are sums over all members; they stay, and cannot be computed
again without the events. Exports, reports and copies made before are not reached.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from graphmeta import run
from graphmeta.contract.tables import TABLES
from graphmeta.oversight import acts
from graphmeta.run import RunFolder

#: The columns that name accounts, by table. A test holds them against the contract.
NAMES: dict[str, tuple[str, ...]] = {
    "members": ("account",),
    "signals": ("entity",),
    "contacts": ("sender", "recipient"),
}
#: The signal whose entity is an account; those of all others are clusters.
_OF_ACCOUNTS = "membership"
_STATES = (
    "Rows that named the account are gone, and its clusters' sizes were counted anew. Scores, "
    "p-values, evidence and hourly sums of these clusters were made with it and stay: they cannot "
    "be computed again without the events."
)


def rows_naming(opened: RunFolder, account: str) -> dict[str, int]:
    """Return how many rows of each table name an account."""
    return {table: opened.table(table).filter(_names(table, account)).height for table in NAMES}


def erase(opened: RunFolder, account: str, reference_sha256: str) -> dict[str, Any]:
    """Take an account out of a run's tables, and record that it was done.

    Args:
        opened: The run.
        account: The account, as the run names it.
        reference_sha256: The hash of the request's reference, for the log.

    Returns:
        ``rows``: how many rows of each table went because they named the account;
        ``clusters_changed`` and ``clusters_removed``: how many clusters.

    Raises:
        RunError: A table cannot be read or written.
    """
    with run.changing(opened.path) as current:
        rows = rows_naming(current, account)
        if not any(rows.values()):
            return {"rows": rows, "clusters_changed": 0, "clusters_removed": 0}
        tables, changed, removed = _tables_without(current, account)
        done = {"rows": rows, "clusters_changed": changed, "clusters_removed": removed}
        run.rewrite(current, tables, _manifest(current.manifest, done))
        # Within the lock, so that the hashes are those of this erasure and of no later one.
        stands = {"reference_sha256": reference_sha256, "sha256": run.sums(opened.path)}
        acts.note(opened.path, acts.ERASED, **stands, **done)
    return done


def _tables_without(opened: RunFolder, account: str) -> tuple[dict[str, pl.DataFrame], int, int]:
    """Return a run's tables without an account, and how many clusters changed and went."""
    tables = {name: opened.table(name) for name in TABLES}
    of_it = tables["members"].filter(_names("members", account))
    for name in NAMES:
        tables[name] = tables[name].filter(~_names(name, account))
    tables["clusters"] = _counted_anew(tables["clusters"], of_it)
    floor = int(opened.manifest["configuration"]["min_actors"])
    touched = pl.col("cluster_id").is_in(of_it["cluster_id"].implode())
    gone = tables["clusters"].filter(touched & (pl.col("n_actors") < floor))["cluster_id"]
    if len(gone):
        tables = _without(tables, gone)
    return tables, of_it["cluster_id"].n_unique() - len(gone), len(gone)


def _names(table: str, account: str) -> pl.Expr:
    named = pl.any_horizontal(pl.col(column) == account for column in NAMES[table])
    # Where ids are plain, an account may bear the name of a cluster.
    return named & (pl.col("signal") == _OF_ACCOUNTS) if table == "signals" else named


def _counted_anew(clusters: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """Return clusters with the members that went taken off the two counts of members."""
    contacted = pl.col("role") == "contacted"
    fewer = gone.group_by("cluster_id").agg(
        actors=(~contacted).sum().cast(pl.Int64), contacted=contacted.sum().cast(pl.Int64)
    )
    return clusters.join(fewer, on="cluster_id", how="left", maintain_order="left").with_columns(
        n_actors=pl.col("n_actors") - pl.col("actors").fill_null(0),
        n_contacted=pl.col("n_contacted") - pl.col("contacted").fill_null(0),
    )


def _without(tables: Mapping[str, pl.DataFrame], gone: pl.Series) -> dict[str, pl.DataFrame]:
    """Return tables without some clusters, and without what is told of their members."""
    inside = pl.col("cluster_id").is_in(gone.implode())
    members = tables["members"].filter(inside & (pl.col("role") != "contacted"))["account"]
    of_members = pl.when(pl.col("signal") == _OF_ACCOUNTS).then(members.implode())
    return {
        name: table.filter(~pl.col("entity").is_in(of_members.otherwise(gone.implode())))
        if name == "signals"
        else table.filter(~inside)
        if "cluster_id" in table.columns
        else table
        for name, table in tables.items()
    }


def _manifest(manifest: Mapping[str, Any], done: Mapping[str, Any]) -> dict[str, Any]:
    """Return the manifest with what was erased; its counts remain those of the analysis."""
    erased: Sequence[Mapping[str, Any]] = manifest.get("erasures", [])
    now = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **done, "states": _STATES}
    return {**manifest, "erasures": [*erased, now]}
