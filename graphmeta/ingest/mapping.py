"""Which column of a file is which column of the contract, and which are none?

The plan for a file is made from its column names alone, before any value is read. A column that
the contract does not know and that nobody asked to ignore stops everything.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from graphmeta.contract.events import Column
from graphmeta.errors import InputError, PrivacyRefusalError, UsageError
from graphmeta.ingest.reading import CONTRACT_NAMES, Reading


@dataclass(frozen=True)
class Plan:
    """What is read of one file.

    Args:
        read: Contract name to the name in the file, in the contract's order.
        ignored: Names in the file that stay unread, in the file's order.
    """

    read: Mapping[str, str]
    ignored: tuple[str, ...]


def plan(file: str, columns: Sequence[str], contract: Sequence[Column], reading: Reading) -> Plan:
    """Decide which columns of a file are read.

    Args:
        file: The file's name, for errors.
        columns: Its columns.
        contract: The columns that may exist: ``EVENT_COLUMNS`` or ``ACCOUNT_COLUMNS``.
        reading: The mapping, and what to ignore.

    Raises:
        PrivacyRefusalError: A column is unknown and not ignored.
        InputError: A required or mapped column is absent, or a name stands twice.
    """
    _refuse_repeated(file, columns)
    names = {column.name: reading.mapping.get(column.name, column.name) for column in contract}
    meant = {inside: name for name, inside in names.items()}
    unknown = [name for name in columns if name not in meant]
    refused = [name for name in unknown if name not in reading.ignore_columns]
    if refused and not reading.ignore_unknown_columns:
        raise _unknown(file, refused, contract)
    kept = {name for name in columns if name in meant and name not in reading.ignore_columns}
    for column in contract:
        inside = names[column.name]
        if inside not in kept and (column.required or column.name in reading.mapping):
            raise _absent(file, column.name, inside)
    return Plan(
        {name: inside for name, inside in names.items() if inside in kept},
        tuple(name for name in columns if name not in kept),
    )


def _refuse_repeated(file: str, columns: Sequence[str]) -> None:
    repeated = [name for name in columns if columns.count(name) > 1]
    if repeated:
        raise InputError(
            f"{file} has the column {repeated[0]!r} more than once.",
            "Give every column a name of its own.",
        )


def _unknown(file: str, names: Sequence[str], contract: Sequence[Column]) -> PrivacyRefusalError:
    listed = ", ".join(repr(name) for name in names)
    known = ", ".join(column.name for column in contract)
    ignoring = " ".join(f"--ignore-column {name}" for name in names)
    return PrivacyRefusalError(
        f"{file} has columns that the contract does not know: {listed}. None of it was read.",
        f"Leave them unread with {ignoring}, or, where one of them is {known}, "
        f"say so with --map {contract[0].name}={names[0]}.",
    )


def _absent(file: str, name: str, inside: str) -> InputError:
    called = f"{name} (mapped to {inside!r})" if name != inside else name
    return InputError(
        f"{file} has no column {called}.",
        f"If it stands under another name, say so with --map {name}=NAME.",
    )


def load_mapping(path: Path) -> dict[str, str]:
    """Read a saved mapping: a TOML or JSON file of contract names and names in the file.

    Raises:
        UsageError: The file is absent or unreadable, or it is no mapping of contract columns.
    """
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{path} cannot be read as a mapping.",
            'Write lines such as sender = "caller_id" into a .toml file.',
        ) from error
    if not isinstance(found, dict) or not all(
        name in CONTRACT_NAMES and isinstance(inside, str) for name, inside in found.items()
    ):
        raise UsageError(
            f"{path} is no mapping of the contract's columns.",
            "Map names among: " + ", ".join(CONTRACT_NAMES) + ".",
        )
    return found


def save_mapping(mapping: Mapping[str, str], path: Path) -> None:
    """Write a mapping as TOML, or as JSON where the file's name ends in ``.json``."""
    if path.suffix == ".json":
        text = json.dumps(dict(mapping), indent=2) + "\n"
    else:
        # A JSON string is a TOML basic string.
        text = "".join(f"{name} = {json.dumps(inside)}\n" for name, inside in mapping.items())
    path.write_text(text, encoding="utf-8")
