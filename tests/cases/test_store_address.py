"""Where the store stands, and that its password is never shown."""

from __future__ import annotations

import stat
import sys
import traceback
from pathlib import Path

import pytest
from postgres import OWNER, Server

from graphmeta.cases.place import address
from graphmeta.cases.store import open_store
from graphmeta.errors import MissingExtraError, UsageError

SECRET = "h0rse-battery"


def told(error: BaseException) -> str:
    """Return everything that anybody could come to see of an error, tracebacks included."""
    return "".join(traceback.format_exception(error))


def test_by_default_it_stands_in_the_users_data_folder_closed_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert not address().exists()
    open_store().close()
    file = tmp_path / "graphmeta" / "cases.sqlite"
    assert address().path == file
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    monkeypatch.delenv("XDG_DATA_HOME")
    assert address().path == Path.home() / ".local" / "share" / "graphmeta" / "cases.sqlite"


def test_the_environment_names_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHMETA_CASE_STORE", f"sqlite:///{tmp_path}/ours.sqlite")
    open_store().close()
    assert (tmp_path / "ours.sqlite").exists()
    assert address(f"sqlite:///{tmp_path}/mine.sqlite").path == tmp_path / "mine.sqlite"


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://ann:{SECRET}@db/cases",
        f"postgresql:/ann:{SECRET}@db/cases",
        f"postgresql://ann:{SECRET}@db:port/cases",
        f"postgresql://ann:{SECRET}@[db/cases",
        f"/home/{SECRET}/cases.sqlite",
        f"sqlite://{SECRET}",
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UsageError) as refusal:
        open_store(url)
    assert SECRET not in told(refusal.value)


def test_a_wrong_password_is_not_shown(postgres: Server) -> None:
    url = f"postgresql://{OWNER}:{SECRET}@127.0.0.1:{postgres.port}/postgres"
    assert SECRET not in repr(address(url))
    with pytest.raises(UsageError, match="does not answer") as refusal:
        open_store(url)
    assert SECRET not in told(refusal.value)
    assert f"127.0.0.1:{postgres.port}/postgres" in str(refusal.value)


def test_a_password_in_the_options_is_not_shown() -> None:
    with pytest.raises(UsageError) as refusal:
        open_store(f"postgresql://127.0.0.1:1/cases?password={SECRET}&sslmode={SECRET}")
    assert SECRET not in told(refusal.value)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"file/cases\.sqlite cannot be made"):
        open_store(f"sqlite:///{tmp_path}/file/cases.sqlite")


def test_a_file_that_is_no_store_is_refused_and_stays(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("my thesis " * 1_000)
    with pytest.raises(UsageError, match="does not answer"):
        open_store(f"sqlite:///{tmp_path}/thesis.txt")
    assert (tmp_path / "thesis.txt").read_text() == "my thesis " * 1_000


def test_without_a_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtraError, match=r"graphmeta\[postgres\]"):
        open_store("postgresql://db/cases")
