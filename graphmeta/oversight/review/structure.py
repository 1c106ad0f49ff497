"""How well would accounts be recognised by what they did, without a name?

Pseudonymous is not anonymous. Whoever knows when somebody first and last wrote, and to how many,
may find that account in the run. Accounts are put together by their role, how many others of their
cluster they contacted, and the hours of their first and last contact there; how many others share
these is their k (Sweeney's k-anonymity). It understates the danger: who knows more, finds more.
"""

from __future__ import annotations

import polars as pl

from graphmeta.oversight.review.result import Check
from graphmeta.report import words
from graphmeta.run import RunFolder

#: A common least size of a group in published statistics.
CROWD = 5
_KNOWN = ("role", "contacts", "first_hour", "last_hour")


def check(run: RunFolder) -> Check:
    """Return how many scored accounts are alone with their structure.

    Raises:
        RunError: A table cannot be read.
    """
    by_count, by_time = shares(run, _KNOWN[:2]), shares(run, _KNOWN)
    accounts = by_time["accounts"]
    says = "No account is scored in this run."
    if accounts:
        says = (
            f"Of {words.plural(accounts, 'scored account')}, so many are the only one with their "
            f"role, number of contacts, and first and last hour: {words.count(by_time['unique'])}; "
            f"in crowds of fewer than {CROWD}: {words.count(by_time['in_small_crowds'])}. By role "
            f"and number of contacts alone: {words.count(by_count['unique'])} and "
            f"{words.count(by_count['in_small_crowds'])}. Pseudonyms hide names, not behaviour."
        )
    return Check(
        name="structure",
        asks="Could accounts be recognised by what they did?",
        verdict="not proven",
        says=says,
        looked_at="The tables members and contacts: accounts that are scored.",
        repeat="Group members.parquet and contacts.parquet by account, then count accounts with "
        "equal role, number of recipients, first and last hour.",
        figures={"by_count": by_count, "by_count_and_time": by_time, "crowd": CROWD},
    )


def shares(run: RunFolder, known: tuple[str, ...]) -> dict[str, int]:
    """Return how many scored accounts there are, are unique, and are in crowds below ``CROWD``.

    Args:
        run: The run.
        known: What somebody knows of an account: role, contacts, first_hour, last_hour.
    """
    acting = run.table("members").filter(pl.col("role") != "contacted")
    did = (
        run.table("contacts")
        .group_by("cluster_id", account="sender")
        .agg(
            contacts=pl.col("recipient").n_unique(),
            first_hour=pl.col("first_event").min().dt.truncate("1h"),
            last_hour=pl.col("last_event").max().dt.truncate("1h"),
        )
    )
    crowds = acting.join(did, on=["cluster_id", "account"], how="left").group_by(known).len()
    return {
        "accounts": acting.height,
        "unique": crowds.filter(pl.col("len") == 1).height,
        "in_small_crowds": int(crowds.filter(pl.col("len") < CROWD)["len"].sum()),
    }
