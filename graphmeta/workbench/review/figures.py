"""What is shown of one cluster: the report's sentences, charts and tables, for a page of its own?

A page takes some hundredths of a second to make and the charts of a large cluster some tenths, so
those of the last clusters that were looked at are kept, as long as their run's files stay what they
were. What is kept follows from the run alone and is the same for everybody; what somebody wrote is
no part of it. Where scores are hidden, nothing that follows from them is handed to the page at all.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from graphmeta.report import cluster, summary
from graphmeta.report.charts import network
from graphmeta.report.charts.picture import MOST_NODES_ALONE
from graphmeta.scores import wording
from graphmeta.workbench.served import ServedRun

#: Clusters of a run are kept until they weigh more together: some 60 MB with all charts drawn.
_MOST_WEIGHT = 100_000
#: A cluster weighs as much as accounts of it are drawn. The rest of its page weighs about this.
_LEAST_WEIGHT = 300
#: What follows from scores, and is left out where they are hidden.
_FROM_SCORES = ("sentence", "would_change", "look_alike", "scores", "look_alikes")
_HIDDEN_FIGURES = ("risk", "spam", "recruitment", "behaviour", "flagged", "p_value", "q_value")


class Kept:
    """What was made lately, by name. All threads share it.

    Args:
        most: What all of it may weigh.
    """

    def __init__(self, most: int = _MOST_WEIGHT) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._made: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._weight = 0

    def get(self, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return what was made under a name, or make it; others do not wait meanwhile."""
        with self._lock:
            if name in self._made:
                self._made.move_to_end(name)
                return self._made[name]
        made = make()
        with self._lock:
            if name not in self._made:  # nobody else was quicker
                self._made[name] = made
                self._weight += _weight(made)
            while self._weight > self._most and len(self._made) > 1:
                self._weight -= _weight(self._made.popitem(last=False)[1])
            return self._made[name]


def _weight(made: dict[str, Any]) -> int:
    return max(_LEAST_WEIGHT, made["graph"]["drawn"] if made["graph"] else 0)


def figures(run: ServedRun, name: str, *, hidden: bool) -> dict[str, Any]:
    """Return what a page shows of a cluster, as ``report.cluster.said``.

    Args:
        run: The run.
        name: The cluster's id.
        hidden: Whether what follows from scores is left out.
    """
    kept = run.keep("figures", lambda _: Kept())
    whole = kept.get(name, lambda: _said(run, name))
    if not hidden:
        return whole
    row = {key: value for key, value in whole["row"].items() if key not in _HIDDEN_FIGURES}
    shown = {key: value for key, value in whole.items() if key not in _FROM_SCORES}
    return {
        **shown,
        "row": row,
        "sentence": summary.together(row),
        "measured": _measured(run, name),
    }


def chart(run: ServedRun, cluster_id: str, name: str, *, hidden: bool) -> bytes | None:
    """Return one chart of a cluster as JSON; None where a page of it shows no such chart."""
    found = cluster.charts(figures(run, cluster_id, hidden=hidden)).get(name)
    return None if found is None else found.written


def members(run: ServedRun, name: str, page: int) -> list[dict[str, Any]]:
    """Return one page of a cluster's scored members, the surest first; pages count from 1."""
    rows = network.by_member(run.of_cluster("members", name), run.of_cluster("contacts", name))
    return rows.slice(cluster.MOST_MEMBERS * (page - 1), cluster.MOST_MEMBERS).to_dicts()


def _said(run: ServedRun, name: str) -> dict[str, Any]:
    tables = {each: run.of_cluster(each, name) for each in cluster.TABLES}
    besides = cluster.Besides(run.of_cluster("signals", name), run.table("rhythm"))
    row = run.of_cluster("clusters", name).row(0, named=True)
    return cluster.said(row, tables, besides, "cluster", limit=MOST_NODES_ALONE)


def _measured(run: ServedRun, name: str) -> list[dict[str, str]]:
    """Return what was measured of a cluster, in no order that says what it means."""
    rows = run.of_cluster("signals", name).sort("signal").to_dicts()
    return [
        {
            "name": wording.short(row["signal"]),
            "value": wording.amount(row["signal"], row["value"]),
            "usual": wording.amount(row["signal"], row["expected"]),
        }
        for row in rows
        if row["signal"] in wording.WORDINGS and row["expected"] is not None
    ]
