"""With which settings does each published peer do best, on worlds that no benchmark uses?

Run: ``python benchmarks/tune_peers.py``, with ``--peer NAME`` for some of them, ``--accounts``,
``--days``, ``--seeds`` (worlds per campaign; their seeds begin at 1000, apart from those of the
benchmark) and ``--processes``. ``--near`` tries only what did well on small worlds, for large ones.
``--check`` measures the peers as they are, instead of a grid.

Each world holds one campaign and all look-alikes. A setting is judged by its average precision
over all accounts of the world, campaign's accounts against everybody else, averaged over the
campaigns. Groups that are hubs are no accounts and left out. Accounts without a score rank last.
Memory is the most that the measuring process ever used, worlds included, the toolkit's own process
not.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any, cast

import polars as pl

from graphmeta.bench.detector import Detector, Problem
from graphmeta.bench.peers import PEERS
from graphmeta.errors import GraphmetaError
from graphmeta.synthetic import CAMPAIGN_NAMES, make_world, write_world

FIRST_SEED = 1000
DAY_S = 86_400
FORMS = ("contacts", "first_contacts", "later_first_contacts")
FIRST = FORMS[1:]

#: What is tried, per peer: every combination of the values of its fields.
GRIDS: dict[str, dict[str, tuple[Any, ...]]] = {
    "fraudar": {"form": FORMS, "weights": ("log", "none"), "blocks": (1, 10, 20)},
    "toolkit_co_retweet": {
        "form": FIRST,
        "window_s": (600, DAY_S // 4, DAY_S, 30 * DAY_S),
        "least_weight": (2, 3, 5),
    },
    "toolkit_co_post": {
        "form": FIRST,
        "window_s": (5, 15, 30, 60, 120, 300, 600, 1800),
        "least_weight": (1, 2, 4),
    },
    "bicm_targets": {
        "form": FORMS,
        "objects": ("target", "target_and_day"),
        "alpha": (0.001, 0.01, 0.05, 0.2),
    },
    "bicm_moments": {
        "form": FIRST,
        "objects": ("minute", "ten_minutes", "hour", "six_hours"),
        "alpha": (0.001, 0.01, 0.05, 0.2),
    },
    "cosine_targets": {
        "form": FORMS,
        "objects": ("target", "target_and_day"),
        "at_least": (5, 10, 20, 40),
        "similarity": (0.0, 0.05, 0.1, 0.2, 0.3),
    },
    "cosine_moments": {
        "form": FIRST,
        "objects": ("minute", "ten_minutes", "hour", "six_hours"),
        "at_least": (5, 10, 20, 40),
        "similarity": (0.0, 0.05, 0.1, 0.2, 0.3),
    },
    "coordinationz_targets": {"at_least": (5, 10, 20), "alpha": (0.01, 0.05)},
    "coordinationz_moments": {"at_least": (10, 20, 40), "alpha": (0.01, 0.05)},
    "pyod": {
        "model": ("ecod", "copod", "iforest", "knn", "lof"),
        "features": ("all", "few"),
    },
}

LATER = FORMS[2:]
#: What did well on small worlds, for large ones, on which the whole grid takes hours.
NEAR: dict[str, dict[str, tuple[Any, ...]]] = {
    "fraudar": {"form": LATER, "weights": ("log", "none"), "blocks": (10,)},
    "toolkit_co_retweet": {
        "form": LATER,
        "window_s": (DAY_S // 4, DAY_S, 30 * DAY_S),
        "least_weight": (3, 5),
    },
    "toolkit_co_post": {"form": LATER, "window_s": (30, 60, 120, 300, 600), "least_weight": (1,)},
    "bicm_targets": {
        "form": FORMS,
        "objects": ("target", "target_and_day"),
        "alpha": (0.001, 0.01, 0.05),
    },
    "bicm_moments": {"form": FIRST, "objects": ("ten_minutes", "hour"), "alpha": (0.05, 0.2)},
    "cosine_targets": {
        "form": LATER,
        "objects": ("target", "target_and_day"),
        "at_least": (10, 20, 40),
        "similarity": (0.0, 0.05, 0.1),
    },
    "cosine_moments": {
        "form": LATER,
        "objects": ("ten_minutes", "hour"),
        "at_least": (20, 40),
        "similarity": (0.0, 0.05, 0.2),
    },
    "coordinationz_targets": {"at_least": (10, 20), "alpha": (0.05,)},
    "coordinationz_moments": {"at_least": (20, 40), "alpha": (0.05,)},
    "pyod": {"model": ("ecod", "copod"), "features": ("all",)},
}


def settings(peer: str, grids: dict[str, dict[str, tuple[Any, ...]]]) -> Iterator[dict[str, Any]]:
    """Yield every combination of a peer's grid; of an empty one, the peer as it is."""
    grid = grids[peer]
    for values in itertools.product(*grid.values()):
        yield dict(zip(grid, values, strict=True))


def average_precision(scores: pl.DataFrame, folder: Path) -> float:
    """Return the average precision of scores on a world that was written to a folder."""
    measure = import_module("sklearn.metrics").average_precision_score
    planted = pl.read_parquet(folder / "truth.parquet")["account"].implode()
    accounts = pl.read_parquet(folder / "accounts.parquet").select("account").unique()
    ranked = accounts.join(scores, on="account", how="left").select(
        truth=pl.col("account").is_in(planted),
        score=pl.col("score").fill_null(pl.col("score").min() - 1).fill_null(0.0),
    )
    return float(measure(ranked["truth"].to_numpy(), ranked["score"].to_numpy()))


def written(folder: Path, campaign: str, seed: int, size: tuple[int, int]) -> Problem:
    """Make a world with one campaign, write it, and return what a detector may see of it."""
    accounts, days = size
    write_world(make_world(accounts, days, (campaign,), seed=seed), folder)
    return Problem(folder / "events", folder / "accounts.parquet", seed)


def tried(
    task: tuple[str, int],
    size: tuple[int, int],
    peers: tuple[str, ...],
    grids: dict[str, dict[str, tuple[Any, ...]]],
) -> list[dict[str, Any]]:
    """Return what every setting of every peer scores on one world."""
    campaign, seed = task
    rows = []
    with tempfile.TemporaryDirectory(prefix="graphmeta-tune-") as name:
        folder = Path(name)
        problem = written(folder, campaign, seed, size)
        for peer in (peer for peer in PEERS if peer.name in peers):
            for setting in settings(peer.name, grids):
                begun = time.perf_counter()
                precision = measured(cast(Any, replace)(peer, **setting), problem, folder)
                rows.append(
                    {
                        "peer": peer.name,
                        "setting": " ".join(f"{key}={value}" for key, value in setting.items()),
                        "campaign": campaign,
                        "ap": precision,
                        "seconds": time.perf_counter() - begun,
                        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                    }
                )
    return rows


def measured(detector: Detector, problem: Problem, folder: Path) -> float:
    """Return a detector's average precision; 0, and a line that says so, where it fails."""
    try:
        return average_precision(detector.detect(problem).scores, folder)
    except GraphmetaError as error:
        print(f"{detector.name} failed: {error}")
        return 0.0


def show(rows: pl.DataFrame, best: int) -> None:
    """Print, per peer, its best settings and what the best scores on each campaign."""
    means = (
        rows.group_by("peer", "setting")
        .agg(pl.col("ap").mean(), pl.col("seconds").mean())
        .sort("peer", "ap", "setting", descending=[False, True, False])
    )
    print(f"peer | setting | mean average precision | seconds per world ({best} best per peer)")
    for row in means.group_by("peer", maintain_order=True).head(best).iter_rows(named=True):
        print(f"{row['peer']} | {row['setting']} | {row['ap']:.3f} | {row['seconds']:.1f}")
    winners = means.group_by("peer", maintain_order=True).first()
    table = rows.join(winners.select("peer", "setting"), on=["peer", "setting"], how="semi")
    campaigns = table["campaign"].unique(maintain_order=True).to_list()
    print("peer | mean | " + " | ".join(campaigns) + " | most seconds | most MB")
    for part in table.partition_by("peer", maintain_order=True):
        ap = pl.col("ap").mean()
        of = dict(part.group_by("campaign").agg(ap).iter_rows())
        cells = [f"{part.select(ap).item():.3f}", *(f"{of[name]:.2f}" for name in campaigns)]
        extreme = part.select(pl.col("seconds").max(), pl.col("mb").max()).row(0)
        print(" | ".join([part.item(0, "peer"), *cells, f"{extreme[0]:.1f}", f"{extreme[1]:.0f}"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    names = [peer.name for peer in PEERS]
    single = [name for name in CAMPAIGN_NAMES if name != "seven_at_once"]
    parser.add_argument("--peer", action="append", choices=names, help="default: all")
    parser.add_argument("--campaign", action="append", choices=single, help="default: all")
    parser.add_argument("--accounts", type=int, default=2_000)
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--seeds", type=int, default=1, help="worlds per campaign")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--near", action="store_true", help="only what did well on small worlds")
    parser.add_argument("--check", action="store_true", help="the peers as they are, no grid")
    parser.add_argument("--best", type=int, default=5, help="settings to print per peer")
    asked = parser.parse_args()
    campaigns = asked.campaign or single
    tasks = [
        (campaign, FIRST_SEED + offset + asked.seeds * campaigns.index(campaign))
        for campaign in campaigns
        for offset in range(asked.seeds)
    ]
    work = partial(
        tried,
        size=(asked.accounts, asked.days),
        peers=tuple(asked.peer or names),
        grids={name: {} for name in names} if asked.check else NEAR if asked.near else GRIDS,
    )
    rows: list[dict[str, Any]] = []
    with ProcessPoolExecutor(asked.processes, mp_context=get_context("spawn")) as pool:
        for done in pool.map(work, tasks):
            rows.extend(done)
            print(f"{len(rows)} measurements", flush=True)
    show(pl.DataFrame(rows), asked.best)


if __name__ == "__main__":
    main()
