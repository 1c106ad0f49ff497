"""What did an analysis count, and what may be stated of it? Its part of the manifest."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import polars as pl

from graphmeta.clusters.assemble import Clusters
from graphmeta.contract import history
from graphmeta.pipeline.settings import Settings
from graphmeta.scores.model import REJECTED_AT
from graphmeta.signals.base import FOLDS, Observations
from graphmeta.signals.observe import Network

_BOUND = (
    "Among the confirmed clusters, at most a share of {alpha:g} is expected to be coordinated by "
    "chance alone, if accounts otherwise act independently given their activity, rhythm, "
    "circles and the popularity of those they contact. The bound says nothing about whether a "
    "cluster does wrong: a protest is coordinated too."
)
_INNOCENTS = (
    "How often innocent groups are flagged on real platforms is not known. Of each kind of "
    "look-alike that the scores were trained on, about {level:g} of the appearances in synthetic "
    "worlds like those of the training may be flagged. People decide, cluster by cluster."
)
_RISK = "Risk is for ordering only. It is no probability, and a score is no proof."
_RISK_CALIBRATED = (
    "Risk is calibrated on what people found in {verdicts} randomly drawn clusters, {abusive} of "
    "them abusive ({day}): of clusters with a risk of 0.3, about 30 % would be found abusive, as "
    "long as data and reviewers stay alike. A score is no proof."
)


def facts(
    events: pl.LazyFrame,
    graph: Network,
    seen: Observations,
    found: Clusters,
    clusters: pl.DataFrame,
    settings: Settings,
) -> dict[str, Any]:
    """Return what the analysis counted, and what may be stated of it."""
    return {
        "counts": {
            "contacts": graph.contacts.height,
            "first_contacts": graph.judged.height,
            "stranger_contacts": graph.strangers.height,
            "circles": int(graph.circle_of.max(initial=0)),
            "communities": found.communities,
            "communities_refined": found.refined,
            "groups_tested": found.tested,
            "clusters": clusters.height,
            "confirmed": int((clusters["status"] == "confirmed").sum()),
            "flagged": int(clusters["flagged"].sum()),
        },
        "since": _iso(graph.since),
        "sampled": [asdict(told) for told in seen.sampled],
        "layers": found.layers.to_dicts(),
        "confirmation": {
            "folds": FOLDS,
            "days": seen.span_days,
            "dispersion": "Poisson",
        },
        "statements": {
            "bound": _BOUND.format(alpha=settings.alpha),
            "innocents": _INNOCENTS.format(level=REJECTED_AT),
            "risk": _risk(settings),
            **_history(events, graph, settings),
        },
    }


def _history(events: pl.LazyFrame, graph: Network, settings: Settings) -> dict[str, str]:
    """Return what is odd about a history that nobody chose, under its name; mostly nothing."""
    if settings.since is not None:
        return {}
    time = pl.col("time")
    share, last = events.select((time < graph.since).mean(), last=time.max()).collect().row(0)
    odd = history.oddity(graph.first, last, share, share)
    return {"history": odd} if odd else {}


def _risk(settings: Settings) -> str:
    own = settings.calibration
    if own is None:
        return _RISK
    return _RISK_CALIBRATED.format(day=own["fitted_at"][:10], **own)


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
