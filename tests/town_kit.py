"""What tests share: a town small enough for a second, with a ring in it."""

from __future__ import annotations

import numpy as np
import polars as pl

DAY_S = 86_400
START_S = 1_767_225_600  # 1 January 2026, UTC
PEOPLE = 300
BY_DAY, BY_NIGHT = (8, 22), (0, 6)


def ring_town() -> pl.DataFrame:
    """Return 300 people who write to friends by day, and a ring of 8 that works a list by night.

    Everybody else writes to two strangers: too few to pass for one of the ring, even where both
    happen to be on its list.

    Returns:
        Columns sender, recipient, timestamp (UTC); 24 days. People are p0 to p299, the ring is r0
        to r7 and keeps quiet for eight days.
    """
    rng = np.random.default_rng(0)
    rows: list[tuple[str, str, int]] = []

    def write(sender: str, recipient: str, day: int, hours: tuple[int, int]) -> None:
        second = int(rng.integers(hours[0] * 3_600, hours[1] * 3_600))
        rows.append((sender, recipient, START_S + day * DAY_S + second))

    for person in range(PEOPLE):
        for friend in ((person + step) % PEOPLE for step in (1, 2, 20)):
            for day in range(0, 24, 6):
                write(f"p{person}", f"p{friend}", day, BY_DAY)
                write(f"p{friend}", f"p{person}", day, BY_DAY)
        for other in rng.choice(PEOPLE, 2, replace=False):
            write(f"p{person}", f"p{other}", int(rng.integers(6, 24)), BY_DAY)
    listed = rng.choice(PEOPLE, 40, replace=False)
    for member in range(8):
        for target in rng.choice(listed, 25, replace=False):
            write(f"r{member}", f"p{target}", int(rng.integers(8, 24)), BY_NIGHT)
    frame = pl.DataFrame(rows, schema=["sender", "recipient", "second"], orient="row")
    moment = pl.from_epoch("second", time_unit="s").dt.replace_time_zone("UTC")
    return frame.select("sender", "recipient", timestamp=moment)
