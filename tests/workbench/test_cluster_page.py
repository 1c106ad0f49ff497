"""Does the page of a cluster show what speaks for and against it, and keep what people say?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from workbench_kit import FUNNEL, RING, Bench, Tables, serving

from graphmeta.cases import notes, verdicts
from graphmeta.cases.tables import Verdict
from graphmeta.cases.verdicts import Judgement
from graphmeta.report.cluster import MOST_MEMBERS
from graphmeta.workbench import blind
from graphmeta.workbench.review.figures import Kept
from graphmeta.workbench.review.looking import PAUSE_SECONDS, Looking
from graphmeta.workbench.visit import cluster_path

GROUP = "d9e44-group"
#: What the test client answers; which package it is from depends on Starlette's version.
Response: TypeAlias = Any


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with serving(tmp_path) as bench:
        bench.enter()
        yield bench


def path(bench: Bench, cluster: str = RING, part: str = "cluster") -> str:
    return cluster_path(bench.desk.runs[0].id, cluster, part)


def shown(bench: Bench, cluster: str = RING) -> str:
    answer = bench.client.get(path(bench, cluster))
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def send(bench: Bench, part: str, cluster: str = RING, **form: str) -> Response:
    token = bench.form_token(path(bench, cluster))
    return bench.client.post(path(bench, cluster, part), data={"form_token": token, **form})


def judge(bench: Bench, cluster: str = RING, verdict: str = "spam", **more: Any) -> None:
    given = {"reason": "the same list", "reviewer": "bob", **more}
    run = bench.desk.runs[0].folder
    verdicts.judge(bench.desk.store, run, [Judgement(cluster, verdict, **given)])


def history(bench: Bench, cluster: str = RING) -> list[Verdict]:
    return verdicts.history(bench.desk.store, bench.desk.runs[0].id, cluster)


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


def drawn(bench: Bench, name: str, cluster: str = RING) -> Response:
    return bench.client.get(path(bench, cluster, "chart") + f"&name=cluster-{name}")


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


# Verdicts


def test_a_verdict_is_recorded_with_the_time_that_the_page_was_open(bench: Bench) -> None:
    answer = send(bench, "verdict", verdict="spam", reason=" one list ", seen="0")
    assert answer.status_code == 303
    assert "k7f3a-ring: spam was recorded." in bench.client.get(answer.headers["location"]).text
    (row,) = history(bench)
    assert (row.verdict, row.reason, row.reviewer, row.version) == ("spam", "one list", "ann", 1)
    assert row.seconds_spent is not None
    assert 0 <= row.seconds_spent < 600


def test_a_verdict_can_be_taken_back_and_both_stay(bench: Bench) -> None:
    send(bench, "verdict", verdict="spam", reason="one list", seen="0")
    answer = send(
        bench, "verdict", verdict="benign", looks_like="canvass", reason="they knock", seen="1"
    )
    assert answer.status_code == 303
    assert [(row.verdict, row.looks_like) for row in history(bench)] == [
        ("spam", None),
        ("benign", "canvass"),
    ]
    page = shown(bench)
    assert "judged benign" in page
    assert "one list" in page
    assert "Version 2: ann" in page


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"verdict": "spam", "reason": "  "}, "The reason is empty."),
        ({"verdict": "", "reason": "said already"}, "No verdict was chosen."),
        ({"verdict": "guilty", "reason": "said already"}, "is no verdict"),
        ({"verdict": "benign", "looks_like": "x", "reason": "said already"}, "no kind of look"),
        ({"verdict": "spam", "second": "on", "reason": "said already"}, "no verdict that could be"),
    ],
)
def test_a_form_that_is_refused_comes_back_as_it_was(
    bench: Bench, form: dict[str, str], problem: str
) -> None:
    answer = send(bench, "verdict", seen="0", **form)
    assert answer.status_code == 400
    page = unescape(answer.text)
    assert problem in page
    assert f">{form['reason']}</textarea>" in page
    assert not history(bench)


def test_a_look_alike_left_chosen_beside_another_verdict_is_left_out(bench: Bench) -> None:
    send(bench, "verdict", verdict="spam", looks_like="canvass", reason="one list", seen="0")
    assert history(bench)[0].looks_like is None


def test_whoever_judged_meanwhile_is_told_and_nothing_that_was_written_is_lost(
    bench: Bench,
) -> None:
    judge(bench, verdict="benign", reason="I know them")
    answer = send(bench, "verdict", verdict="spam", reason="my own words", seen="0")
    assert answer.status_code == 409
    page = unescape(answer.text)
    assert "bob judged it benign while you were looking (version 1)." in page
    assert ">my own words</textarea>" in page
    assert re.search(r'value="spam" required checked', page)
    assert len(history(bench)) == 1
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen
    again = send(bench, "verdict", verdict="spam", reason="my own words", seen=seen[1])
    assert again.status_code == 303
    assert [row.verdict for row in history(bench)] == ["benign", "spam"]


def test_a_second_reviewer_is_asked_for_and_says_the_same_or_not(bench: Bench) -> None:
    judge(bench, second_asked=True)
    page = shown(bench)
    assert "second reviewer asked" in page
    assert re.search(r'name="second" checked', page)
    send(bench, "verdict", verdict="benign", second="on", reason="they knock", seen="1")
    assert history(bench)[1].second_of == 1
    assert "disputed" in shown(bench)


def test_nobody_reviews_their_own_verdict_as_a_second_person(bench: Bench) -> None:
    judge(bench, reviewer="ann", second_asked=True)
    assert 'name="second"' not in shown(bench)
    answer = send(bench, "verdict", verdict="spam", second="on", reason="once more", seen="1")
    assert answer.status_code == 400


def test_one_goes_on_to_the_next_cluster_of_the_list(bench: Bench) -> None:
    bench.client.get("/?sort=risk")
    page = shown(bench, GROUP)
    assert f'href="{path(bench, "e03b8-few")}" rel="next"' in page
    answer = send(bench, "verdict", GROUP, verdict="benign", reason="r", seen="0", then="next")
    assert answer.headers["location"] == path(bench, "e03b8-few")
    last = send(bench, "verdict", verdict="spam", reason="r", seen="0", then="next")
    assert last.headers["location"] == "/?sort=risk"


# Blind mode


def blindly(bench: Bench, cluster: str = RING) -> str:
    bench.submit("/blind", {"blind": "on"})
    return blind.aliases(bench.desk.runs[0])[cluster]


def test_a_blind_page_holds_nothing_that_follows_from_scores_nor_what_others_said(
    bench: Bench,
) -> None:
    judge(bench, reason="bobs own words")
    notes.note(bench.desk.store, bench.desk.runs[0].folder, RING, "a note of bob", "bob")
    alias = blindly(bench)
    page = unescape(bench.client.get(path(bench, alias)).text)
    for hidden in (
        RING, "0.94", "Spam-like", "spam-like", ">flagged<", "q-value", "would not be flagged",
        "What else it may be", "Evidence for", "bobs own words", "a note of bob", "+2.41",
    ):  # fmt: skip
        assert hidden not in page, hidden
    assert "24 accounts acted alike in shared targets and shared timing." in page
    assert drawn(bench, "graph", alias).status_code == 200
    for name in ("spam", "alike"):
        assert drawn(bench, name, alias).status_code == 404
    assert "Somebody judged this cluster." in page


def test_a_blind_verdict_is_recorded_and_then_everything_is_shown(bench: Bench) -> None:
    alias = blindly(bench)
    token = bench.form_token(path(bench, alias))
    form = {"form_token": token, "verdict": "spam", "reason": "one list", "seen": "0"}
    answer = bench.client.post(path(bench, alias, "verdict"), data=form)
    assert answer.headers["location"] == path(bench)
    assert "Spam-like: 0.97" in shown(bench)


def test_a_verdict_is_called_blind_where_its_score_had_not_been_shown(bench: Bench) -> None:
    shown(bench, FUNNEL)  # in the open, and hidden afterwards: too late
    names = {FUNNEL: blindly(bench, FUNNEL), RING: blindly(bench, RING)}
    for name in names.values():
        token = bench.form_token(path(bench, name))
        form = {"form_token": token, "verdict": "spam", "reason": "one list", "seen": "0"}
        assert bench.client.post(path(bench, name, "verdict"), data=form).status_code == 303
    assert [history(bench, each)[0].blind for each in (RING, FUNNEL)] == [True, False]


def test_a_blind_conflict_does_not_tell_what_the_other_concluded(bench: Bench) -> None:
    judge(bench, verdict="benign", reason="bobs own words")
    alias = blindly(bench)
    token = bench.form_token(path(bench, alias))
    form = {"form_token": token, "verdict": "spam", "reason": "my own", "seen": "0"}
    answer = bench.client.post(path(bench, alias, "verdict"), data=form)
    assert answer.status_code == 409
    assert "Somebody judged it while you were looking" in answer.text
    assert "bobs own words" not in answer.text


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


# Several at once, and from a file


def boxes(bench: Bench, *clusters: str) -> str:
    run = bench.desk.runs[0].id
    return "/verdicts?" + "&".join(f"cluster={run}::{one}" for one in clusters)


def chosen(page: str) -> list[str]:
    return re.findall(r'type="checkbox" name="cluster" value="([^"]+)"', page)


def record(bench: Bench, values: list[str], **form: str) -> Response:
    token = bench.form_token("/verdicts")
    return bench.client.post("/verdicts", data={"form_token": token, "cluster": values, **form})


def test_several_clusters_are_judged_at_once_without_a_time(bench: Bench) -> None:
    values = chosen(bench.client.get(boxes(bench, RING, FUNNEL)).text)
    answer = record(bench, values, verdict="unsure", reason="all of them")
    assert answer.status_code == 303
    assert "2 clusters: unsure was recorded." in bench.client.get("/").text
    for cluster in (RING, FUNNEL):
        (row,) = history(bench, cluster)
        assert (row.verdict, row.seconds_spent) == ("unsure", None)


def test_all_of_several_or_none_are_judged(bench: Bench) -> None:
    values = chosen(bench.client.get(boxes(bench, RING, FUNNEL)).text)
    judge(bench, FUNNEL)
    answer = record(bench, values, verdict="unsure", reason="all of them")
    assert answer.status_code == 409
    assert ">all of them</textarea>" in answer.text
    assert not history(bench, RING)
    again = record(bench, chosen(answer.text), verdict="unsure", reason="all of them")
    assert again.status_code == 303


def test_several_without_any_is_said(bench: Bench) -> None:
    answer = record(bench, [], verdict="unsure", reason="all of them")
    assert answer.status_code == 400
    assert "No cluster was chosen." in answer.text


def upload(bench: Bench, text: str, name: str = "friday.csv") -> Response:
    form = {"form_token": bench.form_token("/verdicts"), "run": bench.desk.runs[0].id}
    return bench.client.post(
        "/verdicts/file", data=form, files={"file": (name, text.encode(), "text/csv")}
    )


def test_a_file_of_verdicts_is_recorded_whole(bench: Bench) -> None:
    answer = upload(
        bench, f"cluster,verdict,reason,seconds_spent\n{RING},spam,list,40\n{FUNNEL},unsure,r,\n"
    )
    assert answer.status_code == 303
    assert history(bench)[0].seconds_spent == 40
    assert history(bench, FUNNEL)[0].verdict == "unsure"


def test_a_file_with_a_row_that_cannot_be_is_refused_by_its_own_name(bench: Bench) -> None:
    answer = upload(bench, f"cluster,verdict,reason\n{RING},spam,list\nnothing,spam,r\n")
    assert answer.status_code == 400
    assert "friday.csv, row 2: this run has no cluster" in unescape(answer.text)
    assert "/tmp" not in answer.text
    assert not history(bench)


def test_an_analyst_records_no_verdicts_of_others(tmp_path: Path) -> None:
    text = f"cluster,verdict,reason,reviewer\n{RING},spam,list,bob\n"
    with serving(tmp_path, users={"ada": "analyst"}) as bench:
        bench.sign_in("ada")
        assert upload(bench, text).status_code == 400
        assert not history(bench)


# How long somebody looked


def test_a_look_lasts_from_the_first_opening_and_ends_with_a_pause_or_the_verdict() -> None:
    now = [0.0]
    looking, key = Looking(clock=lambda: now[0]), ("run", "c")
    assert looking.seconds(key) is None
    looking.begin(key)
    now[0] = 60
    looking.begin(key)
    now[0] = 90
    assert looking.seconds(key) == 90
    now[0] = 60 + PAUSE_SECONDS + 1
    looking.begin(key)
    now[0] += 5
    assert looking.seconds(key) == 5
    looking.end(key)
    assert looking.seconds(key) is None
