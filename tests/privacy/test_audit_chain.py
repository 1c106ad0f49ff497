"""Every edit, deletion and reordering of the audit log is found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from log_kit import ACTS, AT, log

from graphmeta.errors import PrivacyRefusalError
from graphmeta.privacy.audit import append, find_break
from graphmeta.run import lines_of


def test_a_log_as_it_was_written_is_whole() -> None:
    assert find_break(log()) is None
    assert find_break([]) is None


def test_a_line_says_its_number_time_act_and_detail() -> None:
    entry = json.loads(log()[1])
    assert (entry["seq"], entry["act"]) == (2, "read")
    assert entry["at"] == "2024-01-02T00:00:00+00:00"
    assert entry["detail"] == {"rows": 1, "name": "é"}


@pytest.mark.parametrize("index", range(len(ACTS) - 1))
def test_a_deleted_line_is_found(index: int) -> None:
    lines = log()
    del lines[index]
    assert find_break(lines) is not None


@settings(deadline=None)
@given(st.permutations(range(len(ACTS))))
def test_reordered_lines_are_found(order: list[int]) -> None:
    lines = log()
    assert (find_break([lines[i] for i in order]) is None) == (order == sorted(order))


@settings(deadline=None)
@given(st.integers(0, len(ACTS) - 1), st.sampled_from(["seq", "at", "act", "detail", "previous"]))
def test_an_edited_field_is_found(index: int, name: str) -> None:
    lines = log()
    entry = json.loads(lines[index])
    entry[name] = "forged"
    lines[index] = json.dumps(entry, sort_keys=True, separators=(",", ":"))
    assert find_break(lines) is not None


@pytest.mark.parametrize("line", ["", "{", "[]", "3", "{}"])
def test_a_line_that_is_no_entry_is_found(line: str) -> None:
    assert find_break([*log(), line]) == "line 6 is no entry of an audit log"


def test_a_file_is_made_and_continued(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    for act in ACTS:
        append(path, act, {}, at=AT)
    append(path, "viewed", {})
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 6
    assert find_break(lines) is None


def test_a_line_that_means_the_same_but_reads_otherwise_is_found() -> None:
    lines = log()
    spaced = [lines[0].replace(",", ", ", 1), *lines[1:]]
    twice = [lines[0].replace('{"act"', '{"act":"closed","act"', 1), *lines[1:]]
    assert find_break(spaced) == "line 1 was changed after it was written"
    assert find_break(twice) == "line 1 was changed after it was written"


def test_bytes_between_lines_are_found() -> None:
    whole = "\n".join(log()).encode()
    assert find_break(lines_of(whole + b"\n")) is None
    for odd in (
        whole,
        whole + b"\r\n",
        b"\n" + whole + b"\n",
        whole.replace(b"\n", b"\x0b") + b"\n",
    ):
        assert find_break(lines_of(odd)) is not None


def test_what_is_refused_is_not_recorded(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    append(path, "opened", {}, at=AT)

    def refuse(lines: Sequence[str]) -> None:
        assert len(lines) == 1
        raise PrivacyRefusalError("no")

    with pytest.raises(PrivacyRefusalError):
        append(path, "read", {}, unless=refuse)
    assert len(path.read_text().splitlines()) == 1
