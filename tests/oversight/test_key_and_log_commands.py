"""The commands about logs, keys, lists and reveals, as somebody in a shell meets them."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from reveal_kit import CLUSTER, HOLDERS, Analysed, acts, judge

from graphmeta.cli import main
from graphmeta.privacy import signing
from graphmeta.run import AUDIT


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder where commands are run, and keys of one's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> str:
    """Run a command, check its exit code, and return what it printed, in one line."""
    assert main([str(one) for one in arguments]) == code
    printed = capsys.readouterr()
    return " ".join((printed.out + printed.err).split())


def cut(analysed: Analysed) -> None:
    """Cut the last line off a run's log."""
    log = analysed.run.path / AUDIT
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))


def test_a_log_is_verified_and_a_changed_one_leaves_with_4(
    reviewed: Analysed, capsys: pytest.CaptureFixture[str]
) -> None:
    run = reviewed.run.path
    assert "an unbroken chain" in said(capsys, "privacy", "verify", run)
    assert "do not show" in said(capsys, "privacy", "verify", run / AUDIT)
    (run / AUDIT).write_text((run / AUDIT).read_text().replace('"spam"', '"Spam"'))
    assert "BROKEN: line 6 was changed" in said(capsys, "privacy", "verify", run, code=4)
    told = json.loads(said(capsys, "privacy", "verify", run, "--json", code=4))
    assert (told["holds"], told["broken"]) == (False, "line 6 was changed after it was written")
    said(capsys, "privacy", "checkpoint", run, "--out", "c.json", code=2)
    said(capsys, "privacy", "signing-key")
    said(capsys, "privacy", "checkpoint", run, "--out", "c.json", code=4)


def test_a_log_that_was_cut_off_is_found_by_a_checkpoint(
    reviewed: Analysed, capsys: pytest.CaptureFixture[str]
) -> None:
    run = reviewed.run.path
    signer = said(capsys, "privacy", "signing-key")
    assert "Lodge" in said(capsys, "privacy", "checkpoint", run, "--out", "c.json")
    assert acts(reviewed.run)[-1] == ("checkpoint", {"signer": signer})
    check = ("privacy", "verify", run, "--checkpoint", "c.json")
    assert f"Signed with {signer}" in said(capsys, *check)
    assert "the log fits it." in said(capsys, *check, "--signer", signer)
    assert "another key" in said(capsys, *check, "--signer", "0" * 64, code=4)
    judge(reviewed.run, "benign")
    said(capsys, *check)
    cut(reviewed)
    cut(reviewed)
    assert "the log ends after entry 6, and the checkpoint knows 7" in said(capsys, *check, code=4)
    said(capsys, "privacy", "verify", run)


def test_keys_are_listed_rotated_and_destroyed_on_confirmation(
    reviewed: Analysed, capsys: pytest.CaptureFixture[str]
) -> None:
    key = ("--key", reviewed.key_file)
    assert "There is no key" in said(capsys, "privacy", "rotate-key", code=2)
    assert "Epoch 2 begins" in said(capsys, "privacy", "rotate-key", *key)
    assert "Confirm with --yes" in said(capsys, "privacy", "destroy-key", 1, *key, code=2)
    said(capsys, "privacy", "destroy-key", 1, *key, "--yes")
    listed = said(capsys, "privacy", "keys", *key)
    assert "epoch 1: destroyed" in listed
    assert "epoch 2: key" in listed
    rows = json.loads(said(capsys, "privacy", "keys", *key, "--json"))
    assert [row["key_id"] is None for row in rows] == [True, False]
    log = reviewed.key_file.with_name("key.audit.jsonl")
    assert "2 entries" in said(capsys, "privacy", "verify", log)


def test_a_list_is_matched_and_its_maker_has_to_be_known(
    reviewed: Analysed, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signer = said(capsys, "privacy", "signing-key")
    said(capsys, "privacy", "actors", reviewed.run.path, CLUSTER, "--out", "list.json")
    ids = reviewed.world.events["sender"].unique().to_list()
    (folder / "ids.txt").write_text("\n".join(ids) + "\n")
    match = ("privacy", "match", "list.json", "--ids", "ids.txt", "--key", reviewed.key_file)
    assert main([str(one) for one in (*match, "--signer", signer)]) == 0
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert {one["id"] for one in found} <= set(ids)
    assert f"{len(found)} of {len(found)} pseudonyms matched" in printed.err
    said(capsys, *match, "--signer", "0" * 64, code=4)
    (folder / "ids.txt").write_text(ids[0] + "\n")
    assert "The rest may be" in said(capsys, *match, "--signer", signer)


def test_a_reveal_goes_through_three_hands_and_serves_once(
    reviewed: Analysed,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from reveal_kit import KEYS

    run = reviewed.run.path
    for name, key in KEYS.items():
        signing_file(folder / f"{name}.key", key)
    for number, one in enumerate(HOLDERS):
        (folder / f"{number}.age").write_text(one.secret)
        (folder / f"{number}.age").chmod(0o600)
    asking = [
        *("reveal", "request", run, CLUSTER, "--case", "2026-17", "--basis", "terms"),
        *("--reference", "4.2", "--most-accounts", 30, "--as", "ada"),
        *("--signing-key", "ada.key", "--out", "request.json"),
    ]
    told = said(capsys, *asking)
    assert "cannot know whether a warrant is genuine" in told
    opening = [
        *("reveal", "open", run, "request.json", "--identity", "0.age", "--identity", "1.age"),
        *("--out", "accounts.json"),
    ]
    assert "approval of 0 of 2" in said(capsys, *opening, code=4)
    for name in ("ben", "cem"):
        approve = ("reveal", "approve", "request.json", "--as", name)
        shown = said(capsys, *approve, "--signing-key", f"{name}.key")
        assert "Case: 2026-17" in shown
        assert "Nothing is approved yet" in shown
        said(capsys, *approve, "--signing-key", f"{name}.key", "--yes")
    assert "cannot know" in said(capsys, *opening)
    accounts = json.loads((folder / "accounts.json").read_text())["accounts"]
    assert accounts
    assert stat.S_IMODE((folder / "accounts.json").stat().st_mode) == 0o600
    assert "exists already" in said(capsys, *opening, code=2)
    opening[-1] = "again.json"
    assert "was carried out already" in said(capsys, *opening, code=4)
    assert not (folder / "again.json").exists()
    assert [act for act, _ in acts(reviewed.run)][-4:] == [
        "reveal_requested",
        "reveal_refused",
        "revealed",
        "reveal_refused",
    ]


def test_what_a_warrant_needs_is_asked_for(
    reviewed: Analysed, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "privacy", "signing-key")
    asking = [
        *("reveal", "request", reviewed.run.path, CLUSTER, "--case", "1", "--reference", "W 1"),
        *("--most-accounts", 30, "--as", "ada", "--out", "request.json"),
    ]
    assert "with its authority and its document" in said(
        capsys, *asking, "--basis", "warrant", code=2
    )
    assert "cannot rest on the terms" in said(
        capsys, *asking, "--basis", "terms", "--authority", "a court", code=4
    )
    assert "no-such.pdf cannot be read" in said(
        capsys, *asking, "--basis", "warrant", "--document", "no-such.pdf", code=2
    )
    assert not (folder / "request.json").exists()


def test_a_sealing_key_is_made_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipient = said(capsys, "privacy", "sealing-key", "a.age")
    assert recipient.startswith("age1")
    assert said(capsys, "privacy", "sealing-key", "a.age") == recipient
    assert stat.S_IMODE((folder / "a.age").stat().st_mode) == 0o600
    (folder / "a.age").write_text("no key")
    assert "one age identity" in said(capsys, "privacy", "sealing-key", "a.age", code=2)


def signing_file(path: Path, key: signing.SigningKey) -> None:
    """Write a signing key as people hold it."""
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
