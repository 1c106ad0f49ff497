"""The analysts' workbench: a few pages over some runs and the case store, on this machine.

Whoever asks is checked before anything is looked up (``security``); pages are listed in one tuple
(``pages``) and work without script. Nothing here detects or scores: pages show what runs hold and
record what people say. The web libraries are the extra ``web`` and are imported below this package
alone.
"""

from __future__ import annotations

from importlib import import_module

from graphmeta.errors import MissingExtraError

_LIBRARIES = ("starlette", "uvicorn", "python_multipart", "argon2")


def require_web() -> None:
    """Refuse to go on where the web libraries are absent.

    Raises:
        MissingExtraError: One of them is not installed.
    """
    try:
        for name in _LIBRARIES:
            import_module(name)
    except ImportError as error:
        raise MissingExtraError("The workbench", "web") from error
