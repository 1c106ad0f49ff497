"""A key is made once, read by its owner alone, and never shown."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from graphmeta.errors import PrivacyRefusalError, UsageError
from graphmeta.privacy.audit import find_break
from graphmeta.privacy.keys import (
    Key,
    Purpose,
    default_key_path,
    derivation,
    load_key,
    read_epochs,
)
from graphmeta.privacy.rotation import destroy, key_log, rotate
from graphmeta.run import lines_of

PURPOSES: tuple[Purpose, ...] = ("account", "group")


def test_a_key_is_made_where_there_is_none_and_found_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "key"
    made = load_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(made.secret) == 32
    assert load_key(path) == made
    assert [file.name for file in path.parent.iterdir()] == ["key"]


def test_two_keys_are_never_equal(tmp_path: Path) -> None:
    assert load_key(tmp_path / "a").secret != load_key(tmp_path / "b").secret


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_key_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    load_key(path)
    path.chmod(mode)
    with pytest.raises(PrivacyRefusalError) as refused:
        load_key(path)
    assert "chmod 600" in refused.value.remedy


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33])
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(UsageError, match="is not a key"):
        load_key(path)


def test_a_key_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be read or made"):
        load_key(tmp_path / "file" / "key")


def test_the_default_key_stands_in_the_configuration_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert default_key_path() == tmp_path / "graphmeta" / "key"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_key_path() == tmp_path / ".config" / "graphmeta" / "key"


def test_a_key_does_not_show_its_secret() -> None:
    key = Key(b"s" * 32)
    assert "ssss" not in repr(key)
    assert len(key.key_id) == 8
    assert key.key_id != Key(b"t" * 32).key_id


def test_keys_for_other_datasets_and_purposes_differ() -> None:
    key = Key(b"s" * 32)
    other = Key(b"s" * 32, epoch=2)
    derived = {
        one.derive(dataset, purpose)
        for one in (key, other)
        for dataset in ("a", "b", "a\x1fb")
        for purpose in PURPOSES
    }
    assert len(derived) == 12


def test_keys_are_derived_by_hkdf_expand() -> None:
    """Checked against cryptography's, whose last byte is its own."""
    key = Key(b"s" * 32, epoch=7)
    info = derivation("d", "account", 7)[:-1]
    assert key.derive("d", "account") == HKDFExpand(SHA256(), 32, info).derive(key.secret)


def test_a_file_of_32_bytes_is_the_key_of_a_first_epoch(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"k" * 32)
    path.chmod(0o600)
    assert load_key(path) == Key(b"k" * 32, 1)
    assert rotate(path).epoch == 2
    assert load_key(path, key_id=Key(b"k" * 32).key_id).secret == b"k" * 32


def test_rotation_begins_an_epoch_and_keeps_the_keys_before(tmp_path: Path) -> None:
    path = tmp_path / "key"
    first = load_key(path)
    second = rotate(path)
    assert (first.epoch, second.epoch) == (1, 2)
    assert first.secret != second.secret
    assert load_key(path) == second
    assert load_key(path, key_id=first.key_id) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_destroyed_key_is_gone_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "key"
    first = load_key(path)
    second = rotate(path)
    destroy(path, 1)
    assert first.secret.hex() not in path.read_text()
    assert load_key(path) == second
    with pytest.raises(UsageError, match="does not hold the key"):
        load_key(path, key_id=first.key_id)
    with pytest.raises(UsageError, match="no key of epoch 1"):
        destroy(path, 1)


def test_destroying_the_newest_key_begins_another_epoch(tmp_path: Path) -> None:
    path = tmp_path / "key"
    old = load_key(path)
    destroy(path, 1)
    assert load_key(path).epoch == 2
    assert load_key(path).secret != old.secret


def test_the_old_key_is_overwritten_where_it_stood(tmp_path: Path) -> None:
    path, seen = tmp_path / "key", tmp_path / "the same file"
    load_key(path)
    seen.hardlink_to(path)
    destroy(path, 1)
    assert set(seen.read_bytes()) == {0}


def test_what_was_done_with_a_key_is_logged_without_the_key(tmp_path: Path) -> None:
    path = tmp_path / "key"
    first = load_key(path)
    rotate(path)
    destroy(path, 1)
    log = key_log(path).read_bytes()
    assert find_break(lines_of(log)) is None
    assert [part in log for part in (b"key_rotated", b"key_destroyed")] == [True, True]
    assert first.secret.hex().encode() not in log


def test_epochs_do_not_show_their_secrets(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = load_key(path)
    shown = repr(read_epochs(path))
    assert key.secret.hex() not in shown
    assert repr(key.secret) not in shown
