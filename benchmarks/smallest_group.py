"""How small a group can still be confirmed? ``python benchmarks/smallest_group.py --seeds 5``.

Rings of so many actors, who reach so many strangers, each by such a share of the actors, in towns
without look-alikes. A ring counts as confirmed where a confirmed cluster holds most of its accounts
and little else. Prints a table in Markdown: the share of seeds in which it was.
"""

from __future__ import annotations

import argparse
import tempfile
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl

from graphmeta import pipeline
from graphmeta.ingest import Reading
from graphmeta.synthetic import make_world
from graphmeta.synthetic.campaigns import Evasion
from graphmeta.synthetic.campaigns.ring import Ring
from graphmeta.synthetic.clock import HOUR

ACTORS = (3, 5, 10, 20)
TARGETS = (10, 20, 40, 80)
OVERLAPS = (0.2, 0.4, 0.8)


def confirmed(actors: int, targets: int, overlap: float, accounts: int, seed: int) -> bool:
    """Tell whether a ring is confirmed in one town."""
    ring = Ring(
        actors=actors,
        targets=targets,
        overlap=overlap,
        window=24 * HOUR,
        days=14.0,
        evasion=Evasion(aged=1.0),
    )
    world = make_world(accounts, 28, (ring,), (), seed=seed)
    planted = set(world.truth["account"])
    with tempfile.TemporaryDirectory() as folder:
        run = pipeline.analyze(
            world.events, out=Path(folder) / "run", reading=Reading(identifiers="plain")
        )
        clusters = run.table("clusters").filter(status="confirmed")
        members = run.table("members").filter(pl.col("role") != "contacted")
    held = members.join(clusters.select("cluster_id"), on="cluster_id")
    for inside in held.partition_by("cluster_id"):
        hit = len(planted & set(inside["account"]))
        if 2 * hit > len(planted) and 2 * hit > inside.height:
            return True
    return False


def main() -> None:
    """Try every ring in every town, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--accounts", type=int, default=2_000)
    asked = parser.parse_args()
    columns = [f"{targets} strangers" for targets in TARGETS]
    print(f"| actors | share who reach each | {' | '.join(columns)} |")
    print("| --- " * (len(columns) + 2) + "|")
    for actors, overlap in product(ACTORS, OVERLAPS):
        shares = [
            np.mean(
                [
                    confirmed(actors, targets, overlap, asked.accounts, seed)
                    for seed in range(asked.seeds)
                ]
            )
            for targets in TARGETS
        ]
        cells = " | ".join(f"{share:.0%}" for share in shares)
        print(f"| {actors} | {overlap:.0%} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
