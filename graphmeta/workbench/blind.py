"""How does somebody judge a cluster without having seen its score?

In blind mode, scores and what follows from them (risk, flags, behaviour, q-values, reasons, and the
order by them) are hidden from a user until a verdict of their own stands, and so is what others
concluded. A cluster's id is its
place by risk, so it is hidden as well: the cluster goes by another name, which says nothing.

It keeps an honest person from being led; it is no lock. Who wants to see the score can leave the
mode, and another page or program shows it.
"""

from __future__ import annotations

from graphmeta import seeds
from graphmeta.run import RunFolder
from graphmeta.workbench.served import ServedRun

#: Before a name for a cluster that hides its id. No id begins with it: ids are letters and digits.
MARK = "~"
_SHOWN = 8


def aliases(run: ServedRun) -> dict[str, str]:
    """Return for every cluster of a run the name that hides its id."""
    return run.keep("aliases", _aliases)


def cluster_of(run: ServedRun, name: str) -> str:
    """Return the cluster's id for a name that may hide it."""
    if not name.startswith(MARK):
        return name
    hidden = run.keep("hidden", lambda _: {alias: it for it, alias in aliases(run).items()})
    return hidden.get(name, name)


def shown(alias: str) -> str:
    """Return a name that hides an id as people read it."""
    return f"blind {alias.removeprefix(MARK)[:_SHOWN]}"


def _aliases(folder: RunFolder) -> dict[str, str]:
    names = folder.table("clusters")["cluster_id"].to_list()
    keys = seeds.key_ids(names, "blind", folder.run_id).tolist()
    return {name: f"{MARK}{key:016x}" for name, key in zip(names, keys, strict=True)}
