"""Which entities are there, what is known of each, and under which name does it leave?"""

from __future__ import annotations

import polars as pl

from graphmeta.contract.events import CLOSED_BY, DECLARED, STORE_ENTITIES
from graphmeta.ingest.accounts import FACTS
from graphmeta.privacy.keys import KeySource, Purpose
from graphmeta.privacy.pseudonyms import pseudonyms


def provisional_entities(
    accounts: pl.Series, groups: pl.Series, known: pl.DataFrame
) -> pl.DataFrame:
    """Return every entity that may occur, in order of its provisional integer.

    Args:
        accounts: Ids of accounts, in order of their provisional integers, shape (n,).
        groups: Ids of groups, likewise, shape (m,). Group i is entity n + i.
        known: Lives of accounts (``accounts.lives``). Later lives follow after the groups.

    Returns:
        Columns entity, id, is_group, life, account (the provisional account, null for groups),
        and the facts.
    """
    size = len(accounts)
    first = pl.DataFrame({"id": accounts, "is_group": False}).with_columns(
        account=pl.int_range(size, dtype=pl.UInt32), life=pl.lit(1, pl.UInt32)
    )
    facts = known.filter(pl.col("life") == 1).drop("life")
    first = first.join(facts, on="account", how="left", maintain_order="left")
    group = pl.DataFrame({"id": groups, "is_group": True}).with_columns(life=pl.lit(1, pl.UInt32))
    later = known.filter(pl.col("life") > 1).with_columns(
        id=accounts.gather(known.filter(pl.col("life") > 1)["account"]), is_group=pl.lit(False)
    )
    whole = pl.concat([first, group, later], how="diagonal")
    return whole.with_row_index("entity").select(
        "entity", "id", "is_group", "life", "account", *FACTS
    )


def traits(entities: pl.DataFrame, start: int) -> pl.DataFrame:
    """Return what is known of each entity as integers that no shift in time changes.

    Args:
        entities: As ``provisional_entities`` returns them.
        start: The time of the first event, in seconds; other times count from it.
    """
    return entities.select(
        "is_group",
        pl.col("created_at", "closed_at") - start,
        pl.col("closed_by").cast(pl.Enum(CLOSED_BY)).to_physical(),
        pl.col("declared").cast(pl.Enum(DECLARED)).to_physical(),
    )


def named(entities: pl.DataFrame, dataset: str, key: KeySource | None) -> pl.DataFrame:
    """Return the store's table of entities.

    Args:
        entities: Those that occur, with their final integers, in order.
        dataset: What the pseudonyms are stable within.
        key: The key of the pseudonyms, or None to keep the ids as they are.
    """
    names = _plain(entities) if key is None else _pseudonymous(entities, dataset, key)
    return entities.with_columns(names.alias("name")).select(
        pl.col(column).cast(dtype) for column, dtype in STORE_ENTITIES.items()
    )


def _plain(entities: pl.DataFrame) -> pl.Series:
    """Return ids, with later lives and groups that share an account's id told apart."""
    accounts = entities.filter(~pl.col("is_group"))["id"].implode()
    later = pl.col("life") > 1
    return entities.select(
        pl.when(later)
        .then(pl.format("{}#{}", "id", "life"))
        .when(pl.col("is_group") & pl.col("id").is_in(accounts))
        .then(pl.format("group:{}", "id"))
        .otherwise("id")
        .alias("name")
    ).to_series()


def forward(ids: pl.Series, life: int, purpose: Purpose, dataset: str, key: KeySource) -> pl.Series:
    """Return the pseudonyms that ids have, or would have, where they occur.

    Args:
        ids: As they stand in the events, String, shape (n,).
        life: Which holder of a recycled id; 1 is the first. Groups have one life.
        purpose: Whether the ids name accounts or groups.
        dataset: What the pseudonyms are stable within.
        key: The key of the pseudonyms.
    """
    # No id holds a control character, so an id with its life is never another id.
    texts = ids if life == 1 else ids + f"\x1f{life}"
    return pseudonyms(texts, key, dataset, purpose)


def _pseudonymous(entities: pl.DataFrame, dataset: str, key: KeySource) -> pl.Series:
    """Return pseudonyms, life by life, in the order of the entities."""
    rows = entities.select("id", "is_group", "life").with_row_index()
    parts = [
        part.select(
            "index",
            name=forward(part["id"], life, "group" if is_group else "account", dataset, key),
        )
        for (is_group, life), part in rows.group_by("is_group", "life")
    ]
    return pl.concat(parts).sort("index")["name"]


def name_of(account: str, life: int, dataset: str, key: KeySource | None) -> str:
    """Return the name under which one life of one account leaves the ingest.

    Only a person's request about their own account needs it (``graphmeta privacy subject``).

    Args:
        account: The id, as it stands in the events.
        life: Which holder of a recycled id; 1 is the first.
        dataset: What the pseudonyms are stable within.
        key: The key of the pseudonyms, or None where ids were kept as they are.
    """
    one = pl.DataFrame({"id": [account], "is_group": [False], "life": [life]})
    names = _plain(one) if key is None else _pseudonymous(one, dataset, key)
    return str(names.item())
