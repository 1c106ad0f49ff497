"""A mapping can be saved and loaded, as TOML or JSON."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphmeta.errors import UsageError
from graphmeta.ingest import load_mapping, save_mapping
from graphmeta.ingest.reading import CONTRACT_NAMES

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x7f"), min_size=1)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(CONTRACT_NAMES), NAMES), st.sampled_from(["toml", "json"]))
def test_a_saved_mapping_is_loaded_again(
    tmp_path: Path, mapping: dict[str, str], ending: str
) -> None:
    path = tmp_path / f"mapping.{ending}"
    save_mapping(mapping, path)
    assert load_mapping(path) == mapping


@pytest.mark.parametrize("text", ["body = 'x'", "sender = 3", "sender =", "[sender]\nx = 'y'"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"mapping\.toml"):
        load_mapping(path)


def test_an_absent_mapping_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_mapping(tmp_path / "absent.toml")
