"""The page on privacy names commands, options and tests that are there."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from graphmeta.cli.app import build

PAGE = files("graphmeta").joinpath("docs", "privacy.md").read_text(encoding="utf-8")
TESTS = Path(__file__).parents[1]
#: What follows the program's name, on lines of their own and between backticks.
LINES = sorted(
    {
        " ".join(found.partition("#")[0].split())
        for found in (
            *re.findall(r"^(?:strace .* )?graphmeta (.*)$", PAGE, re.MULTILINE),
            *re.findall(r"`graphmeta ([^`]+)`", PAGE),
        )
    }
)


def test_the_page_has_commands() -> None:
    assert len(LINES) > 20


@pytest.mark.parametrize("line", LINES)
def test_every_command_and_option_on_the_page_is_there(line: str) -> None:
    app = build()
    words = line.split()
    while words and app.default_command is None and words[0] in list(app):
        app = app[words.pop(0)]
    if app.default_command is None:
        return  # a whole group is meant
    known = {
        name
        for argument in app.assemble_argument_collection()
        for name in argument.parameter.name or ()
    }
    for option in re.findall(r"--[a-z-]+", " ".join(words)):
        assert option in known, (line, option)


def test_every_test_that_is_named_is_there() -> None:
    named = set(re.findall(r"test_\w+\.py", PAGE))
    assert named
    assert named <= {path.name for path in TESTS.rglob("test_*.py")}


def test_links_within_the_page_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line.lower()).strip().replace(" ", "-")
        for line in re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)
    }
    assert set(re.findall(r"\(#([\w-]+)\)", PAGE)) <= headings
