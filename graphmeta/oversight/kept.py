"""What does a run's kept state hold about one account, and how is it taken out?

A state (:mod:`graphmeta.ingest.state`) holds all events of everybody, sealed. With the key of the
run's pseudonyms it can be opened, so an account's own events are counted for access, and left out
of a state that is written anew for erasure. The name of the account goes with them.

It knows numbers, not their holders: where an id was given to somebody else later, the events of
all its holders are counted, and all are taken out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from graphmeta.errors import RunError
from graphmeta.ingest.naming import name_of
from graphmeta.ingest.state import State, keeping, open_state, sealing_secret
from graphmeta.privacy.keys import Key
from graphmeta.run import STATE, RunFolder


@dataclass(frozen=True)
class KeptState:
    """A run's state, and the account that is asked about.

    Args:
        path: The state.
        secret: What opens it.
        name: The name of the account's first life.
    """

    path: Path
    secret: bytes = field(repr=False)
    name: str = field(repr=False)

    def events(self) -> int:
        """Return how many events are of the account.

        Raises:
            PrivacyRefusalError: The state does not open.
            RunError: It cannot be read.
        """
        state = open_state(self.path, self.secret)
        of_it = self._of_it(state)
        return sum(some.select(of_it.sum()).item() for some in state.events)

    def without(self, path: Path, identity: str, gone: int) -> None:
        """Write the state anew, without the account.

        Args:
            path: Where to.
            identity: What tells the new state from every other.
            gone: How many events are of the account.
        """
        state = open_state(self.path, self.secret)
        of_it = self._of_it(state)
        about = replace(
            state.about,
            id=identity,
            events=state.about.events - gone,
            read=state.about.read - gone,
        )
        nobody = pl.when(pl.col("is_group") | (pl.col("name") != self.name)).then("name")
        entities = state.entities.with_columns(name=nobody)
        with keeping(path, self.secret, about, state.inputs, entities) as keep:
            for some in state.events:
                keep(some.filter(~of_it))

    def _of_it(self, state: State) -> pl.Expr:
        """Return which events are of the account. Groups may bear the same number as it."""
        named = (state.entities["name"] == self.name) & ~state.entities["is_group"]
        number = named.fill_null(False).arg_true()
        to_account = pl.col("recipient").is_in(number.implode())
        return pl.col("sender").is_in(number.implode()) | to_account


def kept(opened: RunFolder, account: str, key: Key) -> KeptState:
    """Return a run's state, to be asked about one account.

    Args:
        opened: The run; it keeps one.
        account: The account's id, as it stands in the events.
        key: The key of which the state's is derived.
    """
    said = opened.manifest["privacy"]
    of_names = None if said["identifiers"] == "plain" else key
    name = name_of(account, 1, said["dataset"], of_names)
    return KeptState(opened.path / STATE, sealing_secret(key, said["dataset"]), name)


def said_of(opened: RunFolder) -> Mapping[str, Any] | None:
    """Return what the manifest says of the state that is there; None where there is none.

    Raises:
        RunError: There is one, and the manifest does not know it.
    """
    if not (opened.path / STATE).exists():
        return None
    said = opened.manifest["privacy"].get("state")
    if not isinstance(said, Mapping) or not isinstance(said.get("key_id"), str):
        raise RunError(
            f"There is a state in {opened.path} of which its manifest says nothing.",
            "Somebody put it there: find out who, and do not use this folder.",
        )
    return said
