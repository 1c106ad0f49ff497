"""How what ties accounts together, layer by layer, is told."""

from __future__ import annotations

from graphmeta.scores.wording.forms import NUMBER, Wording

WORDINGS: dict[str, Wording] = {
    "shared_targets": Wording(
        "shared strangers",
        "{observed} held-out strangers were reached by several of them; {expected} by chance",
        NUMBER,
        "they work on one list",
        "no more than chance",
    ),
    "shared_timing": Wording(
        "shared moments",
        "in {observed} held-out moments several of them met strangers; {expected} by chance",
        NUMBER,
        "they act on one clock",
        "no more than chance",
    ),
    "funnel": Wording(
        "contacts that went on to their hubs",
        "{observed} held-out contacts went on to their hubs within days; {expected} by chance",
        NUMBER,
        "they feed the same hubs",
        "no more than chance",
    ),
    "grooming": Wording(
        "contacted newcomers",
        "{observed} held-out newcomers of the groups they watch were contacted; {expected} by "
        "chance",
        NUMBER,
        "they reach newcomers soon after these become visible",
        "no more than chance",
    ),
    "invitations": Wording(
        "recruits who recruit",
        "{observed} held-out accounts that strangers had brought into one group invited strangers "
        "in their turn; {expected} by chance",
        NUMBER,
        "they invite in a cascade",
        "no more than chance",
    ),
    "successors": Wording(
        "strangers reached again",
        "fresh accounts reached {observed} held-out strangers again whom accounts that had just "
        "ended had reached; {expected} by chance",
        NUMBER,
        "one account takes over from another",
        "no more than chance",
    ),
    "target_partitioning": Wording(
        "strangers shared out",
        "{observed} times did two of them reach the same stranger; independent accounts do so "
        "at least {expected} times on average",
        NUMBER,
        "they share out one list",
        "no list is shared out",
    ),
    "twin_behaviour": Wording(
        "pairs that behave alike",
        "{observed} pairs of them behave more alike than {expected} pairs would by chance; this "
        "proposes a cluster and confirms nothing",
        NUMBER,
        "one operator may stand behind them, or one organisation",
        "no more than chance",
    ),
}
