"""How long did somebody look at a cluster before they judged it, and what comes next?

A look begins when the cluster's page is opened, and ends with the verdict; who comes back after
half an hour begins anew. It says how long the page was open, and not that somebody read it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

#: After so many seconds without opening it again, a look is over.
PAUSE_SECONDS = 1800.0
_MOST_LOOKS = 1000

#: A run's id and a cluster's.
Key = tuple[str, str]


@dataclass
class Looking:
    """What one person looks at.

    Args:
        listed: The clusters of the list that they came from, in its order.
        queue: The path of that list.
        clock: Tells seconds.
    """

    listed: tuple[Key, ...] = ()
    queue: str = "/"
    clock: Callable[[], float] = time.monotonic
    _looks: dict[Key, tuple[float, float]] = field(default_factory=dict)
    _scored: set[Key] = field(default_factory=set)

    def begin(self, key: Key) -> None:
        """Note that a cluster's page is opened."""
        now = self.clock()
        first, last = self._looks.pop(key, (now, now))
        self._looks[key] = (first if now - last <= PAUSE_SECONDS else now, now)
        if len(self._looks) > _MOST_LOOKS:
            del self._looks[next(iter(self._looks))]

    def seconds(self, key: Key) -> float | None:
        """Return how long the look at a cluster lasts by now; None where it was not opened."""
        look = self._looks.get(key)
        return None if look is None else round(self.clock() - look[0], 1)

    def end(self, key: Key) -> None:
        """Note that a cluster was judged."""
        self._looks.pop(key, None)

    def saw_score(self, key: Key) -> None:
        """Note that a page about a cluster shows its score: hidden from now on, it is known."""
        self._scored.add(key)

    def knows_score(self, key: Key) -> bool:
        """Tell whether a page about a cluster showed its score in this session.

        Lists do not count: in blind mode, what stood in them goes by other names.
        """
        return key in self._scored

    def beside(self, key: Key) -> tuple[Key | None, Key | None]:
        """Return the clusters before and after one in the list that they came from."""
        if key not in self.listed:
            return None, None
        at = self.listed.index(key)
        before = self.listed[at - 1] if at else None
        return before, self.listed[at + 1] if at + 1 < len(self.listed) else None
