"""``graphmeta privacy verify`` and ``checkpoint``: is a log what it was?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from graphmeta.cli.console import messages, output, print_json, text
from graphmeta.cli.files import leave
from graphmeta.cli.options import Json
from graphmeta.cli.privacy_keys import SigningKeyFile
from graphmeta.errors import PrivacyRefusalError, RunError

Logged = Annotated[
    Path,
    Parameter(help="A run folder (expired or not), or a log by its own name."),
]


def verify(
    log: Logged,
    /,
    *,
    checkpoint: Annotated[
        tuple[Path, ...],
        Parameter(
            help="A checkpoint that was lodged elsewhere; the log has to fit it. Repeatable.",
            metavar="FILE",
        ),
    ] = (),
    signer: Annotated[
        str | None,
        Parameter(
            help="The public key with which checkpoints must be signed. Without it, the key that "
            "each names is shown for you to compare.",
            metavar="PUBLIC-KEY",
        ),
    ] = None,
    json: Json = False,
) -> int:
    """Check that an audit log was not changed, and still holds what lodged checkpoints know.

    Without a checkpoint, lines that were cut off the end do not show, nor does a log that was
    written anew. Leaves with exit code 4 where something does not hold.

    If you distrust this program, take the verifier that shares no code with it, or write one: see
    the page on privacy.

    For example:

    - `graphmeta privacy verify RUN --checkpoint lodged.json --signer 3f1d...`
    """
    told = _checked(log, checkpoint, signer)
    if json:
        print_json(told)
    else:
        _tell(told, signer)
    return 0 if told["holds"] else PrivacyRefusalError.exit_code


def _checked(log: Path, checkpoint: tuple[Path, ...], signer: str | None) -> dict[str, Any]:
    """Return what a log and the checkpoints that it has to fit come to."""
    from graphmeta.privacy import audit
    from graphmeta.privacy import checkpoint as checkpoints
    from graphmeta.run import lines_of

    lodged = [(path, checkpoints.read(path)) for path in checkpoint]
    lines = lines_of(_bytes(log))
    broken = audit.find_break(lines) if lines else "it is empty"
    differences = {
        str(path): broken or checkpoints.find_difference(lines, one, signer) for path, one in lodged
    }
    state = None if broken else _state(log, lines)
    holds = not broken and not any(differences.values()) and state in (None, "as logged")
    return {
        "holds": holds,
        "state": state,
        "entries": len(lines),
        "broken": broken,
        "checkpoints": [
            {
                "file": str(path),
                **{name: one[name] for name in ("seq", "at", "signer")},
                "differs": differences[str(path)],
            }
            for path, one in lodged
        ],
    }


def _state(log: Path, lines: list[str]) -> str | None:
    """Return how the state that a run keeps stands to its log; None where there is none."""
    import json

    from graphmeta.run import STATE, sha256

    if not (log / STATE).is_file():
        return None
    sums = [json.loads(line)["detail"].get("sha256") for line in lines]
    known = [one[STATE] for one in sums if isinstance(one, dict) and STATE in one]
    return "as logged" if known[-1:] == [sha256(log / STATE)] else "not as logged"


def checkpoint(
    log: Logged,
    /,
    *,
    out: Annotated[Path, Parameter(help="The file to make.", metavar="FILE")],
    signing_key: SigningKeyFile = None,
) -> None:
    """Take note of where an audit log stands, signed, to be lodged where nobody can change it.

    Lodge it with a reviewer, an auditor, or in a public place. The log itself records that a
    checkpoint was made.

    For example:

    - `graphmeta privacy checkpoint RUN --out checkpoint.json`
    """
    from graphmeta.cli.files import require_free
    from graphmeta.privacy import audit, signing
    from graphmeta.privacy import checkpoint as checkpoints
    from graphmeta.run import lines_of

    key = signing.load_signing_key(signing_key or signing.default_signing_key())
    require_free(out)
    file = _file(log)
    # A log that does not hold is left as it is, and not vouched for.
    checkpoints.make(lines_of(_bytes(log)), key)
    audit.append(file, "checkpoint", {"signer": signing.public_part(key)})
    made = checkpoints.make(lines_of(_bytes(log)), key)
    leave(out, made)
    output().print(text(f"Entry {made['seq']}, hash {made['head']}"))
    messages().print(text(f"Lodge {out} elsewhere: beside the log it proves nothing."))


def _file(log: Path) -> Path:
    from graphmeta.run import AUDIT

    return log / AUDIT if log.is_dir() else log


def _bytes(log: Path) -> bytes:
    try:
        return _file(log).read_bytes()
    except OSError as error:
        raise RunError(
            f"There is no audit log at {log}: {error.strerror}.",
            "Name a folder that `graphmeta analyze` wrote, or the log itself.",
        ) from error


def _tell(told: dict[str, Any], signer: str | None) -> None:
    console = output()
    if told["broken"]:
        console.print(text(f"BROKEN: {told['broken']}.", "bold red"))
    else:
        console.print(text(f"{told['entries']} entries, an unbroken chain."))
    if told["state"] is not None:
        said = "as its log says" if told["state"] == "as logged" else "NOT as its log says"
        console.print(text(f"The run keeps its events, sealed (state.sealed), {said}."))
    for one in told["checkpoints"]:
        said = f"BROKEN: {one['differs']}" if one["differs"] else "the log fits it"
        console.print(text(f"Checkpoint {one['file']}, entry {one['seq']}, {one['at']}: {said}."))
        if not one["differs"] and signer is None:
            console.print(text(f"  Signed with {one['signer']}: compare it with the key you know."))
    if not told["checkpoints"]:
        console.print(
            text(
                "No checkpoint was given: lines cut off the end, or all written anew, do not show."
            )
        )
