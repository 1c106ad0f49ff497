"""A run folder as an analysis leaves it, made by hand: what the tests of the report read.

Five clusters: a flagged spam ring (confirmed), a flagged recruitment funnel with a hub
(confirmed), volunteers who are coordinated and benign (confirmed, not flagged), a candidate, and
a candidate without any detail. Numbers are made up and agree with one another.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import fake_clusters
from fake_manifest import manifest
from fake_tables import Tables

from graphmeta.privacy import audit
from graphmeta.run import AUDIT, MANIFEST, RunFolder, claim, publish, write_tables


def write_fake_run(
    path: Path,
    *,
    rename: Callable[[str], str] = str,
    change: Callable[[Tables], object] | None = None,
    clusters: bool = True,
) -> RunFolder:
    """Write the run and open it.

    Args:
        path: Where the folder is to stand.
        rename: Applied to every id, of accounts and of clusters.
        change: May alter the rows before they are written.
        clusters: Without them, the run found nothing.
    """
    tables = Tables()
    if clusters:
        fake_clusters.spam_ring(tables, rename)
        fake_clusters.funnel(tables, rename)
        fake_clusters.volunteers(tables, rename)
        fake_clusters.candidate(tables, rename)
        fake_clusters.bare_candidate(tables, rename)
        fake_clusters.rhythm(tables)
    tables.add("quarantine", file="events.parquet", row=17, field="timestamp", reason="no time")
    if change:
        change(tables)
    folder = claim(path)
    write_tables(folder, tables.frames())
    (folder / MANIFEST).write_text(json.dumps(manifest(tables)), encoding="utf-8")
    for act in ("opened", "read", "analysed", "written"):
        audit.append(folder / AUDIT, act, {})
    return publish(folder, path)
