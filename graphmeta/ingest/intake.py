"""How do the rows of an input become accepted events with integer ids?

Batch by batch: decode, add to the fingerprint, leave out the kinds that were to be ignored, judge
by the contract, set rejected rows aside, leave out what is too early, turn ids into provisional
integers, leave out contacts of an account with itself. What was left out is counted, never dropped
in silence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from graphmeta.contract.check import (
    ACCOUNT_RULES,
    EVENT_RULES,
    TOO_LONG,
    decode_accounts,
    decode_events,
    judge,
    refuse_long_text,
)
from graphmeta.contract.events import KIND, KINDS_TO_GROUPS
from graphmeta.contract.times import Place
from graphmeta.engines.local import ahead, beside
from graphmeta.errors import InputError, PrivacyRefusalError
from graphmeta.ingest.accounts import FACTS
from graphmeta.ingest.fingerprint import Fingerprint
from graphmeta.ingest.intern import Interner
from graphmeta.ingest.mapping import Plan
from graphmeta.ingest.quarantine import Quarantine
from graphmeta.ingest.reading import Reading
from graphmeta.ingest.sources import Source


@dataclass
class Tally:
    """What one input held."""

    rows: int = 0
    time_type: pl.DataType | None = None
    ignored: int = 0
    too_early: int = 0
    self_contacts: int = 0
    first: int | None = None
    last: int | None = None
    kinds: Counter[str] = field(default_factory=Counter)
    quarantine: Quarantine = field(default_factory=Quarantine)
    fingerprint: str = ""

    def saw(self, accepted: pl.DataFrame) -> None:
        """Note the span and the kinds of some accepted events."""
        if accepted.is_empty():
            return
        earliest, latest = accepted.select(
            pl.col("timestamp").min().alias("first"), pl.col("timestamp").max().alias("last")
        ).row(0)
        self.first = earliest if self.first is None else min(self.first, earliest)
        self.last = latest if self.last is None else max(self.last, latest)
        for kind, count in accepted["kind"].value_counts().iter_rows():
            self.kinds[kind] += count


@dataclass
class Namespaces:
    """The ids seen so far: accounts and groups are apart, even where their texts are equal."""

    accounts: Interner = field(default_factory=Interner)
    groups: Interner = field(default_factory=Interner)

    def look(self, file: str) -> None:
        """Look at all ids of a file that have not been looked at; see ``Interner.look``."""
        self.accounts.look(file)
        self.groups.look(file)


def accepted_events(
    source: Source, plan: Plan, reading: Reading, ids: Namespaces, tally: Tally
) -> Iterator[pl.DataFrame]:
    """Yield the accepted events of one input, batch by batch, and fill in its tally.

    Yields:
        Columns sender, recipient, group (UInt32 provisional; recipient is null where the group
        is the recipient), time (Int64 seconds), kind (Enum), duration_s (Float32).

    Raises:
        InputError: The input is damaged, has no rows, or none that keeps the contract.
        PrivacyRefusalError: An id carries text.
    """
    fingerprint = Fingerprint(tuple(plan.read))
    with beside() as also:
        for raw in ahead(_renamed_batches(source, plan)):
            tally.time_type = raw["timestamp"].dtype
            decoded = decode_events(raw, reading.times, _place(source, tally, len(raw)))
            tally.rows += len(decoded)
            also(fingerprint.update, decoded)
            yield _accepted(decoded, source.name, reading, ids, tally)
    ids.look(source.name)
    tally.fingerprint = fingerprint.hexdigest()
    _count_broken(source, tally)
    _require_some_accepted(source, tally)


def _accepted(
    decoded: pl.DataFrame, file: str, reading: Reading, ids: Namespaces, tally: Tally
) -> pl.DataFrame:
    """Return those events of a batch that are kept."""
    if reading.ignore_kinds:
        kept = decoded.filter(~pl.col("kind").is_in(reading.ignore_kinds))
        tally.ignored += len(decoded) - len(kept)
        decoded = kept
    refuse_long_text(decoded, ("sender", "recipient", "group"), file)
    judged = judge(decoded, EVENT_RULES)
    tally.quarantine.add(file, judged.rejected)
    accepted = judged.accepted
    if reading.not_before is not None:
        accepted = accepted.filter(pl.col("timestamp") >= reading.first_second)
        tally.too_early += len(judged.accepted) - len(accepted)
    tally.saw(accepted)
    events = _with_integers(accepted, file, ids)
    apart = events.filter(pl.col("sender").ne_missing(pl.col("recipient")))
    tally.self_contacts += len(events) - len(apart)
    return apart


def accepted_accounts(
    source: Source, plan: Plan, reading: Reading, ids: Namespaces, tally: Tally
) -> Iterator[pl.DataFrame]:
    """Yield the accepted rows of an accounts file, batch by batch, and fill in its tally.

    Yields:
        Columns account (UInt32 provisional), created_at, closed_at (Int64 seconds), closed_by,
        declared (String), row (Int64), file (String).

    Raises:
        InputError: The input is damaged, has no rows, or none that keeps the contract.
        PrivacyRefusalError: An id carries text.
    """
    fingerprint = Fingerprint(tuple(plan.read))
    for raw in _renamed_batches(source, plan):
        tally.time_type = raw["created_at"].dtype
        decoded = decode_accounts(raw, reading.times, _place(source, tally, len(raw)))
        tally.rows += len(decoded)
        fingerprint.update(decoded)
        refuse_long_text(decoded, ("account",), source.name)
        judged = judge(decoded, ACCOUNT_RULES)
        tally.quarantine.add(source.name, judged.rejected)
        rows = judged.accepted
        codes = ids.accounts.codes(rows["account"], rows["row"], source.name)
        yield rows.select(codes.alias("account"), *FACTS, "row", file=pl.lit(source.name))
    ids.look(source.name)
    tally.fingerprint = fingerprint.hexdigest()
    _count_broken(source, tally)
    _require_some_accepted(source, tally)


def _renamed_batches(source: Source, plan: Plan) -> Iterator[pl.DataFrame]:
    inside = list(plan.read.values())
    for batch in source.batches(inside):
        yield batch.select(pl.col(there).alias(name) for name, there in plan.read.items())


def _place(source: Source, tally: Tally, length: int) -> Place:
    return Place(source.name, source.row_numbers(tally.rows, length))


def _count_broken(source: Source, tally: Tally) -> None:
    broken = source.broken_rows()
    tally.quarantine.add(source.name, broken)
    tally.rows += len(broken)


def _with_integers(accepted: pl.DataFrame, file: str, ids: Namespaces) -> pl.DataFrame:
    rows = accepted["row"]
    to_group = accepted["kind"].is_in(KINDS_TO_GROUPS)
    reached, group = accepted["recipient"], accepted["group"]
    if to_group.any():
        # The group is the recipient: it belongs to the groups' namespace, and repeating it in
        # the group column is optional, so it is always filled in.
        group = reached.zip_with(to_group, group).alias("recipient")
        reached = reached.set(to_group, None)
    return pl.DataFrame(
        [
            ids.accounts.codes(accepted["sender"], rows, file).alias("sender"),
            ids.accounts.codes(reached, rows, file).alias("recipient"),
            accepted["timestamp"].alias("time"),
            accepted["kind"].cast(KIND),
            accepted["duration_s"],
            ids.groups.codes(group, rows, file).alias("group"),
        ]
    )


def _require_some_accepted(source: Source, tally: Tally) -> None:
    if tally.rows == 0:
        raise InputError(f"{source.name} has no rows.", "Leave the file out, or export it again.")
    if tally.quarantine.total < tally.rows:
        return
    example = tally.quarantine.examples().row(0, named=True)
    if all(reason.endswith(TOO_LONG) for reason in tally.quarantine.by_reason()):
        raise PrivacyRefusalError(
            f"{source.name}: every row has an {TOO_LONG}, the first in {example['field']} of row "
            f"{example['row']}. Ids so long could be text.",
            "Replace the ids by opaque ones, for instance numbers or keyed hashes.",
        )
    every = f"all {tally.rows} rows were rejected, the first"
    rejected = "its only row was rejected" if tally.rows == 1 else every
    raise InputError(
        f"{source.name}: {rejected} (row {example['row']}) for its {example['field']}: "
        f"{example['reason']}.",
        "Check that the columns are the right ones, and map them with --map where they are not.",
    )
