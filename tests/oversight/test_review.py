"""Does the review let a good run pass, find a log or file that was changed, and show it all?"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from oversight_kit import RING, keys_of, log
from review_kit import (
    GOOD,
    SECRET,
    change,
    failures,
    named,
    reviewable,
    trial_passed,
    with_events,
)

from graphmeta import run
from graphmeta.cli import main
from graphmeta.errors import InputError
from graphmeta.oversight.review import base_rates, structure, trial, write
from graphmeta.oversight.review.log import read_lodged
from graphmeta.oversight.review.reviewing import review
from graphmeta.oversight.subject import Request, answer
from graphmeta.privacy import checkpoint, signing
from graphmeta.report import page
from graphmeta.run import RunFolder

_tried = pytest.fixture(trial_passed, autouse=True)


@pytest.fixture
def made(tmp_path: Path) -> RunFolder:
    return reviewable(tmp_path)


def test_of_a_good_run_with_its_events_nothing_fails(made: RunFolder) -> None:
    found = review(made.path, with_events(made))
    assert failures(found) == set()
    for name in ("columns", "byte ranges", "poison test", "canary test", "log", "files"):
        assert named(found, name).verdict == "held", named(found, name).says
    for name in ("sandbox", "input sandbox", "retention", "identifiers", "minimum"):
        assert named(found, name).verdict == "held", named(found, name).says
    for name in ("key", "structure", "log end"):
        assert named(found, name).verdict == "not proven"
    assert all(check.looked_at and check.repeat and check.says for check in found.checks)


def test_without_the_events_the_byte_ranges_are_not_proven(made: RunFolder) -> None:
    assert named(review(made.path), "byte ranges").verdict == "not proven"


def test_a_review_is_recorded_in_the_log_with_its_counts(made: RunFolder) -> None:
    found = review(made.path)
    last = log(made.path)[-1]
    assert last["act"] == "reviewed"
    assert last["detail"]["failed"] == 0
    assert last["detail"]["held"] == found.counts()["held"]
    assert last["detail"]["events_at_hand"] is False
    assert failures(review(made.path)) == set(), "a second review holds as well"


def test_a_run_that_was_moved_and_copied_is_reviewed_like_the_first(
    made: RunFolder, tmp_path: Path
) -> None:
    copy = tmp_path / "elsewhere" / "other name"
    shutil.copytree(made.path, copy)
    events = tmp_path / "renamed.parquet"
    with_events(made)[0].rename(events)
    assert failures(review(copy, [events])) == set()


def test_a_run_that_cannot_be_written_to_is_reviewed_and_says_that_it_is_not_recorded(
    made: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "read-only")

    monkeypatch.setattr("graphmeta.oversight.acts.note", refuse)
    found = review(made.path)
    assert not found.recorded
    assert failures(found) == set()


def test_a_changed_line_of_the_log_fails_and_the_review_is_not_added_to_it(
    made: RunFolder,
) -> None:
    file = made.path / run.AUDIT
    before = file.read_text().replace('"clusters":2', '"clusters":1')
    file.write_text(before)
    found = review(made.path)
    assert "log" in failures(found)
    assert not found.recorded
    assert file.read_text() == before


def test_a_line_that_is_cut_off_or_slipped_in_fails_and_is_no_traceback(made: RunFolder) -> None:
    file = made.path / run.AUDIT
    whole = file.read_bytes()
    for odd in (whole[:-1], whole.replace(b"\n", b"\x0b", 1), whole + "é\n".encode("latin-1")):
        file.write_bytes(odd)
        found = review(made.path)
        assert "log" in failures(found)
        assert not found.recorded
        assert file.read_bytes() == odd


@pytest.mark.parametrize("signed", [True, False])
def test_a_log_that_was_cut_off_fails_beside_a_lodged_checkpoint(
    made: RunFolder, tmp_path: Path, signed: bool
) -> None:
    lodged = tmp_path / "lodged.json"
    key = tmp_path / "signing-key"
    assert main(["privacy", "signing-key", "--signing-key", str(key)]) == 0
    public = signing.public_part(signing.load_signing_key(key))
    given = ["privacy", "checkpoint", str(made.path), "--signing-key", str(key)]
    assert main([*given, "--out", str(lodged)]) == 0
    known = read_lodged([lodged], public if signed else None)
    found = named(review(made.path, known=known), "log end")
    assert found.verdict == "held"
    assert ("compare that with the key you know" in found.says) is not signed
    assert public in found.says or signed
    assert "5" in found.says
    file = made.path / run.AUDIT
    whole = file.read_bytes().splitlines(keepends=True)
    newer = named(review(made.path, known=known), "log end")
    assert "Of what came after" in newer.says
    file.write_bytes(b"".join(whole[:4]))
    assert failures(review(made.path, known=known)) == {"log end"}
    file.write_bytes(b"".join(whole[:4]))
    assert main(["privacy", "review", str(made.path), "--checkpoint", str(lodged), "-q"]) == 4
    file.write_bytes(b"")
    assert "log end" in failures(review(made.path, known=known))


def test_a_checkpoint_by_another_key_fails_and_one_that_is_none_is_an_error(
    made: RunFolder, tmp_path: Path
) -> None:
    key = Ed25519PrivateKey.generate()
    lodged = tmp_path / "lodged.json"
    lodged.write_text(json.dumps(checkpoint.make(made.audit_lines(), key)))
    assert failures(review(made.path, known=read_lodged([lodged], "0" * 64))) == {"log end"}
    lodged.write_text("{}")
    with pytest.raises(InputError, match="no checkpoint"):
        read_lodged([lodged])


def test_a_log_that_tells_of_other_counts_than_the_manifest_fails(made: RunFolder) -> None:
    change(made, lambda manifest: manifest["counts"].update(flagged=0))
    assert "log" in failures(review(made.path))


def test_a_table_that_was_changed_after_the_run_fails(made: RunFolder) -> None:
    file = made.path / "members.parquet"
    pl.read_parquet(file).head(3).write_parquet(file)
    found = review(made.path)
    assert failures(found) == {"files"}
    assert "members.parquet" in named(found, "files").says


def test_a_manifest_that_was_changed_after_the_run_fails(made: RunFolder) -> None:
    change(made, lambda manifest: manifest.update(seed=7))
    assert failures(review(made.path)) == {"files"}


def test_an_erasure_is_no_change_behind_the_logs_back(made: RunFolder, tmp_path: Path) -> None:
    answer(Request(RING[0], "erasure", "E-1"), [made], keys_of(tmp_path))
    found = review(made.path)
    assert failures(found) == set()
    assert named(found, "retention").figures["erasures"] == 1


def test_a_trial_that_failed_fails_the_review(
    made: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = replace(GOOD, differing=("members",), seen_in=("the memory of the analyse process",))
    monkeypatch.setattr(trial, "tried", lambda *_: bad)
    assert failures(review(made.path)) == {"poison test", "canary test"}


def test_a_trial_that_found_nothing_or_saw_nothing_proves_nothing() -> None:
    assert trial.poison(replace(GOOD, clusters=0)).verdict == "not proven"
    assert trial.poison(replace(GOOD, trouble="no room")).verdict == "not proven"
    assert trial.canary(replace(GOOD, looked_into=("ingest",))).verdict == "not proven"


def test_accounts_alone_with_their_structure_are_counted(made: RunFolder) -> None:
    # anna contacted one more than bert, cora and dirk; the three of the other cluster are equal.
    found = structure.shares(made, ("role", "contacts"))
    assert found == {"accounts": 7, "unique": 1, "in_small_crowds": 1}


@given(prevalence=st.floats(1e-6, 0.5), recall=st.floats(0.01, 1.0), rate=st.floats(1e-6, 0.5))
def test_the_rarer_abuse_is_the_more_of_those_flagged_are_innocent(
    prevalence: float, recall: float, rate: float
) -> None:
    share = base_rates.innocent_share(prevalence, recall, rate)
    assert 0 <= share <= 1
    assert base_rates.innocent_share(prevalence / 2, recall, rate) >= share
    assert base_rates.innocent_share(prevalence, recall, rate / 2) <= share


def test_a_base_rate_can_be_checked_by_hand() -> None:
    # Of 100,000 accounts 100 are guilty, 50 of them flagged; of 99,900 innocents 999.
    assert base_rates.innocent_share(0.001, 0.5, 0.01) == pytest.approx(999 / 1_049)


def test_the_command_leaves_with_4_on_a_failure_and_0_without(
    made: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["privacy", "review", str(made.path), "--events", str(with_events(made)[0]), "--json"]
    assert main(given) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["counts"]["failed"] == 0
    assert {"checks", "unproven", "base_rates"} <= set(said)
    change(made, lambda manifest: manifest.update(seed=7))
    assert main(["privacy", "review", str(made.path)]) == 4
    shown = capsys.readouterr().out
    assert "FAILED" in shown
    assert "What is not proven" in shown
    assert SECRET not in shown


def test_the_page_is_whole_escapes_what_it_shows_and_loads_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = reviewable(tmp_path, name="<img src=x>&")
    page = tmp_path / "review.html"
    assert main(["privacy", "review", str(made.path), "--html", str(page), "-q"]) == 0
    html = page.read_text(encoding="utf-8")
    assert "<img" not in html
    assert "&lt;img src=x&gt;&amp;" in html
    assert "default-src 'none'" in unescape(html)
    assert "http" not in html.replace("http-equiv", "")
    assert html.count("<article") == html.count("</article>") > 8
    assert capsys.readouterr().out
    inside = made.path / "review.html"
    assert main(["privacy", "review", str(made.path), "--html", str(inside)]) == 2


def test_commands_are_shown_as_code_and_what_they_hold_is_escaped() -> None:
    shown = page.code("Run `cmp <a> b`, not ` or <i>this</i>.")
    assert shown == "Run <code>cmp &lt;a&gt; b</code>, not ` or &lt;i&gt;this&lt;/i&gt;."


def test_equal_reviews_give_equal_pages(made: RunFolder) -> None:
    found = review(made.path)
    assert write.as_html(found) == write.as_html(found)
