"""Find groups of accounts that spam or recruit in concert, from who contacted whom and when.

    import graphmeta as gm

    run = gm.analyze("events.parquet")      # a path, a folder, or any data frame
    run.clusters                            # a Polars frame, highest risk first
    run.cluster(run.clusters["cluster_id"][0]).graph()

Names are imported when they are first used, so that ``import graphmeta`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphmeta.errors import GraphmetaError
    from graphmeta.ingest import Reading, check
    from graphmeta.notebook import Cluster, Run, analyze, open_run
    from graphmeta.pipeline import Settings
    from graphmeta.synthetic import demo_world

    __version__: str

__all__ = [
    "Cluster",
    "GraphmetaError",
    "Reading",
    "Run",
    "Settings",
    "analyze",
    "check",
    "demo_world",
    "open_run",
]

_HOMES = {
    "Cluster": "graphmeta.notebook",
    "GraphmetaError": "graphmeta.errors",
    "Reading": "graphmeta.ingest",
    "Run": "graphmeta.notebook",
    "Settings": "graphmeta.pipeline",
    "analyze": "graphmeta.notebook",
    "check": "graphmeta.ingest",
    "demo_world": "graphmeta.synthetic",
    "open_run": "graphmeta.notebook",
}

if not TYPE_CHECKING:  # a type checker that saw this would let every misspelt name pass

    def __getattr__(name: str) -> object:
        """Import a public name when it is first asked for."""
        if name == "__version__":
            from graphmeta.provenance import version

            return version()
        if name not in _HOMES:
            raise AttributeError(f"module 'graphmeta' has no attribute {name!r}")
        value = getattr(import_module(_HOMES[name]), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        """List the public names, imported or not."""
        return sorted([*globals(), *__all__, "__version__"])
