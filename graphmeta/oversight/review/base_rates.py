"""Of those who are flagged, how many would be innocent?

By Bayes' rule, from how common abuse is, how much of it is found, and how often innocents are
flagged: I / (I + G), where G = prevalence x recall and I = (1 - prevalence) x the share of
innocents who are in groups that look alike x the rate at which a look-alike is flagged.

It misleads where its inputs do. The rate is the one stated of kinds of look-alikes in synthetic
worlds, per appearance; recall and the share of look-alikes are assumptions; and groups of
campaigns and of look-alikes are taken to be of equal size.
"""

from __future__ import annotations

from typing import Any

from graphmeta.report import words
from graphmeta.scores.model import REJECTED_AT

#: One guilty account in so many.
ONE_IN = (100, 1_000, 10_000, 100_000)
#: Assumed: what share of abuse is flagged at all, from pessimistic to optimistic.
RECALLS = (0.2, 0.5, 0.9)
#: Assumed: one innocent account in so many is in a group that looks alike.
LOOK_ALIKES = (1, 100)


def innocent_share(prevalence: float, recall: float, rate: float) -> float:
    """Return the share of flagged accounts that are innocent.

    Args:
        prevalence: The share of accounts that take part in abuse, above 0.
        recall: The share of these that are flagged, above 0.
        rate: The share of innocent accounts that are flagged.
    """
    innocent, guilty = (1 - prevalence) * rate, prevalence * recall
    return innocent / (innocent + guilty)


def table() -> dict[str, Any]:
    """Return the shares for every prevalence, recall and share of look-alikes."""
    found = words.listing([words.share(recall) for recall in RECALLS])
    return {
        "rate_per_look_alike": REJECTED_AT,
        "recalls_assumed": list(RECALLS),
        "rows": [
            {
                "abusive_one_in": one_in,
                "look_alike_one_in": alike,
                "innocent_share": [
                    innocent_share(1 / one_in, recall, REJECTED_AT / alike) for recall in RECALLS
                ],
            }
            for alike in LOOK_ALIKES
            for one_in in ONE_IN
        ],
        "states": (
            f"Assumed: {found} of abusive accounts are flagged; innocents are in groups that look "
            "alike as often as each row says; and each such group is flagged at the stated rate "
            f"of {words.share(REJECTED_AT)} for its kind, which is about synthetic look-alikes. On "
            "a real platform none of the three is known."
        ),
    }
