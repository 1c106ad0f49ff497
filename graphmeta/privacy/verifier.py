#!/usr/bin/env python3
"""Was this audit log of graphmeta changed? One file, with the standard library alone.

    python3 verifier.py RUN/audit.jsonl [--checkpoint FILE]... [--signer PUBLIC-KEY]

Copy this file anywhere, read it, and run it: it imports nothing of graphmeta and shares no code
with it. Exit code 0 where everything holds, 4 where something does not, 2 where a file cannot be
read. The format that it checks is described in ``docs/privacy.md``, so that you can write your own.

What it finds: every line that was edited, deleted, added, or put elsewhere, short of the whole log
being written anew from some line on; and that too, and lines cut off the end, where a checkpoint
was lodged later than they were written. What it cannot find: what was never logged.

The Ed25519 at the bottom follows RFC 8032, section 5.1.7. It verifies and does nothing else: no
secret passes through it, so that its running time gives nothing away. Never sign with such code.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

# Keys stand in alphabetical order, so the hash, the previous hash and the number end the line.
# What is hashed is the line without `"hash":"...",`.
ENTRY = re.compile(
    rb'(\{"act":.*),"hash":"([0-9a-f]{64})"(,"previous":"([0-9a-f]{64})","seq":([1-9][0-9]*)\})'
)


def check_log(log: bytes) -> tuple[list[str], str | None]:
    """Return the hashes of a log's entries up to the first that is wrong, and what is wrong."""
    hashes: list[str] = []
    previous = "0" * 64
    lines = log.split(b"\n")
    if lines.pop() != b"":
        return hashes, "the last line is cut off"
    for number, line in enumerate(lines, 1):
        entry = ENTRY.fullmatch(line)
        if entry is None:
            return hashes, f"line {number} is no entry of an audit log"
        head, claimed, tail, before, seq = entry.groups()
        if int(seq) != number:
            return hashes, f"line {number} says that it is entry {int(seq)}"
        if before.decode() != previous:
            return hashes, f"line {number} does not follow the line before it"
        if hashlib.sha256(head + tail).hexdigest() != claimed.decode():
            return hashes, f"line {number} was changed after it was written"
        previous = claimed.decode()
        hashes.append(previous)
    return hashes, None


def check_checkpoint(
    hashes: list[str], checkpoint: dict[str, Any], signer: str | None
) -> str | None:
    """Return in which respect a log without a break does not fit a checkpoint, or None."""
    said = {name: value for name, value in checkpoint.items() if name != "signature"}
    signed = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
    key, signature = bytes.fromhex(said["signer"]), bytes.fromhex(checkpoint["signature"])
    if said["format"] != "graphmeta checkpoint 1":
        return "it is no checkpoint of a log"
    if signer is not None and said["signer"] != signer.lower():
        return "the checkpoint was signed by another key"
    if not ed25519_verifies(key, signed, signature):
        return "the checkpoint's signature does not fit it"
    if hashes[:1] != [said["first"]]:
        return "the log begins otherwise than when the checkpoint was made"
    if len(hashes) < said["seq"]:
        return f"the log ends after entry {len(hashes)}, and the checkpoint knows {said['seq']}"
    if said["seq"] < 1 or hashes[said["seq"] - 1] != said["head"]:
        return f"entry {said['seq']} is not the one that the checkpoint knows"
    return None


def main(arguments: list[str] | None = None) -> int:
    """Check what the command line names, print what was found, and return the exit code."""
    parser = argparse.ArgumentParser(description="Check an audit log of graphmeta.")
    parser.add_argument("log", type=Path, help="RUN/audit.jsonl")
    parser.add_argument("--checkpoint", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument("--signer", metavar="PUBLIC-KEY", help="64 hexadecimal digits")
    asked = parser.parse_args(arguments)
    try:
        log = asked.log.read_bytes()
        checkpoints = [(path, json.loads(path.read_bytes())) for path in asked.checkpoint]
    except (OSError, ValueError) as error:
        print(f"cannot be read: {error}", file=sys.stderr)
        return 2
    hashes, wrong = check_log(log)
    if wrong is not None:
        print(f"{asked.log}: BROKEN: {wrong}")
        return 4
    print(f"{asked.log}: {len(hashes)} entries, an unbroken chain; last hash {hashes[-1:]}")
    failed = False
    for path, checkpoint in checkpoints:
        try:
            wrong = check_checkpoint(hashes, checkpoint, asked.signer)
        except (KeyError, TypeError, ValueError, AttributeError):
            wrong = "it is no checkpoint of a log"
        failed = failed or wrong is not None
        print(f"{path}: {'it fits' if wrong is None else 'BROKEN: ' + wrong}")
        if wrong is None and asked.signer is None:
            print(f"  signed with {checkpoint['signer']}; compare that with the key you know")
    if not checkpoints:
        print("No checkpoint was given: lines cut off the end, or all written anew, do not show.")
    return 4 if failed else 0


# Ed25519, verification only, after RFC 8032. Points of the curve -x^2 + y^2 = 1 + D x^2 y^2 over
# the integers modulo P stand in extended coordinates (X, Y, Z, T): x = X/Z, y = Y/Z, xy = T/Z.

Point = tuple[int, int, int, int]

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def ed25519_verifies(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether a signature of 64 bytes fits a message and a public key of 32 bytes."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    key, commitment = _decompressed(public_key), _decompressed(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or scalar >= ORDER:
        return False
    hashed = hashlib.sha512(signature[:32] + public_key + message).digest()
    challenge = int.from_bytes(hashed, "little") % ORDER
    return _equal(_times(scalar, BASE), _sum(commitment, _times(challenge, key)))


def _decompressed(text: bytes) -> Point | None:
    """Return the point that 32 bytes stand for: y, and in the highest bit the sign of x."""
    y = int.from_bytes(text, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def _sum(left: Point, right: Point) -> Point:
    a = (left[1] - left[0]) * (right[1] - right[0]) % P
    b = (left[1] + left[0]) * (right[1] + right[0]) % P
    c = 2 * left[3] * right[3] * D % P
    d = 2 * left[2] * right[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = _sum(total, point)
        point = _sum(point, point)
        scalar >>= 1
    return total


def _equal(left: Point, right: Point) -> bool:
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (
        left[1] * right[2] - right[1] * left[2]
    ) % P == 0


def _base() -> Point:
    """Return the point with y = 4/5 and an even x."""
    found = _decompressed((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    assert found is not None  # it is on the curve
    return found


BASE = _base()

if __name__ == "__main__":
    sys.exit(main())
