"""How is one account taken out of a run?

Every row that names it goes, all tables at once (``run.rewrite``), and the sizes of its clusters
are counted anew; a kept state is sealed anew without the account (``kept``). A cluster that falls
below the run's ``min_actors`` goes whole: two accounts left of three would stand there nearly
alone. Texts that people wrote are the holders' (``holders``).

What it does not undo, and the manifest then says so: scores, p-values, the evidence and the hourly
sums were made with the account and are sums over all members; they stay, and cannot be computed
again without the events. Exports, reports and copies made before are not reached. A sealed map back
to the ids cannot be changed by anybody but its two key holders together: it stays as it is, or is
deleted whole, as is asked.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from graphmeta import run
from graphmeta.contract.tables import TABLES
from graphmeta.ingest.state import new_id
from graphmeta.oversight import acts
from graphmeta.oversight.kept import KeptState
from graphmeta.run import RunFolder

#: The columns that name accounts, by table. A test holds them against the contract.
NAMES: dict[str, tuple[str, ...]] = {
    "members": ("account",),
    "signals": ("entity",),
    "contacts": ("sender", "recipient"),
}
#: The signal whose entity is an account; those of all others are clusters.
_OF_ACCOUNTS = "membership"
#: What becomes of a sealed map back to the ids, in which the account's own may be.
MAP_STATES = {
    "none": "",
    "deleted": "The sealed map back to the ids was deleted whole: there is no way back any more to "
    "any account of this run. Copies of it are not reached.",
    "holds it": "The sealed map back to the ids (reverse-map.age) still holds this account's id. "
    "Nobody can take it out without both keys. `graphmeta reveal` tells of no account that was "
    "erased, but whoever has both keys can open the map by other means. To be rid of it, delete "
    "the map whole, and with it the way back to every account in it: ask again with --delete-map.",
    "does not hold it": "The sealed map back to the ids does not hold this account: in it are "
    "those who acted in flagged clusters alone.",
    "not known": "There is a sealed map back to the ids. Whether it holds this account is not "
    "known any more, since no table names it. To be sure, delete the map whole with --delete-map.",
}
_STATE = (
    " The kept state was sealed anew without the account: a run that is made by adding to it holds "
    "nothing of it but what new files bring."
)
_STATES = (
    "Rows that named the account are gone, and its clusters' sizes were counted anew. Scores, "
    "p-values, evidence and hourly sums of these clusters were made with it and stay: they cannot "
    "be computed again without the events."
)


def rows_naming(opened: RunFolder, account: str) -> dict[str, int]:
    """Return how many rows of each table name an account."""
    return {table: opened.table(table).filter(_names(table, account)).height for table in NAMES}


def erase(
    opened: RunFolder,
    account: str,
    reference_sha256: str,
    *,
    delete_map: bool = False,
    state: KeptState | None = None,
) -> dict[str, Any]:
    """Take an account out of a run's tables, and record that it was done.

    Args:
        opened: The run.
        account: The account, as the run names it.
        reference_sha256: The hash of the request's reference, for the log.
        delete_map: Whether a sealed map back to the ids is deleted whole.
        state: The run's kept state, where there is one.

    Returns:
        ``rows``: how many rows of each table went because they named the account;
        ``clusters_changed`` and ``clusters_removed``: how many clusters; ``reverse_map``: what
        becomes of a sealed map, one of ``MAP_STATES``; ``state_events``: how many events of the
        account went from a kept state, None where there is none.

    Raises:
        PrivacyRefusalError: The kept state does not open.
        RunError: A table cannot be read or written.
    """
    with run.changing(opened.path) as current:
        rows = rows_naming(current, account)
        events = None if state is None else state.events()
        of_map = _map_state(current, account, named=any(rows.values()))
        if delete_map and of_map != "none":
            of_map = _delete_map(current, reference_sha256)
        none = {
            "rows": rows,
            "clusters_changed": 0,
            "clusters_removed": 0,
            "reverse_map": of_map,
            "state_events": events,
        }
        if not any(rows.values()) and not events:
            return none
        tables, changed, removed = _tables_without(current, account)
        done = {**none, "clusters_changed": changed, "clusters_removed": removed}
        manifest = _manifest(current.manifest, done)
        if state is None or not events:
            run.rewrite(current, tables, manifest)
        else:
            said, identity = manifest["privacy"]["state"], new_id()
            said |= {"id": identity, "events": said["events"] - events}
            said["accounts"] -= 1
            run.rewrite(
                current, tables, manifest, lambda file: state.without(file, identity, events)
            )
        # Within the lock, so that the hashes are those of this erasure and of no later one.
        stands = {"reference_sha256": reference_sha256, "sha256": run.sums(opened.path)}
        acts.note(opened.path, acts.ERASED, **stands, **done)
    return done


def _map_state(opened: RunFolder, account: str, *, named: bool) -> str:
    """Return whether a sealed map holds an account, as far as the tables tell."""
    if not (opened.path / run.REVERSE_MAP).exists():
        return "none"
    if not named:
        return "not known"
    flagged = opened.table("clusters").filter("flagged")
    acted = opened.table("members").filter(
        _names("members", account), pl.col("role") != "contacted"
    )
    held = acted.join(flagged, on="cluster_id", how="semi").height > 0
    return "holds it" if held else "does not hold it"


def _delete_map(opened: RunFolder, reference_sha256: str) -> str:
    """Delete a sealed map, once the log says so."""
    sealed = opened.path / run.REVERSE_MAP
    digest = hashlib.sha256(sealed.read_bytes()).hexdigest()
    noted = {"reference_sha256": reference_sha256, "sha256_of_map": digest}
    acts.note(opened.path, acts.MAP_DELETED, **noted)
    sealed.unlink()
    return "deleted"


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
    states = " ".join(one for one in (_STATES, MAP_STATES[done["reverse_map"]]) if one)
    now = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **done, "states": states}
    if done["state_events"]:
        now["states"] += _STATE
    return {**copy.deepcopy(dict(manifest)), "erasures": [*erased, now]}
