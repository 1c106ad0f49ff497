"""Which column of a file is which column of the contract, and which are none?

The plan for a file is made from its column names alone, before any value is read. A column that
the contract does not know and that nobody asked to ignore stops everything.
"""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from graphmeta.contract.events import Column
from graphmeta.errors import InputError, PrivacyRefusalError, UsageError
from graphmeta.ingest.reading import CONTRACT_NAMES, Reading

#: A longer one is no name, so it is not repeated in an error.
_LONGEST_NAME = 256
#: What looks like this is a number, a telephone number or a time, and no column's name.
_VALUE = re.compile(r"^\s*[+-]?\d|\d{4}|\d:\d\d")
#: Names of more words may be something that was said, where no other name is known.
_MOST_WORDS = 3


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
    _refuse_odd_names(file, columns)
    names = _names_inside(contract, reading.mapping)
    _refuse_values_for_names(file, columns, names)
    refused = unknown_columns(columns, contract, reading)
    if refused:
        raise _unknown(file, refused, contract)
    meant = set(names.values()) - set(reading.ignore_columns)
    kept = [name for name in columns if name in meant]
    for column in contract:
        inside = names.get(column.name)
        if inside not in kept and (column.required or column.name in reading.mapping):
            raise _absent(file, column.name, inside)
    return Plan(
        {name: inside for name, inside in names.items() if inside in kept},
        tuple(name for name in columns if name not in kept),
    )


def unknown_columns(
    columns: Sequence[str], contract: Sequence[Column], reading: Reading
) -> list[str]:
    """Return the columns for which a file is refused, in the file's order."""
    if reading.ignore_unknown_columns:
        return []
    meant = {*_names_inside(contract, reading.mapping).values(), *reading.ignore_columns}
    return [name for name in columns if name not in meant]


def _names_inside(contract: Sequence[Column], mapping: Mapping[str, str]) -> dict[str, str]:
    """Return under which name each column of the contract would stand in a file.

    A name that the mapping gives to one column is not taken for another: where ``recipient`` is
    mapped to ``group``, there is no ``group`` left.
    """
    given = {column.name: mapping[column.name] for column in contract if column.name in mapping}
    taken = list(given.values())
    repeated = [inside for inside in taken if taken.count(inside) > 1]
    if repeated:
        raise UsageError(
            f"The mapping gives {repeated[0]!r} two meanings.", "Map every column once."
        )
    return {
        column.name: given.get(column.name, column.name)
        for column in contract
        if column.name in given or column.name not in taken
    }


def _refuse_odd_names(file: str, columns: Sequence[str]) -> None:
    """Refuse names that are repeated or that no column has: a value in a header's place."""
    for number, name in enumerate(columns, 1):
        if not name.strip() or len(name.encode()) > _LONGEST_NAME:
            raise InputError(
                f"Column {number} of {file} has no name, or one of more than {_LONGEST_NAME} "
                "bytes.",
                "Check that the file begins with a line of column names.",
            )
    repeated = [name for name in columns if columns.count(name) > 1]
    if repeated:
        raise InputError(
            f"{file} has the column {repeated[0]!r} more than once.",
            "Give every column a name of its own.",
        )


def _refuse_values_for_names(file: str, columns: Sequence[str], names: Mapping[str, str]) -> None:
    """Refuse a first line of values where names should stand, and repeat none of them.

    Names are repeated in errors and in the manifest; ids and content never may be.
    """
    if not set(columns) & set(names.values()) and any(map(_looks_like_a_value, columns)):
        raise InputError(
            f"{file} begins with a line of values: none of its columns has a name.",
            "Write a line of column names first: " + ", ".join(names) + ".",
        )


def _looks_like_a_value(name: str) -> bool:
    return _VALUE.search(name) is not None or len(name.split()) > _MOST_WORDS


def _unknown(file: str, names: Sequence[str], contract: Sequence[Column]) -> PrivacyRefusalError:
    listed = ", ".join(repr(name) for name in names)
    known = ", ".join(column.name for column in contract)
    ignoring = " ".join(f"--ignore-column {shlex.quote(name)}" for name in names)
    return PrivacyRefusalError(
        f"{file} has columns that the contract does not know: {listed}. No value was taken.",
        f"Leave them unread with {ignoring}, or, where one of them is {known}, "
        f"say so with --map {shlex.quote(f'{contract[0].name}={names[0]}')}.",
    )


def _absent(file: str, name: str, inside: str | None) -> InputError:
    called = repr(name) if inside in (name, None) else f"{inside!r} (mapped to {name})"
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
        text = "".join(
            f"{name} = {json.dumps(inside, ensure_ascii=False)}\n"
            for name, inside in mapping.items()
        )
    path.write_text(text, encoding="utf-8")
