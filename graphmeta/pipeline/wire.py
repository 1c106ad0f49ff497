"""How do settings travel between our processes? As JSON, with paths, tuples and times kept.

No pickles: what arrives is data, and nothing in it is executed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any


def packed(settings: Any) -> dict[str, Any]:
    """Return a dataclass of plain values as what JSON can hold.

    Raises:
        TypeError: A value is of a kind that does not travel, a data frame for instance.
    """
    return {field.name: _packed(getattr(settings, field.name)) for field in fields(settings)}


def unpacked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was packed, by the names of its fields."""
    return {name: _unpacked(value) for name, value in values.items()}


def paths(sources: Any) -> list[str] | None:
    """Return the paths that were named, or None where something else is among them."""
    listed = isinstance(sources, Sequence) and not isinstance(sources, (str, bytes))
    named = [
        os.fspath(thing) if isinstance(thing, os.PathLike) else thing
        for thing in (sources if listed else [sources])
    ]
    return named if all(isinstance(name, str) for name in named) else None


def _packed(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, os.PathLike):
        return {"path": os.fspath(value)}
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    if isinstance(value, Mapping):
        return {"mapping": {name: _packed(inside) for name, inside in value.items()}}
    if isinstance(value, (tuple, list)):
        return [_packed(inside) for inside in value]
    raise TypeError(f"a {type(value).__name__} does not travel between processes")


def _unpacked(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_unpacked(inside) for inside in value)
    if not isinstance(value, dict):
        return value
    ((kind, inside),) = value.items()
    if kind == "path":
        return Path(inside)
    return datetime.fromisoformat(inside) if kind == "time" else unpacked(inside)
