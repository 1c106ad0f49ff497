"""What the tests of the case store share: a run, verdicts on it, and raw SQL."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from sqlalchemy import text

from graphmeta.cases.store import CaseStore
from graphmeta.cases.verdicts import Judgement

# The run made by hand stands with the tests of the report.
sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
from fake_run import write_fake_run
from fake_tables import Tables

__all__ = ["FUNNEL", "RING", "Tables", "execute", "says", "scalar", "write_fake_run"]

RING, FUNNEL = "k7f3a-ring", "b21c0-funnel"


def says(verdict: str = "spam", cluster: str = RING, **more: Any) -> Judgement:
    """Return what Ann concludes, where nothing else is given."""
    given = {"reason": "the same list", "reviewer": "ann", **more}
    return Judgement(cluster, verdict, **given)


def execute(store: CaseStore, statement: str) -> None:
    with store.writing() as session:
        session.execute(text(statement))


def scalar(store: CaseStore, query: str) -> Any:
    with store.reading() as session:
        return session.execute(text(query)).scalar()
