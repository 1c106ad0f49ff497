"""What every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

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
