"""An operator's own curve of risk as a file, which later analyses are given.

Plain JSON, with what the curve rests on. Old curves are never overwritten.
"""

from __future__ import annotations

import json
from pathlib import Path

from graphmeta.errors import InputError, UsageError
from graphmeta.scores.calibrate import OwnCurve
from graphmeta.scores.model import fingerprint

_KIND = "graphmeta calibration 1"


def save(own: OwnCurve, path: Path) -> None:
    """Write a curve to a new file.

    Raises:
        UsageError: The file exists already, or cannot be written.
    """
    text = json.dumps({"kind": _KIND, **own}, indent=2) + "\n"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}.",
            "A calibration is never overwritten: name a new file with --out.",
        ) from error


def load(path: str | Path) -> OwnCurve:
    """Read a curve.

    Raises:
        InputError: It cannot be read, is none, or was made for other scores than this version's.
    """
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
        if data["kind"] != _KIND or data["slope"] < 0:
            raise ValueError(path)  # noqa: TRY301 - malformed like the rest
        own = OwnCurve(
            constant=float(data["constant"]),
            slope=float(data["slope"]),
            scores=str(data["scores"]),
            verdicts=int(data["verdicts"]),
            abusive=int(data["abusive"]),
            runs=[str(run) for run in data["runs"]],
            fitted_at=str(data["fitted_at"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} is no calibration that can be read.",
            "Make one with: graphmeta recalibrate RUN... --out FILE",
        ) from error
    if own["scores"] != fingerprint():
        raise InputError(
            f"{path} was made for other scores than those of this version.",
            "Analyse with this version, draw and judge clusters, and recalibrate.",
        )
    return own
