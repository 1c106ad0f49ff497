"""A run with a sealed map, the people around it, and what they do."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from graphmeta.ingest import Reading
from graphmeta.oversight.reveal.approval import approve
from graphmeta.oversight.reveal.request import Ground, ask
from graphmeta.pipeline import analyze
from graphmeta.privacy import audit, sealing, signing
from graphmeta.run import AUDIT, RunFolder, open_run
from graphmeta.synthetic import World, make_world
from graphmeta.synthetic.campaigns.ring import Ring

NOW = datetime.now(UTC)
#: The two to whose keys the map is sealed, in the order of sealing.
HOLDERS = (sealing.new_identity(), sealing.new_identity())
KEYS = {name: Ed25519PrivateKey.generate() for name in ("ada", "ben", "cem", "dan")}
#: Those who were named when the events were analysed; dan was not.
PEOPLE = {name: signing.public_part(KEYS[name]) for name in ("ada", "ben", "cem")}
#: The cluster that people judge, another that is flagged, and one that is not.
CLUSTER, UNJUDGED, UNFLAGGED = "c0001", "c0002", "c0003"


@dataclass(frozen=True)
class Analysed:
    """A world and its run, with the key of its pseudonyms."""

    world: World
    run: RunFolder
    key_file: Path


def analysed(folder: Path, **more: Any) -> Analysed:
    """Analyse a small world with two strong campaigns into a run with a sealed map."""
    campaigns = (
        Ring(actors=9, targets=80, overlap=0.6, window=6 * 3600.0),
        Ring(actors=8, targets=60, overlap=0.8, window=3600.0),
    )
    world = make_world(400, 21, campaigns, ("support_desk", "text_bank"), 2)
    reading = Reading(
        key_file=folder / "key",
        dataset="d",
        seal_to=tuple(one.recipient for one in HOLDERS),
        people=PEOPLE,
    )
    run = analyze(world.events, out=folder / "run", reading=replace(reading, **more))
    return Analysed(world, run, folder / "key")


def copied(whole: Analysed, folder: Path, verdict: str | None = "spam") -> Analysed:
    """Return a copy of a run and its key for one test, judged where a verdict is given."""
    shutil.copytree(whole.run.path, folder / "run")
    shutil.copy(whole.key_file, folder / "key")
    copy = Analysed(whole.world, open_run(folder / "run"), folder / "key")
    if verdict is not None:
        judge(copy.run, verdict)
    return copy


def judge(run: RunFolder, verdict: str, cluster: str = CLUSTER, **more: Any) -> None:
    """Record a verdict as the case store does."""
    detail = {"cluster": cluster, "verdict": verdict, "reviewer": "eva", "reason_sha256": "0" * 64}
    audit.append(run.path / AUDIT, "verdict", {**detail, "version": 1, **more})


def ground(**more: Any) -> Ground:
    """Return a ground to ask upon."""
    said = {"cluster": CLUSTER, "case": "2026-17", "basis": "terms", "reference": "4.2"}
    return Ground(**{**said, "most_accounts": 50, **more})


def asked(run: RunFolder, by: str = "ada", **more: Any) -> dict[str, Any]:
    """Return a request."""
    return ask(run, ground(**more), by, KEYS[by], now=NOW)


def approved(filed: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return a request with the approval of some people."""
    for name in names:
        filed = approve(filed, name, KEYS[name], filed["request"]["document_sha256"], now=NOW)
    return filed


def acts(run: RunFolder) -> list[tuple[str, dict[str, Any]]]:
    """Return what a run's log records, as (act, detail)."""
    entries = [json.loads(line) for line in (run.path / AUDIT).read_text().splitlines()]
    return [(entry["act"], entry["detail"]) for entry in entries]


def scored(analysed: Analysed, cluster: str = CLUSTER) -> set[str]:
    """Return the accounts of a cluster that acted in it, as the run names them."""
    members = analysed.run.table("members")
    return set(
        members.filter(pl.col("cluster_id") == cluster, pl.col("role") != "contacted")["account"]
    )


def later(days: float) -> datetime:
    """Return a moment some days after the requests are made."""
    return NOW + timedelta(days=days)
