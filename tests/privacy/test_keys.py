"""A key is made once, read by its owner alone, and never shown."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from graphmeta.errors import PrivacyRefusalError, UsageError
from graphmeta.privacy.keys import Key, Purpose, default_key_path, load_key

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
    derived = {key.derive(dataset, purpose) for dataset in ("a", "b") for purpose in PURPOSES}
    assert len(derived) == 4
