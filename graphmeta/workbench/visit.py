"""What does a page's handler get, and how does it answer?

One request of one user: the session, the desk with its runs and the case store, and the ways to
answer. Handlers are plain functions (they run in a thread of their own), so that tables and the
case store can be read without ado.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from graphmeta.workbench import blind
from graphmeta.workbench.desk import Desk
from graphmeta.workbench.security.people import User
from graphmeta.workbench.security.sessions import Session
from graphmeta.workbench.served import ServedRun


@dataclass(frozen=True)
class Entry:
    """One entry of the navigation.

    Args:
        title: What it is called.
        path: Where it leads.
        here: Whether the shown page belongs to it.
    """

    title: str
    path: str
    here: bool


@dataclass(frozen=True)
class Visit:
    """One request of one user, who may do it.

    Args:
        request: What was asked.
        session: Whose it is.
        desk: The runs and the case store.
        templates: All templates.
        navigation: Where the user can go from here.
        signs_out: Whether the user can sign out.
    """

    request: Request
    session: Session
    desk: Desk
    templates: Environment
    navigation: Sequence[Entry]
    signs_out: bool

    @property
    def user(self) -> User:
        """Who asks."""
        return self.session.user

    @property
    def run(self) -> ServedRun:
        """The run that the path names (``/runs/{run}/...``).

        Raises:
            HTTPException: It is not served here (404).
        """
        return self.desk.run(self.request.path_params["run"])

    @property
    def cluster(self) -> str:
        """The cluster of that run that the query names (``?id=...``), even in blind mode.

        Raises:
            HTTPException: The run has no such cluster (404).
        """
        return self.cluster_named(self.request.query_params.get("id", ""), self.run)

    def cluster_named(self, name: str, run: ServedRun) -> str:
        """Return the id of the cluster of a run that bears a name, even in blind mode.

        Raises:
            HTTPException: The run has no such cluster (404).
        """
        cluster = blind.cluster_of(run, name)
        if run.of_cluster("clusters", cluster).is_empty():
            raise HTTPException(404, "This run has no such cluster")
        return cluster

    # Of the run that the path names, unless another is given:

    def hides(self, cluster: str, run: ServedRun | None = None) -> bool:
        """Tell whether the scores of a cluster are hidden from the user (``blind``)."""
        if not self.session.blind:
            return False
        key = (run or self.run).id, cluster
        standing = self.desk.reviews.seen_by(self.user.name).get(key)
        return standing is None or self.user.name not in standing.reviewers

    def judges_blind(self, cluster: str, run: ServedRun | None = None) -> bool:
        """Tell whether no page about a cluster showed the user its score, now or before."""
        key = (run or self.run).id, cluster
        return self.hides(cluster, run) and not self.session.looking.knows_score(key)

    def called(self, cluster: str, run: ServedRun | None = None) -> str:
        """Return how a cluster is called before the user: by its id, unless that is hidden."""
        name = self.key_of(cluster, run)
        return cluster if name == cluster else blind.shown(name)

    def key_of(self, cluster: str, run: ServedRun | None = None) -> str:
        """Return the name of a cluster in addresses and forms: its id, unless that is hidden."""
        run = run or self.run
        return blind.aliases(run)[cluster] if self.hides(cluster, run) else cluster

    def path_of(self, cluster: str, part: str = "cluster", run: ServedRun | None = None) -> str:
        """Return the path of a page about a cluster, without its id where that is hidden."""
        return cluster_path((run or self.run).id, self.key_of(cluster, run), part)

    def render(self, template: str, status: int = 200, **said: Any) -> Response:
        """Answer with a page.

        Args:
            template: Its name, such as ``workbench/queue.html.j2``; it extends
                ``workbench/base.html.j2``.
            status: The HTTP status.
            said: What the template shows.
        """
        notices = list(self.session.notices)
        self.session.notices.clear()
        html = self.templates.get_template(template).render(
            visit=self,
            user=self.user,
            form_token=self.session.form_token,
            nonce=self.request.state.nonce,
            navigation=self.navigation,
            notices=notices,
            **said,
        )
        return HTMLResponse(html, status_code=status)

    def go(self, path: str, notice: str = "") -> Response:
        """Answer a form by leading on to a page of ours, which says the notice first.

        Args:
            path: A path of ours, as ``cluster_path`` makes it; never what a form carried.
            notice: What was done, in one sentence.
        """
        if notice:
            self.session.notices.append(notice)
        return RedirectResponse(path, status_code=303)


def cluster_path(run_id: str, cluster: str, part: str = "cluster") -> str:
    """Return the path of a cluster's page, or of another page about a cluster.

    A cluster's id stands in the query: whatever it holds, it cannot become another path.

    Args:
        run_id: The run's id.
        cluster: The cluster's id.
        part: The last part of the path.
    """
    return f"/runs/{run_id}/{part}?{urlencode({'id': cluster})}"
