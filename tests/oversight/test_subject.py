"""One person's own account: what is told, what is logged, what is erased, what is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from threading import Thread
from typing import Any

import polars as pl
import pytest
from oversight_kit import REACHED, RING, TRIO, judge, keys_of, log, make_run, named

from graphmeta.contract.tables import TABLES
from graphmeta.errors import PrivacyRefusalError, UsageError
from graphmeta.oversight import erasure
from graphmeta.oversight.subject import PURPOSES, Purpose, Request, answer
from graphmeta.privacy.keys import Key
from graphmeta.run import RunFolder, open_run


def ask(folder: Path, account: str, purpose: Purpose, *runs: RunFolder) -> dict[str, Any]:
    return answer(Request(account, purpose, "R-1"), runs, keys_of(folder))


def everything(where: RunFolder) -> str:
    """Return all that a run's tables and its manifest hold, as text."""
    tables = "".join(where.table(name).write_csv() for name in TABLES if name != "clusters")
    return tables + json.dumps(dict(where.manifest)) + str(where.table("clusters").to_dicts())


def test_a_person_is_told_part_evidence_and_verdict_of_their_own_account(tmp_path: Path) -> None:
    made = make_run(tmp_path)
    judge(made, "c0001", "spam")
    judge(made, "c0001", "benign")
    (held,) = ask(tmp_path, "anna", "access", made)["runs"]
    assert held["rows"] == {"members": 1, "signals": 1, "contacts": len(REACHED) + 1}
    (cluster,) = held["clusters"]
    assert (cluster["cluster"], cluster["role"], cluster["n_actors"]) == ("c0001", "actor", 4)
    assert cluster["verdict"]["says"] == "benign", "the last verdict stands"
    assert {row["says"] for row in cluster["evidence"]} >= {"they share targets"}
    assert cluster["own_contacts"] == {"sent_to": 4, "received_from": 0}


@pytest.mark.parametrize("account", ["anna", "hans"])
def test_nobody_else_is_named_and_not_the_person_either(tmp_path: Path, account: str) -> None:
    made = make_run(tmp_path)
    text = json.dumps(ask(tmp_path, account, "access", made), default=str)
    for other in (*RING, *TRIO, *REACHED):
        assert named(other, tmp_path) not in text
        assert other not in text


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("account", ["anna", "nobody"])
def test_every_run_logs_a_request_whether_or_not_it_holds_anything(
    tmp_path: Path, purpose: Purpose, account: str
) -> None:
    runs = [make_run(tmp_path, name) for name in ("one", "two")]
    ask(tmp_path, account, purpose, *runs)
    for made in runs:
        entries = [entry for entry in log(made.path) if entry["act"] == "subject_request"]
        assert [entry["detail"]["purpose"] for entry in entries] == [purpose]
        text = json.dumps(log(made.path))
        assert account not in text
        assert named(account, tmp_path) not in text
        assert "R-1" not in text


def test_a_request_is_logged_before_it_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_run(tmp_path)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("graphmeta.oversight.subject.held", fail)
    with pytest.raises(KeyboardInterrupt):
        ask(tmp_path, "anna", "access", made)
    assert log(made.path)[-1]["act"] == "subject_request"


def test_an_appeal_is_logged_with_the_clusters_that_it_is_about(tmp_path: Path) -> None:
    made = make_run(tmp_path)
    ask(tmp_path, "hans", "appeal", made)
    assert log(made.path)[-1]["act"] == "appeal"
    assert log(made.path)[-1]["detail"]["clusters"] == ["c0001", "c0002"]
    ask(tmp_path, "nobody", "appeal", made)
    assert log(made.path)[-1]["act"] == "subject_request", "there is nothing to review"


def test_erasure_leaves_no_row_that_names_the_account_and_all_others(tmp_path: Path) -> None:
    made = make_run(tmp_path)
    before = {name: made.table(name) for name in erasure.NAMES}
    ask(tmp_path, "anna", "erasure", made)
    after = open_run(made.path)
    gone = named("anna", tmp_path)
    assert gone in str(before["members"]["account"].to_list())
    assert gone not in everything(after)
    for name, columns in erasure.NAMES.items():
        untouched = pl.all_horizontal(pl.col(column) != gone for column in columns)
        assert after.table(name).equals(before[name].filter(untouched))
    assert ask(tmp_path, "anna", "access", after)["runs"][0]["clusters"] == []


def test_clusters_are_counted_anew_and_the_manifest_says_what_stays(tmp_path: Path) -> None:
    made = make_run(tmp_path)
    ask(tmp_path, "anna", "erasure", made)
    ask(tmp_path, "hans", "erasure", open_run(made.path))
    after = open_run(made.path)
    sizes = after.table("clusters").select("cluster_id", "n_actors", "n_contacted").rows()
    assert sizes == [("c0001", 3, 2), ("c0002", 3, 2)]
    assert [one["clusters_changed"] for one in after.manifest["erasures"]] == [1, 2]
    assert "cannot be computed again" in after.manifest["erasures"][0]["states"]
    assert [entry["act"] for entry in log(made.path)[4:]] == ["subject_request", "erased"] * 2


def test_a_cluster_below_the_fewest_actors_goes_whole(tmp_path: Path) -> None:
    made = make_run(tmp_path)
    ask(tmp_path, "emil", "erasure", made)
    after = open_run(made.path)
    assert after.table("clusters")["cluster_id"].to_list() == ["c0001"]
    text = everything(after)
    assert "c0002" not in text
    assert named("fred", tmp_path) not in text, "nor does it stay among the signals"
    assert named("hans", tmp_path) in text, "who was contacted by another cluster stays there"


def test_an_account_that_bears_the_name_of_a_cluster_erases_no_cluster(tmp_path: Path) -> None:
    made = make_run(tmp_path)
    done = erasure.erase(made, "c0001", "0" * 64)
    assert done["rows"] == {"members": 0, "signals": 0, "contacts": 0}


def test_every_column_that_names_accounts_is_known_to_erasure() -> None:
    naming = {"account", "entity", "sender", "recipient"}
    found = {
        name: tuple(column for column in schema.names() if column in naming)
        for name, schema in TABLES.items()
    }
    assert {name: columns for name, columns in found.items() if columns} == erasure.NAMES


def test_an_erasure_that_was_stopped_holds_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_run(tmp_path)
    moved: list[Path] = []
    real = Path.replace

    def stop_at_the_third(self: Path, target: Path) -> Path:
        if self.parent.name == "rewriting":
            moved.append(self)
            if len(moved) == 3:
                raise KeyboardInterrupt
        return real(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", stop_at_the_third)
        with pytest.raises(KeyboardInterrupt):
            ask(tmp_path, "anna", "erasure", made)
    assert named("anna", tmp_path) not in everything(open_run(made.path))
    assert not (made.path / "rewriting").exists()


def test_erasures_asked_for_at_once_wait_for_one_another(tmp_path: Path) -> None:
    made = make_run(tmp_path)
    gone = [named(account, tmp_path) for account in ("anna", "hans", "iris")]
    threads = [Thread(target=erasure.erase, args=(made, name, "0" * 64)) for name in gone]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = open_run(made.path)
    assert not [name for name in gone if name in everything(after)]
    assert len(after.manifest["erasures"]) == 3


class Notes:
    """Texts that name accounts, as a case store keeps them."""

    name = "notes"

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)

    def mentions(self, account: str) -> Mapping[str, int]:
        return {"notes": sum(account in text for text in self.texts)}

    def erase(self, account: str) -> Mapping[str, int]:
        found = self.mentions(account)
        self.texts = [text.replace(account, "[erased]") for text in self.texts]
        return found


def test_whoever_else_holds_texts_takes_part(tmp_path: Path) -> None:
    made = make_run(tmp_path)
    notes = Notes(f"ask about {named('anna', tmp_path)}", "nothing")
    told = answer(Request("anna", "access", "R-1"), [made], keys_of(tmp_path), [notes])
    assert told["texts"] == {"notes": {"notes": 1}}
    answer(Request("anna", "erasure", "R-1"), [made], keys_of(tmp_path), [notes])
    assert notes.texts == ["ask about [erased]", "nothing"]


def test_lists_and_empty_requests_are_refused() -> None:
    with pytest.raises(PrivacyRefusalError, match="More than one account"):
        Request("anna\nbert", "access", "R-1")
    with pytest.raises(UsageError, match="No account"):
        Request(" ", "access", "R-1")
    with pytest.raises(UsageError, match="No reference"):
        Request("anna", "access", "")
    with pytest.raises(UsageError, match="holds the account's id"):
        Request("anna", "access", "mail of anna")


def test_a_run_without_its_key_is_refused_before_anything_is_logged(tmp_path: Path) -> None:
    runs = [make_run(tmp_path, name) for name in ("one", "two")]
    before = [log(made.path) for made in runs]
    keys = iter([keys_of(tmp_path)("")])

    def only_the_first(key_id: str) -> Key:
        if key := next(keys, None):
            return key
        raise UsageError(f"There is no key {key_id}.")

    with pytest.raises(UsageError, match="no key"):
        answer(Request("anna", "access", "R-1"), runs, only_the_first)
    assert [log(made.path) for made in runs] == before


def test_the_account_is_not_in_the_requests_own_words() -> None:
    assert "anna" not in repr(Request("anna", "access", "R-1"))


def test_later_holders_of_a_recycled_id_are_other_people(tmp_path: Path) -> None:
    made = make_run(tmp_path)
    later = Request("anna", "access", "R-1", life=2)
    assert answer(later, [made], keys_of(tmp_path))["runs"][0]["clusters"] == []
