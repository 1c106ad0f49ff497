"""What becomes of a sealed map back to the ids when somebody in it is erased, and who is told."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from reveal_kit import HOLDERS, NOW, Analysed, acts, approved, asked

from graphmeta import run
from graphmeta.cli import main
from graphmeta.errors import UsageError
from graphmeta.ingest.naming import name_of
from graphmeta.oversight import acts as recorded
from graphmeta.oversight.refusal import RefusedError
from graphmeta.oversight.reveal.opening import reveal
from graphmeta.oversight.review import names, stands
from graphmeta.oversight.reviewed import log_of
from graphmeta.oversight.subject import Request, answer
from graphmeta.privacy.keys import load_key
from graphmeta.run import REVERSE_MAP, RunFolder, open_run


def ask(reviewed: Analysed, account: str, *, delete_map: bool = False) -> dict[str, object]:
    """Have an account erased, and return what is said of it."""
    request = Request(account, "erasure", "E-1", delete_map=delete_map)
    told = answer(request, [reviewed.run], lambda _: load_key(reviewed.key_file))
    erased: dict[str, object] = told["runs"][0]["erased"]
    return erased


def actor(reviewed: Analysed) -> str:
    """Return the id of one who acted in the reviewed cluster."""
    told = reveal(reviewed.run, approved(asked(reviewed.run), "ben", "cem"), HOLDERS, now=NOW)
    return str(told["id"][0])


def files(made: RunFolder) -> str:
    return stands.check(made.path, log_of(made)).verdict


def test_the_map_still_holds_an_erased_account_and_the_answer_and_the_manifest_say_so(
    reviewed: Analysed,
) -> None:
    account = actor(reviewed)
    assert ask(reviewed, account)["reverse_map"] == "holds it"
    manifest = json.loads((reviewed.run.path / run.MANIFEST).read_text())
    assert "still holds this account's id" in manifest["erasures"][0]["states"]
    told = reveal(
        open_run(reviewed.run.path), approved(asked(reviewed.run), "ben", "cem"), HOLDERS, now=NOW
    )
    assert account not in told["id"].to_list()
    assert told.height > 0
    assert files(reviewed.run) == "held", "the map is as it was sealed"
    assert ask(reviewed, account)["reverse_map"] == "not known"


def test_whoever_did_not_act_is_in_no_map(reviewed: Analysed) -> None:
    members = reviewed.run.table("members")
    scored = members.filter(pl.col("role") != "contacted")["account"]
    reached = members.filter(~pl.col("account").is_in(scored.implode()))
    key, ids = load_key(reviewed.key_file), reviewed.world.events["recipient"].unique()
    someone = next(
        one for one in ids if name_of(one, 1, "d", key) in set(reached["account"].to_list())
    )
    assert ask(reviewed, someone)["reverse_map"] == "does not hold it"


def test_the_map_is_deleted_whole_and_the_log_says_so_first(
    reviewed: Analysed, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = actor(reviewed)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda *_: pytest.fail("deleted before it was logged"))
        patch.setattr(recorded, "note", lambda *_, **__: (_ for _ in ()).throw(OSError))
        with pytest.raises(OSError, match=r"^$"):
            ask(reviewed, account, delete_map=True)
    assert (reviewed.run.path / REVERSE_MAP).exists()
    assert ask(reviewed, account, delete_map=True)["reverse_map"] == "deleted"
    assert not (reviewed.run.path / REVERSE_MAP).exists()
    assert [act for act, _ in acts(reviewed.run)[-2:]] == ["map_deleted", "erased"]
    made = open_run(reviewed.run.path)
    assert files(made) == "held"
    assert "not here any more" in names.key(made).says
    with pytest.raises(RefusedError) as error:
        reveal(made, approved(asked(made), "ben", "cem"), HOLDERS, now=NOW)
    assert error.value.reason == "map_changed"


def test_the_map_can_be_deleted_after_the_account_was_erased(
    reviewed: Analysed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    account = tmp_path / "id.txt"
    account.write_text(actor(reviewed))
    given = ["privacy", "subject", str(reviewed.run.path), "--purpose", "erasure", "--request", "E"]
    given += ["--account", str(account), "--key", str(reviewed.key_file)]
    assert main(given) == 0
    assert "ask again with --delete-map" in " ".join(capsys.readouterr().out.split())
    assert main([*given, "--delete-map"]) == 0
    assert "deleted whole" in " ".join(capsys.readouterr().out.split())
    assert not (reviewed.run.path / REVERSE_MAP).exists()
    assert main([*given, "--delete-map"]) == 0
    assert "sealed map" not in capsys.readouterr().out, "there is none"


def test_a_map_that_was_changed_or_taken_away_shows_in_the_review(reviewed: Analysed) -> None:
    assert files(reviewed.run) == "held"
    kept = (reviewed.run.path / REVERSE_MAP).read_bytes()
    (reviewed.run.path / REVERSE_MAP).write_bytes(kept[:-1])
    assert files(reviewed.run) == "failed"
    (reviewed.run.path / REVERSE_MAP).unlink()
    assert files(reviewed.run) == "failed"


def test_a_map_is_not_deleted_for_anything_but_an_erasure() -> None:
    with pytest.raises(UsageError, match="with an erasure alone"):
        Request("anna", "access", "R-1", delete_map=True)
