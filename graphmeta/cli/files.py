"""How does a command leave a file behind: new, whole, and readable by its owner alone?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graphmeta.errors import UsageError


def leave(path: Path, content: Mapping[str, Any]) -> None:
    """Write something as JSON into a new file that its owner alone may read.

    Raises:
        UsageError: Something stands there already, or the file cannot be made.
    """
    from graphmeta.privacy import private_file

    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    try:
        made = private_file.make(path, text.encode())
    except OSError as error:
        raise UsageError(
            f"{path} cannot be made: {error.strerror}.", "Name another file with --out."
        ) from error
    if not made:
        raise UsageError(f"{path} exists already.", "Name another file with --out.")


def require_free(path: Path) -> None:
    """Refuse a place at which something stands, before anything is done that cannot be undone.

    Raises:
        UsageError: So it is, or its folder is absent.
    """
    if path.exists() or not path.absolute().parent.is_dir():
        raise UsageError(
            f"{path} exists already, or its folder is absent.", "Name another file with --out."
        )
