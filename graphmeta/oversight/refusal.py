"""Why is something about people refused, in one word that a log can hold?"""

from __future__ import annotations

from graphmeta.errors import PrivacyRefusalError


class RefusedError(PrivacyRefusalError):
    """An act about the people in a run was refused (exit code 4).

    Args:
        reason: Why, as one word for the log.
        problem: Why, in a sentence.
        remedy: What can be done about it.
    """

    def __init__(self, reason: str, problem: str, remedy: str) -> None:
        super().__init__(problem, remedy)
        self.reason = reason
