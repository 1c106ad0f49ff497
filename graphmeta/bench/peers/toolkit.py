"""Coordination Network Toolkit: which accounts do the same within seconds of one another, often?

Graham, Bruns, Zhu and Campbell, Like a virus: the coordinated spread of coronavirus
disinformation, 2020; Keller, Schoch, Stier and Yang, Political astroturfing on Twitter, 2020. The
package is ``coordination-network-toolkit`` of the QUT Digital Observatory (MIT).

A first contact is a message of its sender. For ``co_retweet`` it reposts the target, so accounts
are tied that reach one target within the window; for ``co_post`` its content plays no part, so
accounts are tied that begin to contact anybody within the window of each other. An edge weighs
the number of such contacts. What it does not see: chance. Two busy accounts are tied for being
busy, and nothing is subtracted for popularity, activity or the time of day.

It works on a file of SQLite in a temporary folder and in worker processes, so it runs as a
program of its own: a process with Polars' threads in it must not be forked.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from graphmeta.bench.detector import Answer, Problem
from graphmeta.bench.peers import networks
from graphmeta.bench.peers.contacts import Form, contacts, numbered
from graphmeta.bench.peers.packages import need
from graphmeta.errors import GraphmetaError

Network = Literal["co_retweet", "co_post"]

# As tuned by ``benchmarks/tune_peers.py``: mean average precision 0.560 on 2,000 accounts
# and 0.527 on 10,000.
CO_RETWEET_FORM: Form = "later_first_contacts"
CO_RETWEET_WINDOW_S = 86_400
CO_RETWEET_LEAST_WEIGHT = 5
# As tuned by the same runs: 0.465 and 0.309.
CO_POST_FORM: Form = "later_first_contacts"
CO_POST_WINDOW_S = 120
CO_POST_LEAST_WEIGHT = 1

_MODULE = "coordination_network_toolkit"
_PACKAGE = "coordination-network-toolkit"
_LAST_WORDS = 300


@dataclass(frozen=True)
class Toolkit:
    """A coordination network.

    Args:
        name: The name that tables carry.
        network: What ties two accounts.
        form: Which contacts it sees.
        window_s: Seconds within which two contacts count as one act.
        least_weight: Contacts of an account with that of another in reach that make an edge.
    """

    name: str
    network: Network
    form: Form
    window_s: int
    least_weight: int

    def detect(self, problem: Problem) -> Answer:
        """Build the network and rank accounts by their strength in it.

        Raises:
            MissingExtraError: The toolkit is not installed.
            GraphmetaError: It failed.
        """
        need(_MODULE, _PACKAGE)
        rows = contacts(problem.events, self.form)
        accounts, sender, recipient = numbered(rows)
        # Empty columns: the name, what is replied to, what is said, and links. None is known.
        messages = pl.DataFrame(
            {"message_id": np.arange(len(sender)), "user_id": sender}
        ).with_columns(
            pl.lit("").alias("username"),
            pl.Series("repost_id", recipient),
            pl.lit("").alias("reply_id"),
            pl.lit("").alias("message"),
            rows["time"].dt.epoch("s").alias("timestamp"),
            pl.lit("").alias("urls"),
        )
        with tempfile.TemporaryDirectory(prefix="graphmeta-toolkit-") as folder:
            edges = self._edges(messages, Path(folder))
        return networks.answer(
            accounts,
            edges["a"].to_numpy(),
            edges["b"].to_numpy(),
            edges["weight"].to_numpy(),
        )

    def _edges(self, messages: pl.DataFrame, folder: Path) -> pl.DataFrame:
        """Return the network's edges: a, b (numbers of accounts, a below b), weight.

        The toolkit counts an edge from both ends, and the counts may differ: their mean is taken.
        """
        table, base = folder / "messages.csv", folder / "network.db"
        messages.write_csv(table)
        _run(str(base), "preprocess", str(table))
        _run(
            str(base),
            "compute",
            self.network,
            *("--time_window", str(self.window_s)),
            *("--min_edge_weight", str(self.least_weight)),
            *("--n_cpus", "1"),
        )
        with closing(sqlite3.connect(base)) as opened:
            edges = opened.execute(
                f"SELECT user_1, user_2, weight FROM {self.network}_network WHERE user_1 != user_2"
            ).fetchall()
        schema = {"user_1": pl.String, "user_2": pl.String, "weight": pl.Float64}
        one, other = pl.col("user_1").cast(pl.Int64), pl.col("user_2").cast(pl.Int64)
        return (
            pl.DataFrame(edges, schema=schema, orient="row")
            .group_by(a=pl.min_horizontal(one, other), b=pl.max_horizontal(one, other))
            .agg(pl.col("weight").mean())
            .sort("a", "b")
        )


def co_retweet() -> Toolkit:
    """Return the network of accounts that reach the same targets, as tuned."""
    return Toolkit(
        "toolkit_co_retweet",
        "co_retweet",
        CO_RETWEET_FORM,
        CO_RETWEET_WINDOW_S,
        CO_RETWEET_LEAST_WEIGHT,
    )


def co_post() -> Toolkit:
    """Return the network of accounts that act at the same moments, as tuned."""
    return Toolkit(
        "toolkit_co_post", "co_post", CO_POST_FORM, CO_POST_WINDOW_S, CO_POST_LEAST_WEIGHT
    )


def _run(*arguments: str) -> None:
    """Run the toolkit's program.

    Raises:
        GraphmetaError: It ended with an error.
    """
    done = subprocess.run(
        [sys.executable, "-m", _MODULE, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise GraphmetaError(
            f"{_PACKAGE} failed: {done.stderr.strip()[-_LAST_WORDS:]}",
            "Check that its version is the one that the extra bench asks for.",
        )
