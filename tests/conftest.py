"""What every test may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from postgres import Server, programs, running

if TYPE_CHECKING:
    from reveal_kit import Analysed

# Machines are noisy and runs must be repeatable: no deadlines, and the same examples each time.
settings.register_profile("graphmeta", deadline=None, derandomize=True)
settings.load_profile("graphmeta")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real metadata named by GRAPHMETA_DATA.

    Skips where a user lacks it, and fails in continuous integration, where it must be there.
    """
    named = os.environ.get("GRAPHMETA_DATA", "")
    if named and Path(named).is_dir():
        return Path(named)
    reason = "GRAPHMETA_DATA does not name a folder of real metadata"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session", autouse=True)
def _no_case_store_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the tests away from the verdicts of whoever runs them."""
    os.environ["XDG_DATA_HOME"] = str(tmp_path_factory.mktemp("data"))
    os.environ.pop("GRAPHMETA_CASE_STORE", None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Give a PostgreSQL server, the same for all tests.

    Skips where a user lacks it, and fails in continuous integration, where it must be there.
    """
    folder = programs()
    if folder is None:
        reason = "PostgreSQL's server is not installed (Debian's package postgresql)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with running(folder) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of a case store that is not there yet, on either database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store/cases.sqlite"
    server: Server = request.getfixturevalue("postgres")
    return server.new_schema()


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Analysed:
    """Give a run with a sealed map back to its ids; nobody changes it."""
    # The kit stands beside the tests that use it, and is found once these are collected.
    from reveal_kit import analysed

    return analysed(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def reviewed(whole: Analysed, tmp_path: Path) -> Analysed:
    """Give a copy of that run whose first cluster people found to be spam."""
    from reveal_kit import copied

    return copied(whole, tmp_path)
