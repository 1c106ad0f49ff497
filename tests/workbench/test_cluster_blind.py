"""Does a cluster's page in blind mode hide scores and what others said until one has judged?"""

from __future__ import annotations

from html import unescape

import pytest
from workbench_kit import FUNNEL, RING, Bench, drawn, entered, history, judge, path, shown

from graphmeta.cases import notes
from graphmeta.workbench import blind

bench = pytest.fixture(entered)


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
