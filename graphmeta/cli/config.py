"""Which options does a configuration file give?

``--config graphmeta.toml`` names a TOML file with a table [reading] for how files are read and a
table [judging] for how clusters are judged; keys are the options' names. Nothing is read unless
it is named, and a key that no option has is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphmeta.errors import UsageError

if TYPE_CHECKING:
    from cyclopts import App, ArgumentCollection

TABLES = ("reading", "judging")


def config_file(
    *tables: str,
) -> Callable[[App, tuple[str, ...], ArgumentCollection], None]:
    """Return what fills a command's options from the given tables of its ``--config`` file."""

    def fill(app: App, commands: tuple[str, ...], arguments: ArgumentCollection) -> None:
        named = arguments["--config"].tokens
        if not named:
            return
        from cyclopts.config import Dict

        path = Path(named[-1].value)
        data = _load(path)
        for table in tables:
            source = Dict(data, root_keys=(table,), use_commands_as_keys=False, source=str(path))
            source(app, commands, arguments)

    return fill


def _load(path: Path) -> dict[str, Any]:
    """Read the file; a mapping written as a table becomes pairs, as ``--map`` takes them."""
    import tomllib

    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}.", "Name a TOML file with --config."
        ) from error
    except ValueError as error:
        raise UsageError(
            f"{path} is not TOML: {error}.", "Write, for instance: [judging] alpha = 0.01"
        ) from error
    strange = [
        name for name, table in data.items() if name not in TABLES or not isinstance(table, dict)
    ]
    if strange:
        raise UsageError(
            f"{path} has {strange[0]!r} outside of the tables that graphmeta knows.",
            "Put options into the tables [reading] and [judging].",
        )
    columns = data.get("reading", {}).get("map")
    if isinstance(columns, dict):
        data["reading"]["map"] = [f"{name}={inside}" for name, inside in columns.items()]
    return data
