"""Sealed records open with their key as they were written, and in no other way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmeta.errors import PrivacyRefusalError
from graphmeta.privacy import sealed_records
from graphmeta.privacy.sealed_records import MAGIC, SealedWriter, records

SECRET = b"s" * 32
WRITTEN = [b"first", b"", b"third" * 100, b"last"]


def written(path: Path, content: Iterable[bytes], secret: bytes = SECRET) -> Path:
    with SealedWriter(path, secret) as sealed:
        for record in content:
            sealed.add(record)
    return path


def pieces(path: Path) -> tuple[bytes, list[bytes]]:
    """Return a file's beginning, and its sealed records with their lengths."""
    whole = path.read_bytes()
    start, rest = whole[: len(MAGIC) + 32], whole[len(MAGIC) + 32 :]
    found = []
    while rest:
        size = 4 + int.from_bytes(rest[:4], "big")
        found.append(rest[:size])
        rest = rest[size:]
    return start, found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path / "sealed", WRITTEN)


def test_what_was_sealed_opens_in_order(file: Path) -> None:
    assert list(records(file, SECRET)) == WRITTEN
    assert sealed_records.is_sealed(file)
    assert file.stat().st_mode & 0o077 == 0


def test_nothing_of_it_can_be_seen_and_no_two_files_are_alike(file: Path, tmp_path: Path) -> None:
    again = written(tmp_path / "again", WRITTEN)
    assert b"third" not in file.read_bytes()
    assert not set(pieces(file)[1]) & set(pieces(again)[1])


def test_another_key_opens_nothing(file: Path) -> None:
    with pytest.raises(PrivacyRefusalError, match="does not open"):
        list(records(file, b"t" * 32))


@given(at=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_a_changed_byte_is_found(
    at: int, flip: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = written(tmp_path_factory.mktemp("changed") / "sealed", WRITTEN)
    content = bytearray(file.read_bytes())
    content[at % len(content)] ^= flip
    file.write_bytes(content)
    with pytest.raises(PrivacyRefusalError):
        list(records(file, SECRET))


@pytest.mark.parametrize(
    "order",
    [
        pytest.param([0, 1, 2], id="the end cut off"),
        pytest.param([], id="all cut off"),
        pytest.param([0, 2, 1, 3], id="another order"),
        pytest.param([0, 1, 1, 2, 3], id="one twice"),
        pytest.param([0, 2, 3], id="one left out"),
        pytest.param([0, 1, 2, 3, 3], id="more after the end"),
    ],
)
def test_records_keep_their_places(file: Path, order: list[int]) -> None:
    start, found = pieces(file)
    file.write_bytes(start + b"".join(found[n] for n in order))
    with pytest.raises(PrivacyRefusalError):
        list(records(file, SECRET))


def test_a_record_of_another_file_is_found(file: Path, tmp_path: Path) -> None:
    start, found = pieces(file)
    _, others = pieces(written(tmp_path / "other", WRITTEN))
    file.write_bytes(start + b"".join([found[0], others[1], *found[2:]]))
    with pytest.raises(PrivacyRefusalError):
        list(records(file, SECRET))


@pytest.mark.parametrize("kept", [0, 10, len(MAGIC) + 31, -1, -20])
def test_a_file_that_was_cut_off_does_not_open(file: Path, kept: int) -> None:
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(PrivacyRefusalError):
        list(records(file, SECRET))


def test_writing_that_failed_leaves_nothing_that_opens(tmp_path: Path) -> None:
    def interrupted() -> Iterator[bytes]:
        yield from (b"one", b"two")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        written(tmp_path / "half", interrupted())
    with pytest.raises(PrivacyRefusalError):
        list(records(tmp_path / "half", SECRET))
