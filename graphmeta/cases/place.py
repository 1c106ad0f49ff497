"""Where does the case store live?

In the user's data folder, as one SQLite file for all runs, unless an address is given: with
``--case-store`` or the variable GRAPHMETA_CASE_STORE. Inside a run it would fork with every copy
of the run, and go with its purge. An address may hold a password, so it is never shown: what is
shown is ``StoreAddress.name``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from graphmeta.errors import UsageError

VARIABLE = "GRAPHMETA_CASE_STORE"
SQLITE = "sqlite"
POSTGRESQL = "postgresql"
_FILE = "cases.sqlite"
_EXAMPLES = "Write postgresql://USER@HOST/DATABASE, or sqlite:////absolute/path/of/cases.sqlite."


@dataclass(frozen=True)
class StoreAddress:
    """Where a store is.

    Args:
        kind: ``sqlite`` or ``postgresql``.
        name: What may be shown of it: a path, or host and database.
        secret: The address as it was given. It may hold a password.
    """

    kind: str
    name: str
    secret: str = field(repr=False)

    @property
    def path(self) -> Path:
        """The file of an SQLite store."""
        return Path(self.name)

    def exists(self) -> bool:
        """Tell whether there can be anything in it: a file that is absent holds nothing."""
        return self.kind == POSTGRESQL or self.path.exists()


def default_path() -> Path:
    """Return where the store stands that is used when none is named."""
    base = os.environ.get("XDG_DATA_HOME", "")
    root = Path(base) if base else Path.home() / ".local" / "share"
    return root / "graphmeta" / _FILE


def address(given: str | None = None) -> StoreAddress:
    """Return where the store is: as given, as the environment says, or in the user's data folder.

    Raises:
        UsageError: The address is of no kind that graphmeta knows. It is not repeated.
    """
    url = given or os.environ.get(VARIABLE, "")
    if not url:
        path = str(default_path())
        return StoreAddress(SQLITE, path, path)
    scheme, separator, rest = url.partition("://")
    kind = scheme.partition("+")[0]
    if separator and kind == SQLITE and len(rest) > 1 and rest.startswith("/"):
        return StoreAddress(SQLITE, rest[1:], url)
    if separator and kind == POSTGRESQL:
        return StoreAddress(POSTGRESQL, _shown(url), url)
    raise UsageError("The address of the case store is none that graphmeta knows.", _EXAMPLES)


def _shown(url: str) -> str:
    """Return host and database of an address, without user, password and options.

    Raises:
        UsageError: It cannot be parted into these.
    """
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        # The reason may hold a piece of the password.
        raise UsageError("The address of the case store is malformed.", _EXAMPLES) from None
    return f"{parts.hostname or 'localhost'}{port}{parts.path}"
