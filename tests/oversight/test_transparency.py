"""The public report: are counts right, small cells hidden, the budget kept, the page whole?"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oversight_kit import RING, judge, keys_of, make_run, named

from graphmeta import run
from graphmeta.errors import MissingExtraError, PrivacyRefusalError, RunError, UsageError
from graphmeta.oversight import retention
from graphmeta.oversight.subject import Request, answer
from graphmeta.oversight.transparency import breakdown, budget, report, write
from graphmeta.oversight.transparency.figures import Report
from graphmeta.oversight.transparency.suppress import SMALLEST, suppressed
from graphmeta.privacy import audit, noise

NOW = datetime.now(UTC)


def values(made: Report, section: str) -> dict[str, Any]:
    (found,) = (one for one in made.sections if one.name == section)
    return {
        figure.name: "withheld" if figure.withheld else figure.value for figure in found.figures
    }


def note(path: Path, act: str, **detail: Any) -> None:
    audit.append(path / run.AUDIT, act, detail)


def test_runs_and_receipts_are_counted_alike(tmp_path: Path) -> None:
    for name in ("one", "two"):
        judge(make_run(tmp_path, name), "c0001", "spam")
    before = report.make(report.gather([tmp_path]))
    retention.purge(retention.plan(tmp_path / "two", "test"))
    after = report.make(report.gather([tmp_path]))
    for section in ("found", "source", "reviewed", "appeals", "reidentification"):
        assert values(after, section) == values(before, section)
    assert values(after, "found")["runs"] == 2
    assert values(after, "retention") == {"deleted": 1}


def test_a_run_named_twice_is_counted_once(tmp_path: Path) -> None:
    made = make_run(tmp_path)
    assert len(report.gather([made.path, tmp_path, tmp_path / "." / "RUN"])) == 1


def test_only_the_period_is_counted(tmp_path: Path) -> None:
    make_run(tmp_path, "old", made_at=NOW - timedelta(days=100))
    judge(make_run(tmp_path, "new"), "c0001", "spam", NOW - timedelta(days=1))
    records = report.gather([tmp_path])
    lately = report.make(records, first=(NOW - timedelta(days=2)).date())
    assert values(lately, "found")["runs"] == 1
    assert values(lately, "reviewed")["reviewed"] == 1
    earlier = report.make(records, last=(NOW - timedelta(days=50)).date())
    assert values(earlier, "found")["runs"] == 1
    assert values(earlier, "reviewed")["reviewed"] == 0
    with pytest.raises(UsageError, match="before it begins"):
        report.make(records, first=date(2026, 5, 2), last=date(2026, 5, 1))


def test_the_last_verdict_counts_and_second_reviews_are_no_verdicts(tmp_path: Path) -> None:
    for number in range(SMALLEST):
        made = make_run(tmp_path, f"r{number}")
        judge(made, "c0001", "spam")
        judge(made, "c0001", "benign")
        note(made.path, "verdict", cluster="c0001", verdict="spam", second_of=2)
    told = values(report.make(report.gather([tmp_path])), "reviewed")
    assert (told["reviewed"], told["reviewed_benign"], told["reviewed_spam"]) == (5, 5, 0)
    assert (told["flagged_reviewed"], told["overturned"], told["error_rate"]) == (5, 5, 1.0)


def test_few_reviews_give_counts_and_no_share(tmp_path: Path) -> None:
    judge(make_run(tmp_path), "c0001", "benign")
    told = values(report.make(report.gather([tmp_path])), "reviewed")
    assert (told["overturned"], told["error_rate"]) == (1, "withheld")


def test_who_found_it_is_told_from_blocks_and_reports(tmp_path: Path) -> None:
    for number in range(12):
        make_run(tmp_path, f"r{number}", reported=number < 6)
    told = values(report.make(report.gather([tmp_path])), "source")
    assert (told["source_machine"], told["source_reports"]) == (6, 6)
    assert told["machine_share"] == 0.5


def test_an_appeal_is_decided_by_a_later_verdict_and_reversed_by_a_benign_one(
    tmp_path: Path,
) -> None:
    upheld, reversed_, open_ = (make_run(tmp_path, name) for name in ("a", "b", "c"))
    for made in (upheld, reversed_, open_):
        judge(made, "c0001", "spam")
        answer(Request("anna", "appeal", "R-1"), [made], keys_of(tmp_path))
    judge(upheld, "c0001", "spam")
    judge(reversed_, "c0001", "benign")
    judge(open_, "c0002", "benign")
    told = values(report.make(report.gather([tmp_path])), "appeals")
    assert (told["received"], told["decided"], told["reversed"]) == (3, 2, 1)
    assert told["median_days"] == "withheld"
    assert values(report.make(report.gather([tmp_path])), "subjects")["appeal"] == 3


def test_formal_and_informal_requests_of_authorities_stand_apart(tmp_path: Path) -> None:
    made = make_run(tmp_path)
    for act, basis, authority in (
        ("reveal_requested", "warrant", True),
        ("revealed", "warrant", True),
        ("reveal_requested", "terms", True),
        ("reveal_refused", "terms", True),
        ("reveal_requested", "terms", False),
    ):
        note(made.path, act, basis=basis, authority=authority)
    told = report.make(report.gather([tmp_path]))
    assert values(told, "authorities") == {
        "formal_asked": 1,
        "formal_granted": 1,
        "formal_refused": 0,
        "informal_asked": 1,
        "informal_granted": 0,
        "informal_refused": 1,
    }
    assert values(told, "reidentification") == {
        "all_asked": 3,
        "all_granted": 1,
        "all_refused": 1,
    }


def test_a_changed_log_and_an_expired_run_are_not_counted_but_refused(tmp_path: Path) -> None:
    make_run(tmp_path, "expired", days_left=-1)
    with pytest.raises(RunError, match="privacy purge"):
        report.gather([tmp_path])
    retention.purge(retention.plan(tmp_path / "expired"))
    made = make_run(tmp_path)
    lines = (made.path / run.AUDIT).read_text(encoding="utf-8").splitlines(keepends=True)
    (made.path / run.AUDIT).write_text("".join(lines[1:]), encoding="utf-8")
    with pytest.raises(RunError, match="does not hold"):
        report.gather([tmp_path])
    (tmp_path / "empty").mkdir()
    with pytest.raises(RunError, match="No run and no receipt"):
        report.gather([tmp_path / "empty"])


@given(st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 40), min_size=1))
def test_no_small_cell_is_published_nor_can_it_be_worked_out(cells: Mapping[str, int]) -> None:
    told = suppressed(cells)
    hidden = [cells[name] for name, value in told.items() if value is None]
    assert all(value == cells[name] for name, value in told.items() if value is not None)
    assert not any(0 < value < SMALLEST for value in told.values() if value is not None)
    # The total is known: one hidden cell, or hidden cells that add up to little, would be too.
    if hidden and len(hidden) < len(cells):
        assert len(hidden) > 1
        assert sum(hidden) >= SMALLEST
    if not any(0 < value < SMALLEST for value in cells.values()):
        assert not hidden


def test_the_budget_is_kept_across_reports_and_refused_when_spent(tmp_path: Path) -> None:
    ledger, days = tmp_path / "ledger", ("2026-01-01", "2026-06-30")
    for number in range(1, 4):
        # As binary fractions, three times 0.1 is more than 0.3.
        left = budget.spend(ledger, 0.1, 0.3, days)
        assert left.reports == number
    assert left.left == 0
    before = ledger.read_text(encoding="utf-8")
    with pytest.raises(PrivacyRefusalError, match="is spent") as refused:
        budget.spend(ledger, 0.0001, 0.3, days)
    assert refused.value.exit_code == 4
    assert ledger.read_text(encoding="utf-8") == before
    assert audit.find_break(before.splitlines()) is None


def test_a_budget_can_be_neither_raised_nor_rewritten(tmp_path: Path) -> None:
    ledger, days = tmp_path / "ledger", ("2026-01-01", "2026-06-30")
    budget.spend(ledger, 0.5, 1.0, days)
    with pytest.raises(UsageError, match="made with a total of"):
        budget.spend(ledger, 0.5, 9.0, days)
    text = ledger.read_text(encoding="utf-8")
    ledger.write_text(text.replace('"epsilon":"0.5"', '"epsilon":"0.1"'), encoding="utf-8")
    with pytest.raises(PrivacyRefusalError, match="changed after it was written"):
        budget.spend(ledger, 0.5, 1.0, days)


def test_what_is_refused_at_the_first_report_leaves_no_total_behind(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    with pytest.raises(PrivacyRefusalError, match="is spent"):
        budget.spend(ledger, 2.0, 1.0, ("a", "b"))
    assert budget.spend(ledger, 2.0, 2.0, ("a", "b")).left == 0


def test_breakdowns_have_every_class_and_the_noise_that_was_paid_for(tmp_path: Path) -> None:
    for number in range(3):
        make_run(tmp_path, f"r{number}")
    # So much is spent that the noise is 0 with near certainty.
    tables, noisy = breakdown.breakdowns(report.gather([tmp_path]), 400.0)
    assert noisy.epsilon <= 400
    counts = {table.name: dict(table.counts) for table in tables}
    assert counts["actors"] == {"under 10": 3, "10 to 29": 0, "30 to 99": 0, "100 or more": 0}
    assert counts["layer"]["shared_targets"] == 3
    assert set(counts["layer"]) >= {"shared_timing", "funnel", "none"}


def test_noise_has_the_spread_that_its_epsilon_asks_for() -> None:
    truth = 1_000
    made = noise.noisy_counts([truth] * 4_000, most_cells=2, epsilon=0.5)
    off = [abs(count - truth) for count in made.counts]
    # Laplace noise of scale 2 / 0.5 = 4 is 4 wide on average, and wider than `error` once in 20.
    assert 3.5 < sum(off) / len(off) < 4.5
    assert 0.025 < sum(one > made.error for one in off) / len(off) < 0.07
    assert made.epsilon == pytest.approx(0.5)
    with pytest.raises(UsageError, match="adds no noise"):
        noise.noisy_counts([1], 1, 0.0)


def test_counts_with_noise_are_never_negative() -> None:
    assert min(noise.noisy_counts([0] * 200, 1, 0.1).counts) == 0


def test_without_opendp_nothing_is_spent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_run(tmp_path)
    ledger = tmp_path / "ledger"
    monkeypatch.setitem(sys.modules, "opendp", None)
    with pytest.raises(MissingExtraError, match=r"graphmeta\[dp\]"):
        report.make(report.gather([tmp_path]), spending=report.Spending(0.5, ledger, 1.0))
    assert not ledger.exists()


class Page(HTMLParser):
    """What a browser would find: elements with attributes, and the words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    judge(make_run(folder), "c0001", "spam")
    answer(Request("anna", "appeal", "R-1"), [run.open_run(folder / "RUN")], keys_of(folder))
    spending = report.Spending(0.5, folder / "ledger", 1.0)
    made = report.make(report.gather([folder]), service="<b>Us & co", spending=spending)
    write.write(made, folder / "out")
    return folder


def test_the_page_loads_nothing_and_runs_nothing(published: Path) -> None:
    html = (published / "out" / write.FILES["html"]).read_text(encoding="utf-8")
    page = Page(html)
    assert not [tag for tag, _ in page.elements if tag in ("script", "link", "img", "iframe")]
    policy = next(found for tag, found in page.elements if "http-equiv" in found)
    assert "script-src 'none'" in str(policy["content"])
    assert not re.search(r"https?://|url\(|@import", html)
    assert "&lt;b&gt;Us &amp; co" in html


def test_the_page_can_be_read_by_everybody(published: Path) -> None:
    page = Page((published / "out" / write.FILES["html"]).read_text(encoding="utf-8"))
    tags = [tag for tag, _ in page.elements]
    ids = [str(found["id"]) for _, found in page.elements if "id" in found]
    assert len(ids) == len(set(ids))
    for _, found in page.elements:
        for name in ("href", "aria-labelledby"):
            if name in found:
                assert str(found[name]).removeprefix("#") in ids
    assert tags.count("table") == tags.count("caption") == tags.count("thead")
    assert tags.count("h1") == tags.count("main") == 1
    assert all("scope" in found for tag, found in page.elements if tag == "th")


def test_all_three_files_say_the_same_and_name_nobody(published: Path) -> None:
    texts = {
        kind: (published / "out" / name).read_text(encoding="utf-8")
        for kind, name in write.FILES.items()
    }
    for text in texts.values():
        for account in RING:
            assert named(account, published) not in text
        assert "ann" not in re.findall(r"\w+", text), "no reviewer either"
    kept = json.loads(texts["json"])
    rows = {
        (row["section"], row["figure"]): row for row in csv.DictReader(texts["csv"].split("\n"))
    }
    for section in kept["sections"]:
        for figure in section["figures"]:
            row = rows[section["name"], figure["name"]]
            assert row["value"] == ("" if figure["value"] is None else str(figure["value"]))
            assert (row["withheld"] == "yes") == figure["withheld"]
            assert figure["value"] is None or not figure["withheld"]
            assert figure["says"] in " ".join(Page(texts["html"]).words)
    assert kept["private"]["spent"] == "0.5"
