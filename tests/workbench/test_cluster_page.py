"""Does the page of a cluster show what speaks for and against it, and keep notes and pins?"""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from workbench_kit import FUNNEL, RING, Bench, Tables, drawn, entered, path, send, serving, shown

from graphmeta.cases import notes
from graphmeta.report.cluster import MOST_MEMBERS
from graphmeta.workbench.review.figures import Kept

bench = pytest.fixture(entered)


# What is shown


def test_it_says_what_the_cluster_is_why_why_not_and_what_would_change_that(bench: Bench) -> None:
    page = shown(bench)
    for said in (
        "24 accounts acted together more than chance explains",
        "4.0% of the strangers contacted answered",
        "Few of those contacted had asked for it.",
        "It would not be flagged if the share of strangers were 31% instead of 93%.",
        "A score is no proof",
        "a sender of one-time codes",
        "684 accounts were contacted.",
    ):
        assert said in page, said


def test_without_script_all_that_charts_show_stands_in_tables(bench: Bench) -> None:
    page = shown(bench)
    charts = re.findall(r'class="chart-place" id="cluster-(\w+)"', page)
    assert charts == ["spam", "recruitment", "alike", "graph", "activity", "week", "bursts"]
    captions = re.findall(r"<caption>(.*?)</caption>", page)
    for start in (
        "Spam-like score, term by term",
        "Kinds of look-alikes",
        "Scored members",
        "Activity of the members by day",
        "Events by hour of the week",
        "Periods furthest above the band",
    ):
        assert any(caption.startswith(start) for caption in captions), start


def test_no_id_of_those_who_were_contacted_is_on_the_page_or_in_its_graph(bench: Bench) -> None:
    page = shown(bench) + drawn(bench, "graph").text
    members = bench.desk.runs[0].of_cluster("members", RING)
    for row in members.to_dicts():
        assert (row["account"] in page) == (row["role"] != "contacted")


def test_nothing_on_the_page_needs_a_style_or_a_script_in_it(bench: Bench) -> None:
    page = shown(bench)
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)", page)


def test_charts_are_handed_out_one_by_one(bench: Bench) -> None:
    for name in re.findall(r'data-source="([^"]+)"', bench.client.get(path(bench)).text):
        answer = bench.client.get(unescape(name))
        assert answer.status_code == 200
        assert answer.json()["doc"]["roots"]
    assert drawn(bench, "nothing").status_code == 404
    assert drawn(bench, "week", "f5512-bare").status_code == 404


def test_what_was_looked_at_last_is_kept_as_far_as_there_is_room() -> None:
    kept, made = Kept(most=1_000), []

    def look(name: str, drawn: int = 0) -> None:
        def make() -> dict[str, Any]:
            made.append(name)
            return {"graph": {"drawn": drawn} if drawn else None}

        kept.get(name, make)

    for name in ("a", "b", "a", "c"):
        look(name)
    look("large", drawn=600)  # b and then a give way
    for name in ("c", "large", "b"):
        look(name)
    assert made == ["a", "b", "c", "large", "b"]
    look("huge", drawn=5_000)  # more than there is room for is kept alone
    look("huge", drawn=5_000)
    assert made[5:] == ["huge"]


def many(tables: Tables) -> None:
    for n in range(2 * MOST_MEMBERS):
        member = {"account": f"extra{n:04}", "role": "actor", "strength": 0.01, "core": False}
        tables.add("members", cluster_id=RING, p_value=0.5, x=0.0, y=0.0, **member)


def test_many_members_come_in_pages(tmp_path: Path) -> None:
    with serving(tmp_path, change=many) as bench:
        bench.enter()
        assert "extra0075" in shown(bench)
        assert "extra0076" not in shown(bench)
        second = bench.client.get(path(bench) + "&members=2").text
        assert "extra0076" in second
        assert "extra0000" not in second
        last = bench.client.get(path(bench) + "&members=99").text
        assert "extra0199" in last
        assert bench.client.get(path(bench) + "&members=x").status_code == 200


def test_a_cluster_that_there_is_not_is_no_page(bench: Bench) -> None:
    assert bench.client.get(path(bench, "nothing")).status_code == 404


def test_a_privacy_reviewer_sees_no_cluster_and_judges_none(tmp_path: Path) -> None:
    with serving(tmp_path, users={"pia": "privacy_reviewer"}) as bench:
        bench.sign_in("pia")
        assert bench.client.get(path(bench)).status_code == 403
        assert bench.client.get("/verdicts").status_code == 403
        assert bench.client.post(path(bench, part="verdict"), data={}).status_code == 403


# Notes and pins


def test_notes_and_pins_are_kept_and_a_pin_can_be_taken_off(bench: Bench) -> None:
    send(bench, "note", note="ask the platform")
    assert "ask the platform" in shown(bench)
    assert send(bench, "pin", item="evidence:spam:reply_rate").status_code == 303
    assert "evidence: spam: reply rate" in shown(bench)
    (pin,) = notes.pins(bench.desk.store, bench.desk.runs[0].id, RING)
    assert send(bench, "pin", FUNNEL, off=str(pin.id)).status_code == 404
    assert send(bench, "pin", off=str(pin.id)).status_code == 303
    assert not notes.pins(bench.desk.store, bench.desk.runs[0].id, RING)


def test_a_note_that_is_refused_is_not_lost(bench: Bench) -> None:
    long = "x" * 10_001
    answer = send(bench, "note", note=long)
    assert answer.status_code == 400
    assert long in answer.text
