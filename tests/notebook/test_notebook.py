"""The Python front: analyze, open_run, and what runs and clusters give."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import networkx as nx
import polars as pl
import pytest
from bokeh.plotting import figure

import graphmeta as gm
from graphmeta.contract.tables import CLUSTERS
from graphmeta.errors import PrivacyRefusalError, RunError, UsageError
from graphmeta.notebook import Options
from graphmeta.synthetic import World, make_world

# The run made by hand stands with the tests of the report.
sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
from fake_run import write_fake_run

RING = "k7f3a-ring"


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> gm.Run:
    """A run made by hand, opened."""
    path = tmp_path_factory.mktemp("notebook") / "RUN"
    write_fake_run(path)
    return gm.open_run(path)


@pytest.fixture(scope="module")
def world() -> World:
    """A small world."""
    return make_world(accounts=300, days=12, campaigns=["one_clock"], lookalikes=[], quiet_days=4)


@pytest.fixture(scope="module")
def analysed(world: World) -> gm.Run:
    """That world, analysed from a frame."""
    return gm.analyze(world.events, accounts=world.accounts, identifiers="plain")


def test_importing_the_package_imports_nothing_else_until_a_name_is_used() -> None:
    code = (
        "import sys; before = set(sys.modules); import graphmeta as gm\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "assert not new & {'polars', 'numpy', 'networkx', 'bokeh', 'rich', 'cyclopts'}, new\n"
        "assert 'analyze' in dir(gm) and callable(gm.analyze) and gm.__version__"
    )
    home = str(Path(gm.__file__).parents[1])
    subprocess.run([sys.executable, "-c", code], check=True, cwd=home)


def test_every_public_name_can_be_had_and_a_misspelt_one_cannot() -> None:
    for name in gm.__all__:
        assert getattr(gm, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'analyse'"):
        _ = gm.analyse  # type: ignore[attr-defined]


def test_the_options_are_those_of_reading_and_settings() -> None:
    known = {field.name for part in (gm.Reading, gm.Settings) for field in fields(part)}
    assert set(Options.__annotations__) == known


def test_a_frame_is_analysed_into_a_run(analysed: gm.Run, world: World) -> None:
    assert analysed.manifest["counts"]["events_accepted"] == world.events.height
    assert len(analysed) == analysed.clusters.height == len(list(analysed))
    assert "<" in analysed._repr_html_()


def test_a_run_without_a_place_lives_as_long_as_its_object(world: World) -> None:
    run = gm.analyze(world.events.head(2_000), identifiers="plain")
    path = run.path
    assert (path / "manifest.json").exists()
    del run
    assert not path.exists()


def test_a_run_with_a_place_stays_and_can_be_opened_again(world: World, tmp_path: Path) -> None:
    made = gm.analyze(world.events.head(2_000), out=tmp_path / "RUN", identifiers="plain", seed=3)
    again = gm.open_run(str(tmp_path / "RUN"))
    assert again.manifest == made.manifest
    assert again.manifest["seed"] == 3
    with pytest.raises(RunError, match="exists already"):
        gm.analyze(world.events, out=tmp_path / "RUN", identifiers="plain")


def test_a_pandas_frame_gives_the_same_run_as_a_polars_frame(world: World) -> None:
    few = world.events.head(2_000).select("sender", "recipient", "timestamp", "kind")
    runs = [gm.analyze(frame, identifiers="plain") for frame in (few, few.to_pandas())]
    assert (
        runs[0].manifest["inputs"][0]["fingerprint"] == runs[1].manifest["inputs"][0]["fingerprint"]
    )


def test_unknown_options_and_columns_are_refused(world: World) -> None:
    with pytest.raises(UsageError, match="Did you mean min_score"):
        gm.analyze(world.events, min_scores=0.2)  # type: ignore[call-arg]
    with pytest.raises(PrivacyRefusalError, match="body"):
        gm.analyze(world.events.with_columns(body=pl.lit("hello")), identifiers="plain")


def test_opening_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no run at"):
        gm.open_run(tmp_path / "absent")


def test_the_tables_of_a_run_are_frames(by_hand: gm.Run) -> None:
    for table in ("clusters", "members", "evidence", "signals", "contacts", "timeline"):
        assert isinstance(getattr(by_hand, table), pl.DataFrame)
    assert by_hand.quarantine.columns == ["file", "row", "field", "reason"]
    assert by_hand.clusters["risk"].is_sorted(descending=True)
    assert {"strongest_for", "strongest_against"} < set(by_hand.clusters.columns)


def test_a_run_is_gone_through_by_risk(by_hand: gm.Run) -> None:
    assert [cluster.id for cluster in by_hand] == by_hand.clusters["cluster_id"].to_list()
    assert len(by_hand) == 5
    assert repr(by_hand).endswith("5 clusters, 2 flagged)")


def test_a_cluster_has_its_figures_its_rows_and_a_sentence(by_hand: gm.Run) -> None:
    ring = by_hand.cluster(RING)
    row = by_hand.clusters.row(by_predicate=pl.col("cluster_id") == RING, named=True)
    assert ring.row == {name: row[name] for name in CLUSTERS}
    assert (ring.status, ring.flagged, ring.behaviour) == ("confirmed", True, "spam")
    assert ring.sentence.startswith("24 accounts acted together")
    assert ring.stability == 0.83
    assert "83 % of the cluster was found again" in ring.sentence
    assert ring.would_change
    assert ring.would_change.startswith("It would not be flagged if ")
    for rows in (ring.members, ring.evidence, ring.contacts, ring.timeline):
        assert rows["cluster_id"].unique().to_list() == [RING]
    assert repr(ring) == f"Cluster({RING!r}: flagged, 24 actors)"


def test_an_unknown_cluster_names_those_that_are_near(by_hand: gm.Run) -> None:
    with pytest.raises(UsageError, match=f"Did you mean {RING}"):
        by_hand.cluster("k7f3-rng")


def test_a_cluster_gives_its_graph_to_networkx(by_hand: gm.Run, analysed: gm.Run) -> None:
    for cluster in (*by_hand, *analysed):
        graph = cluster.graph()
        assert isinstance(graph, nx.DiGraph)
        assert graph.number_of_nodes() == cluster.members.height
        assert graph.number_of_edges() == cluster.contacts.height


def test_a_cluster_gives_its_charts(by_hand: gm.Run) -> None:
    ring = by_hand.cluster(RING)
    charts = (
        ring.network_chart(),
        ring.activity_chart(),
        ring.week_chart(),
        ring.evidence_chart(),
        ring.evidence_chart("recruitment"),
    )
    assert all(isinstance(chart, figure) for chart in charts)


def test_a_notebook_shows_runs_and_clusters_without_any_script(by_hand: gm.Run) -> None:
    shown = by_hand._repr_html_()
    assert RING in shown
    for html in (shown, *(cluster._repr_html_() for cluster in by_hand)):
        assert "<script" not in html
        assert len(html) < 100_000


def test_runs_and_clusters_write_their_reports(by_hand: gm.Run, tmp_path: Path) -> None:
    bare = by_hand.cluster("f5512-bare")
    assert bare.report(tmp_path / "bare.html") == tmp_path / "bare.html"
    assert "f5512-bare" in (tmp_path / "bare.html").read_text()
    assert by_hand.report(str(tmp_path / "all.html")).read_text().startswith("<!DOCTYPE html>")
