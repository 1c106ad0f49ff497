"""A suite, run: every detector on every world, measured, with what would make it again."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from graphmeta.bench import machine, worlds
from graphmeta.bench.detector import Answer, Detector, Problem
from graphmeta.bench.detectors import DETECTORS, ScoresFile, name_of, parse
from graphmeta.bench.isolate import Attempts
from graphmeta.bench.measures import flags, ranking, timeline
from graphmeta.bench.suites import Case, cases
from graphmeta.engines.base import Progress, silent
from graphmeta.engines.local import usable_cores
from graphmeta.errors import UsageError
from graphmeta.synthetic import World

#: Of the layout of results; ``compare`` refuses another.
FORMAT = 1


@dataclass(frozen=True)
class Plan:
    """How a suite is run.

    Args:
        suite: Its name.
        seeds: Worlds of each kind; by default the suite's own number.
        campaigns: Plant these, instead of the suite's.
        accounts: Size of all worlds, instead of the suite's.
        lookalikes: Pose these kinds of look-alikes alone, instead of all.
        timeline: Also run detectors that flag on growing prefixes of every world.
        budget: Clusters that an analyst looks at in a day.
        time_limit: Seconds that a detector may take on one world.
        jobs: Worlds at a time. With more than one, times are those of a busy machine.
        keep: A folder that gets what the detectors saw, one folder per world.
    """

    suite: str
    seeds: int | None = None
    campaigns: tuple[str, ...] = ()
    accounts: int | None = None
    lookalikes: tuple[str, ...] = ()
    timeline: bool = False
    budget: int = 10
    time_limit: float = 900.0
    jobs: int = 1
    keep: Path | None = None


def run(
    plan: Plan,
    detectors: Sequence[str | Detector] = (),
    progress: Progress = silent,
) -> dict[str, Any]:
    """Run a suite and return its results, ready for JSON.

    Args:
        plan: Which worlds, and how.
        detectors: As the command line names them, or objects; all known ones where empty.
        progress: Told of every world.

    Returns:
        See ``docs/benchmark.md``: format, made_at, plan, machine, detectors, worlds, entries.

    Raises:
        UsageError: A name is unknown, or something stands where worlds are to be kept.
    """
    planned = cases(plan.suite, plan.seeds, plan.campaigns, plan.accounts, plan.lookalikes)
    chosen = _chosen(detectors)
    for each in chosen:
        if isinstance(each, ScoresFile) and len(planned) > 1 and not each.names_worlds():
            raise UsageError(
                f"{each.path} does not say which of the {len(planned)} worlds a score is about.",
                "Add the column world, or narrow the suite to one world.",
            )
    if plan.keep is not None and plan.keep.exists():
        raise UsageError(f"{plan.keep} exists already.", "Name a new folder for the worlds.")
    results = _on_all_worlds(planned, chosen, plan, progress)
    return {
        "format": FORMAT,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "plan": _planned(plan, planned),
        "machine": machine.describe(),
        "detectors": [name_of(each) for each in chosen],
        "worlds": [world for world, _ in results],
        "entries": [entry for _, entries in results for entry in entries],
    }


def _planned(plan: Plan, planned: Sequence[Case]) -> dict[str, Any]:
    """Return the plan as results state it: what was measured, never where it was kept."""
    asked = {name: list(getattr(plan, name)) for name in ("campaigns", "lookalikes")}
    said = {**asdict(plan), **asked}
    del said["keep"]
    return {**said, "seeds": sorted({case.seed for case in planned})}


def _chosen(detectors: Sequence[str | Detector]) -> list[str | ScoresFile | Detector]:
    """Return what is to be run: names checked, objects as they are."""
    if not detectors:
        return [each.name for each in DETECTORS]
    named = parse([each for each in detectors if isinstance(each, str)])
    chosen = [*named, *(each for each in detectors if not isinstance(each, str))]
    names = [name_of(each) for each in chosen]
    if len(set(names)) < len(names):
        raise UsageError("Two detectors have the same name.", f"They are: {', '.join(names)}.")
    return chosen


def _on_all_worlds(
    planned: Sequence[Case],
    chosen: Sequence[str | ScoresFile | Detector],
    plan: Plan,
    progress: Progress,
) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Return what became of every world, in the order of the cases."""
    threads = None if plan.jobs == 1 else max(1, usable_cores() // plan.jobs)
    with Attempts(plan.time_limit, threads) as attempts:
        pool = ThreadPoolExecutor(plan.jobs)
        try:
            said = _Steps(progress, len(planned) * len(chosen))
            tasks = [pool.submit(_on_world, case, chosen, plan, attempts, said) for case in planned]
            for task in as_completed(tasks):
                task.result()  # an error ends everything at once, not after the last world
            return [task.result() for task in tasks]
        finally:
            attempts.stop()
            pool.shutdown(cancel_futures=True)


class _Steps:
    """Says which detector is on which world, and how much is done."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._total = total
        self._begun = 0

    def __call__(self, detector: str, world: str) -> None:
        self._progress(f"{world}: {detector}", self._begun / self._total)
        self._begun += 1


def _on_world(
    case: Case,
    chosen: Sequence[str | ScoresFile | Detector],
    plan: Plan,
    attempts: Attempts,
    said: _Steps,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Make one world and let every detector look at it."""
    world = worlds.make(case)
    truth = worlds.truth_of(world)
    with tempfile.TemporaryDirectory(prefix="graphmeta-world-") as name:
        problem = worlds.write(world, Path(name) / "seen", case.seed)
        described = _described(case, world, truth)
        del world
        if plan.keep is not None:
            shutil.copytree(problem.events.parent, plan.keep / case.name)
        entries = []
        for detector in chosen:
            said(name_of(detector), case.name)
            outcome, answer = attempts.attempt(detector, case.name, problem)
            entry = {"world": case.name, "detector": name_of(detector), **outcome}
            if answer is not None:
                entry |= _measured(answer, truth, plan)
                if plan.timeline and answer.groups is not None:
                    entry["timeline"] = _over_time(detector, case, problem, truth, attempts)
            entries.append(entry)
    return described, entries


def _described(case: Case, world: World, truth: worlds.Truth) -> dict[str, Any]:
    """Return what results say of a world."""
    return {
        "name": case.name,
        "label": case.label,
        "accounts": case.accounts,
        "days": case.days,
        "seed": case.seed,
        "world_seed": case.world_seed,
        "steps": [asdict(step) for step in case.steps],
        "events": world.events.height,
        "all_accounts": len(truth.accounts),
        "planted": truth.planted["account"].n_unique(),
        "campaigns": truth.planted["campaign"].unique().sort().to_list(),
        "contacted": len(truth.contacted),
        "fingerprint": worlds.fingerprint(world),
    }


def _measured(answer: Answer, truth: worlds.Truth, plan: Plan) -> dict[str, Any]:
    """Return all measures of one answer; an answer about other accounts has failed."""
    known = answer.scores.filter(pl.col("account").is_in(truth.accounts.implode())).height
    if answer.scores.height and not known:
        return {"status": "failed", "reason": "none of the scored accounts is in this world"}
    grouped = None if answer.groups is None else flags.measure(answer, truth, plan.budget)
    return {
        "scored": known,
        "scored_unknown": answer.scores.height - known,
        "ranking": ranking.measure(answer.scores, truth),
        "flags": grouped,
    }


def _over_time(
    detector: str | ScoresFile | Detector,
    case: Case,
    problem: Problem,
    truth: worlds.Truth,
    attempts: Attempts,
) -> dict[str, Any]:
    """Return when a detector would have flagged each campaign, from growing prefixes."""
    found: dict[str, datetime | None] = dict.fromkeys(truth.planted["campaign"].unique())
    checks: dict[int, datetime] = {}
    failed = []
    for day in (day for day in timeline.CHECKS if day <= case.days):
        with tempfile.TemporaryDirectory(prefix="graphmeta-world-") as name:
            seen, end = timeline.prefix(problem, day, Path(name) / "seen")
            checks[day] = end
            outcome, answer = attempts.attempt(detector, case.name, seen)
        if answer is None or answer.groups is None:
            failed.append({"day": day, "reason": outcome["reason"]})
            continue
        judged = flags.clusters(answer, truth)
        for campaign in judged.filter("flagged")["campaign"].drop_nulls().unique():
            found[campaign] = found[campaign] or end
    return {"campaigns": timeline.before_detection(truth, found, checks), "failed": failed}
