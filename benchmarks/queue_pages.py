"""How long does the workbench take for a page of its queue, with a hundred thousand clusters?

Makes a run of so many clusters up (every table but ``clusters`` and ``evidence`` is empty), records
so many verdicts on it, and asks for pages as a browser does, one after the other, each several
times. Prints how long the first look takes, which reads the run, and then of each page the middle
and the longest time, and the middle of the processor's time, which says more where the machine has
other work. The times include the whole application; they exclude the network.

    .venv/bin/python benchmarks/queue_pages.py --clusters 100000 --verdicts 10000
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sqlalchemy import insert
from starlette.testclient import TestClient

from graphmeta.cases.store import CaseStore, known, now, open_store
from graphmeta.cases.tables import Verdict
from graphmeta.contract.tables import TABLES
from graphmeta.run import AUDIT, MANIFEST, RunFolder, claim, publish, write_tables
from graphmeta.workbench.app import build
from graphmeta.workbench.desk import Desk, open_runs
from graphmeta.workbench.listing.rows import rows
from graphmeta.workbench.security.address import on_loopback
from graphmeta.workbench.security.gate import Access
from graphmeta.workbench.security.people import User
from graphmeta.workbench.security.sessions import OneTimeToken

START = datetime(2026, 3, 2, tzinfo=UTC)
LAYERS = (["shared_targets"], ["shared_timing", "funnel"], ["grooming"], ["shared_targets"])
TERMS = ("constant", "stranger_share", "reply_rate", "defence_rate", "youth", "onset")
PAGES = (
    "/",
    "/?page={middle}",
    "/?page={last}",
    "/?sort=-spam",
    "/?sort=q_value&page={middle}",
    "/?sort=-last_event",
    "/?sort=cluster_id",
    "/?status=confirmed&flagged=yes",
    "/?layer=funnel&sort=-n_actors",
    "/?find=9999",
    "/?review=open",
    "/?review=judged&sort=-n_contacted",
    "/runs",
)
_TIMES = 9


def main() -> None:
    """Make the run, and time the pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clusters", type=int, default=100_000)
    parser.add_argument("--verdicts", type=int, default=10_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = write_run(Path(folder) / "run", given.clusters)
        with open_store(f"sqlite:///{folder}/cases.sqlite") as store:
            judge(store, run, given.verdicts)
            desk = Desk(open_runs([run.path]), store)
            began = time.perf_counter()
            _ = rows(desk).places
            print(f"reading the run: {time.perf_counter() - began:.1f} s")
            measure(desk, last=-(-given.clusters // 50))


def measure(desk: Desk, last: int) -> None:
    """Print the times of every page."""
    token = OneTimeToken()
    access = Access(token=token, local=User("ann", "lead"))
    app = build(desk, on_loopback("127.0.0.1", 8750, tls=False), access)
    client = TestClient(app, base_url="http://127.0.0.1:8750")
    client.get(f"/?token={token.value}")
    for pattern in PAGES:
        path = pattern.format(middle=last // 2, last=last)
        taken, worked = [], []
        for _ in range(_TIMES):
            began, working = time.perf_counter(), time.process_time()
            answer = client.get(path)
            taken.append(1000 * (time.perf_counter() - began))
            worked.append(1000 * (time.process_time() - working))
            answer.raise_for_status()
        print(
            f"{path:40} {statistics.median(taken):5.0f} ms, at most {max(taken):5.0f} ms; "
            f"processor {statistics.median(worked):5.0f} ms"
        )


def write_run(path: Path, number: int) -> RunFolder:
    """Write a run of made-up clusters and open it."""
    draw = np.random.default_rng(0)
    names = [f"c{at:06d}" for at in range(1, number + 1)]
    behaviours = draw.choice(["spam", "recruitment", "unclear"], number, p=[0.2, 0.1, 0.7])
    confirmed = draw.random(number) < 0.5
    clusters = pl.DataFrame(
        {
            "cluster_id": names,
            "status": np.where(confirmed, "confirmed", "candidate"),
            "flagged": confirmed & (behaviours != "unclear"),
            "risk": np.sort(draw.beta(0.6, 3, number))[::-1],
            "spam": draw.random(number),
            "recruitment": draw.random(number),
            "behaviour": behaviours,
            "p_value": draw.random(number) / 3,
            "q_value": draw.random(number),
            "n_actors": draw.integers(3, 200, number),
            "n_contacted": draw.integers(1, 9000, number),
            "layers": [LAYERS[at % len(LAYERS)] for at in range(number)],
            "first_event": [START] * number,
            "last_event": [
                START + timedelta(hours=int(at)) for at in draw.integers(1, 500, number)
            ],
            "stability": draw.random(number),
        }
    )
    tables = {name: pl.DataFrame(schema=schema) for name, schema in TABLES.items()}
    tables |= {"clusters": clusters, "evidence": _evidence(names, draw)}
    folder = claim(path)
    write_tables(folder, tables)
    (folder / MANIFEST).write_text(json.dumps(_manifest(number)), encoding="utf-8")
    (folder / AUDIT).touch()
    return publish(folder, path)


def _evidence(names: list[str], draw: np.random.Generator) -> pl.DataFrame:
    number = len(names)
    shares = draw.integers(0, 100, number)
    return pl.concat(
        pl.DataFrame(
            {
                "cluster_id": names,
                "score": [score] * number,
                "term": [term] * number,
                "observed": draw.random(number),
                "expected": draw.random(number),
                "contribution": draw.normal(size=number),
                "says": [f"{share} % of first contacts went to strangers" for share in shares],
            }
        )
        for score in ("spam", "recruitment")
        for term in TERMS
    )


def _manifest(number: int) -> dict[str, Any]:
    """Return as much of a manifest as the pages read."""
    end = START + timedelta(days=21)
    return {
        "graphmeta": "0",
        "created_at": end.isoformat(),
        "seed": 0,
        "inputs": [],
        "configuration": {},
        "counts": {"clusters": number, "events_accepted": 0, "accounts": 0},
        "span": {"first_event": START.isoformat(), "last_event": end.isoformat()},
        "statements": {"risk": "", "bound": "", "innocents": ""},
        "privacy": {"expires_at": datetime(2999, 1, 1, tzinfo=UTC).isoformat()},
    }


def judge(store: CaseStore, run: RunFolder, number: int) -> None:
    """Record verdicts on clusters spread over the run, by two people."""
    names = run.table("clusters")["cluster_id"]
    clusters = names.gather_every(max(1, len(names) // max(1, number)))
    with store.writing() as session:
        run_id = known(session, run)
        said = [
            {
                "run_id": run_id,
                "cluster": cluster,
                "version": 1,
                "verdict": "spam",
                "reason": "made up",
                "salt": "",
                "reviewer": ("ann", "bob")[at % 2],
                "second_asked": at % 3 == 0,
                "at": now(),
            }
            for at, cluster in enumerate(clusters.head(number))
        ]
        if said:
            session.execute(insert(Verdict), said)


if __name__ == "__main__":
    main()
