"""Does the review find where a run's input, tables, walls or expiry break what was promised?"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from review_kit import (
    change,
    failures,
    log_anew,
    named,
    reviewable,
    trial_passed,
    with_events,
    write_events,
)

from graphmeta.errors import InputError, UsageError
from graphmeta.oversight.review import ranges
from graphmeta.oversight.review.given import match, reading_of
from graphmeta.oversight.review.reviewing import review
from graphmeta.privacy.guard import GuardedParquet, merge
from graphmeta.run import RunFolder

_tried = pytest.fixture(trial_passed, autouse=True)


@pytest.fixture
def made(tmp_path: Path) -> RunFolder:
    return reviewable(tmp_path)


def test_byte_ranges_that_overlap_a_refused_column_fail(made: RunFolder) -> None:
    guarded = GuardedParquet(with_events(made)[0])
    secret = guarded.allowed_ranges(["body"])[0]

    def greedy(manifest: dict[str, Any]) -> None:
        told = [tuple(pair) for pair in manifest["inputs"][0]["byte_ranges"]]
        manifest["inputs"][0]["byte_ranges"] = merge([*told, secret])

    change(made, greedy)
    log_anew(made)
    found = review(made.path, with_events(made))
    assert failures(found) == {"byte ranges"}
    assert "may not be read" in named(found, "byte ranges").says


def test_byte_ranges_that_leave_out_an_allowed_column_fail(made: RunFolder) -> None:
    change(made, lambda manifest: manifest["inputs"][0]["byte_ranges"].pop(0))
    log_anew(made)
    assert failures(review(made.path, with_events(made))) == {"byte ranges"}


def test_byte_ranges_that_cannot_be_fail_without_the_events(made: RunFolder) -> None:
    def beyond(manifest: dict[str, Any]) -> None:
        manifest["inputs"][0]["byte_ranges"][-1][1] += 1

    change(made, beyond)
    log_anew(made)
    assert failures(review(made.path)) == {"byte ranges"}


def test_another_file_than_the_one_that_was_read_fails(made: RunFolder) -> None:
    write_events(with_events(made)[0], rows=301)
    found = review(made.path, with_events(made))
    assert failures(found) == {"byte ranges"}
    assert "other values" in named(found, "byte ranges").says


def test_a_file_that_fits_by_nothing_fails_and_one_too_many_is_wrong_usage(
    made: RunFolder, tmp_path: Path
) -> None:
    other = write_events(tmp_path / "another.parquet", rows=200)
    assert failures(review(made.path, [other])) == {"byte ranges"}
    with pytest.raises(UsageError, match="another"):
        review(made.path, [other, *with_events(made)])


def test_events_that_are_not_there_are_an_error(made: RunFolder) -> None:
    with pytest.raises(InputError):
        review(made.path, [made.path.parent / "nowhere.parquet"])


def test_an_input_is_found_again_by_name_and_by_size(made: RunFolder, tmp_path: Path) -> None:
    (by_name,) = match(made.manifest, with_events(made))
    assert by_name.file is not None
    other = with_events(made)[0].rename(tmp_path / "moved.parquet")
    (by_size,) = match(made.manifest, [other])
    assert by_size.path == other
    assert ranges.fingerprint(by_size, reading_of(made.manifest)) == by_size.entry["fingerprint"]


@pytest.mark.parametrize("kept", ["columns_ignored", "columns_seen"])
def test_columns_that_do_not_add_up_fail(made: RunFolder, kept: str) -> None:
    change(made, lambda manifest: manifest["inputs"][0][kept].remove("body"))
    log_anew(made)
    assert "columns" in failures(review(made.path))


def test_a_column_of_content_among_those_read_fails(made: RunFolder) -> None:
    change(made, lambda manifest: manifest["inputs"][0]["columns_read"].append("body"))
    log_anew(made)
    assert "columns" in failures(review(made.path))


def test_a_plain_name_in_a_pseudonymous_run_fails_and_a_plain_run_is_not_proven(
    made: RunFolder, tmp_path: Path
) -> None:
    file = made.path / "members.parquet"
    table = pl.read_parquet(file).with_columns(account=pl.lit("anna"))
    table.write_parquet(file)
    log_anew(made)
    assert failures(review(made.path)) == {"identifiers"}
    plain = reviewable(tmp_path, name="PLAIN", identifiers="plain")
    found = review(plain.path)
    assert failures(found) == set()
    assert named(found, "identifiers").verdict == "not proven"


def test_a_small_cluster_and_a_fine_time_fail(made: RunFolder) -> None:
    file = made.path / "clusters.parquet"
    table = pl.read_parquet(file)
    table.with_columns(pl.col("first_event").dt.offset_by("1ms")).write_parquet(file)
    log_anew(made)
    assert failures(review(made.path)) == {"minimum"}
    table.with_columns(n_actors=pl.lit(2, pl.Int64)).write_parquet(file)
    log_anew(made)
    assert failures(review(made.path)) == {"minimum"}


def test_a_sandbox_that_was_not_whole_is_not_proven(made: RunFolder) -> None:
    def lacking(manifest: dict[str, Any]) -> None:
        manifest["privacy"]["sandbox"] |= {"seccomp": False, "not_available": ["no seccomp"]}

    change(made, lacking)
    log_anew(made)
    found = named(review(made.path), "sandbox")
    assert found.verdict == "not proven"
    assert "no seccomp" in found.says


def test_who_read_the_input_outside_the_walls_is_not_proven(made: RunFolder) -> None:
    assert named(review(made.path), "input sandbox").verdict == "held"
    for lack, says in (
        ({"input_seccomp": False}, "network was not closed"),
        ({"input_read_by": "the calling process"}, "caller's own process"),
    ):

        def lacking(manifest: dict[str, Any], lack: dict[str, Any] = lack) -> None:
            manifest["privacy"]["sandbox"] |= lack

        change(made, lacking)
        log_anew(made)
        found = named(review(made.path), "input sandbox")
        assert found.verdict == "not proven"
        assert says in found.says

    def forget(manifest: dict[str, Any]) -> None:
        del manifest["privacy"]["sandbox"]["input_seccomp"]

    change(made, forget)
    log_anew(made)
    assert named(review(made.path), "input sandbox").verdict == "not proven"


def test_an_expired_run_fails_and_its_tables_stay_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = reviewable(tmp_path, days_left=-1)
    monkeypatch.setattr(RunFolder, "table", lambda *_: pytest.fail("a table was opened"))
    found = review(old.path)
    assert failures(found) == {"retention"}
    assert "purge" in named(found, "retention").says
    assert {check.name for check in found.checks} == {
        "manifest",
        "log",
        "log end",
        "files",
        "retention",
    }


def test_an_expiry_that_was_put_off_fails(made: RunFolder) -> None:
    def later(manifest: dict[str, Any]) -> None:
        until = datetime.fromisoformat(manifest["privacy"]["expires_at"]) + timedelta(days=1)
        manifest["privacy"]["expires_at"] = until.isoformat()

    change(made, later)
    log_anew(made)
    assert failures(review(made.path)) == {"retention"}
