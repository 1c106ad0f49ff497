"""Pseudonyms are stable within a dataset, unlinkable across, and tell nothing of the id."""

from __future__ import annotations

import base64
import hmac
import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmeta.errors import UsageError
from graphmeta.privacy.keys import Key, Purpose
from graphmeta.privacy.pseudonyms import pseudonyms, same_pseudonyms

KEY = Key(b"k" * 32)


@settings(max_examples=30)
@given(st.lists(st.text(), unique=True))
def test_a_pseudonym_is_the_hmac_of_the_id_in_base32(ids: list[str]) -> None:
    """Checked against the plain definition, one id at a time."""
    found = pseudonyms(pl.Series(ids, dtype=pl.String), KEY, "d", "account").to_list()
    for text, name in zip(ids, found, strict=True):
        secret = KEY.derive("d", "account").hex().encode()
        digest = hmac.digest(secret, text.encode(), "sha256")
        assert name == "a_" + base64.b32encode(digest).decode().lower()[:20]


def test_pseudonyms_have_one_shape_and_are_distinct() -> None:
    ids = pl.Series([str(i) for i in range(20_000)])
    names = pseudonyms(ids, KEY, "d", "group")
    assert names.n_unique() == len(ids)
    assert all(re.fullmatch(r"g_[a-z2-7]{20}", name) for name in names.head(100))


def test_other_keys_datasets_and_purposes_share_no_pseudonym() -> None:
    ids = pl.Series(["1", "2"])
    names = [
        pseudonyms(ids, KEY, "d", "account"),
        pseudonyms(ids, KEY, "e", "account"),
        pseudonyms(ids, Key(b"l" * 32), "d", "account"),
        "a_" + pseudonyms(ids, KEY, "d", "group").str.slice(2),
    ]
    assert pl.concat(names).n_unique() == 8


def test_a_pseudonym_does_not_depend_on_its_neighbours() -> None:
    alone = pseudonyms(pl.Series(["17"]), KEY, "d", "account")
    among = pseudonyms(pl.Series(["3", "17", "5"]), KEY, "d", "account")
    assert alone[0] == among[1]


def test_many_ids_are_named_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = pl.Series([str(i) for i in range(25)])
    whole = pseudonyms(ids, KEY, "d", "account")
    monkeypatch.setattr("graphmeta.privacy.pseudonyms._BATCH", 10)
    assert pseudonyms(ids, KEY, "d", "account").to_list() == whole.to_list()


def test_after_rotation_no_pseudonym_stays() -> None:
    ids = pl.Series(["1", "2", "3"])
    before = pseudonyms(ids, KEY, "d", "account")
    after = pseudonyms(ids, Key(KEY.secret, epoch=2), "d", "account")
    assert not set(before) & set(after)


def test_a_key_source_that_derives_no_key_is_refused() -> None:
    class Service:
        epoch, key_id = 1, "vault"

        def derive(self, dataset: str, purpose: Purpose) -> bytes:
            return f"{dataset} {purpose}".encode()

    with pytest.raises(UsageError, match="derived a key of 9 bytes"):
        pseudonyms(pl.Series(["1"]), Service(), "d", "account")


SAID = {"identifiers": "pseudonymous", "dataset": "d", "epoch": 2, "key_id": "00000000"}


def test_pseudonyms_of_one_data_set_and_epoch_can_be_compared() -> None:
    same_pseudonyms(SAID, dict(SAID))


@pytest.mark.parametrize(
    "other", [{"identifiers": "plain"}, {"dataset": "e"}, {"epoch": 3}, {"key_id": "11111111"}]
)
def test_pseudonyms_across_data_sets_epochs_or_keys_are_never_compared(
    other: dict[str, object],
) -> None:
    with pytest.raises(UsageError, match="different names"):
        same_pseudonyms(SAID, {**SAID, **other})
