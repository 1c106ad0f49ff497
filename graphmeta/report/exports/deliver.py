"""Where does an export go, and in which order, so that none leaves unrecorded?

The name is claimed first, so that nothing is ever overwritten; the content is written beside it;
the run's audit log records it; only then does the file get its name. A machine that stops in
between may leave an entry without its file, or an unfinished file whose name says so.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from graphmeta.errors import RunError, UsageError
from graphmeta.privacy import audit
from graphmeta.report.exports import Export
from graphmeta.run import AUDIT, RunFolder

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def default_name(run: RunFolder, export: Export) -> str:
    """Return how an export's file is called where nobody names it: ``RUN-CLUSTER.SUFFIX``."""
    stem = f"{run.path.resolve().name}-{export.cluster}"
    return f"{_UNSAFE.sub('_', stem)}.{export.form.suffix}"


def deliver(run: RunFolder, export: Export, file: Path) -> None:
    """Record an export in the run's audit log and write it, readable by its owner alone.

    Raises:
        UsageError: Something stands at ``file``, it is inside the run, or cannot be written.
        RunError: The run's audit log is broken or cannot be written; nothing is exported then.
    """
    if run.path.resolve() in file.resolve().parents:
        raise UsageError(
            f"{file} is inside the run folder, whose files are the run's own.",
            "Name a file elsewhere with --out.",
        )
    with _claimed(file) as partial:
        _write(partial, export.content, file)
        record(run, [export.record()])
        _named(partial, file)


def record(run: RunFolder, exports: Sequence[Mapping[str, Any]]) -> None:
    """Write into the run's audit log that clusters leave, one act for each.

    Args:
        run: The run.
        exports: What ``Export.record`` and ``CaseExport.records`` say.

    Raises:
        RunError: The log's chain is broken, or it cannot be written.
    """
    log = run.path / AUDIT

    def whole(lines: Sequence[str]) -> None:
        if broken := audit.find_break(lines):
            raise RunError(
                f"The audit log {log} is broken: {broken}.",
                "Nothing was exported. Find out who changed it, and work on a whole copy.",
            )

    try:
        for export in exports:
            audit.append(log, "exported", export, unless=whole)
    except OSError as error:
        raise RunError(
            f"The audit log {log} cannot be written: {error.strerror}.",
            "Nothing leaves a run unrecorded: make the folder writable.",
        ) from error


@contextmanager
def _claimed(file: Path) -> Iterator[Path]:
    """Claim a name that nothing bears, and yield where its content is to be written.

    The claim is an empty file, which the content replaces in one step; it goes away on failure.
    """
    # A name that nobody can foresee, so that nothing waits there to be written through.
    partial = file.with_name(f"{file.name}.{secrets.token_hex(4)}.partial")
    try:
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError as error:
        raise UsageError(
            f"{file} exists already.",
            "An export never overwrites: name another file with --out.",
        ) from error
    except OSError as error:
        raise _not_written(file, error) from error
    try:
        yield partial
    except BaseException:
        partial.unlink(missing_ok=True)
        file.unlink(missing_ok=True)
        raise


def _write(partial: Path, content: bytes, file: Path) -> None:
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise _not_written(file, error) from error


def _named(partial: Path, file: Path) -> None:
    try:
        partial.replace(file)
    except OSError as error:
        raise _not_written(file, error) from error


def _not_written(file: Path, error: OSError) -> UsageError:
    return UsageError(
        f"The export cannot be written to {file}: {error.strerror}.",
        "Name a file with --out, in a folder that exists and that you may write to.",
    )
