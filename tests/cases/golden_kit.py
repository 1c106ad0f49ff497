"""Two runs made by hand: one that is served, and one whose clusters' answers are known."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
from case_kit import FUNNEL, RING, Tables, write_fake_run

from graphmeta.run import MANIFEST, RunFolder, open_run

__all__ = ["BENIGN", "FUNNEL", "NUMBERS", "RING", "golden_run", "served_run", "world_of"]

BENIGN, FEW, BARE = "d9e44-group", "e03b8-few", "f5512-bare"
#: The served run's clusters by falling risk, with numbers left free between them.
NUMBERS = {RING: "c0001", FUNNEL: "c0004", FEW: "c0007", BENIGN: "c0011", BARE: "c0016"}


def measured(tables: Tables) -> None:
    """Add the signals that the evidence was made of."""
    for row in tables.rows["evidence"]:
        if row["observed"] is None or row["term"].startswith("resembles_"):
            continue
        tie = row["score"] == "coordination"
        tables.add(
            "signals",
            entity=row["cluster_id"],
            signal=row["term"],
            version=1,
            value=row["observed"],
            expected=row["expected"],
            support=1,
            reason="what ties the cluster" if tie else "what the cluster does",
        )
    unique = {(one["entity"], one["signal"]): one for one in tables.rows["signals"]}
    tables.rows["signals"] = list(unique.values())


def served_run(path: Path) -> RunFolder:
    """Return a run whose last cluster has no risk at all, so that there is room above it."""

    def change(tables: Tables) -> None:
        measured(tables)
        next(row for row in tables.rows["clusters"] if row["risk"] < 0.1)["risk"] = 0.0

    run = write_fake_run(path, rename=lambda name: NUMBERS.get(name, name), change=change)
    return said(run, identifiers="pseudonymous")


def golden_run(path: Path, identifiers: str = "plain") -> RunFolder:
    """Return a run of another time, whose accounts have other names and other ways."""

    def elsewhere(tables: Tables) -> None:
        measured(tables)
        for row in tables.rows["signals"]:
            row["expected"] = row["expected"] and row["expected"] * 1.5
        for name, times in {
            "clusters": ("first_event", "last_event"),
            "contacts": ("first_event", "last_event"),
            "timeline": ("hour",),
        }.items():
            for row in tables.rows[name]:
                row.update({time: row[time] - timedelta(days=200) for time in times})

    return said(
        write_fake_run(path, rename=lambda name: f"gold-{name}", change=elsewhere),
        identifiers=identifiers,
        created_at="2023-11-01T09:30:00+00:00",
    )


def said(run: RunFolder, *, identifiers: str, **more: Any) -> RunFolder:
    """Change what a run's manifest says."""
    manifest = json.loads((run.path / MANIFEST).read_text())
    manifest["privacy"]["identifiers"] = identifiers
    manifest["configuration"] = {"alpha": 0.05, "min_score": 0.5, "min_actors": 3}
    (run.path / MANIFEST).write_text(json.dumps({**manifest, **more}))
    return open_run(run.path)


def world_of(run: RunFolder, folder: Path) -> Path:
    """Write the truth about a run: a ring that spams, a funnel that recruits, benign volunteers."""
    members = run.table("members").filter(pl.col("role") != "contacted")
    of = {
        name: members.filter(pl.col("cluster_id") == f"gold-{name}")
        for name in (RING, FUNNEL, BENIGN)
    }
    folder.mkdir()
    pl.concat(
        [
            of[RING].select("account", campaign=pl.lit("bulk"), role=pl.lit("actor")),
            of[FUNNEL].select("account", campaign=pl.lit("funnel"), role="role"),
        ]
    ).write_parquet(folder / "truth.parquet")
    of[BENIGN].select("account", kind=pl.lit("text_bank")).write_parquet(
        folder / "lookalikes.parquet"
    )
    return folder
