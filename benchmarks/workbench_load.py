"""Does the workbench hold when many work at once: no error, no lost verdict, how long do they wait?

Starts ``graphmeta serve`` as people do, with accounts, and lets so many analysts work for some
minutes: each looks at the queue, opens a cluster, thinks, and judges it by the page's own form;
now and then one looks at the cases. Where another judged the same cluster first, the workbench says
so (409), and the analyst goes on: that is an answer and no error. At the end every verdict that was
accepted has to stand in the case store and in the run's log, whose chain has to hold.

    .venv/bin/python benchmarks/workbench_load.py --store postgresql --analysts 20 --seconds 300
    .venv/bin/python benchmarks/workbench_load.py --store sqlite --analysts 5 --seconds 300

Without ``--run`` a world is made up and analysed first, and its few clusters are copied under new
names, so that analysts seldom meet on one. One analyst judges a cluster before the clock starts,
since the first pages read the run and load the charts; how long that takes is said apart. The times
are those of one machine that runs the workbench, the database and the analysts; ten seconds
from a page to a verdict is far below a person's.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import httpx2
import polars as pl
from sqlalchemy import select

from graphmeta.cases.store import open_store
from graphmeta.cases.tables import Verdict
from graphmeta.contract.tables import TABLES
from graphmeta.ingest import Reading
from graphmeta.pipeline import analyze
from graphmeta.privacy.audit import find_break
from graphmeta.run import open_run
from graphmeta.synthetic import make_world
from graphmeta.synthetic.campaigns.one_clock import OneClock
from graphmeta.synthetic.campaigns.ring import Ring
from graphmeta.workbench.security import people

_PASSWORD = "a long enough password"
_VERDICTS = ("spam", "recruitment", "benign", "unsure")
_CASES_EVERY = 10
#: As many copies of every cluster stand in the made-up run.
_COPIES = 60


@dataclass
class Form:
    """One form of a page: where it goes, and what it holds already."""

    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


class Forms(HTMLParser):
    """Reads the forms and links of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, a field of it, or a link."""
        said = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(said.get("href", ""))
        elif tag == "form":
            self.forms.append(Form(said.get("action", "")))
        elif self.forms and said.get("name"):
            form = self.forms[-1]
            form.names.add(said["name"])
            if tag == "input" and said.get("type") == "hidden":
                form.fields[said["name"]] = said.get("value", "")

    def asking_for(self, name: str) -> Form | None:
        """Return the first form that has such a field."""
        return next((form for form in self.forms if name in form.names), None)


@dataclass
class Tally:
    """What all analysts met. All threads share it."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    accepted: set[str] = field(default_factory=set)
    conflicts: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class Analyst:
    """Somebody who works through the queue."""

    name: str
    url: str
    tally: Tally
    think: float

    def work(self, until: float, at_least: int = 0) -> None:
        """Work until then, and on so many clusters at least."""
        draw = random.Random(self.name)
        with httpx2.Client(base_url=self.url, timeout=60.0) as client:
            said = {"name": self.name, "password": _PASSWORD}
            client.post("/sign-in", data=said)
            time.sleep(self.think * draw.random())  # nobody begins at the same moment
            number = 0
            while time.monotonic() < until or number < at_least:
                number += 1
                try:
                    self._judge_one(client, draw, number)
                except httpx2.HTTPError as error:
                    with self.tally.lock:
                        self.tally.errors[type(error).__name__] += 1

    def _judge_one(self, client: httpx2.Client, draw: random.Random, number: int) -> None:
        queue = Forms(self._get(client, "queue", "/"))
        clusters = [one for one in queue.links if "/cluster?id=" in one]
        if not clusters:
            raise httpx2.HTTPError("the queue links no cluster")
        if number % _CASES_EVERY == 0:
            self._get(client, "cases", "/cases")
        page = self._get(client, "cluster", draw.choice(clusters))
        time.sleep(self.think * draw.uniform(0.5, 1.5))
        form = Forms(page).asking_for("verdict")
        if form is None:
            raise httpx2.HTTPError("the page of the cluster asks for no verdict")
        reason = f"{self.name} no. {number}"
        said = {**form.fields, "verdict": draw.choice(_VERDICTS), "reason": reason}
        began = time.perf_counter()
        answer = client.post(form.action, data=said)
        self._count("verdict", began, answer, reason)

    def _get(self, client: httpx2.Client, what: str, path: str) -> str:
        began = time.perf_counter()
        answer = client.get(path)
        self._count(what, began, answer)
        return answer.text

    def _count(
        self, what: str, began: float, answer: httpx2.Response, reason: str | None = None
    ) -> None:
        taken = time.perf_counter() - began
        with self.tally.lock:
            self.tally.seconds.setdefault(what, []).append(taken)
            if answer.status_code == httpx2.codes.CONFLICT:
                self.tally.conflicts += 1
            elif answer.status_code not in (httpx2.codes.OK, httpx2.codes.SEE_OTHER):
                self.tally.errors[f"{what}: {answer.status_code}"] += 1
            elif reason is not None:
                self.tally.accepted.add(reason)


def main() -> None:
    """Let analysts work, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--analysts", type=int, default=None, help="5 on SQLite, 20 on PostgreSQL")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--think", type=float, default=10.0, help="seconds before a verdict, about")
    parser.add_argument("--run", type=Path, default=None, help="a run that may be judged")
    given = parser.parse_args()
    number = given.analysts or (5 if given.store == "sqlite" else 20)
    with tempfile.TemporaryDirectory() as name, _store(given.store, Path(name)) as store_url:
        folder = Path(name)
        run = given.run or _analysed(folder)
        names = [f"analyst-{n:02d}" for n in range(number)]
        for one in names:
            people.add(folder / "people.toml", one, "analyst", _PASSWORD)
        tally = Tally()
        with _serving(run, folder, store_url) as url:
            began = time.monotonic()
            Analyst(names[0], url, Tally(), think=0.0).work(began, at_least=1)
            print(f"The first pages took {time.monotonic() - began:.1f} s.")
            until = time.monotonic() + given.seconds
            threads = [
                threading.Thread(target=Analyst(one, url, tally, given.think).work, args=(until,))
                for one in names
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        lost = _lost(run, store_url, tally)
    _tell(given.store, number, given.seconds, tally, lost)
    sys.exit(1 if tally.errors or lost else 0)


def _tell(store: str, number: int, seconds: float, tally: Tally, lost: int) -> None:
    print(f"{number} analysts at once for {seconds:.0f} s on {store}")
    for what, taken in sorted(tally.seconds.items()):
        ordered = sorted(taken)
        middle, late = (ordered[int(part * (len(ordered) - 1))] for part in (0.5, 0.95))
        print(
            f"{what:8} {len(ordered):6} requests; middle {1000 * middle:4.0f} ms, "
            f"95th percentile {1000 * late:4.0f} ms, longest {1000 * ordered[-1]:4.0f} ms"
        )
    print(
        f"{len(tally.accepted)} verdicts accepted, {lost} of them lost; {tally.conflicts} told "
        f"that another was first; errors: {dict(tally.errors) or 'none'}"
    )


def _lost(run: Path, store_url: str, tally: Tally) -> int:
    """Return how many accepted verdicts are not in the store or not in the run's log."""
    opened = open_run(run)
    lines = opened.audit_lines()
    broken = find_break(lines)
    if broken:
        raise SystemExit(f"The run's audit log is broken: {broken}")
    logged = {
        entry["detail"]["reason_sha256"]
        for entry in map(json.loads, lines)
        if entry["act"] == "verdict"
    }
    with open_store(store_url) as store, store.reading() as session:
        rows = session.scalars(select(Verdict).where(Verdict.run_id == opened.run_id))
        kept = {row.reason for row in rows if row.reason_sha256 in logged}
    return len(tally.accepted - kept)


def _analysed(folder: Path) -> Path:
    """Analyse a made-up world, and return the run."""
    campaigns = (
        Ring(actors=12, targets=60, overlap=0.6, window=6 * 3600.0),
        OneClock(actors=10, ticks=30),
    )
    world = make_world(1_000, 21, campaigns, ("support_desk", "text_bank"), 2)
    reading = Reading(key_file=folder / "key", dataset="load")
    run = analyze(world.events, out=folder / "run", reading=reading)
    for name, schema in TABLES.items():
        if "cluster_id" in schema:
            table = run.table(name)
            copies = [
                table.with_columns(pl.col("cluster_id") + f"-{copy:02d}") for copy in range(_COPIES)
            ]
            pl.concat(copies).write_parquet(run.path / f"{name}.parquet")
    return run.path


@contextmanager
def _store(kind: str, folder: Path) -> Iterator[str]:
    """Give the address of an empty case store."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/cases.sqlite"
        return
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from postgres import programs, running

    programs_folder = programs()
    if programs_folder is None:
        raise SystemExit("PostgreSQL's server is not installed (Debian's package postgresql)")
    with running(programs_folder) as server:
        yield server.new_schema()


@contextmanager
def _serving(run: Path, folder: Path, store_url: str) -> Iterator[str]:
    """Start the workbench, and give its address."""
    command = [
        *(sys.executable, "-m", "graphmeta", "serve", str(run), "--port", "0", "--no-browser"),
        *("--users", str(folder / "people.toml"), "--case-store", store_url),
    ]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip().rstrip("/")
    finally:
        process.terminate()
        process.wait(timeout=30)


if __name__ == "__main__":
    main()
