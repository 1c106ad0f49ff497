"""What a detector is to the benchmark: it sees events and accounts, and answers with scores.

The truth is never in reach of a detector: a problem holds the paths of what a platform would have,
and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl

#: One row per account that the detector has an opinion of. Accounts left out rank last.
SCORES = pl.Schema({"account": pl.String(), "score": pl.Float64()})
#: One row per group of accounts that the detector proposes.
GROUPS = pl.Schema({"cluster_id": pl.String(), "flagged": pl.Boolean(), "risk": pl.Float64()})
#: One row per account of a group, those it merely contacted left out.
MEMBERS = pl.Schema({"cluster_id": pl.String(), "account": pl.String()})


@dataclass(frozen=True)
class Problem:
    """What a detector may see of a world.

    Args:
        events: Folder of Parquet files that satisfy the event contract.
        accounts: Parquet file: account, created_at, closed_at, closed_by, declared.
        seed: For whatever the detector draws.
    """

    events: Path
    accounts: Path
    seed: int


@dataclass(frozen=True)
class Answer:
    """What a detector says.

    Args:
        scores: Columns of ``SCORES``; higher is more suspicious, on any scale.
        groups: Columns of ``GROUPS``; None where the detector ranks accounts and flags nothing.
        members: Columns of ``MEMBERS``; None where ``groups`` is.
    """

    scores: pl.DataFrame
    groups: pl.DataFrame | None = None
    members: pl.DataFrame | None = None


class Detector(Protocol):
    """Anything that can be measured."""

    @property
    def name(self) -> str:
        """The name that tables carry."""

    def detect(self, problem: Problem) -> Answer:
        """Look at a world's events and accounts, and answer.

        Raises:
            MissingExtraError: If a package that the detector needs is not installed.
        """
