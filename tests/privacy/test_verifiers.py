"""Both verifiers find every change to a log, and cut-off or forged ends by a lodged checkpoint."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from log_kit import LINES, TAMPERED, WHOLE, log, stored

from graphmeta.errors import InputError, PrivacyRefusalError
from graphmeta.privacy import audit, checkpoint, signing, verifier
from graphmeta.run import lines_of

KEY = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"t" * 32)
LODGED = checkpoint.make(LINES, KEY)


def by_graphmeta(data: bytes, lodged: dict[str, object] | None = None) -> str | None:
    lines = lines_of(data)
    broken = audit.find_break(lines)
    if broken or lodged is None:
        return broken
    return checkpoint.find_difference(lines, lodged)


def by_lone_file(data: bytes, lodged: dict[str, object] | None = None) -> str | None:
    hashes, broken = verifier.check_log(data)
    if broken or lodged is None:
        return broken
    return verifier.check_checkpoint(hashes, lodged, None)


BOTH = pytest.mark.parametrize("verify", [by_graphmeta, by_lone_file])


@BOTH
def test_a_log_as_it_was_written_holds_and_fits_its_checkpoint(verify: object) -> None:
    assert callable(verify)
    assert verify(WHOLE) is None
    assert verify(WHOLE, LODGED) is None
    grown = stored([*LINES, audit.next_line(LINES, "viewed", {})])
    assert verify(grown, LODGED) is None


@given(TAMPERED)
def test_every_change_before_a_lodged_checkpoint_is_found_by_both(data: bytes) -> None:
    if data.startswith(WHOLE) and by_graphmeta(data) is None:
        return  # nothing that the checkpoint knows was changed
    assert by_graphmeta(data, LODGED) is not None
    assert by_lone_file(data, LODGED) is not None


@given(TAMPERED)
def test_without_a_checkpoint_both_say_the_same_of_a_chain(data: bytes) -> None:
    assert (by_graphmeta(data) is None) == (by_lone_file(data) is None)


@given(st.integers(0, len(LINES) - 1))
def test_a_truncated_log_is_found_only_by_its_checkpoint(kept: int) -> None:
    cut = stored(LINES[:kept])
    assert by_graphmeta(cut) is None
    assert by_lone_file(cut) is None
    assert by_graphmeta(cut, LODGED) is not None
    assert by_lone_file(cut, LODGED) is not None


@pytest.mark.parametrize("name", ["first", "seq", "head", "at", "signer", "signature", "format"])
def test_a_checkpoint_that_was_edited_is_found_by_both(name: str) -> None:
    seq = {"seq": 2, "signer": signing.public_part(OTHER)}
    forged = {**LODGED, name: seq.get(name, "00" * 32)}
    assert checkpoint.find_difference(LINES, forged) is not None
    assert by_lone_file(WHOLE, forged) is not None


def test_a_checkpoint_by_another_key_is_found_where_the_key_is_known() -> None:
    forged = checkpoint.make(LINES, OTHER)
    known = signing.public_part(KEY)
    assert checkpoint.find_difference(LINES, forged, known) is not None
    hashes, _ = verifier.check_log(WHOLE)
    assert verifier.check_checkpoint(hashes, forged, known) is not None
    assert checkpoint.find_difference(LINES, LODGED, known) is None
    assert verifier.check_checkpoint(hashes, LODGED, known) is None


def test_a_checkpoint_of_another_run_does_not_fit() -> None:
    other = checkpoint.make(log(("made", "purged")), KEY)
    assert "begins otherwise" in str(checkpoint.find_difference(LINES, other))


@pytest.mark.parametrize("lines", [[], LINES[1:]])
def test_no_checkpoint_is_made_of_a_log_that_does_not_hold(lines: list[str]) -> None:
    with pytest.raises(PrivacyRefusalError, match="does not hold"):
        checkpoint.make(lines, KEY)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"format": 3}', json.dumps({**LODGED, "x": 1})]
)
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "c").write_text(content)
    with pytest.raises(InputError, match="no checkpoint"):
        checkpoint.read(tmp_path / "c")


@settings(max_examples=20)
@given(st.binary(max_size=40), st.binary(min_size=32, max_size=32), st.integers(0, 511))
def test_the_lone_verifier_checks_signatures_as_cryptography_does(
    message: bytes, seed: bytes, bit: int
) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public = key.public_key().public_bytes_raw()
    signature = key.sign(message)
    assert verifier.ed25519_verifies(public, message, signature)
    flipped = (int.from_bytes(signature, "big") ^ 1 << bit).to_bytes(64, "big")
    assert not verifier.ed25519_verifies(public, message, flipped)
    assert not verifier.ed25519_verifies(public, message + b"x", signature)
    assert not verifier.ed25519_verifies(public, message, signature[:-1])


def test_the_lone_verifier_knows_the_examples_of_rfc_8032() -> None:
    """Section 7.1, tests 1 and 2."""
    for public, message, signature in (
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
            "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e"
            "458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
    ):
        parts = [bytes.fromhex(part) for part in (public, message, signature)]
        assert verifier.ed25519_verifies(*parts)


def test_the_lone_verifier_runs_as_a_file_of_its_own(tmp_path: Path) -> None:
    """Copied away from the package, in a Python that finds no packages at all."""
    alone = tmp_path / "verify_log.py"
    shutil.copy(verifier.__file__, alone)
    (tmp_path / "audit.jsonl").write_bytes(WHOLE)
    (tmp_path / "cut.jsonl").write_bytes(stored(LINES[:-1]))
    (tmp_path / "lodged.json").write_text(json.dumps(LODGED))

    def run(name: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-S", str(alone), str(tmp_path / name)]
        return subprocess.run(
            [*command, "--checkpoint", str(tmp_path / "lodged.json")],
            capture_output=True,
            text=True,
            check=False,
        )

    assert run("audit.jsonl").returncode == 0
    cut = run("cut.jsonl")
    assert cut.returncode == 4
    assert "ends after entry 4" in cut.stdout
    assert run("absent.jsonl").returncode == 2


def test_the_lone_verifier_imports_nothing_but_the_standard_library() -> None:
    source = Path(verifier.__file__).read_text()
    imported = {
        line.split()[1].partition(".")[0]
        for line in source.splitlines()
        if line.startswith(("import ", "from "))
    }
    assert imported <= sys.stdlib_module_names
