"""Does the content make any difference, and does any of it show? Tried on the spot.

Two twins that differ in their content alone (``twins``) go through the real pipeline, in processes
of its own, in a temporary folder, under a key that is thrown away with it. All tables must be
equal byte by byte, and the canaries of the one nowhere to be found (``watch``).
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from graphmeta.contract.tables import TABLES
from graphmeta.engines.base import Progress
from graphmeta.errors import GraphmetaError
from graphmeta.ingest import Reading
from graphmeta.oversight.review import twins
from graphmeta.oversight.review.given import Given, settings_of
from graphmeta.oversight.review.result import Check
from graphmeta.oversight.review.watch import Watch
from graphmeta.pipeline import analyze
from graphmeta.report import words
from graphmeta.run import RunFolder

_TASKS = {"ingest", "analyse"}


@dataclass(frozen=True)
class Trial:
    """What came of it.

    Args:
        what: In words, what was tried.
        content: The columns of content.
        differing: The tables that were not equal.
        clusters: How many clusters there were: without any, equal tables say little.
        seen_in: Where a canary was seen.
        files: How many files were searched.
        looked_into: The processes whose memory was searched.
        trouble: Why it could not be tried, if it could not.
    """

    what: str
    content: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    clusters: int = 0
    seen_in: tuple[str, ...] = ()
    files: int = 0
    looked_into: tuple[str, ...] = ()
    trouble: str = ""


def tried(
    manifest: Mapping[str, Any], inputs: Sequence[Given], reading: Reading, progress: Progress
) -> Trial:
    """Try both twins, and return what came of it; trouble is told, not raised."""
    canary = f"canary-{secrets.token_hex(8)}".encode()
    with tempfile.TemporaryDirectory(prefix="graphmeta-review-") as name:
        folder = Path(name)
        try:
            pair = twins.make(inputs, reading, canary, folder)
            return _compared(pair, manifest, canary, folder, progress)
        except (GraphmetaError, OSError) as error:
            said = error.problem if isinstance(error, GraphmetaError) else error.strerror
            return Trial("The analysis could not be tried", trouble=f"{said}")


def _compared(
    pair: twins.Twins, manifest: Mapping[str, Any], canary: bytes, folder: Path, progress: Progress
) -> Trial:
    settings = settings_of(manifest, since=pair.whole)
    out = folder / "out"
    out.mkdir()
    reading = replace(pair.reading, identifiers="pseudonymous", key_file=folder / "key")
    watch = Watch(progress, canary, out)
    one = analyze(
        pair.canaries, out=out / "one", reading=reading, settings=settings, progress=watch
    )
    watch.search_files()
    other = analyze(
        pair.garbage, out=out / "other", reading=reading, settings=settings, progress=watch
    )
    return Trial(
        what=pair.what,
        content=pair.content,
        differing=tuple(name for name in TABLES if _bytes(one, name) != _bytes(other, name)),
        clusters=one.table("clusters").height,
        seen_in=tuple(sorted(watch.seen_in)),
        files=watch.files,
        looked_into=tuple(sorted(watch.looked_into)),
    )


def _bytes(run: RunFolder, table: str) -> bytes:
    return (run.path / f"{table}.parquet").read_bytes()


def poison(trial: Trial) -> Check:
    """Return whether the content made a difference."""
    gap = trial.trouble or (
        "" if trial.clusters else "no cluster was found, so that it says little"
    )
    says = f"Every table is the same, byte by byte, with {words.plural(trial.clusters, 'cluster')}."
    if trial.differing:
        says = f"With other content, other tables: {words.listing(trial.differing)}."
    elif gap:
        says = words.sentence(gap)
    return Check(
        name="poison test",
        asks="Does anything depend on the content?",
        verdict="failed" if trial.differing else "not proven" if gap else "held",
        says=f"{trial.what}. {says}",
        looked_at="The tables of two analyses, made just now, of files that differ in nothing but "
        "content: " + (words.listing(trial.content) or "none"),
        repeat="Overwrite the bytes of the unread columns in a copy of the events with garbage, "
        "analyse both with the same options and key, and compare the tables with cmp.",
        figures={"clusters": trial.clusters, "differing": list(trial.differing)},
    )


def canary(trial: Trial) -> Check:
    """Return whether a canary in the content was seen anywhere."""
    blind = sorted(_TASKS - set(trial.looked_into))
    gap = trial.trouble or (f"the memory of {words.listing(blind)} could not be seen" * bool(blind))
    says = f"In none of {words.plural(trial.files, 'file')} searched while it ran and after"
    says += "." if blind else ", and not in the memory of the reading or the analysing process."
    if trial.seen_in:
        says = f"It was seen in {words.listing(trial.seen_in)}."
    elif trial.trouble:
        says = ""
    said = [f"{trial.what}.", says, *([words.sentence(gap)] if gap else [])]
    return Check(
        name="canary test",
        asks="Does a canary in the content show anywhere?",
        verdict="failed" if trial.seen_in else "not proven" if gap else "held",
        says=" ".join(one for one in said if one),
        looked_at="All files of the analysis at each of its stages and at its end; at three of "
        "them the writable memory of its processes.",
        repeat="Put a word of your own into the content, analyse with TMPDIR set to an empty "
        "folder, and search run, folder and output with grep -r; memory is searched by "
        "tests/pipeline/test_nothing_crosses.py.",
        figures={"files": trial.files, "memory_of": list(trial.looked_into)},
    )
