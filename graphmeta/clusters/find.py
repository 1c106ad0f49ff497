"""Which groups of accounts does a part of the data propose?

The layers' edges, weights in nats of surprise, add up to one graph. Leiden with the constant
Potts objective proposes communities at several resolutions, once among all accounts and again among
those that reach many strangers; each is pruned and grown by the leave-one-out test of its members
(``refine``), of those that overlap the better are kept (``choose``), and what is two groups is
parted (``split``). Nothing here is a claim: what is found on one part of the data is tested on
another (``confirm``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from graphmeta import seeds
from graphmeta.clusters.choose import after, choose
from graphmeta.clusters.refine import CUTS, refine
from graphmeta.clusters.split import parted, split
from graphmeta.graph.communities import communities
from graphmeta.nulls import counts, multiplicity
from graphmeta.signals.base import FOLDS, Layer, Observations, Part
from graphmeta.signals.coordination.invitations import Invitations
from graphmeta.signals.sums import summed

#: Where communities are sought: among accounts of at least so many stranger contacts, and at which
#: mean surprise per pair, in nats, a group holds together. An account that reaches fifty strangers
#: shares one of them with more than a hundred accounts that reach only a few, all of which are
#: surprising and none of which repeats; among its like, a slow ring stands out.
CUTS_AT = (
    *((1, resolution) for resolution in (4.0, 1.0, 0.25, 0.1)),
    (10, 1.0),
    (25, 1.0),
)
#: Ties below this share of the resolution are left out: inside a group they count against it nearly
#: as much as no tie does. The quality of what is found varies more with the seed than by this.
TIED_AT = 0.5
#: Passes over the graph for each of them: what is found is pruned and grown afterwards, which
#: changes far more than the last three of five passes do (0.7 % of quality at most).
PASSES = 2
#: The most edges that communities are sought in; the strongest are kept. Ten thousand accounts
#: have about a tenth of it, so weak pairs are left out only where there are very many pairs.
MAX_EDGES = 1_000_000
#: The most communities that are pruned and grown, over all cuts; those of the most weight. Ten
#: million events of ordinary life propose some nine thousand. Where everybody writes little and to
#: anybody, communities are as many as accounts, and hardly one of them comes to anything.
MAX_COMMUNITIES = 25_000
#: Groups that the finding part itself explains by chance more often than this are not proposed:
#: what is proposed in vain makes every test pay a little, and of the sets of accounts that can be
#: drawn up many share something.
PROPOSE_AT = 1e-6
#: The same for layers that ask about hubs: there are few of those, each was tested among all of
#: them before it tied anybody, and a small one has no more to show on two thirds of the data.
PROPOSE_HUBS_AT = 1e-4
HUB_LAYERS = (Invitations.name,)
#: False discovery rate at which the edges of a layer are counted as validated.
VALID_AT = 0.01


@dataclass(frozen=True)
class Found:
    """What a part of the data proposes.

    Args:
        groups: Columns group, account; no account in two groups. Groups are numbered by their
            smallest account.
        layers: One row per layer: layer, version, pairs (edges), significant (those validated
            at a false discovery rate of ``VALID_AT``).
        communities: How many communities there were, over all cuts.
        refined: How many of them were pruned and grown (at most ``MAX_COMMUNITIES``).
    """

    groups: pl.DataFrame
    layers: pl.DataFrame
    communities: int
    refined: int


def find(seen: Observations, layers: Sequence[Layer], part: Part, least: int, seed: int) -> Found:
    """Propose groups of at least ``least`` accounts.

    Args:
        seen: What is observed.
        layers: The layers to look at together.
        part: The part of the data that has a say.
        least: The fewest accounts of a group.
        seed: The run's seed.

    """
    pairs = [layer.pairs(seen, part) for layer in layers]
    edges = union(pairs)
    key = seeds.key("communities", seed) % 2**31
    contacts = _contacts(seen, part)
    drawn = [
        communities(_tied(edges, contacts, many, resolution), resolution, key, passes=PASSES)
        for many, resolution in CUTS_AT
    ]
    every = _stacked(drawn)
    strongest = heaviest(every, edges, MAX_COMMUNITIES)
    # All cuts are refined together: it costs little more than refining one.
    groups = score(seen, layers, refine(seen, layers, strongest, part, least), part)
    chosen = choose(groups, least)
    parts = split(chosen, edges, least, key)
    described = [_described(layer, frame) for layer, frame in zip(layers, pairs, strict=True)]
    return Found(
        groups=parted(chosen, parts, score(seen, layers, parts, part)),
        layers=pl.DataFrame(described),
        communities=every["group"].n_unique(),
        refined=strongest["group"].n_unique(),
    )


def _contacts(seen: Observations, part: Part) -> pl.DataFrame:
    """Return how many strangers each account reaches: columns account, contacts.

    Of a part these are scaled up to everything: contacts that any layer holds out have no say.
    """
    rows = seen.strangers.filter(part.keeps("recipient_fold") & part.keeps("day_fold"))
    share = 1.0 if part.fold is None else (1 - 1 / FOLDS) ** 2
    return rows.group_by(account="sender").agg(contacts=pl.len() / share)


def _tied(
    edges: pl.DataFrame, contacts: pl.DataFrame, least: int, resolution: float
) -> pl.DataFrame:
    """Return the edges that count at a resolution, among accounts of so many strangers."""
    strong = edges.filter(pl.col("weight") >= TIED_AT * resolution)
    if least <= 1:
        return strong
    many = contacts.filter(pl.col("contacts") >= least)["account"].implode()
    return strong.filter(pl.col("a").is_in(many) & pl.col("b").is_in(many))


def _stacked(drawn: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Bring the partitions of all resolutions into one frame: columns cut, group, account."""
    frames: list[pl.DataFrame] = []
    free = 0
    for cut, communities_ in enumerate(drawn):
        group = (pl.col("community") + free).cast(pl.UInt32)
        frame = communities_.select("account", cut=pl.lit(cut), group=group)
        free = max(free, after(frame["group"]))
        frames.append(frame)
    return pl.concat(frames).select(CUTS)


def heaviest(groups: pl.DataFrame, edges: pl.DataFrame, most: int) -> pl.DataFrame:
    """Keep the communities of the most weight between their members.

    Args:
        groups: Columns cut, group, account; no group number in two cuts.
        edges: Columns a, b, weight.
        most: How many to keep at most; those as light as the first one left out go with it.

    Returns:
        The rows of ``groups`` that stay, in their order.
    """
    if groups["group"].n_unique() <= most:
        return groups
    one, other = groups.rename({"account": "a"}), groups.rename({"account": "b"})
    inside = edges.join(one, on="a").join(other, on=["b", "cut", "group"])
    weights = inside.group_by("group").agg(pl.col("weight").sort().sum())
    limit = weights["weight"].top_k(most + 1).min() if weights.height > most else -1.0
    return groups.join(weights.filter(pl.col("weight") > limit), on="group", how="semi")


def _described(layer: Layer, pairs: pl.DataFrame) -> dict[str, str | int]:
    q_values = multiplicity.benjamini_hochberg(pairs["p_value"].to_numpy())
    return {
        "layer": layer.name,
        "version": layer.version,
        "pairs": pairs.height,
        "significant": int((q_values <= VALID_AT).sum()),
    }


def union(pairs: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Add up the layers' edges, and keep the ``MAX_EDGES`` strongest.

    Args:
        pairs: Every layer's edges.

    Returns:
        Columns a, b, weight (nats), in order of (a, b).
    """
    every = pl.concat([frame.select("a", "b", "weight") for frame in pairs])
    ordered = every.filter(pl.col("weight") > 0).sort("a", "b", "weight")
    edges = summed(ordered, ("a", "b"), "weight")
    if edges.height > MAX_EDGES:
        # Edges as weak as the first one left out go with it: no order of rows has a say.
        weakest = edges["weight"].top_k(MAX_EDGES + 1).min()
        edges = edges.filter(pl.col("weight") > weakest)
    return edges


def score(
    seen: Observations, layers: Sequence[Layer], groups: pl.DataFrame, part: Part
) -> pl.DataFrame:
    """Add to groups how much more they share than chance explains, in nats, over all layers.

    Groups that chance explains too easily (``PROPOSE_AT``, ``PROPOSE_HUBS_AT``) are
    left out.
    """
    if groups.is_empty():
        return groups.with_columns(gain=pl.lit(0.0))
    asked = groups.select("group", "account")
    tests = pl.concat(
        [
            layer.groups(seen, asked, part, part).with_columns(
                limit=pl.lit(PROPOSE_HUBS_AT if layer.name in HUB_LAYERS else PROPOSE_AT)
            )
            for layer in layers
        ]
    )
    gains = (
        tests.with_columns(
            gain=pl.Series(
                counts.surprise(tests["observed"].to_numpy(), tests["expected"].to_numpy())
            )
        )
        .group_by("group")
        .agg(
            pl.col("gain").sort().sum(),
            proposed=(pl.col("p_value") * len(layers) <= pl.col("limit")).any(),
        )
        .filter("proposed")
    )
    return groups.join(gains.select("group", "gain"), on="group").sort("group", "account")
