"""What does guarding cost? ``python benchmarks/guarded_reading.py --rows 4000000``.

Reads the same columns of the same Parquet file twice in turn: through the guard, and by pyarrow
with its defaults and without a guard. Both are timed within one run, in alternation. Printed are
the ratios of their best times, by the clock and by the processor; at most 1.3 is asked for on
ordinary row groups. On a busy machine the clock tells more of the others than of the guard.
Nothing is said of a cold disk.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from graphmeta.ingest.sources import BATCH_ROWS
from graphmeta.privacy.guard import GuardedParquet

COLUMNS = ["sender", "recipient", "timestamp", "kind"]


def events(rows: int) -> pa.Table:
    """Return made-up events with a column of content, a hundred letters a row."""
    rng = np.random.default_rng(0)
    people = np.array([f"u{number:07d}" for number in range(50_000)])
    kinds = np.array(["message", "call", "group_message"])
    words = np.array([f"{number:0100d}" for number in range(5_000)])
    return pa.table(
        {
            "sender": people[rng.integers(0, len(people), rows)],
            "recipient": people[rng.integers(0, len(people), rows)],
            "timestamp": pa.array(
                np.sort(rng.integers(0, 10**12, rows)), pa.timestamp("us", "UTC")
            ),
            "kind": kinds[rng.integers(0, 3, rows)],
            "body": words[rng.integers(0, len(words), rows)],
        }
    )


def guarded(path: Path) -> int:
    """Read through the guard, and return how many rows there were."""
    return sum(batch.num_rows for batch in GuardedParquet(path).batches(COLUMNS, BATCH_ROWS))


def unguarded(path: Path) -> int:
    """Read as pyarrow does by itself."""
    file = pq.ParquetFile(path)
    return sum(batch.num_rows for batch in file.iter_batches(BATCH_ROWS, columns=COLUMNS))


def best(
    readers: Sequence[Callable[[Path], int]], path: Path, times: int
) -> list[tuple[float, float]]:
    """Return each reader's best seconds by clock and by processor, taken in alternation."""
    taken: list[list[tuple[float, float]]] = [[] for _ in readers]
    for _ in range(times):
        for reader, seconds in zip(readers, taken, strict=True):
            clock, worked = time.perf_counter(), time.process_time()
            reader(path)
            seconds.append((time.perf_counter() - clock, time.process_time() - worked))
    return [
        (min(clock), min(worked)) for clock, worked in (zip(*each, strict=True) for each in taken)
    ]


def main() -> None:
    """Measure each layout, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=4_000_000)
    parser.add_argument("--times", type=int, default=9)
    asked = parser.parse_args()
    table = events(asked.rows)
    print("| rows per group | compression | unguarded, s | guarded, s | ratio, clock | processor |")
    print("| --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for group_rows in (10_000, 100_000, 1_000_000):
            for compression in ("snappy", "zstd"):
                path = Path(folder) / "events.parquet"
                pq.write_table(table, path, row_group_size=group_rows, compression=compression)
                without, within = best([unguarded, guarded], path, asked.times)
                clock, worked = (b / a for a, b in zip(without, within, strict=True))
                times = f"{without[0]:.3f} | {within[0]:.3f} | {clock:.2f} | {worked:.2f}"
                print(f"| {group_rows:,} | {compression} | {times} |", flush=True)


if __name__ == "__main__":
    main()
