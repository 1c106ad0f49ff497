"""Pseudonyms are stable within a dataset, unlinkable across, and tell nothing of the id."""

from __future__ import annotations

import base64
import hmac
import re

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmeta.privacy.keys import Key
from graphmeta.privacy.pseudonyms import pseudonyms

KEY = Key(b"k" * 32)


@settings(deadline=None)
@given(st.lists(st.text(), unique=True))
def test_a_pseudonym_is_the_hmac_of_the_id_in_base32(ids: list[str]) -> None:
    """Checked against the plain definition, one id at a time."""
    found = pseudonyms(pl.Series(ids, dtype=pl.String), KEY, "d", "account").to_list()
    for text, name in zip(ids, found, strict=True):
        digest = hmac.digest(KEY.derive("d", "account"), text.encode(), "sha256")
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
