"""How is the analysis kept apart from the input, and from everything else?

Two processes, neither of which is the caller. The analysing one is started first, shuts itself
in and tells what the machine granted; where that is not all and all was required, nothing is
read. Then the ingest process shuts itself in with the input and an empty store, opens the one,
writes the other and ends. Its seal goes to the analysing process through the caller, which relays
progress and errors and opens no input itself. While the input is read, the analysing process
loads its libraries.

A frame in the caller's memory cannot be taken out of it: there the caller reads it into the
store. The analysing process is apart all the same, and the manifest says who read the input.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from graphmeta import provenance
from graphmeta.engines.base import Progress
from graphmeta.errors import PrivacyRefusalError
from graphmeta.ingest import Reading, Store
from graphmeta.ingest.cost import estimate
from graphmeta.pipeline import checkpoints, resuming, wire
from graphmeta.pipeline.manifest import Outcome
from graphmeta.pipeline.process import Process, too_much
from graphmeta.pipeline.settings import Settings


@dataclass(frozen=True)
class Work:
    """What is to be done, and where.

    Args:
        sources: As for ``ingest``.
        reading: How the input is read.
        settings: What is asked of the analysis.
        store: An empty folder for the store.
        tables: An empty folder for the run's tables.
        names_for: To whom ``ingest`` seals the ids behind the names; nobody by default.
        kept: The state of an earlier run, whose events come first; none by default.
    """

    sources: Any
    reading: Reading
    settings: Settings
    store: Path
    tables: Path
    names_for: str | None = None
    kept: Path | None = None


@dataclass(frozen=True)
class Sandbox:
    """What kept the analysis apart, as the manifest says it.

    Args:
        asked: What was asked for.
        separated: Whether the analysing process is another than the one that read the input.
        input_read_by: Which process that was.
        landlock_abi: The version of Landlock that closed the file system to it; 0 for none.
        seccomp: Whether the network and other programs were closed to it.
        input_landlock_abi: As ``landlock_abi``, for the process that read the input.
        input_seccomp: As ``seccomp``, for the process that read the input.
        not_available: In words, what could not be had.
    """

    asked: Literal["auto", "require", "off"]
    separated: bool
    input_read_by: Literal["a process of its own", "the calling process"]
    landlock_abi: int = 0
    seccomp: bool = False
    input_landlock_abi: int = 0
    input_seccomp: bool = False
    not_available: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Read:
    """What came of the reading: its receipt, the store's seal, and who read, behind which walls."""

    receipt: dict[str, Any]
    seal: str
    by: Literal["a process of its own", "the calling process"]
    peak: int
    landlock_abi: int = 0
    seccomp: bool = False
    not_available: tuple[str, ...] = ()
    taken_up: bool = False


def apart(work: Work, progress: Progress) -> Outcome:
    """Read in one process and analyse in another.

    Raises:
        GraphmetaError: As either of them raised it.
        PrivacyRefusalError: The sandbox was required and cannot be had whole.
    """
    try:
        analysing = Process("analyse", work.tables, work.settings.memory_limit)
    except OSError as error:
        lacking = (f"no process of its own can be started ({error.strerror or error})",)
        _require_nothing_lacks(work.settings, lacking)
        return together(work, progress, lacking)
    with analysing:
        walls = analysing.ask(progress, store=str(work.store), tables=str(work.tables))
        lacking = tuple(walls["not_available"])
        _require_nothing_lacks(work.settings, lacking)
        read = _read(work, progress)
        _require_room(work.settings, read.receipt)
        settings = wire.packed(work.settings)
        depends = checkpoints.of_analysis(read.seal, settings)
        answer = analysing.ask(progress, settings=settings, seal=read.seal, depends=depends)
        sandbox = Sandbox(
            work.settings.sandbox,
            True,
            read.by,
            walls["landlock_abi"],
            walls["seccomp"],
            read.landlock_abi,
            read.seccomp,
            tuple(dict.fromkeys((*lacking, *read.not_available))),
        )
        peaks = {"reading": read.peak, "analysing": analysing.peak_memory_bytes()}
    # Where the system does not tell of a running process, it does of one that has ended.
    if not any(peaks.values()):
        peaks = {"any process": provenance.peak_memory_bytes(of_children=True)}
    taken_up = [*(["reading"] if read.taken_up else []), *answer["taken_up"]]
    return Outcome(read.receipt, answer["facts"], asdict(sandbox), peaks, taken_up)


def together(work: Work, progress: Progress, lacking: tuple[str, ...] = ()) -> Outcome:
    """Read and analyse in this process, without a sandbox."""
    from graphmeta.ingest.store import seal
    from graphmeta.pipeline.detect import detect
    from graphmeta.run import write_tables

    store = _read_here(work, progress)
    _require_room(work.settings, store.receipt)
    depends = checkpoints.of_analysis(seal(store), wire.packed(work.settings))
    kept = checkpoints.Checkpoints(work.tables, depends)
    written, facts = detect(store, work.settings, progress, kept)
    write_tables(work.tables, written)
    sandbox = Sandbox(work.settings.sandbox, False, "the calling process", not_available=lacking)
    peaks = {"the calling process": provenance.peak_memory_bytes()}
    return Outcome(store.receipt, facts, asdict(sandbox), peaks, kept.taken_up)


def _read(work: Work, progress: Progress) -> _Read:
    """Have the store written, unless an earlier analysis left it whole."""
    on = resuming.depends(work.sources, work.reading, work.kept)
    before = resuming.kept(work.store, on)
    if before is not None:
        lacking = tuple(before["not_available"])
        _require_nothing_lacks(work.settings, lacking)
        return _Read(**{**before, "not_available": lacking, "taken_up": True})
    read = _read_anew(work, progress)
    resuming.keep(work.store, on, asdict(read))
    return read


def _read_anew(work: Work, progress: Progress) -> _Read:
    """Have the store written, in a process of its own where that can be."""
    sources = wire.paths(work.sources)
    accounts = work.reading.accounts
    in_memory = sources is None or (accounts is not None and wire.paths(accounts) is None)
    # A platform's own key service is an object of the caller, and no more than a frame does it
    # travel.
    if in_memory or work.reading.key is not None:
        from graphmeta.ingest.store import seal

        store = _read_here(work, progress)
        peak = provenance.peak_memory_bytes()
        return _Read(dict(store.receipt), seal(store), "the calling process", peak)
    with Process("ingest", work.store, work.settings.memory_limit) as reading:
        walls = reading.ask(
            progress,
            sources=sources,
            reading=wire.packed(work.reading),
            store=str(work.store),
            names_for=work.names_for,
            kept=None if work.kept is None else str(work.kept.resolve()),
        )
        lacking = tuple(walls["not_available"])
        _require_nothing_lacks(work.settings, lacking)
        told = reading.ask(progress)
        peak = reading.peak_memory_bytes()
    held = walls["landlock_abi"], walls["seccomp"], lacking
    return _Read(told["receipt"], told["seal"], "a process of its own", peak, *held)


def _read_here(work: Work, progress: Progress) -> Store:
    from graphmeta.ingest.build import ingest

    return ingest(
        work.sources,
        folder=work.store,
        reading=work.reading,
        progress=progress,
        names_for=work.names_for,
        kept=work.kept,
    )


def _require_room(settings: Settings, receipt: Mapping[str, Any]) -> None:
    """Refuse an analysis that is expected to need more memory than it may have.

    Raises:
        ProcessFailedError: So it is.
    """
    counts = receipt["counts"]
    needed = estimate(counts["events_accepted"], counts["accounts"]).memory_bytes
    if settings.memory_limit is not None and needed > settings.memory_limit:
        events, accounts = (
            f"{counts['events_accepted']:,} events",
            f"{counts['accounts']:,} accounts",
        )
        what = f"An analysis of {events} of {accounts} is expected to need"
        raise too_much(what, needed, settings.memory_limit)


def _require_nothing_lacks(settings: Settings, lacking: tuple[str, ...]) -> None:
    if settings.sandbox == "require" and lacking:
        raise PrivacyRefusalError(
            f"The sandbox was required and cannot be had whole: {'; '.join(lacking)}.",
            "Nothing was read. Run on a Linux kernel from 6.2 on, or with --sandbox auto.",
        )
