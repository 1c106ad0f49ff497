"""The ordinary way to act: a signed list of reviewed accounts, matched by the key's holder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from reveal_kit import CLUSTER, KEYS, UNFLAGGED, UNJUDGED, Analysed, acts, copied, judge

from graphmeta.errors import InputError, PrivacyRefusalError, UsageError
from graphmeta.oversight.actors import listed, read_list
from graphmeta.oversight.matching import match
from graphmeta.oversight.refusal import RefusedError
from graphmeta.privacy import audit, rotation, signing
from graphmeta.privacy.keys import KeySource, Purpose, load_key
from graphmeta.run import lines_of

SIGNER = signing.public_part(KEYS["ada"])


def statement(analysed: Analysed, *clusters: str) -> dict[str, Any]:
    signed = listed(analysed.run, clusters or (CLUSTER,), KEYS["ada"])
    return {name: value for name, value in signed.items() if name != "signature"}


def every_id(analysed: Analysed) -> pl.Series:
    return analysed.world.events["sender"].unique().sort()


def matched(analysed: Analysed, ids: pl.Series, **more: Any) -> pl.DataFrame:
    key = load_key(analysed.key_file)
    return match(statement(analysed), [ids], key, analysed.key_file, **more)


def test_the_list_holds_those_who_acted_and_never_the_contacted(reviewed: Analysed) -> None:
    judge(reviewed.run, "recruitment", UNJUDGED)
    said = statement(reviewed, CLUSTER, UNJUDGED)
    members = reviewed.run.table("members").filter(pl.col("cluster_id").is_in([CLUSTER, UNJUDGED]))
    contacted = members.filter(pl.col("role") == "contacted")["account"]
    acting = members.filter(pl.col("role") != "contacted")
    assert len(contacted)
    assert [one["pseudonym"] for one in said["accounts"]] == acting.sort(
        "cluster_id", "role", "account"
    )["account"].to_list()
    assert said["clusters"] == [
        {"cluster": CLUSTER, "verdict": "spam"},
        {"cluster": UNJUDGED, "verdict": "recruitment"},
    ]
    assert not any(name in json.dumps(said) for name in contacted)
    assert acts(reviewed.run)[-1][0] == "actors_listed"


@pytest.mark.parametrize("cluster", [UNJUDGED, UNFLAGGED, "absent"])
def test_a_cluster_that_nobody_found_to_be_abuse_is_on_no_list(
    reviewed: Analysed, cluster: str
) -> None:
    before = acts(reviewed.run)
    with pytest.raises(RefusedError):
        listed(reviewed.run, [CLUSTER, cluster], KEYS["ada"])
    assert acts(reviewed.run) == before


def test_a_list_names_one_cluster_at_least(reviewed: Analysed) -> None:
    with pytest.raises(UsageError, match="No cluster"):
        listed(reviewed.run, [], KEYS["ada"])


def test_the_keys_holder_finds_the_ids_behind_a_list(reviewed: Analysed) -> None:
    found = matched(reviewed, every_id(reviewed))
    truth = dict(reviewed.world.truth.select("account", "campaign").iter_rows())
    assert set(found["pseudonym"]) == {one["pseudonym"] for one in statement(reviewed)["accounts"]}
    assert len({truth[name] for name in found["id"]}) == 1
    assert set(found["life"]) == {1}


def test_ids_in_pieces_match_as_ids_at_once(reviewed: Analysed) -> None:
    ids, key, said = every_id(reviewed), load_key(reviewed.key_file), statement(reviewed)
    pieces = [ids.head(100), ids.slice(100)]
    assert match(said, pieces, key, reviewed.key_file).equals(
        match(said, [ids], key, reviewed.key_file)
    )


def test_the_log_of_the_key_holds_every_matching_and_no_id(reviewed: Analysed) -> None:
    found = matched(reviewed, every_id(reviewed))
    log = rotation.key_log(reviewed.key_file).read_bytes()
    entries = [json.loads(line) for line in lines_of(log)]
    assert audit.find_break(lines_of(log)) is None
    assert [entry["act"] for entry in entries] == ["matching", "matched"]
    assert entries[1]["detail"]["matched"] == found.height
    assert entries[1]["detail"]["ids_tried"] == len(every_id(reviewed))
    assert not any(name.encode() in log for name in found["id"])


def test_another_key_is_refused_and_would_find_nothing(reviewed: Analysed, tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Liar:
        """Another key that claims to be the right one."""

        key: KeySource
        key_id: str
        epoch: int = 1

        def derive(self, dataset: str, purpose: Purpose) -> bytes:
            return self.key.derive(dataset, purpose)

    said, wrong = statement(reviewed), load_key(tmp_path / "wrong")
    with pytest.raises(UsageError, match="different names"):
        match(said, [every_id(reviewed)], wrong, reviewed.key_file)
    liar = Liar(wrong, said["key_id"])
    assert match(said, [every_id(reviewed)], liar, reviewed.key_file).is_empty()


def test_after_rotation_the_newest_key_is_refused_and_the_old_one_matches(
    reviewed: Analysed,
) -> None:
    said = statement(reviewed)
    new = rotation.rotate(reviewed.key_file)
    with pytest.raises(UsageError, match="epoch is 1"):
        match(said, [every_id(reviewed)], new, reviewed.key_file)
    old = load_key(reviewed.key_file, key_id=said["key_id"])
    assert match(said, [every_id(reviewed)], old, reviewed.key_file).height
    rotation.destroy(reviewed.key_file, 1)
    with pytest.raises(UsageError, match="nobody can tell"):
        load_key(reviewed.key_file, key_id=said["key_id"])


def test_a_later_holder_of_an_id_is_another_person(reviewed: Analysed) -> None:
    """The pseudonym of the second life of an id is not found as the first holder's."""
    key, said = load_key(reviewed.key_file), statement(reviewed)
    ids = pl.Series(["1234"])
    from graphmeta.ingest.naming import forward

    (second,) = forward(ids, 2, "account", "d", key)
    said["accounts"] = [{"cluster": CLUSTER, "role": "actor", "pseudonym": second}]
    assert match(said, [ids], key, reviewed.key_file).is_empty()
    (row,) = match(said, [ids], key, reviewed.key_file, lives=2).to_dicts()
    assert (row["id"], row["life"]) == ("1234", 2)


def test_a_list_of_ones_own_making_is_refused(reviewed: Analysed, tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    signed = listed(reviewed.run, [CLUSTER], KEYS["ada"])
    file.write_text(json.dumps(signed))
    assert read_list(file, SIGNER)["accounts"] == signed["accounts"]
    wished = {**signed, "accounts": signed["accounts"][:1]}
    own = listed(reviewed.run, [CLUSTER], KEYS["dan"])
    for forged in (wished, own, {**signed, "signature": "00"}):
        file.write_text(json.dumps(forged))
        with pytest.raises(PrivacyRefusalError, match="was not signed"):
            read_list(file, SIGNER)


@pytest.mark.parametrize("content", ["", "[]", "{}", '["a_aaaaaaaaaaaaaaaaaaaa"]'])
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "list.json").write_text(content)
    with pytest.raises(InputError, match="no list"):
        read_list(tmp_path / "list.json", SIGNER)


def test_a_run_with_plain_ids_has_nothing_to_match(whole: Analysed, tmp_path: Path) -> None:
    copy = copied(whole, tmp_path)
    manifest = json.loads((copy.run.path / "manifest.json").read_text())
    manifest["privacy"]["identifiers"] = "plain"
    (copy.run.path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(UsageError, match="plain ids"):
        listed(type(copy.run)(copy.run.path, manifest), [CLUSTER], KEYS["ada"])
