"""Events to run, in one screen.

Follow one event: ``ingest`` accepts it into a store under dense integers; ``network`` finds the
contact, the first contact and whether it went to a stranger; ``observe`` cuts days and folds;
``clusters`` finds groups over the layers and confirms them on held-out contacts; ``scores`` says
what they do, for and against; ``tables`` and ``manifest`` write down what was seen.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import polars as pl

from graphmeta import run
from graphmeta.clusters import history, roles
from graphmeta.clusters.assemble import Clusters, clusters
from graphmeta.clusters.twins import propose
from graphmeta.engines.base import Progress, silent
from graphmeta.ingest import Reading, Store, ingest
from graphmeta.pipeline import manifest, reverse_map, tables
from graphmeta.pipeline.clock import Stopwatch
from graphmeta.pipeline.settings import Settings
from graphmeta.privacy import sealing
from graphmeta.run import RunFolder
from graphmeta.scores import behaviour, counter, explain, rank, verdict
from graphmeta.scores.calibrate import Calibration
from graphmeta.scores.model import trained
from graphmeta.signals import BEHAVIOURS, LAYERS, RECRUITMENT
from graphmeta.signals.acts import Acts, acts
from graphmeta.signals.base import Observations
from graphmeta.signals.coordination.funnel import Funnel
from graphmeta.signals.coordination.twins import twins
from graphmeta.signals.observe import Network, network, observe


def analyze(
    sources: Any,
    *,
    out: Path,
    reading: Reading | None = None,
    settings: Settings | None = None,
    progress: Progress = silent,
) -> RunFolder:
    """Analyse events and write a run folder.

    Args:
        sources: Files, folders or a frame of events.
        out: Where the run is to stand; nothing may stand there.
        reading: How the input is read.
        settings: What to do otherwise than by default.
        progress: Told of every stage.

    Returns:
        The run.

    Raises:
        InputError: The input breaks the contract (exit code 2).
        PrivacyRefusalError: The input holds what may not be read (exit code 4).
        RunError: ``out`` exists already or cannot be written (exit code 2).
    """
    reading, settings = reading or Reading(), settings or Settings()
    # Names pass through the store sealed to this key, which stands in memory alone.
    passing = sealing.new_identity() if reading.seal_to else None
    partial = run.claim(out)
    try:
        watch = Stopwatch(progress)
        with tempfile.TemporaryDirectory(dir=partial, prefix="store-") as folder:
            store = ingest(
                sources,
                folder=Path(folder),
                reading=reading,
                progress=watch,
                names_for=passing.recipient if passing else None,
            )
            written, facts = _analyse(store, settings, watch)
            watch("writing the run")
            run.write_tables(partial, written)
            manifest.write(partial, store, reading, settings, facts, watch)
            if passing:
                reverse_map.write(partial, store.folder, reading, passing)
        return run.publish(partial, out)
    except BaseException:
        run.discard(partial)
        raise


def _analyse(
    store: Store, settings: Settings, progress: Progress
) -> tuple[dict[str, pl.DataFrame], dict[str, Any]]:
    """Return the run's tables, and what the manifest says of the analysis."""
    entities = store.entities.collect()
    names = entities["name"]
    progress("judging first contacts")
    since = None if settings.since is None else int(settings.since.timestamp())
    graph = network(store.events, entities.height, since, settings.seed)
    seen = observe(store.events, graph, names.to_list(), settings.seed, store.entities)
    found = clusters(seen, LAYERS, settings.alpha, settings.min_actors, settings.seed, progress)
    tied = found.results["group"].implode()
    alike = twins(graph.judged, seen.strangers, settings.seed)
    found = propose(found, alike, settings.min_actors, settings.seed)
    progress("scoring behaviour")
    funnel = next(layer for layer in LAYERS if isinstance(layer, Funnel))
    members = roles.assign(seen, found, funnel)
    did = acts(store.events, store.entities, graph)
    # Apart, for what is usual is told by those outside all groups, and who is alike is many.
    measured = pl.concat(
        measure(did, seen, members.filter(part), funnel)
        for part in (pl.col("group").is_in(tied), ~pl.col("group").is_in(tied))
    )
    scored = _score(graph, seen, found, members, measured, entities["is_group"], settings)
    progress("writing down what was seen")
    ids = tables.cluster_ids(scored)
    terms = behaviour.terms(measured, scored["group"], trained())
    rule = verdict.Rule(settings.alpha, settings.min_score, settings.min_actors)
    told = verdict.sentences(scored, measured, rule, trained())
    written = {
        "clusters": tables.cluster_rows(scored, found.tests, members, seen, ids),
        "members": tables.member_rows(members, ids, names),
        "evidence": explain.evidence(terms, found.tests, told, ids),
        "signals": tables.signal_rows(measured, found, members, ids, names),
        "contacts": tables.contact_rows(graph, seen, members, ids, names),
        "timeline": tables.timeline_rows(store.events, graph, members, ids),
        "quarantine": store.quarantine,
    }
    return written, manifest.facts(graph, seen, found, written["clusters"])


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

    A group chat that is a hub is no actor: ``min_actors`` counts accounts.
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
        .sort("group")
    )
    own = settings.calibration
    curve = Calibration(own["constant"], own["slope"]) if own else trained().risk
    return rank.rank(joined, settings.alpha, settings.min_score, settings.min_actors, curve)
