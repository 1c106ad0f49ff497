"""Events to run: the one place where everything meets.

Names are imported when they are first used: our processes come in by this package, and must have
loaded no library before they shut themselves in.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphmeta.pipeline.analysis import analyze
    from graphmeta.pipeline.settings import Settings

__all__ = ["Settings", "analyze"]

_HOMES = {"Settings": "graphmeta.pipeline.settings", "analyze": "graphmeta.pipeline.analysis"}

if not TYPE_CHECKING:  # a type checker that saw this would let every misspelt name pass

    def __getattr__(name: str) -> object:
        """Import a public name when it is first asked for."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(_HOMES[name]), name)
        globals()[name] = value
        return value
