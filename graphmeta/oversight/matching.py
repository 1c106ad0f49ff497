"""Which of the platform's own ids are on a list of reviewed accounts?

Whoever holds the key computes the pseudonym of every id forward and keeps those that are on the
list. This looks nobody up: it takes a signed list of reviewed clusters and never a pseudonym or a
single account, and everything is written into the key's own log, before and after.

An id that was given to somebody else names another person by now. Its first holder has one
pseudonym, the second another; the answer says which holder (``life``) was found. Whoever acts on
a life that has ended acts on somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from graphmeta.ingest.naming import forward
from graphmeta.privacy import rotation, signing
from graphmeta.privacy.keys import KeySource, Named
from graphmeta.privacy.pseudonyms import PREFIX, same_pseudonyms

MATCHED = pl.Schema(
    {
        "cluster": pl.String(),
        "role": pl.String(),
        "pseudonym": pl.String(),
        "id": pl.String(),
        "life": pl.Int64(),
    }
)


def match(
    listed: Mapping[str, Any],
    batches: Iterable[pl.Series],
    key: KeySource,
    key_file: Path,
    lives: int = 1,
) -> pl.DataFrame:
    """Return which ids are on a list.

    Args:
        listed: A list, as ``actors.read_list`` returns it.
        batches: The platform's ids as they stand in its events, String, some at a time.
        key: The key of the list's pseudonyms.
        key_file: Beside which file the log of the key stands.
        lives: How many holders of each id to try; 1 for the first alone.

    Returns:
        Columns as in ``MATCHED``, in order of cluster, role and pseudonym.

    Raises:
        UsageError: The pseudonyms were made in another epoch or with another key.
    """
    dataset = str(listed["dataset"])
    theirs = {"identifiers": "pseudonymous", "dataset": dataset}
    same_pseudonyms(
        {**theirs, "epoch": listed["epoch"], "key_id": listed["key_id"]},
        {**theirs, "epoch": key.epoch, "key_id": key.key_id},
    )
    wanted = pl.DataFrame(
        listed["accounts"], schema={name: pl.String() for name in ("cluster", "role", "pseudonym")}
    )
    said = {"list_sha256": signing.digest(listed), "run": listed["run"]}
    rotation.note(key_file, "matching", {**said, "pseudonyms": wanted.height})
    tried, parts = 0, [MATCHED.to_frame()]
    for ids in batches:
        tried += len(ids)
        for purpose in _purposes(wanted):
            for life in range(1, (lives if purpose == "account" else 1) + 1):
                names = forward(ids, life, purpose, dataset, key)
                found = pl.DataFrame({"id": ids, "pseudonym": names}).join(wanted, on="pseudonym")
                parts.append(found.select(*list(MATCHED)[:4], life=pl.lit(life, pl.Int64)))
    matched = pl.concat(parts).unique().sort("cluster", "role", "pseudonym", "id")
    rotation.note(
        key_file, "matched", {**said, "ids_tried": tried, "matched": matched["id"].n_unique()}
    )
    return matched


def _purposes(wanted: pl.DataFrame) -> list[Named]:
    """Return what the pseudonyms on a list name."""
    every: tuple[Named, ...] = ("account", "group")
    return [one for one in every if wanted["pseudonym"].str.starts_with(PREFIX[one]).any()]
