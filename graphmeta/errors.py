"""Which errors a user can meet, and which exit code each of them means.

Every error that graphmeta raises on purpose descends from :class:`GraphmetaError`. It says
what is wrong (naming the file, field and row where there is one) and how to mend it; the
command line prints exactly that, without a traceback, and leaves with ``exit_code``.
"""

from __future__ import annotations


class GraphmetaError(Exception):
    """Root of all errors raised on purpose.

    Args:
        problem: What is wrong, in one sentence that names the thing.
        remedy: What the reader can do about it, in one sentence. May be empty.
    """

    exit_code = 1

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(f"{problem}\n{remedy}" if remedy else problem)
        self.problem = problem
        self.remedy = remedy


class UsageError(GraphmetaError):
    """A command or a call was given arguments that cannot be carried out (exit code 2)."""

    exit_code = 2


class InputError(GraphmetaError):
    """An input file or frame breaks the contract (exit code 2)."""

    exit_code = 2


class RunError(GraphmetaError):
    """A run folder is absent, incomplete, damaged or expired (exit code 2)."""

    exit_code = 2


class ConflictError(GraphmetaError):
    """Somebody else changed the same thing meanwhile (exit code 1)."""


class MissingExtraError(GraphmetaError):
    """A part that graphmeta can do without is not installed (exit code 2)."""

    exit_code = 2

    def __init__(self, part: str, extra: str) -> None:
        super().__init__(
            f"{part} is not installed.",
            f"Install it with: pip install 'graphmeta[{extra}]'",
        )


class PrivacyRefusalError(GraphmetaError):
    """Something was refused to protect the people in the data (exit code 4)."""

    exit_code = 4


class ProcessFailedError(GraphmetaError):
    """A process of ours failed unexpectedly, or was ended from outside (exit code 1)."""
