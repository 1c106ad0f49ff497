"""Do the floors hold: who imports whom, which library stands where, who materialises frames?"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "graphmeta"

#: Libraries that stand on one floor alone, so that a run without them is a run without that floor.
HOMES = {
    "alembic": ("cases",),
    "argon2": ("workbench",),
    "bokeh": ("report", "notebook"),
    "cryptography": ("privacy",),
    "cyclopts": ("cli",),
    "graspologic_native": ("graph",),
    "jinja2": ("report", "workbench"),
    "opendp": ("privacy",),
    "polars_hash": ("privacy",),
    "psycopg": ("cases",),
    "pyarrow": ("privacy", "ingest"),
    "pyrage": ("privacy",),
    "pyspark": ("engines",),
    "rich": ("cli",),
    "sqlalchemy": ("cases",),
    "starlette": ("workbench",),
    "stix2": ("report",),
    "typst": ("report",),
    "uvicorn": ("workbench",),
}

#: Where lazy frames may be computed whole. Everything else below the surfaces stays lazy, works on
#: frames that these have made, or streams through ``engines``.
MATERIALISE = (
    "graphmeta/pipeline/",
    "graphmeta/signals/acts.py",
    "graphmeta/signals/inviting.py",
    "graphmeta/signals/living.py",
    "graphmeta/signals/observe.py",
    "graphmeta/engines/",
    "graphmeta/report/charts/",  # of one cluster, in few queries: each wakes the engine's threads
)
SURFACES = ("graphmeta/cli/", "graphmeta/notebook.py", "graphmeta/bench/", "graphmeta/workbench/")


#: What detection may not do: it computes on frames that others have opened.
DETECTION = ("graph", "nulls", "signals", "clusters", "scores")
OPENING = re.compile(
    r"open|(read|write)_(text|bytes)|(read|scan)_(csv|ipc|ndjson|parquet|json|excel|database|delta)"
    r"|(sink|write)_(csv|ipc|ndjson|parquet|json|excel|database|delta)|save|savez|load|loadtxt"
    r"|fromfile|tofile|memmap|system|popen|spawn|exec|eval|__import__|import_module"
)
#: The one exception: the trained numbers are a file of the package.
OPENS = {("graphmeta/scores/model.py", "read_text")}


def modules() -> Iterator[tuple[Path, ast.Module]]:
    """Yield every module of the package, parsed."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the top-level package of every import, wherever in the module it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module).partition(".")[0]


def test_a_floor_imports_only_from_floors_below_it() -> None:
    # A process of its own: the linter reads the sources, not what this one has imported.
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_engine_starts_threads_and_opens_nothing() -> None:
    """What detection may use of it is what the contract cannot see: names within a library."""
    tree = ast.parse((PACKAGE / "engines" / "local.py").read_text(encoding="utf-8"))
    taken = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("concurrent")
        for alias in node.names
    }
    assert taken <= {"Future", "ThreadPoolExecutor", "as_completed"}
    of_os = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "os"
    }
    assert of_os <= {"cpu_count", "sched_getaffinity"}


@pytest.mark.parametrize("library", HOMES)
def test_a_library_is_imported_on_its_own_floor_alone(library: str) -> None:
    floors = {
        path.parts[1].removesuffix(".py") for path, tree in modules() if library in imported(tree)
    }
    assert floors <= set(HOMES[library])


def test_pandas_is_not_imported_at_all() -> None:
    assert [path for path, tree in modules() if "pandas" in imported(tree)] == []


def test_frames_are_materialised_in_few_places() -> None:
    collecting = {
        path.as_posix()
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("collect", "collect_batches")
    }
    assert [path for path in collecting if not path.startswith((*MATERIALISE, *SURFACES))] == []


def test_detection_opens_nothing_but_the_trained_numbers() -> None:
    opening = {
        (path.as_posix(), name)
        for path, tree in modules()
        if path.parts[1] in DETECTION
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for name in [called(node)]
        if OPENING.fullmatch(name)
    }
    assert opening == OPENS


def called(call: ast.Call) -> str:
    """Return the last name of what is called: ``open``, or the method of ``path.open()``."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
