"""Make a sparse world out of a dense one: ``python benchmarks/sparse_world.py DENSE OUT``.

A messenger of which most people make little use has many accounts and few events of each. Of a
world of ``graphmeta synth`` every tie of ordinary people is kept or left out whole, one in
``--keep`` of them, so that those that stay are as they were; campaigns and look-alikes keep all.
``--regions`` such towns side by side, each under ids of its own and two hours further west than the
last, with every event moved by up to an hour, make a world of as many times the accounts.

``python benchmarks/scale.py --worlds OUT`` measures what an analysis of it costs.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import polars as pl

_HOUR_US = 3_600_000_000
_IDS = ("sender", "recipient", "group")


def main() -> None:
    """Make the world, and print how large it is."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("dense", type=Path, help="a world of graphmeta synth")
    asked.add_argument("out", type=Path)
    asked.add_argument("--keep", type=int, default=13, help="one tie in so many is kept")
    asked.add_argument("--regions", type=int, default=1)
    given = asked.parse_args()
    (given.out / "events").mkdir(parents=True)
    special = pl.concat(
        pl.read_parquet(given.dense / f"{name}.parquet")["account"]
        for name in ("truth", "lookalikes")
    ).unique()
    events = 0
    for file in sorted((given.dense / "events").glob("*.parquet")):
        thin = thinned(pl.read_parquet(file), special, given.keep)
        for region in range(given.regions):
            events += thin.height
            _elsewhere(thin, region).write_parquet(
                given.out / "events" / f"{file.stem}-{region}.parquet"
            )
    accounts = pl.read_parquet(given.dense / "accounts.parquet")
    named = [accounts.with_columns(_named("account", region)) for region in range(given.regions)]
    pl.concat(named).write_parquet(given.out / "accounts.parquet")
    print(f"{events:,} events, {accounts.height * given.regions:,} accounts")


def thinned(events: pl.DataFrame, special: pl.Series, keep: int) -> pl.DataFrame:
    """Keep one in ``keep`` ties, of people with each other or with a group, and all of some.

    Args:
        events: By the event contract.
        special: Accounts that keep all their ties.
        keep: One tie in so many is kept.
    """
    other = pl.coalesce("recipient", "group")
    ends = [pl.min_horizontal("sender", other), pl.max_horizontal("sender", other)]
    tie = pl.concat_str(ends, separator=" ").hash(seed=1) % keep
    spared = pl.any_horizontal(pl.col(end).is_in(special.implode()) for end in _IDS[:2])
    return events.filter((tie == 0) | spared)


def _elsewhere(events: pl.DataFrame, region: int) -> pl.DataFrame:
    """Return the same events in another region: other ids, and a time zone of its own."""
    moved = np.random.default_rng([region, events.height]).integers(
        -_HOUR_US, _HOUR_US, events.height
    )
    later = pl.Series(moved + 2 * region * _HOUR_US).cast(pl.Duration("us"))
    return events.with_columns(
        *(_named(column, region) for column in _IDS), timestamp=pl.col("timestamp") + later
    )


def _named(column: str, region: int) -> pl.Expr:
    return pl.concat_str(pl.lit(f"{region:02x}"), column).alias(column)


if __name__ == "__main__":
    main()
