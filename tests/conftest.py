"""What every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


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
