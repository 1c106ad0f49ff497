"""Are verdicts kept as they were given, on one cluster, on several at once and from a file?"""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from workbench_kit import (
    FUNNEL,
    RING,
    Bench,
    Response,
    entered,
    history,
    judge,
    path,
    send,
    serving,
    shown,
)

from graphmeta.workbench.review.looking import PAUSE_SECONDS, Looking

GROUP = "d9e44-group"

bench = pytest.fixture(entered)


# One by one


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
