"""From a store to the tables of a run: the detection, in one screen.

``network`` finds the contact, the first contact and whether it went to a stranger; ``observe``
cuts days and folds; ``clusters`` finds groups over the layers and confirms them on held-out
contacts; ``scores`` says what they do, for and against; ``tables`` writes down what was seen. No
input is opened here, and nothing is written but the checkpoints that ``remember`` keeps: this runs
behind the walls of ``privacy.sandbox``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from graphmeta.clusters import history, roles
from graphmeta.clusters.assemble import Clusters, clusters
from graphmeta.clusters.twins import propose
from graphmeta.engines.base import Progress, Remember, afresh
from graphmeta.graph.places import places
from graphmeta.ingest.store import Store
from graphmeta.pipeline import facts, tables
from graphmeta.pipeline.settings import Settings
from graphmeta.scores import behaviour, counter, explain, rank, verdict
from graphmeta.scores.calibrate import Calibration
from graphmeta.scores.model import trained
from graphmeta.signals import BEHAVIOURS, LAYERS, RECRUITMENT
from graphmeta.signals.acts import Acts, acts
from graphmeta.signals.base import Observations
from graphmeta.signals.coordination.funnel import Funnel
from graphmeta.signals.observe import Network, network, observe


@dataclass(frozen=True)
class Scored:
    """Clusters with roles, what they do, and their scores.

    Args:
        members: As ``roles.assign`` returns them.
        measured: As ``measure`` returns it.
        scored: One row per cluster, highest risk first.
    """

    members: pl.DataFrame
    measured: pl.DataFrame
    scored: pl.DataFrame


def detect(
    store: Store, settings: Settings, progress: Progress, remember: Remember = afresh
) -> tuple[dict[str, pl.DataFrame], dict[str, Any]]:
    """Return the run's tables, and what the manifest says of the analysis.

    Args:
        store: The events.
        settings: What is asked of the analysis.
        progress: Told of every stage.
        remember: Asked for what each stage makes.
    """
    entities = store.entities.collect()
    names = entities["name"]
    progress("judging first contacts")
    since = None if settings.since is None else int(settings.since.timestamp())
    graph = remember(
        "network", lambda: network(store.events, entities.height, since, settings.seed), Network
    )
    seen = observe(store.events, graph, names.to_list(), settings.seed, store.entities)
    asked = settings.alpha, settings.min_actors, settings.seed
    tied = remember(
        "clusters", lambda: clusters(seen, LAYERS, *asked, progress, remember), Clusters
    )
    found = propose(tied, seen, graph.judged, *asked)
    progress("scoring behaviour")
    outside = ~pl.col("group").is_in(tied.leaning.implode())
    had = remember("scored", lambda: _scored(store, graph, seen, found, outside, settings), Scored)
    progress("writing down what was seen")
    members, measured, scored = had.members, had.measured, had.scored
    ids = tables.cluster_ids(scored)
    terms = behaviour.terms(measured, scored["group"], trained())
    rule = verdict.Rule(settings.alpha, settings.min_score, settings.min_actors)
    told = verdict.sentences(scored, measured, rule, trained())
    compared = counter.compared(measured, scored["group"], trained())
    edges = tables.edges(graph, seen, members)
    placed = places(members, edges, settings.seed)
    written = {
        "clusters": tables.cluster_rows(scored, found.tests, members, seen, ids),
        "members": tables.member_rows(members, placed, ids, names),
        "evidence": explain.evidence(
            explain.of_behaviour(terms, ids),
            explain.of_ties(found.tests, ids),
            explain.of_verdict(told, ids),
        ),
        "look_alikes": tables.look_alike_rows(compared, ids),
        "signals": tables.signal_rows(measured, found, members, ids, names),
        "contacts": tables.contact_rows(edges, graph, ids, names),
        "timeline": tables.timeline_rows(store.events, graph, members, ids),
        "rhythm": tables.rhythm_rows(graph),
        "quarantine": store.quarantine,
    }
    counted = facts.facts(store.events, graph, seen, found, written["clusters"], settings)
    return written, counted


def _scored(
    store: Store,
    graph: Network,
    seen: Observations,
    found: Clusters,
    outside: pl.Expr,
    settings: Settings,
) -> Scored:
    """Give roles, measure what clusters do, and score them.

    Those ``outside`` of what held-out data leans towards are measured apart: what is usual is told
    by accounts outside all groups, and those who are merely alike are many.
    """
    funnel = next(layer for layer in LAYERS if isinstance(layer, Funnel))
    members = roles.assign(seen, found, funnel)
    did = acts(store.events, store.entities, graph)
    measured = pl.concat(
        measure(did, seen, members.filter(part), funnel) for part in (~outside, outside)
    )
    is_group = store.entities.select("is_group").collect()["is_group"]
    scored = _score(graph, seen, found, members, measured, is_group, settings)
    return Scored(members, measured, scored)


def measure(did: Acts, seen: Observations, members: pl.DataFrame, funnel: Funnel) -> pl.DataFrame:
    """Measure what the scored accounts of every cluster do.

    Returns:
        Columns group, value, expected, support, signal, version; in order of signal, group.
    """
    scored = members.filter(pl.col("role") != "contacted").select("group", "account")
    sending = members.filter(pl.col("role").is_in(["actor", "recruiter"])).select(
        "group", "account"
    )
    hubs = roles.hubs_of(seen, scored, funnel)
    behaves = [
        signal.measure(did, sending).with_columns(
            signal=pl.lit(signal.name), version=pl.lit(signal.version)
        )
        for signal in BEHAVIOURS
    ]
    recruits = [
        signal.measure(seen, scored, hubs).with_columns(
            signal=pl.lit(signal.name), version=pl.lit(signal.version)
        )
        for signal in RECRUITMENT
    ]
    return pl.concat([*behaves, *recruits])


def _score(
    graph: Network,
    seen: Observations,
    found: Clusters,
    members: pl.DataFrame,
    measured: pl.DataFrame,
    is_group: pl.Series,
    settings: Settings,
) -> pl.DataFrame:
    """Score and rank the clusters: one row each, highest risk first.

    A group chat that is a hub is no actor: ``min_actors`` counts accounts. Smaller clusters leave
    no trace in the run, flagged or not: in them a single account would stand nearly alone.
    """
    every = found.results["group"]
    scores = behaviour.add_up(behaviour.terms(measured, every, trained()), trained())
    alike = counter.resemblance(measured, every, trained())
    account = ~is_group.gather(members["account"].to_numpy())
    counted = (
        members.with_columns(account=account)
        .group_by("group")
        .agg(
            n_actors=((pl.col("role") != "contacted") & pl.col("account")).sum().cast(pl.Int64),
            n_contacted=(pl.col("role") == "contacted").sum().cast(pl.Int64),
        )
    )
    doubled = 2 * graph.since - graph.first
    standing = history.stands(seen, LAYERS, found.groups.select("group", "account"), doubled)
    joined = (
        found.results.join(scores, on="group")
        .join(counted, on="group")
        .join(standing, on="group")
        .join(counter.rejected(alike, every), on="group")
        .filter(pl.col("n_actors") >= settings.min_actors)
        .sort("group")
    )
    own = settings.calibration
    curve = Calibration(own["constant"], own["slope"]) if own else trained().risk
    ranked = rank.rank(joined, settings.alpha, settings.min_score, settings.min_actors, curve)
    return rank.apart(ranked, members)
