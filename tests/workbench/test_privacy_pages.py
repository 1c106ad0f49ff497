"""Do the pages on privacy say what was read, check it, and show the log to whom they may?"""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from workbench_kit import RING, Bench, serving

from graphmeta.cases import verdicts
from graphmeta.cases.verdicts import Judgement
from graphmeta.run import AUDIT


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with serving(tmp_path, users={"lou": "lead", "pia": "privacy_reviewer"}) as bench:
        run = bench.desk.runs[0].folder
        verdicts.judge(bench.desk.store, run, [Judgement(RING, "spam", "a reason", "ann")])
        yield bench


def receipt(bench: Bench, name: str) -> str:
    bench.client.cookies.clear()
    answer = bench.sign_in(name).get(f"/privacy/{bench.desk.runs[0].id}")
    assert answer.status_code == 200
    return unescape(answer.text)


def test_the_receipt_says_what_was_read_and_checks_it(bench: Bench) -> None:
    page = receipt(bench, "pia")
    for said in ("Columns left unread", "body", "9,099,996", "Landlock", "Checked just now"):
        assert said in page
    assert "5 entries, each bound to the one before" in page


def test_particulars_of_the_log_are_for_privacy_reviewers_alone(bench: Bench) -> None:
    assert RING in receipt(bench, "pia")
    page = receipt(bench, "lou")
    assert RING not in page
    assert "reviewing" in page, "which of them were about golden clusters, nobody else is told"


def test_reasons_are_in_no_log(bench: Bench) -> None:
    assert "a reason" not in receipt(bench, "pia")


def test_a_broken_log_is_said_to_be_broken(bench: Bench) -> None:
    file = bench.desk.runs[0].path / AUDIT
    file.write_text(file.read_text().replace('"act":"read"', '"act":"lost"'))
    assert "chain is broken: line 2" in receipt(bench, "pia")
    assert "broken: line 2" in bench.client.get("/privacy").text
