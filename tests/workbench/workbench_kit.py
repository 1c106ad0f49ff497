"""What the tests of the workbench share: a workbench over runs made by hand, and who comes in."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any, TypeAlias

from argon2 import PasswordHasher
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from graphmeta.cases import verdicts
from graphmeta.cases.store import CaseStore, open_store
from graphmeta.cases.tables import Verdict
from graphmeta.cases.verdicts import Judgement
from graphmeta.workbench.app import build
from graphmeta.workbench.desk import Desk, open_runs
from graphmeta.workbench.golden import Golden
from graphmeta.workbench.measured import Measured
from graphmeta.workbench.page import Page
from graphmeta.workbench.pages import PAGES
from graphmeta.workbench.security.address import on_loopback
from graphmeta.workbench.security.gate import Access
from graphmeta.workbench.security.people import People, User
from graphmeta.workbench.security.sessions import OneTimeToken
from graphmeta.workbench.visit import cluster_path

# The run made by hand stands with the tests of the report.
sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
from fake_run import write_fake_run
from fake_tables import Tables

__all__ = ["FUNNEL", "PASSWORD", "RING", "Bench", "Tables", "serving", "write_fake_run"]

PORT = 8750
URL = f"http://127.0.0.1:{PORT}"
RING, FUNNEL = "k7f3a-ring", "b21c0-funnel"
PASSWORD = "correct horse battery"
#: What the test client answers; which package it is from depends on Starlette's version.
Response: TypeAlias = Any


@dataclass
class Bench:
    """A workbench, and ways to come in.

    Args:
        desk: Its runs and case store.
        app: The application.
        client: Talks to it, with cookies, and follows no redirect.
        access: How people come in.
        pages: Its pages.
    """

    desk: Desk
    app: ASGIApp
    client: TestClient
    access: Access
    pages: Sequence[Page] = field(default=PAGES)

    def enter(self) -> TestClient:
        """Come in by the one-time token."""
        assert self.access.token
        assert self.client.get(f"/?token={self.access.token.value}").status_code == 303
        return self.client

    def sign_in(self, name: str, password: str = PASSWORD) -> TestClient:
        """Come in by name and password."""
        answer = self.client.post("/sign-in", data={"name": name, "password": password})
        assert answer.status_code == 303, answer.text
        return self.client

    def form_token(self, path: str = "/") -> str:
        """Return the token that a page's forms carry."""
        found = re.search(r'name="form_token" value="([^"]+)"', self.client.get(path).text)
        assert found, f"{path} has no form"
        return found[1]

    def submit(self, path: str, form: dict[str, str], page: str = "/") -> str:
        """Send a form of a page, follow where it leads, and return what is shown there."""
        answer = self.client.post(path, data={"form_token": self.form_token(page), **form})
        assert answer.status_code == 303, answer.text
        return self.client.get(answer.headers["location"]).text


@cache
def _hash() -> str:
    """Return the hash of ``PASSWORD``, which takes its time, once."""
    return PasswordHasher().hash(PASSWORD)


@contextmanager
def serving(
    folder: Path,
    *,
    runs: Sequence[Path] = (),
    change: Callable[[Tables], object] | None = None,
    store_url: str = "",
    users: dict[str, str] | None = None,
    pages: Sequence[Page] = PAGES,
    port: int = PORT,
    token: OneTimeToken | None = None,
) -> Iterator[Bench]:
    """Give a workbench over some runs.

    Args:
        folder: Where what is made may stand.
        runs: The runs; by default one made by hand, called ``monday``.
        change: May alter the rows of that run.
        store_url: The address of the case store; by default one of its own.
        users: Roles by name, where there are accounts; all with ``PASSWORD``.
        pages: The pages.
        port: The port of its address.
        token: What lets in; by default one that does so once.
    """
    if not runs:
        runs = [write_fake_run(folder / "monday", change=change).path]
    with open_store(store_url or f"sqlite:///{folder}/cases.sqlite") as store:
        yield over(store, runs, users, pages, port=port, token=token)


def over(
    store: CaseStore,
    runs: Sequence[Path],
    users: dict[str, str] | None = None,
    pages: Sequence[Page] = PAGES,
    golden: Sequence[Path] = (),
    results: Path | None = None,
    port: int = PORT,
    token: OneTimeToken | None = None,
) -> Bench:
    """Return a workbench over runs and an open case store.

    Args:
        store: The case store.
        runs: The runs.
        users: Roles by name, where there are accounts.
        pages: The pages.
        golden: The runs that golden clusters are from.
        results: A folder with a benchmark's results.
        port: The port of its address.
        token: What lets in; by default one that does so once.
    """
    access = Access(token=token or OneTimeToken(), local=User("ann", "lead"))
    if users is not None:
        named = {name: (User(name, role), _hash()) for name, role in users.items()}
        access = Access(people=People(named))
    measured = Measured(results) if results else None
    desk = Desk(open_runs(runs), store, Golden(store, golden), measured)
    app = build(desk, on_loopback("127.0.0.1", port, tls=False), access, pages)
    client = TestClient(app, base_url=f"http://127.0.0.1:{port}", follow_redirects=False)
    return Bench(desk, app, client, access, pages)


def entered(tmp_path: Path) -> Iterator[Bench]:
    """Give a workbench over the run made by hand, into which one has come."""
    with serving(tmp_path) as bench:
        bench.enter()
        yield bench


def path(bench: Bench, cluster: str = RING, part: str = "cluster") -> str:
    """Return the address of a cluster's page, or of a part of it."""
    return cluster_path(bench.desk.runs[0].id, cluster, part)


def shown(bench: Bench, cluster: str = RING) -> str:
    """Return a cluster's page, with its characters unescaped."""
    answer = bench.client.get(path(bench, cluster))
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def drawn(bench: Bench, name: str, cluster: str = RING) -> Response:
    """Ask for a chart of a cluster's page."""
    return bench.client.get(path(bench, cluster, "chart") + f"&name=cluster-{name}")


def send(bench: Bench, part: str, cluster: str = RING, **form: str) -> Response:
    """Send a form of a cluster's page."""
    token = bench.form_token(path(bench, cluster))
    return bench.client.post(path(bench, cluster, part), data={"form_token": token, **form})


def judge(bench: Bench, cluster: str = RING, verdict: str = "spam", **more: Any) -> None:
    """Record a verdict, of bob where nothing else is said, behind the workbench's back."""
    given = {"reason": "the same list", "reviewer": "bob", **more}
    run = bench.desk.runs[0].folder
    verdicts.judge(bench.desk.store, run, [Judgement(cluster, verdict, **given)])


def history(bench: Bench, cluster: str = RING) -> list[Verdict]:
    """Return the verdicts on a cluster, the oldest first."""
    return verdicts.history(bench.desk.store, bench.desk.runs[0].id, cluster)
