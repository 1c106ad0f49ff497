"""Does what the README and the docs tell a newcomer work, and do their links lead anywhere?"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import polars as pl
import pytest
from town_kit import ring_town

from graphmeta.cli import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "graphmeta/docs").glob("*.md"))]
FIRST = "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/graphmeta demo"
SECOND = ".venv/bin/pip install '.[test]' && .venv/bin/pytest"


def blocks(language: str) -> list[str]:
    """Return the README's code blocks in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture
def newcomer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with the files that the README speaks of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    events = ring_town()
    events.write_parquet("events.parquet")
    naive = pl.col("timestamp").dt.convert_time_zone("Europe/Berlin").dt.to_string("%F %T")
    events.select(caller_id="sender", callee_id="recipient", timestamp=naive, body=pl.lit("hi"))[
        :5000
    ].write_csv("calls.csv")
    return tmp_path


def test_the_two_commands_are_the_first_and_stand_as_they_must() -> None:
    assert blocks("sh")[:2] == [FIRST + "\n", SECOND + "\n"]


def test_continuous_integration_runs_the_readmes_test_command() -> None:
    assert SECOND in (ROOT / ".ci/run").read_text(encoding="utf-8").replace(" --quiet", "")


def test_every_command_of_the_readme_runs(
    newcomer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = "".join(blocks("sh")[2:]).replace("\\\n", " ").splitlines()
    for line in lines:
        program, *arguments = shlex.split(line, comments=True)
        assert program == "graphmeta"
        assert main(arguments) == 0, (line, capsys.readouterr().err)
    made = {path.name for path in newcomer.iterdir()}
    assert {"RUN", "CALLS", "RUN-report.html"} <= made


@pytest.mark.usefixtures("newcomer")
def test_the_python_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = blocks("python")
    exec(code, {})
    assert "8 accounts acted together" in capsys.readouterr().out
    assert Path("report.html").stat().st_size > 100_000


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_of_the_repository(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).is_file()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    named = re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.(?:py|md|png))`", page.read_text(encoding="utf-8"))
    made = "graphmeta/signals/behaviour/night_share.py"
    absent = [
        name
        for name in named
        if not (ROOT / name).is_file() and not (ROOT / "graphmeta" / name).is_file()
    ]
    assert [name for name in absent if name != made] == []


def test_every_folder_of_the_package_is_on_the_architecture_page() -> None:
    page = (ROOT / "graphmeta/docs/architecture.md").read_text(encoding="utf-8")
    floors = page.split("```")[1]
    folders = {path.parent.name for path in (ROOT / "graphmeta").glob("*/__init__.py")}
    assert folders <= set(re.findall(r"[a-z]+", floors))
