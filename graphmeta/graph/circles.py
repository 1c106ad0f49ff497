"""Which accounts form a social circle.

Circles are communities of who contacted whom, drawn from ties that are older than anything that
will be judged with them: a campaign that makes friends later cannot draw itself a circle. Ties
in which both have written count fully. Where only one has, the tie still says something: people
write to their own class and club without being answered, and without such ties most accounts of
a quiet network have no circle, so that its ordinary life passes for contact among strangers (and
its clubs for coordination). It counts little, and an account that writes to many has no more say
than one that writes to a few: a list of victims is no circle.

They are drawn by modularity, whose communities are large: calling two members of a large circle
strangers is the worse mistake, because ordinary life outnumbers campaigns.
Accounts without such ties, and circles of fewer than ``SMALLEST`` accounts, have none.
"""

from __future__ import annotations

import polars as pl

from graphmeta import seeds
from graphmeta.graph.communities import communities

#: The circle of accounts that have none.
NO_CIRCLE = -1
SMALLEST = 4
#: What an unanswered tie counts, beside 1 for an answered one.
UNANSWERED = 0.1
#: Unanswered ties by which one account has a say.
FAIR = 10.0


def circles(first_contacts: pl.DataFrame, before: int, seed: int) -> pl.DataFrame:
    """Draw circles from the ties made before a moment.

    Args:
        first_contacts: As ``contacts.first_contacts`` returns it.
        before: Seconds; later contacts and later answers have no say.
        seed: For the order in which Leiden visits accounts.

    Returns:
        Columns account, circle (from 0, without gaps); accounts without a circle are absent.
    """
    answered = (pl.col("replied_at") < before).fill_null(False)
    alone = (~answered).sum().over("sender")
    edges = first_contacts.filter(pl.col("time") < before).select(
        a="sender",
        b="recipient",
        weight=pl.when(answered)
        .then(1.0)
        .otherwise(UNANSWERED * (FAIR / alone).clip(upper_bound=1.0)),
    )
    found = communities(
        edges, resolution=1.0, seed=seeds.key("circles", seed) % 2**31, modularity=True
    )
    large = found.filter(pl.len().over("community") >= SMALLEST)
    return large.select(
        "account", circle=pl.col("community").rank("dense").cast(pl.Int64) - 1
    ).sort("account")
