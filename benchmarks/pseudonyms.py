"""How long does it take to name ids? Processor seconds on one core, and the peak of memory.

    POLARS_MAX_THREADS=1 python benchmarks/pseudonyms.py --ids 10000000

Beside it the same HMACs by the standard library, one id after the other, without writing them in
Base32: what any program in pure Python would need at least.
"""

from __future__ import annotations

import argparse
import hmac
import os
import time

# One core, whatever the machine has; Polars looks at this when it is imported.
os.environ.setdefault("POLARS_MAX_THREADS", "1")

import polars as pl

from graphmeta import provenance
from graphmeta.privacy.keys import Key, Named
from graphmeta.privacy.pseudonyms import pseudonyms

#: Ids look like telephone numbers: thirteen digits.
_FIRST = 4_915_700_000_000
_COMPARED = 1_000_000
_PURPOSE: Named = "account"


def main() -> None:
    """Name the ids and print what it took."""
    parser = argparse.ArgumentParser(description="Time the naming of ids.")
    parser.add_argument("--ids", type=int, default=10_000_000)
    count = parser.parse_args().ids
    key = Key(b"k" * 32)
    ids = (pl.int_range(count, eager=True) + _FIRST).cast(pl.String)
    started, wall = time.process_time(), time.perf_counter()
    names = pseudonyms(ids, key, "benchmark", _PURPOSE)
    took, wall = time.process_time() - started, time.perf_counter() - wall
    print(f"{count:,} ids: {took:.1f} s of processor time, {wall:.1f} s on the clock")
    print(f"distinct names: {names.n_unique():,}")
    print(f"peak memory: {provenance.peak_memory_bytes() / 2**30:.2f} GiB")
    some, secret = ids.head(_COMPARED).to_list(), key.derive("benchmark", _PURPOSE).hex().encode()
    started = time.process_time()
    for text in some:
        hmac.digest(secret, text.encode(), "sha256")
    took = time.process_time() - started
    print(f"standard library: {took * 10_000_000 / len(some):.1f} s for ten million, HMAC alone")


if __name__ == "__main__":
    main()
