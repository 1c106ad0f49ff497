"""The receipt says in words what kept the analysis apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fake_run import write_fake_run

from graphmeta.report import receipt
from graphmeta.run import RunFolder

WHOLE: dict[str, Any] = {
    "asked": "auto",
    "separated": True,
    "input_read_by": "a process of its own",
    "landlock_abi": 7,
    "seccomp": True,
    "not_available": [],
}
APART = "the analysis ran in a process that never held the input"
TOGETHER = "none: the analysis ran in the process that read the input"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({}, f"{APART}, closed in by Landlock 7 and seccomp"),
        (
            {"landlock_abi": 0, "not_available": ["no Landlock"]},
            f"{APART}, closed in by seccomp. Not available: no Landlock",
        ),
        (
            {"landlock_abi": 0, "seccomp": False, "not_available": ["neither"]},
            f"{APART}. Not available: neither",
        ),
        ({"asked": "off", "separated": False}, TOGETHER),
        ({"separated": False, "not_available": ["no process"]}, f"{TOGETHER}; no process"),
    ],
)
def test_the_sandbox_is_told_as_it_was(tmp_path: Path, changed: dict[str, Any], says: str) -> None:
    run = write_fake_run(tmp_path / "RUN")
    privacy = {**run.manifest["privacy"], "sandbox": {**WHOLE, **changed}}
    told = receipt.privacy(RunFolder(run.path, {**run.manifest, "privacy": privacy}))
    assert dict(told)["Sandbox"] == says
