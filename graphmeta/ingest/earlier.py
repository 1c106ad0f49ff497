"""How do the events of an earlier run come in beside those of new files?

Its state (``state.py``) names accounts and groups as this run names them, so the same account is
found again by its name, and its events become such as were just read. Everything after that is the
ordinary way: dense integers, order and duplicates follow from all events together, so nothing tells
in the end which of them came from where.

What must be equal for that, besides the key of the names, is what decides which events there are:
kinds that are ignored, and whether duplicates are collapsed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from graphmeta.contract.events import KINDS_TO_GROUPS
from graphmeta.errors import InputError, UsageError
from graphmeta.ingest import state
from graphmeta.ingest.numbering import ABSENT
from graphmeta.ingest.reading import Reading
from graphmeta.ingest.state import KeptInput, State
from graphmeta.privacy.keys import KeySource

#: Columns of events that were just read.
_READ = ("sender", "recipient", "time", "kind", "duration_s", "group")


class Earlier:
    """The events of an earlier run.

    Args:
        opened: Its state.
        reading: How the new files are read.

    Raises:
        UsageError: The two do not go together.
    """

    def __init__(self, opened: State, reading: Reading) -> None:
        _refuse_other(opened, reading)
        self.about = opened.about
        self.inputs = opened.inputs
        #: How many events came in; how many were too early, and when the first and last were.
        self.taken = 0
        self.too_early = 0
        self.first, self.last = opened.about.last, opened.about.first
        self._opened = opened
        self._start = reading.first_second

    @property
    def collapsed(self) -> int:
        """How many of its events had been collapsed as duplicates."""
        return self.about.read - self.about.events

    def joined(
        self, accounts: pl.DataFrame, groups: pl.DataFrame
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the accounts and groups of both, the new files' in their places.

        Args:
            accounts: Columns id and base of the new files' accounts, by provisional integer.
            groups: Likewise.
        """
        known = self._opened.entities
        self._accounts, accounts = _places(known, accounts, ~known["is_group"])
        self._groups, groups = _places(known, groups, known["is_group"])
        return accounts, groups

    def events(self) -> Iterator[pl.DataFrame]:
        """Yield the events as new files' would be, once ``joined`` has given the integers."""
        to_group = pl.col("kind").is_in(KINDS_TO_GROUPS)
        account, group = pl.Series(self._accounts), pl.Series(self._groups)
        for some in self._opened.events:
            kept = some if self._start is None else some.filter(pl.col("time") >= self._start)
            self.too_early += len(some) - len(kept)
            self.taken += len(kept)
            if len(kept):
                # They are in order of time.
                self.first, self.last = min(self.first, kept["time"][0]), kept["time"][-1]
            # Where a group is the recipient, no account is.
            kept = kept.with_columns(recipient=pl.when(~to_group).then("recipient"))
            yield kept.with_columns(
                sender=account.gather(kept["sender"]),
                recipient=account.gather(kept["recipient"]),
                group=group.gather(kept["group"]),
            ).select(_READ)

    def with_new(self, new: Sequence[KeptInput]) -> list[KeptInput]:
        """Return all inputs in the order in which they would have been read together.

        Raises:
            InputError: One is among the earlier ones: it would count twice.
        """
        before = {(one.file, one.fingerprint) for one in self.inputs}
        for one in new:
            if (one.file, one.fingerprint) in before:
                raise InputError(
                    f"{one.file} is named twice: the run that is updated has read it.",
                    "Name files alone that are new.",
                )
        every = [*self.inputs, *new]
        files = sorted((one for one in every if one.format != "frame"), key=lambda one: one.file)
        return [*files, *(one for one in every if one.format == "frame")]


def opened(path: Path | None, reading: Reading, key: KeySource | None) -> Earlier | None:
    """Open the state of an earlier run; nothing where there is none to be opened.

    Raises:
        PrivacyRefusalError: The key is another, or the file was changed or cut off.
        RunError: It cannot be read, or another version wrote it.
        UsageError: It does not go together with what is read.
    """
    if path is None or key is None:
        return None
    return Earlier(state.open_state(path, state.sealing_secret(key, reading.dataset)), reading)


def _refuse_other(opened: State, reading: Reading) -> None:
    about = opened.about
    told = {
        "identifiers": (about.identifiers, reading.identifiers),
        "dataset": (about.dataset, reading.dataset),
        "ignore_kinds": (sorted(about.ignore_kinds), sorted(reading.ignore_kinds)),
        "collapse_duplicates": (about.collapse_duplicates, reading.collapse_duplicates),
    }
    for name, (then, now) in told.items():
        if then != now:
            raise UsageError(
                f"The run that is to be updated was read with {name} = {then}, and now it is "
                f"{now}.",
                "Say the same as then, or analyse all files anew.",
            )
    start = reading.first_second
    if about.start is not None and (start is None or start < about.start):
        since = datetime.fromtimestamp(about.start, UTC)
        raise UsageError(
            f"The run that is to be updated left out what came before {since:%Y-%m-%d %H:%M} UTC.",
            f"Say --not-before {since.isoformat()} or later, or analyse all files anew.",
        )
    if about.accounts_file and reading.accounts is None:
        raise UsageError(
            "The run that is to be updated was made with an accounts file.",
            "Name the present one with --accounts: a state keeps nothing of it, since what is "
            "known of accounts changes.",
        )
    if reading.seal_to:
        raise UsageError(
            "A map back to the ids was asked for, and the ids of earlier days are not known.",
            "Leave out --seal-to and --people, or analyse all files anew.",
        )


def _places(
    known: pl.DataFrame, new: pl.DataFrame, which: pl.Series
) -> tuple[NDArray[np.uint32], pl.DataFrame]:
    """Return the provisional integer of each known entity, and all names with those added.

    Args:
        known: The state's entities.
        new: Columns id and base of those of the new files, by provisional integer.
        which: Which of the known ones are meant; of others the integer is ``ABSENT``.
    """
    named = which & known["name"].is_not_null()
    wanted = known.with_row_index("entity").filter(named).select("entity", base="name")
    found = wanted.join(new.with_row_index("place").drop("id"), on="base", how="left")
    added = found.filter(pl.col("place").is_null())
    places = np.full(len(known), ABSENT, dtype=np.uint32)
    there = found.drop_nulls("place")
    places[there["entity"].to_numpy()] = there["place"].to_numpy()
    places[added["entity"].to_numpy()] = len(new) + np.arange(len(added), dtype=np.uint32)
    empty = pl.lit(None, pl.String)
    return places, pl.concat([new, added.select(empty.alias("id"), "base")])
