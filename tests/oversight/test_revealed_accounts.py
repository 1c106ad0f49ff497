"""Does a reveal in order tell who acted and nobody else, from a map that holds no more?"""

from __future__ import annotations

import io
import json

import polars as pl
import pytest
from reveal_kit import HOLDERS, KEYS, NOW, Analysed, acts, approved, asked, scored

from graphmeta.errors import PrivacyRefusalError, UsageError
from graphmeta.oversight.reveal.approval import approve
from graphmeta.oversight.reveal.opening import reveal
from graphmeta.privacy import sealing, signing
from graphmeta.run import AUDIT, REVERSE_MAP

# What is told.


def test_an_approved_request_tells_who_acted_and_nobody_else(reviewed: Analysed) -> None:
    told = reveal(reviewed.run, approved(asked(reviewed.run), "ben", "cem"), HOLDERS, now=NOW)
    assert set(told["account"]) == scored(reviewed)
    truth = reviewed.world.truth
    planted = truth.filter(pl.col("account").is_in(told["id"].to_list()))["campaign"]
    assert len(planted) == told.height
    assert planted.n_unique() == 1
    assert set(told["role"]) <= {"actor", "recruiter", "hub"}


def test_the_log_holds_the_request_and_the_act(reviewed: Analysed) -> None:
    filed = approved(asked(reviewed.run), "ben", "cem")
    told = reveal(reviewed.run, filed, HOLDERS, now=NOW)
    (first, request), (second, done) = acts(reviewed.run)[-2:]
    assert (first, second) == ("reveal_requested", "revealed")
    assert request["request"] == done["request"] == filed["request"]["id"]
    assert request["request_sha256"] == signing.digest(filed["request"])
    assert (done["basis"], done["authority"], done["accounts"]) == ("terms", False, told.height)
    log = (reviewed.run.path / AUDIT).read_text()
    assert "2026-17" not in log
    assert not any(name in log for name in told["id"])


def test_the_act_is_logged_before_the_map_is_opened(
    reviewed: Analysed, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def unseal(*_: object) -> bytes:
        seen.extend(act for act, _ in acts(reviewed.run))
        raise KeyboardInterrupt

    monkeypatch.setattr(sealing, "unseal", unseal)
    with pytest.raises(KeyboardInterrupt):
        reveal(reviewed.run, approved(asked(reviewed.run), "ben", "cem"), HOLDERS, now=NOW)
    assert seen[-1] == "revealed"


def test_the_keys_may_be_given_in_any_order(reviewed: Analysed) -> None:
    filed = approved(asked(reviewed.run), "ben", "cem")
    assert reveal(reviewed.run, filed, HOLDERS[::-1], now=NOW).height == len(scored(reviewed))


def test_a_warrant_is_named_with_its_authority_and_its_hash(reviewed: Analysed) -> None:
    paper = "ab" * 32
    filed = asked(
        reviewed.run, basis="warrant", authority="a court", reference="W 1", document_sha256=paper
    )
    with pytest.raises(UsageError, match="not the one that the request names"):
        approve(filed, "ben", KEYS["ben"], "cd" * 32, now=NOW)
    reveal(reviewed.run, approved(filed, "ben", "cem"), HOLDERS, now=NOW)
    _, detail = acts(reviewed.run)[-1]
    assert (detail["basis"], detail["authority"]) == ("warrant", True)
    assert detail["document_sha256"] == paper


def test_accounts_that_were_erased_are_not_told(reviewed: Analysed) -> None:
    filed = approved(asked(reviewed.run), "ben", "cem")
    erased = min(scored(reviewed))
    file = reviewed.run.path / "members.parquet"
    reviewed.run.table("members").filter(pl.col("account") != erased).write_parquet(file)
    assert erased not in reveal(reviewed.run, filed, HOLDERS, now=NOW)["account"]


# What the map holds.


def test_the_map_holds_the_scored_members_of_flagged_clusters_alone(whole: Analysed) -> None:
    sealed = (whole.run.path / REVERSE_MAP).read_bytes()
    names = pl.read_parquet(io.BytesIO(sealing.unseal(sealed, HOLDERS)))
    flagged = whole.run.table("clusters").filter("flagged")["cluster_id"].to_list()
    expected = (
        whole.run.table("members")
        .filter(pl.col("role") != "contacted", pl.col("cluster_id").is_in(flagged))
        .select("cluster_id", "role", "account")
    )
    assert (
        names.select("cluster_id", "role", "account").sort(pl.all()).equals(expected.sort(pl.all()))
    )
    assert whole.run.manifest["privacy"]["reverse_map"]["sealed_to"] == [
        one.recipient for one in HOLDERS
    ]


def test_no_id_stands_in_the_run_outside_the_sealed_map(whole: Analysed) -> None:
    names = whole.world.events["sender"].unique().to_list()
    held = b"".join(file.read_bytes() for file in whole.run.path.iterdir())
    tables = "".join(
        json.dumps(whole.run.table(name).cast(pl.String, strict=False).to_dicts())
        for name in ("members", "contacts", "signals")
    )
    assert all(len(name) == 16 for name in names)
    assert not [name for name in names if name.encode() in held or name in tables]


@pytest.mark.parametrize("keys", [HOLDERS[:1], HOLDERS[1:], HOLDERS[::-1]])
def test_one_key_alone_opens_nothing(whole: Analysed, keys: tuple[sealing.Identity, ...]) -> None:
    sealed = (whole.run.path / REVERSE_MAP).read_bytes()
    try:
        opened = sealing.unseal(sealed, keys)
    except PrivacyRefusalError:
        return
    assert opened.startswith(b"age-encryption.org/")  # another box
