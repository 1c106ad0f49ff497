"""How is a peer's package reached? By name, when it is needed, and kept quiet."""

from __future__ import annotations

import contextlib
import importlib
import io
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from graphmeta.errors import MissingExtraError


def load(module: str, package: str) -> Any:
    """Import a module of a package that the extra ``bench`` installs.

    Args:
        module: Its dotted name.
        package: The name under which it is installed.

    Raises:
        MissingExtraError: The package is not installed.
    """
    need(module.partition(".")[0], package)
    with quiet():
        return importlib.import_module(module)


def need(module: str, package: str) -> None:
    """Make sure that a top-level module can be imported, without importing it.

    Raises:
        MissingExtraError: It cannot.
    """
    if find_spec(module) is None:
        raise MissingExtraError(package, "bench")


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep a package's progress off standard output and its warnings off standard error.

    What they warn of (experimental features of a compiler, names that will change) a reader of a
    benchmark can do nothing about. Errors pass.
    """
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
