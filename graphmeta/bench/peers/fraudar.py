"""FRAUDAR: which accounts and targets form a block denser than camouflage can hide?

Hooi, Song, Beutel, Shah, Shin and Faloutsos, FRAUDAR: Bounding graph fraud in the face of
camouflage, KDD 2016. Greedy removal of the least suspicious account or target, each contact
weighing less the more popular its target is; what was left when the average weight was highest is
the block. Further blocks come from what remains once a block's contacts are taken out.

Run by UGFraud (Apache-2.0), whose code is the authors' own. Its square-root weights fail on a
current NumPy, so they cannot be chosen. Accounts rank by block in the order in which blocks were
found, and in a block by the number of its targets that they reached; the paper ranks by block
alone. The first block is the one that the paper reports, so it alone is flagged. What it does not
see: time, and groups that share few targets. Busy accounts of ordinary life are dense as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from graphmeta.bench.detector import MEMBERS, Answer, Problem
from graphmeta.bench.peers.contacts import Form, Incidence, contacts, incidence
from graphmeta.bench.peers.packages import load, quiet

# As tuned by ``benchmarks/tune_peers.py``: mean average precision 0.601 on 2,000 accounts
# and 0.671 on 10,000.
FORM: Form = "later_first_contacts"
WEIGHTS: Literal["log", "none"] = "log"
BLOCKS = 10

_NONE = pl.DataFrame(
    schema={"account": pl.String, "reached": pl.Float64, "block": pl.Int64, "density": pl.Float64}
)
_FUNCTIONS = {"log": "logWeightedAveDegree", "none": "aveDegree"}


@dataclass(frozen=True)
class Fraudar:
    """Dense blocks of accounts and targets.

    Args:
        form: Which contacts it sees.
        weights: How contacts with popular targets are discounted.
        blocks: How many blocks it looks for.
        name: The name that tables carry.
    """

    form: Form = FORM
    weights: Literal["log", "none"] = WEIGHTS
    blocks: int = BLOCKS
    name: str = "fraudar"

    def detect(self, problem: Problem) -> Answer:
        """Find blocks, and rank accounts by them.

        Raises:
            MissingExtraError: UGFraud is not installed.
        """
        package = load("UGFraud.Detector.Fraudar", "UGFraud")
        acts = incidence(contacts(problem.events, self.form), "target")
        found: list[tuple[tuple[set[int], set[int]], float]] = []
        if acts.matrix.nnz:
            with quiet():
                function = getattr(package, _FUNCTIONS[self.weights])
                found = package.detectMultiple(acts.matrix, function, self.blocks)
        blocks = [
            _block(acts, number, rows, columns, float(density))
            for number, ((rows, columns), density) in enumerate(found)
            if density > 0
        ]
        return _answer(pl.concat([_NONE, *blocks]))


def _block(
    acts: Incidence, number: int, rows: set[int], columns: set[int], density: float
) -> pl.DataFrame:
    """Return one row per account of a block, with how many of the block's targets it reached."""
    row = np.array(sorted(rows), dtype=np.int64)
    column = np.array(sorted(columns), dtype=np.int64)
    reached = np.asarray(acts.matrix[row][:, column].sum(axis=1)).ravel().astype(np.float64)
    return pl.DataFrame({"account": acts.accounts.gather(row), "reached": reached}).with_columns(
        block=pl.lit(number, pl.Int64), density=pl.lit(density)
    )


def _answer(placed: pl.DataFrame) -> Answer:
    """Return an answer in which every account belongs to the first block that it is in."""
    first = placed.sort("block", "account").unique("account", keep="first", maintain_order=True)
    # A share below one keeps blocks apart: nobody of a later block passes anybody of an earlier.
    share = pl.col("reached") / (1 + pl.col("reached").max().over("block"))
    scores = first.select("account", score=share - pl.col("block").cast(pl.Float64))
    members = first.with_columns(cluster_id=pl.format("block{}", "block"))
    groups = members.group_by("cluster_id").agg(
        flagged=pl.col("block").first() == 0, risk=pl.col("density").first()
    )
    return Answer(
        scores.sort("account"),
        groups.with_columns(pl.col("risk") / pl.col("risk").max()).sort("cluster_id"),
        members.select(MEMBERS.names()).sort("cluster_id", "account"),
    )
