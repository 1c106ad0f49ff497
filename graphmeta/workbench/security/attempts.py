"""How often may somebody try to sign in?

Failures are counted by name and address together, by address, and by name, each with a limit of
its own: so that one who guesses is stopped soon, one who guesses from many addresses in the end,
and nobody can lock a colleague out with a handful of tries.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

WITHIN_SECONDS = 900.0
MOST_BY_BOTH = 5
MOST_BY_ADDRESS = 20
MOST_BY_NAME = 50
#: More are not remembered: the oldest are forgotten first.
_MOST_REMEMBERED = 10_000


class Attempts:
    """Failed tries to sign in, of the last quarter of an hour.

    Args:
        clock: Tells seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: dict[tuple[str, str], list[float]] = {}

    def begin(self, name: str, address: str) -> float:
        """Count a try as failed until it has succeeded.

        Returns:
            The seconds for which there may be no further try; 0 where this one may go on.
        """
        now = self._clock()
        waits = [0.0]
        for key, most in _keys(name, address):
            recent = [at for at in self._failed.get(key, ()) if now - at < WITHIN_SECONDS]
            if len(recent) >= most:
                waits.append(WITHIN_SECONDS - (now - recent[-most]))
        if wait := max(waits):
            return wait
        for key, _ in _keys(name, address):
            recent = [at for at in self._failed.pop(key, ()) if now - at < WITHIN_SECONDS]
            self._failed[key] = [*recent, now]
        while len(self._failed) > _MOST_REMEMBERED:
            del self._failed[next(iter(self._failed))]
        return 0.0

    def succeeded(self, name: str, address: str) -> None:
        """Take back the count of a try that succeeded, and of those before it."""
        both, by_address, by_name = (key for key, _ in _keys(name, address))
        self._failed.pop(both, None)
        for key in (by_address, by_name):
            self._failed[key] = self._failed.get(key, [])[:-1]


def _keys(name: str, address: str) -> Iterator[tuple[tuple[str, str], int]]:
    yield (name, address), MOST_BY_BOTH
    yield ("", address), MOST_BY_ADDRESS
    yield (name, ""), MOST_BY_NAME
