"""Which clusters were drawn by chance, so that verdicts on them speak for all?

People open what ranks high, so verdicts on what they opened say nothing about the rest. A draw
takes the next clusters of one random order, which follows from the run and the clusters' names:
nobody can draw again until the outcome pleases, and a reviewer can compute the order anew. Every
draw is an act in the run's audit log, and that log is where draws are known from.

It misleads where people then judge only some of what was drawn: how many wait is always shown.
"""

from __future__ import annotations

from graphmeta import seeds
from graphmeta.cases import log
from graphmeta.run import RunFolder

ACT = "drawn"


def draw(run: RunFolder, count: int) -> list[str]:
    """Draw clusters that were not drawn before, and record it; fewer where fewer are left.

    Args:
        run: The run.
        count: How many.

    Raises:
        RunError: The run's audit log cannot be written, or is broken.
    """
    before = set(drawn(run))
    order = _order(run)
    chosen = [cluster for cluster in order if cluster not in before][:count]
    if chosen:
        log.write(run, ACT, [{"clusters": chosen, "of": len(order)}])
    return chosen


def drawn(run: RunFolder) -> list[str]:
    """Return all clusters that were drawn from a run, in order.

    Raises:
        RunError: The run's audit log is broken.
    """
    return [cluster for detail in log.acts(run, ACT) for cluster in detail["clusters"]]


def _order(run: RunFolder) -> list[str]:
    names = sorted(run.genuine.table("clusters")["cluster_id"])
    keys = seeds.key_ids(names, "draw", run.run_id).tolist()
    return [name for _, name in sorted(zip(keys, names, strict=True))]
