"""Do the charts show exactly what the tables hold, alike every time?"""

from __future__ import annotations

import json
import math
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from bokeh.core.validation import check_integrity
from fake_run import write_fake_run
from fake_tables import START
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmeta.contract.tables import EVIDENCE, TIMELINE
from graphmeta.report.charts import bursts, embed, look_alikes, network, timeline, waterfall
from graphmeta.run import RunFolder

FUNNEL = "b21c0-funnel"
RING = "k7f3a-ring"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return write_fake_run(tmp_path_factory.mktemp("charts") / "run")


def rows(run: RunFolder, table: str, cluster_id: str) -> pl.DataFrame:
    return run.table(table).filter(pl.col("cluster_id") == cluster_id)


def drawing(run: RunFolder, cluster_id: str, **options: int) -> network.Picture:
    return network.picture(
        rows(run, "members", cluster_id), rows(run, "contacts", cluster_id), **options
    )


def charts(run: RunFolder, cluster_id: str) -> list[Any]:
    hours = rows(run, "timeline", cluster_id)
    evidence = rows(run, "evidence", cluster_id)
    return [
        waterfall.waterfall(waterfall.steps(evidence, "spam")),
        network.network(drawing(run, cluster_id)),
        timeline.activity(hours),
        timeline.week(hours),
        bursts.bursts(bursts.by_period(hours, run.table("rhythm")), 1),
        look_alikes.look_alikes(rows(run, "look_alikes", RING)),
    ]


contributions = st.lists(
    st.floats(-5, 5, allow_subnormal=False), min_size=1, max_size=2 * waterfall.MOST_BARS
)


def as_evidence(values: list[float]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"score": "spam", "term": f"term_{at}", "contribution": value, "says": "so"}
            for at, value in enumerate(values)
        ],
        schema={name: EVIDENCE[name] for name in ("score", "term", "contribution", "says")},
    )


@given(contributions)
def test_the_bars_of_a_waterfall_add_up_to_the_score(values: list[float]) -> None:
    bars = waterfall.steps(as_evidence(values), "spam")
    assert bars.height <= waterfall.MOST_BARS
    assert bars["start"][0] == pytest.approx(0)
    assert bars["start"][1:].to_list() == pytest.approx(bars["end"][:-1].to_list())
    assert bars["end"][-1] == pytest.approx(sum(values))


def test_a_waterfall_begins_with_the_baseline_and_shows_reasons_for_before_against(
    run: RunFolder,
) -> None:
    bars = waterfall.steps(rows(run, "evidence", RING), "spam")
    assert bars["term"][0] == "constant"
    signs = [value > 0 for value in bars["contribution"][1:]]
    assert signs == sorted(signs, reverse=True)


def test_terms_that_are_too_small_to_be_seen_share_one_bar_at_the_end() -> None:
    bars = waterfall.steps(as_evidence([1.0, 0.004, -0.002, -0.5, 0.0]), "spam")
    assert bars["term"].to_list() == ["term_0", "term_3", "3 smaller terms"]
    assert bars["says"][2] == "term 1, term 2 and term 4"
    assert waterfall.steps(as_evidence([1.0, 0.0]), "spam")["term"].to_list() == [
        "term_0",
        "term_1",
    ]


@given(st.floats(0.001, 0.999))
def test_a_sum_of_log_odds_means_the_score_it_came_from(score: float) -> None:
    assert waterfall.probability(math.log(score / (1 - score))) == pytest.approx(score)


def test_a_waterfall_is_also_told_in_words(run: RunFolder) -> None:
    told = waterfall.describe(waterfall.steps(rows(run, "evidence", RING), "spam"), "spam")
    assert "stranger share +2.41" in told
    assert told.endswith("Together +3.52, a score of 0.97.")


def test_a_large_cluster_is_drawn_up_to_the_limit_and_the_rest_is_counted(run: RunFolder) -> None:
    shown = drawing(run, RING, limit=100)
    assert shown.nodes.height == 100
    assert shown.contacted_left_out == 684 - 76
    assert shown.members_left_out == 0
    assert drawing(run, RING, limit=10).members_left_out == 14


def test_those_whom_most_members_share_are_drawn_first(run: RunFolder) -> None:
    few, many = drawing(run, RING, limit=60), drawing(run, RING, limit=300)
    least = few.nodes.filter(pl.col("role") == "contacted")["shared_by"].min()
    drawn = many.nodes.filter(pl.col("role") == "contacted")["shared_by"]
    assert drawn.sort(descending=True)[: 60 - 24].min() == least


def test_the_picture_is_the_same_whatever_the_order_of_the_rows(run: RunFolder) -> None:
    members, contacts = rows(run, "members", FUNNEL), rows(run, "contacts", FUNNEL)
    shown = network.picture(members, contacts)
    turned = network.picture(members.reverse(), contacts.sample(fraction=1, shuffle=True, seed=3))
    assert shown.nodes.equals(turned.nodes)
    assert shown.links.equals(turned.links)
    assert shown.ties.equals(turned.ties)


def test_the_picture_holds_no_id_of_those_who_were_contacted(run: RunFolder) -> None:
    members = rows(run, "members", FUNNEL)
    written = json.dumps(embed.chart_item(network.network(drawing(run, FUNNEL)), "c"))
    for row in members.to_dicts():
        assert (row["account"] in written) == (row["role"] != "contacted")


def test_every_node_of_the_picture_stands_inside_its_frame(run: RunFolder) -> None:
    shown = drawing(run, "e03b8-few")
    plot = network.network(shown)
    ends: Any
    for axis, ends in (("x", plot.x_range), ("y", plot.y_range)):
        assert shown.nodes[axis].is_between(ends.start, ends.end).all()


def test_arrivals_at_a_hub_are_told_from_replies(run: RunFolder) -> None:
    shown = drawing(run, FUNNEL)
    assert set(shown.links["kind"]) == {"inside", "reached", "arrived"}
    hub = shown.nodes.row(by_predicate=pl.col("role") == "hub", named=True)["node"]
    arrivals = shown.links.filter(pl.col("kind") == "arrived")
    assert arrivals["b"].unique().to_list() == [hub]


def test_a_hub_without_contacts_is_explained(run: RunFolder) -> None:
    members, contacts = rows(run, "members", FUNNEL), rows(run, "contacts", FUNNEL)
    hub = members.row(by_predicate=pl.col("role") == "hub", named=True)["account"]
    alone = network.picture(members, contacts.filter(pl.col("recipient") != hub))
    assert "a group is joined, and not contacted" in network.describe(alone)
    assert "a group is joined" not in network.describe(drawing(run, FUNNEL))


def test_ties_count_the_contacted_whom_two_members_share(run: RunFolder) -> None:
    shown = drawing(run, "e03b8-few")
    contacts = rows(run, "contacts", "e03b8-few")
    reach = {
        sender: set(part["recipient"])
        for (sender,), part in contacts.partition_by("sender", as_dict=True).items()
    }
    names = shown.nodes["account"]
    for a, b, shared in shown.ties.iter_rows():
        assert shared == len(reach[names[a]] & reach[names[b]])
    assert shown.ties["shared"].sum() == 7


def test_the_members_table_counts_what_the_graph_shows(run: RunFolder) -> None:
    table = network.by_member(rows(run, "members", FUNNEL), rows(run, "contacts", FUNNEL))
    assert table.height == 7
    hub = table.row(by_predicate=pl.col("role") == "hub", named=True)
    assert (hub["reached"], hub["inside"]) == (0, 0)
    recruiters = table.filter(pl.col("role") == "recruiter")
    assert recruiters["inside"].to_list() == [1] * 6
    assert (recruiters["shared"] <= recruiters["reached"]).all()


hours = st.lists(
    st.tuples(st.integers(0, 9000), st.integers(1, 50), st.integers(0, 50)),
    min_size=1,
    max_size=60,
    unique_by=lambda row: row[0],
)


@given(hours)
@settings(max_examples=50)
def test_no_event_is_lost_between_hours_bars_weeks_and_tables(
    given_hours: list[tuple[int, int, int]],
) -> None:
    frame = pl.DataFrame(
        [
            {
                "cluster_id": "c",
                "hour": START + timedelta(hours=hour),
                "events": events,
                "stranger_contacts": min(events, strangers),
                "active_members": 1,
            }
            for hour, events, strangers in given_hours
        ],
        schema=TIMELINE,
    )
    total = frame["events"].sum()
    bars = timeline.by_period(frame, timeline.bar_hours(frame))
    assert bars["events"].sum() == total
    assert bars.height <= timeline.MOST_BARS
    assert timeline.by_week(frame)["events"].sum() == total
    table = timeline.table(frame)
    assert sum(row[1] for row in table["rows"]) == total
    assert len(table["rows"]) <= timeline.MOST_ROWS + 1


def test_hours_of_the_week_are_counted_in_utc_from_monday() -> None:
    frame = pl.DataFrame(
        [("c", START + timedelta(hours=14), 5, 0, 1)], schema=TIMELINE, orient="row"
    )  # START is a Friday
    only = timeline.by_week(frame).filter(pl.col("events") > 0)
    assert only.row(0) == (4, 14, 5)
    assert timeline.describe_week(frame).startswith(
        "Events by hour of the week, UTC. Most fall on Friday from 14:00 to 15:00 (5 events)"
    )


def test_a_chart_is_the_same_bytes_however_many_were_made_before(run: RunFolder) -> None:
    first = [json.dumps(embed.chart_item(chart, "c")) for chart in charts(run, FUNNEL)]
    again = [json.dumps(embed.chart_item(chart, "c")) for chart in charts(run, FUNNEL)]
    assert first == again


def test_the_models_of_two_charts_on_one_page_have_different_names(run: RunFolder) -> None:
    evidence = rows(run, "evidence", RING)
    one, other = (
        embed.chart_item(waterfall.waterfall(waterfall.steps(evidence, score)), f"c-{score}")
        for score in ("spam", "recruitment")
    )
    assert names(one).isdisjoint(names(other))
    assert one["root_id"] in names(one)


def names(part: Any) -> set[str]:
    if isinstance(part, dict):
        own = {part["id"]} if "id" in part else set()
        return own.union(*map(names, part.values()))
    return set().union(*map(names, part)) if isinstance(part, list) else set()


@pytest.mark.parametrize("cluster_id", [RING, FUNNEL, "e03b8-few"])
def test_bokeh_finds_nothing_amiss_in_any_chart(run: RunFolder, cluster_id: str) -> None:
    for chart in charts(run, cluster_id):
        issues = check_integrity(chart.references())
        assert not issues.error
        assert not issues.warning


def test_no_chart_carries_code(run: RunFolder) -> None:
    for chart in charts(run, RING):
        assert "CustomJS" not in json.dumps(embed.chart_item(chart, "c"))
