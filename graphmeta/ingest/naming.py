"""Which entities are there, what is known of each, and under which name does it leave?"""

from __future__ import annotations

import polars as pl

from graphmeta.contract.events import CLOSED_BY, DECLARED, STORE_ENTITIES
from graphmeta.ingest.accounts import FACTS
from graphmeta.privacy.keys import KeySource, Named
from graphmeta.privacy.pseudonyms import pseudonyms


def based(ids: pl.Series, names: Named, dataset: str, key: KeySource | None) -> pl.DataFrame:
    """Return ids with the name of each one's first life: columns id, base.

    Args:
        ids: In order of their provisional integers, shape (n,).
        names: Whether they name accounts or groups.
        dataset: What the pseudonyms are stable within.
        key: The key of the pseudonyms, or None to keep the ids as they are.
    """
    base = ids if key is None else forward(ids, 1, names, dataset, key)
    return pl.DataFrame({"id": ids, "base": base}, schema={"id": pl.String, "base": pl.String})


def provisional_entities(
    accounts: pl.DataFrame, groups: pl.DataFrame, known: pl.DataFrame
) -> pl.DataFrame:
    """Return every entity that may occur, in order of its provisional integer.

    Args:
        accounts: Columns id and base, by provisional integer, n rows. An id may be unknown.
        groups: Likewise, m rows. Group i is entity n + i.
        known: Lives of accounts (``accounts.lives``). Later lives follow after the groups.

    Returns:
        Columns entity, id, base, is_group, life, account (the provisional account, null for
        groups), and the facts.
    """
    first = accounts.with_columns(
        is_group=pl.lit(False),
        account=pl.int_range(pl.len(), dtype=pl.UInt32),
        life=pl.lit(1, pl.UInt32),
    )
    facts = known.filter(pl.col("life") == 1).drop("life")
    first = first.join(facts, on="account", how="left", maintain_order="left")
    group = groups.with_columns(is_group=pl.lit(True), life=pl.lit(1, pl.UInt32))
    later = known.filter(pl.col("life") > 1)
    later = later.with_columns(
        *(accounts[name].gather(later["account"]) for name in ("id", "base")),
        is_group=pl.lit(False),
    )
    whole = pl.concat([first, group, later], how="diagonal")
    return whole.with_row_index("entity").select(
        "entity", "id", "base", "is_group", "life", "account", *FACTS
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


def with_names(entities: pl.DataFrame, dataset: str, key: KeySource | None) -> pl.DataFrame:
    """Return entities with the name under which each leaves, no two the same: column name.

    Args:
        entities: As ``provisional_entities`` returns them.
        dataset: What the pseudonyms are stable within.
        key: The key of the pseudonyms, or None to keep the ids as they are.
    """
    names = _plain(entities) if key is None else _pseudonymous(entities, dataset, key)
    return entities.with_columns(names.alias("name"))


def as_stored(entities: pl.DataFrame) -> pl.DataFrame:
    """Return the store's table of entities, from those with their final integers and names."""
    return entities.select(pl.col(column).cast(dtype) for column, dtype in STORE_ENTITIES.items())


def _plain(entities: pl.DataFrame) -> pl.Series:
    """Return ids, with later lives and groups that share an account's id told apart."""
    accounts = entities.filter(~pl.col("is_group"))["base"].implode()
    later = pl.col("life") > 1
    return entities.select(
        pl.when(later)
        .then(pl.format("{}#{}", "base", "life"))
        .when(pl.col("is_group") & pl.col("base").is_in(accounts))
        .then(pl.format("group:{}", "base"))
        .otherwise("base")
        .alias("name")
    ).to_series()


def forward(ids: pl.Series, life: int, names: Named, dataset: str, key: KeySource) -> pl.Series:
    """Return the pseudonyms that ids have, or would have, where they occur.

    Args:
        ids: As they stand in the events, String, shape (n,).
        life: Which holder of a recycled id; 1 is the first. Groups have one life.
        names: Whether the ids name accounts or groups.
        dataset: What the pseudonyms are stable within.
        key: The key of the pseudonyms.
    """
    # No id holds a control character, so an id with its life is never another id.
    texts = ids if life == 1 else ids + f"\x1f{life}"
    return pseudonyms(texts, key, dataset, names)


def _pseudonymous(entities: pl.DataFrame, dataset: str, key: KeySource) -> pl.Series:
    """Return pseudonyms in the order of the entities: of first lives the bases, then the others."""
    rows = entities.select("id", "base", "life").with_row_index()
    parts = [rows.filter(pl.col("life") == 1).select("index", name="base")] + [
        part.select("index", name=forward(part["id"], life, "account", dataset, key))
        for (life,), part in rows.filter(pl.col("life") > 1).group_by("life")
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
    base = based(pl.Series([account]), "account", dataset, key)
    one = base.with_columns(is_group=pl.lit(False), life=pl.lit(life))
    return str(with_names(one, dataset, key)["name"].item())
