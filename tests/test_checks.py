"""Is the code as the house rules want it: typed, linted, formatted, short, explained, whole?

These are the checks that need no data. With them, ``pytest`` is the one command that runs all.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "graphmeta"
MOST_LINES = 400
MOST_FUNCTION_LINES = 60


def sources(*folders: str) -> list[Path]:
    """Return the Python files under some folders of the repository."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def run(*command: str) -> str:
    """Run a tool of this environment on the repository, and return what it said if it failed."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_ruff_finds_nothing() -> None:
    assert run("ruff", "check", ".") == ""


def test_every_file_is_formatted() -> None:
    assert run("ruff", "format", "--check", ".") == ""


def test_mypy_finds_nothing() -> None:
    assert run("mypy") == ""


def test_every_module_opens_with_a_docstring() -> None:
    silent = [
        path.relative_to(ROOT)
        for path in sources("graphmeta", "tests", "benchmarks")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_no_file_of_the_package_is_long() -> None:
    lengths = {
        path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines())
        for path in sources("graphmeta", "benchmarks")
    }
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES} == {}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the functions and methods of a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_function_of_the_package_is_long() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {each.name}"
        for path in sources("graphmeta", "benchmarks")
        for each in functions(path)
        if (each.end_lineno or each.lineno) - each.lineno + 1 > MOST_FUNCTION_LINES
    ]
    assert long == []


def test_nothing_is_left_for_later() -> None:
    words = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    here = Path(__file__)
    left = [
        path.relative_to(ROOT)
        for path in sources("graphmeta", "tests", "benchmarks")
        if path != here and words.search(path.read_text(encoding="utf-8"))
    ]
    assert left == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Build the wheel as an installer would, and open it."""
    folder = tmp_path_factory.mktemp("wheel")
    build = f"from hatchling.build import build_wheel; build_wheel({str(folder)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=ROOT, check=True, capture_output=True)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_the_wheel_holds_every_file_of_the_package_and_no_other(wheel: zipfile.ZipFile) -> None:
    there = {
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    inside = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert inside == there


@pytest.mark.parametrize(
    "name",
    [
        "graphmeta/py.typed",
        "graphmeta/docs/architecture.md",
        "graphmeta/docs/report.png",
        "graphmeta/report/templates/page.html.j2",
        "graphmeta/report/templates/report.css",
        "graphmeta/report/templates/charts.js",
    ],
)
def test_the_wheel_holds_what_is_not_code(wheel: zipfile.ZipFile, name: str) -> None:
    assert wheel.getinfo(name).file_size > 0 or name.endswith("py.typed")


def test_the_wheel_carries_its_licence(wheel: zipfile.ZipFile) -> None:
    assert any(name.endswith("/licenses/LICENSE") for name in wheel.namelist())
