"""Which accounts reached the same people in time? How long do we take to say so, beside peers?

``python benchmarks/equal_work.py --events 1000000 --folder WORLDS``. All are given the same rows in
a file of their own kind (account, whom it contacted, second) and name every pair of accounts that
contacted the same person within the window, and how often. Each runs whole in a process of its own,
start-up and reading included, and says how many pairs it found.

- ``contacts`` are the first contacts of every two accounts. ``pairs`` is our own counting of them,
  ``layer`` the whole layer of shared targets, which looks at four widths and also says of each
  pair how surprising it is;
- ``messages`` are all messages and calls between two. We never ask this of messages, so peers stand
  beside the whole analysis here, which answers far more.

Peers are the Coordination Network Toolkit (``co_retweet``), which the extra ``bench`` brings, and
CooRTweet (``detect_groups``, ``generate_coordinated_network``), where ``Rscript`` finds it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import measuring
import numpy as np
import polars as pl

from graphmeta.bench.peers.contacts import contacts, reaching
from graphmeta.nulls.timing import Habits
from graphmeta.signals.base import WHOLE, Observations
from graphmeta.signals.coordination import incidence
from graphmeta.signals.coordination.shared_targets import SharedTargets

_COORTWEET = """
suppressMessages({library(data.table); library(CooRTweet)})
given <- commandArgs(trailingOnly = TRUE)
shares <- fread(given[1], colClasses = c(account_id = "character", object_id = "character"))
pairs <- detect_groups(shares, time_window = as.numeric(given[2]), min_participation = 1)
network <- generate_coordinated_network(pairs, edge_weight = 0)
cat(igraph::ecount(network))
"""


def main() -> None:
    """Measure, and print; or be one of those that are measured."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--events", type=int, default=1_000_000)
    asked.add_argument("--folder", type=Path, help="where worlds stand, or will")
    asked.add_argument("--window", type=int, default=3_600, help="seconds")
    asked.add_argument("--times", type=int, default=3)
    asked.add_argument("--answer", choices=["pairs", "layer", "toolkit"], help=argparse.SUPPRESS)
    asked.add_argument("--rows", type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.answer:
        answer = {"pairs": _pairs, "layer": _layer, "toolkit": _toolkit}[given.answer]
        print(answer(given.rows, given.window))
        return
    made = measuring.world(given.events, given.folder)
    with tempfile.TemporaryDirectory() as folder:
        of_pairs = contacts(made / "events", "first_contacts")
        of_messages = reaching(made / "events").rename({"timestamp": "time"}).collect()
        small = _written(of_pairs, Path(folder, "contacts"))
        large = _written(of_messages, Path(folder, "messages"))
        print(f"{of_pairs.height:,} contacts, {of_messages.height:,} messages, {given.window} s")
        ours = {name: _itself(name, small / "rows.parquet", given.window)
                for name in ("pairs", "layer")}  # fmt: skip
        _beside("contacts", {**ours, **_peers(small, given.window)}, given.times)
        whole = {"analysis": partial(_analysis, made)}
        _beside("messages", {**whole, **_peers(large, given.window)}, given.times)


def _written(rows: pl.DataFrame, folder: Path) -> Path:
    """Write rows in every form that is read: Parquet, and a table for each peer."""
    folder.mkdir()
    names = pl.concat([rows["sender"], rows["recipient"]]).unique().sort()
    number = partial(pl.Expr.replace_strict, old=names, new=np.arange(names.len()))
    numbered = rows.select(
        number(pl.col("sender")), number(pl.col("recipient")), pl.col("time").dt.epoch("s")
    )
    numbered.write_parquet(folder / "rows.parquet")
    counted = numbered.with_row_index("id")
    counted.select(
        object_id="recipient", account_id="sender", content_id="id", timestamp_share="time"
    ).write_csv(folder / "coortweet.csv")
    counted.select(
        message_id="id",
        user_id="sender",
        username=pl.lit(""),
        repost_id="recipient",
        reply_id=pl.lit(""),
        message=pl.lit(""),
        timestamp="time",
        urls=pl.lit(""),
    ).write_csv(folder / "toolkit.csv")
    return folder


def _beside(what: str, who: dict[str, Callable[[], tuple[float, float, str]]], times: int) -> None:
    """Let everybody work in turn, and print the best of several times of each."""
    took = {name: min((work() for _ in range(times)), key=lambda one: one[1])
            for name, work in who.items()}  # fmt: skip
    first = next(iter(took.values()))
    for name, (seconds, cpu, said) in took.items():
        print(
            f"{what:9} {name:10} {seconds:8.2f} s  {cpu:8.2f} s of cores  {said.strip()}  "
            f"{seconds / first[0]:.1f} times, {cpu / first[1]:.1f} by the cores"
        )


def _peers(folder: Path, window: int) -> dict[str, Callable[[], tuple[float, float, str]]]:
    """Return the peers that can be had on this machine."""
    peers = {"toolkit": _itself("toolkit", folder / "toolkit.csv", window)}
    known = ["Rscript", "-e", "library(CooRTweet)"]
    if not shutil.which("Rscript") or subprocess.run(known, capture_output=True).returncode:
        print("CooRTweet: Rscript does not find it")
        return peers
    asked = ["Rscript", "-e", _COORTWEET, str(folder / "coortweet.csv"), str(window)]
    return {**peers, "CooRTweet": partial(measuring.timed, asked)}


def _itself(answer: str, rows: Path, window: int) -> Callable[[], tuple[float, float, str]]:
    asked = ["--answer", answer, "--rows", str(rows), "--window", str(window)]
    return partial(measuring.timed, [sys.executable, __file__, *asked])


def _analysis(made: Path) -> tuple[float, float, str]:
    cost = measuring.analysis(made)
    return cost.seconds, cost.cpu_seconds, f"{cost.counts['clusters']} clusters"


def _pairs(rows: Path, window: int) -> str:
    contacts = pl.read_parquet(rows)
    met = incidence.meetings(contacts, _accounts(contacts))
    pairs = met.filter(pl.col("gap") <= window).group_by("a", "b").len()
    left_out = incidence.crowded(np.bincount(contacts["recipient"].to_numpy())).size
    return f"{pairs.height:,} pairs" + (
        f", {left_out} crowded targets left out" if left_out else ""
    )


def _layer(rows: Path, window: int) -> str:  # noqa: ARG001  it looks at widths of its own
    told = pl.read_parquet(rows).with_columns(
        pl.col("sender", "recipient").cast(pl.UInt32), recipient_fold=pl.lit(0, pl.Int8)
    )
    accounts = _accounts(told)
    nothing = pl.DataFrame(
        schema={"account": pl.UInt32, "hub": pl.UInt32, "time": pl.Int64, "account_fold": pl.Int8}
    )
    seen = Observations(
        strangers=told,
        arrivals=nothing,
        visible=nothing.with_columns(newcomer=pl.lit(True), known=pl.lit(0, pl.Int64)),
        circle_of=np.zeros(accounts, dtype=np.int64),
        habits=Habits(np.full((1, 24), 1 / 24), np.zeros(accounts, dtype=np.int32)),
        span_days=28,
    )
    return f"{SharedTargets().pairs(seen, WHOLE).height:,} pairs at any time"


def _accounts(rows: pl.DataFrame) -> int:
    return int(rows.select(pl.max_horizontal(pl.col("sender", "recipient").max())).item()) + 1


def _toolkit(rows: Path, window: int) -> str:
    program = [sys.executable, "-m", "coordination_network_toolkit"]
    with tempfile.TemporaryDirectory() as folder:
        base = str(Path(folder, "network.db"))
        limits = ["--time_window", str(window), "--min_edge_weight", "1"]
        cores = ["--n_cpus", str(os.cpu_count())]
        for step in (["preprocess", str(rows)], ["compute", "co_retweet", *limits, *cores]):
            subprocess.run([*program, base, *step], check=True, capture_output=True)
        with closing(sqlite3.connect(base)) as opened:
            asked = "SELECT count(*) FROM co_retweet_network WHERE user_1 < user_2"
            (found,) = opened.execute(asked).fetchone()
    return f"{found:,} pairs"


if __name__ == "__main__":
    main()
