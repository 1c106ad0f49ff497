"""The door for real events: files and frames in, a pseudonymised store out.

Names are imported when they are first used, so that the analysing process, which needs the store
alone, never loads the code that opens input.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphmeta.ingest.build import ingest
    from graphmeta.ingest.checking import CheckReport, check
    from graphmeta.ingest.mapping import load_mapping, save_mapping
    from graphmeta.ingest.reading import Reading
    from graphmeta.ingest.store import Store

__all__ = [
    "CheckReport",
    "Reading",
    "Store",
    "check",
    "ingest",
    "load_mapping",
    "save_mapping",
]

_HOMES = {
    "CheckReport": "graphmeta.ingest.checking",
    "Reading": "graphmeta.ingest.reading",
    "Store": "graphmeta.ingest.store",
    "check": "graphmeta.ingest.checking",
    "ingest": "graphmeta.ingest.build",
    "load_mapping": "graphmeta.ingest.mapping",
    "save_mapping": "graphmeta.ingest.mapping",
}

if not TYPE_CHECKING:  # a type checker that saw this would let every misspelt name pass

    def __getattr__(name: str) -> object:
        """Import a public name when it is first asked for."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(_HOMES[name]), name)
        globals()[name] = value
        return value
