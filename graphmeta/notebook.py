"""The friendly front for Python and notebooks: a run, and its clusters, as objects.

``import graphmeta as gm`` gives :func:`analyze` and :func:`open_run`. A run shows itself in a
notebook, its tables are Polars frames, and its clusters give graphs, charts and evidence. Only
clusters are shown: there is no look-up of an account.
"""

from __future__ import annotations

import shutil
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack

import polars as pl

from graphmeta import pipeline, run
from graphmeta.contract.tables import CLUSTERS
from graphmeta.engines.base import Progress, silent
from graphmeta.errors import UsageError
from graphmeta.graph.views import cluster_graph
from graphmeta.ingest import Reading
from graphmeta.privacy.keys import KeySource
from graphmeta.report import display, page, summary
from graphmeta.report.charts import (
    bursts,
    look_alikes,
    network,
    picture,
    timeline,
    waterfall,
)

if TYPE_CHECKING:
    import networkx as nx
    from bokeh.plotting import figure

    from graphmeta.scores.calibrate import OwnCurve


class Options(TypedDict, total=False):
    """What may be stated about the events and the analysis; defaults as on the command line.

    The names are those of :class:`graphmeta.ingest.Reading` and
    :class:`graphmeta.pipeline.Settings`, which say what each means.
    """

    mapping: Mapping[str, str]
    ignore_columns: tuple[str, ...]
    ignore_unknown_columns: bool
    ignore_kinds: tuple[str, ...]
    collapse_duplicates: bool
    timestamp_unit: Literal["s", "ms", "us", "ns"] | None
    time_zone: str | None
    accounts: Any
    identifiers: Literal["pseudonymous", "plain"]
    key_file: Path | None
    key: KeySource | None
    dataset: str
    seal_to: tuple[str, ...]
    people: Mapping[str, str]
    not_before: datetime | None
    keep_state: bool
    since: datetime | None
    alpha: float
    min_score: float
    min_actors: int
    seed: int
    retention_days: int
    calibration: OwnCurve | None
    sandbox: Literal["auto", "require", "off"]
    memory_limit: int | None


def analyze(
    events: Any,
    *,
    out: str | Path | None = None,
    progress: Progress = silent,
    update: str | Path | None = None,
    **options: Unpack[Options],
) -> Run:
    """Analyse events into a run.

    Args:
        events: A file, a folder, a sequence of them, or any data frame that speaks Arrow
            (Polars, pandas, pyarrow).
        out: The run folder to make. Without it the run lives in a temporary folder, as long as
            the object that is returned.
        progress: Called with what is being done.
        update: An earlier run, made with ``keep_state``, to whose events these are added.
        options: See :class:`Options`.

    Raises:
        InputError: The events break the contract.
        PrivacyRefusalError: They hold columns or texts that may not be read.
        RunError: Something stands at ``out`` already.
        UsageError: An option is unknown or cannot be.
    """
    _refuse_unknown(options)
    home = Path(mkdtemp(prefix="graphmeta-")) if out is None else None
    try:
        made = pipeline.analyze(
            events,
            out=home / "run" if home else Path(out or ""),
            reading=Reading(**_those_of(Reading, options)),
            settings=pipeline.Settings(**_those_of(pipeline.Settings, options)),
            progress=progress,
            update=None if update is None else Path(update),
        )
    except BaseException:
        if home:
            shutil.rmtree(home)
        raise
    analysed = Run(made)
    if home:
        weakref.finalize(analysed, shutil.rmtree, home, ignore_errors=True)
    return analysed


def open_run(path: str | Path) -> Run:
    """Open a run folder that an analysis left.

    Raises:
        RunError: There is no run, it is incomplete, or it has expired.
    """
    return Run(run.open_run(Path(path)))


def _those_of(settings: type, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that a dataclass of settings takes."""
    names = {field.name for field in fields(settings)}
    return {name: value for name, value in options.items() if name in names}


def _refuse_unknown(options: Mapping[str, Any]) -> None:
    for name in options:
        if name not in Options.__annotations__:
            near = get_close_matches(name, Options.__annotations__, n=1)
            raise UsageError(
                f"analyze() has no option {name!r}.",
                f"Did you mean {near[0]}?" if near else "See help(graphmeta.analyze).",
            )


class Run:
    """One run: its tables, and its clusters by risk.

    Args:
        folder: The run folder, opened.
    """

    def __init__(self, folder: run.RunFolder) -> None:
        self._folder = folder

    @property
    def path(self) -> Path:
        """Where the run folder stands."""
        return self._folder.path

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What the run says of itself: versions, settings, counts, what was read."""
        return self._folder.manifest

    @cached_property
    def clusters(self) -> pl.DataFrame:
        """One row per cluster, highest risk first, with the strongest reasons for and against."""
        return summary.queue_frame(self._folder)

    @cached_property
    def members(self) -> pl.DataFrame:
        """One row per account in a cluster."""
        return self._folder.table("members")

    @cached_property
    def evidence(self) -> pl.DataFrame:
        """One row per cluster and reason."""
        return self._folder.table("evidence")

    @cached_property
    def look_alikes(self) -> pl.DataFrame:
        """One row per cluster and kind of look-alike."""
        return self._folder.table("look_alikes")

    @cached_property
    def signals(self) -> pl.DataFrame:
        """One row per entity and signal."""
        return self._folder.table("signals")

    @cached_property
    def contacts(self) -> pl.DataFrame:
        """One row per contact within a cluster."""
        return self._folder.table("contacts")

    @cached_property
    def timeline(self) -> pl.DataFrame:
        """One row per cluster and hour in which its scored members acted."""
        return self._folder.table("timeline")

    @cached_property
    def rhythm(self) -> pl.DataFrame:
        """One row per hour: stranger contacts of all accounts."""
        return self._folder.table("rhythm")

    @cached_property
    def quarantine(self) -> pl.DataFrame:
        """One row per rejected row; no value of it."""
        return self._folder.table("quarantine")

    def cluster(self, cluster_id: str) -> Cluster:
        """Return one cluster.

        Raises:
            UsageError: The run has no cluster of that name; near ones are named.
        """
        return _cluster(self, summary.cluster_row(self._folder, cluster_id))

    def __iter__(self) -> Iterator[Cluster]:
        """Go through the clusters, highest risk first."""
        for row in self.clusters.iter_rows(named=True):
            yield _cluster(self, row)

    def __len__(self) -> int:
        """Return how many clusters there are."""
        return self.clusters.height

    def report(self, file: str | Path) -> Path:
        """Write the run's report as one HTML file and return where it stands.

        Raises:
            UsageError: The file cannot be written.
        """
        page.write_report(self._folder, Path(file))
        return Path(file)

    def __repr__(self) -> str:
        flagged = int(self.clusters["flagged"].sum())
        return f"Run({str(self.path)!r}: {len(self)} clusters, {flagged} flagged)"

    def _repr_html_(self) -> str:
        return display.run_html(self._folder)


@dataclass(frozen=True, repr=False, eq=False)
class Cluster:
    """One cluster of a run: its figures, its evidence, its graph and its charts.

    Args:
        run: The run it belongs to.
        id: Its name within the run.
        status: "confirmed" or "candidate".
        flagged: Whether it is confirmed and looks like spam or recruitment.
        risk: Its place in the queue, 0 to 1; orders clusters, and is no probability.
        spam: How spam-like its behaviour is, 0 to 1.
        recruitment: How recruitment-like, 0 to 1.
        behaviour: "spam", "recruitment" or "unclear".
        p_value: Of its coordination, on held-out contacts; None where it was not tested.
        q_value: The same, corrected for the number of clusters.
        n_actors: How many of its accounts are scored.
        n_contacted: How many accounts they contacted.
        layers: In which respects its accounts act alike.
        first_event: When it began, UTC.
        last_event: When it was last seen, UTC.
        stability: How much of it was found again without a third of the data, 0 to 1.
    """

    run: Run
    id: str
    status: str
    flagged: bool
    risk: float
    spam: float
    recruitment: float
    behaviour: str
    p_value: float | None
    q_value: float | None
    n_actors: int
    n_contacted: int
    layers: list[str]
    first_event: datetime
    last_event: datetime
    stability: float

    @property
    def row(self) -> dict[str, Any]:
        """Its row of the clusters table."""
        figures = {name: getattr(self, name) for name in CLUSTERS if name != "cluster_id"}
        return {"cluster_id": self.id, **figures}

    @property
    def sentence(self) -> str:
        """What the cluster is, in a few plain sentences."""
        return summary.cluster_sentence(self.row, self.evidence)

    @property
    def would_change(self) -> str | None:
        """What would change its verdict, in a sentence; None where its run does not say."""
        return summary.would_change(self.evidence)

    @property
    def members(self) -> pl.DataFrame:
        """Its accounts with role and strength; the contacted have none."""
        return self._rows_of(self.run.members)

    @property
    def evidence(self) -> pl.DataFrame:
        """Its reasons, for and against, with what each adds to which score."""
        return self._rows_of(self.run.evidence)

    @property
    def look_alikes(self) -> pl.DataFrame:
        """The kinds of look-alikes beside it, the nearest first."""
        return self._rows_of(self.run.look_alikes)

    @property
    def contacts(self) -> pl.DataFrame:
        """Who contacted whom within it."""
        return self._rows_of(self.run.contacts)

    @property
    def timeline(self) -> pl.DataFrame:
        """What its scored members did, hour by hour."""
        return self._rows_of(self.run.timeline)

    def graph(self) -> nx.DiGraph[str]:
        """Return the cluster as a networkx graph; see :func:`graphmeta.graph.views.cluster_graph`.

        Raises:
            RunError: The run is damaged.
        """
        return cluster_graph(self.members, self.contacts)

    def network_chart(self) -> figure:
        """Draw who contacted whom, as a Bokeh figure."""
        return network.network(picture.picture(self.members, self.contacts))

    def activity_chart(self) -> figure:
        """Draw when its members acted, as a Bokeh figure."""
        return timeline.activity(self.timeline)

    def week_chart(self) -> figure:
        """Draw in which hours of the week its members acted, as a Bokeh figure."""
        return timeline.week(self.timeline)

    def burst_chart(self) -> figure:
        """Draw where it contacted strangers more than everybody's rhythm explains, in Bokeh."""
        rhythm = self.run.rhythm
        return bursts.bursts(bursts.by_period(self.timeline, rhythm), bursts.bar_hours(rhythm))

    def look_alike_chart(self) -> figure:
        """Draw which kinds of look-alikes it may be, as a Bokeh figure."""
        return look_alikes.look_alikes(self.look_alikes)

    def evidence_chart(self, score: Literal["spam", "recruitment"] | None = None) -> figure:
        """Draw how the evidence adds up to a score (by default the leading one), in Bokeh."""
        shown = score or summary.leading_score(self.row)
        return waterfall.waterfall(waterfall.steps(self.evidence, shown))

    def report(self, file: str | Path) -> Path:
        """Write the cluster's report as one HTML file and return where it stands.

        Raises:
            UsageError: The file cannot be written.
        """
        page.write_report(self.run._folder, Path(file), self.id)
        return Path(file)

    def __repr__(self) -> str:
        status = "flagged" if self.flagged else self.status
        return f"Cluster({self.id!r}: {status}, {self.n_actors} actors)"

    def _repr_html_(self) -> str:
        return display.cluster_html(self.run._folder, self.id)

    def _rows_of(self, table: pl.DataFrame) -> pl.DataFrame:
        return table.filter(pl.col("cluster_id") == self.id)


def _cluster(of: Run, row: Mapping[str, Any]) -> Cluster:
    """Return the cluster of one row of the clusters table."""
    figures = {name: row[name] for name in CLUSTERS if name != "cluster_id"}
    return Cluster(of, row["cluster_id"], **figures)
