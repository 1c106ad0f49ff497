"""What is to be read of each input? Decided for all of them before any is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from graphmeta.contract.events import ACCOUNT_COLUMNS, EVENT_COLUMNS, Column
from graphmeta.ingest.intake import Tally
from graphmeta.ingest.mapping import Plan, plan
from graphmeta.ingest.open import find_inputs
from graphmeta.ingest.reading import Reading
from graphmeta.ingest.sources import Source

#: The two tables that can come in, and the columns that each may have.
CONTRACTS: dict[str, Sequence[Column]] = {"events": EVENT_COLUMNS, "accounts": ACCOUNT_COLUMNS}


@dataclass
class Opened:
    """An input that was opened, what is to be read of it, and what it turned out to hold."""

    table: str
    source: Source
    plan: Plan
    tally: Tally = field(default_factory=Tally)


def tables(sources: Any, reading: Reading) -> dict[str, Any]:
    """Return what was named for each table of the contract."""
    return {"events": sources} | (
        {} if reading.accounts is None else {"accounts": reading.accounts}
    )


def open_inputs(sources: Any, reading: Reading) -> list[Opened]:
    """Open all inputs and decide what is read of each, reading no value.

    Raises:
        InputError: An input is absent, damaged, or lacks a column.
        PrivacyRefusalError: An input has a column that the contract does not know.
    """
    inputs: list[Opened] = []
    for table, named in tables(sources, reading).items():
        for item in find_inputs(named):
            source = item.open()
            decided = plan(source.name, source.columns, CONTRACTS[table], reading)
            inputs.append(Opened(table, source, decided))
    return inputs
