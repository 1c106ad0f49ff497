"""Which groups of one list are which groups of another?

Two groups are alike by the accounts they have in common, over the accounts of either (Jaccard). The
most alike are matched first, and every group once: where one splits in two, its larger half is
matched and the other is left over.
"""

from __future__ import annotations

import polars as pl

#: Accounts in common, as a share of all accounts of either, from which two groups are one.
SAME = 0.2


def match(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Match two sets of groups one to one, the most alike first.

    Args:
        left: Columns group, account.
        right: Columns group, account.

    Returns:
        Columns group, other, alike (accounts in common over accounts of either).
    """
    size = left.group_by("group").agg(size=pl.len())
    size_other = right.group_by(other="group").agg(size_other=pl.len())
    pairs = (
        left.join(right.rename({"group": "other"}), on="account")
        .group_by("group", "other")
        .agg(both=pl.len())
        .join(size, on="group")
        .join(size_other, on="other")
        .select(
            "group",
            "other",
            alike=pl.col("both") / (pl.col("size") + pl.col("size_other") - pl.col("both")),
        )
        .filter(pl.col("alike") >= SAME)
        .sort("alike", "group", "other", descending=[True, False, False])
    )
    taken: set[object] = set()
    taken_other: set[object] = set()
    kept = []
    for row in pairs.iter_rows(named=True):
        if row["group"] not in taken and row["other"] not in taken_other:
            taken.add(row["group"])
            taken_other.add(row["other"])
            kept.append(row)
    return pl.DataFrame(kept, schema=pairs.schema)
