"""One analysis for all tests about what is done with a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from reveal_kit import Analysed, analysed, copied


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Analysed:
    """Give a run with a sealed map; nobody changes it."""
    return analysed(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def reviewed(whole: Analysed, tmp_path: Path) -> Analysed:
    """Give a copy of the run whose first cluster people found to be spam."""
    return copied(whole, tmp_path)
