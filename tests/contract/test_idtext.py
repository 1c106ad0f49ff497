"""Ids that carry text are found; opaque ids never are."""

from __future__ import annotations

import base64
import hashlib
import uuid
from urllib.parse import quote

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmeta.contract.idtext import find_text

SENTENCE = "meet me at the gate"
WORDS = ["we", "meet", "at", "noon", "by", "the", "old", "gate", "and", "bring", "it"]

CARRIES_TEXT = (
    SENTENCE,
    "meet_me_at_the_gate",
    "Meet-Me-At-The-Gate-Tonight",
    "see.you.at.the.station",
    "treffen.wir.uns.mit.dem.Auto",
    base64.b64encode(SENTENCE.encode()).decode(),
    base64.urlsafe_b64encode(SENTENCE.encode()).decode().rstrip("="),
    base64.b64encode(b"call_me_when_you_are_in").decode(),
    base64.b64encode("我们明天在车站见面吧好吗请".encode()).decode(),
    base64.b64encode(b"Call 555-0199 NOW!! http://x.example").decode(),
    base64.b64encode("naïve façade, já é".encode()).decode(),
    SENTENCE.encode().hex(),
    SENTENCE.encode().hex().upper(),
    "0x" + SENTENCE.encode().hex(),
    "msg:" + SENTENCE.encode().hex(),
    str(uuid.UUID(bytes=b"meet me at noon!")),
    quote(SENTENCE),
    "meet%20me+at%20the+gate",
    "我们明天在车站见面吧好吗请不要迟到",
    "12\u200b34",
    "12\n34",
)

OPAQUE = (
    "5",
    "-17",
    "172.016.112.020",
    "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
    "fe80::1ff:fe23:4567:890a",
    "be:ad:da:de:be:ed",
    "+49 170 1234567",
    "(030) 123-456",
    "tweet:cd16b4850f31f8b75a163363fd0b1f46",
    "550e8400-e29b-41d4-a716-446655440000",
    "a.b@mail.example.com",
    "first.last@mail.eu.example.com",
    "49123@s.whatsapp.net",
    "MDQ6VXNlcjU4MzIzMQ==",
    "Jürgen",
    "александр",
    "support-desk-north",
    "bulk_campaign_actor_12",
    "eu-west-mail-relay-04",
    "+3/dX",
    hashlib.sha256(b"1").hexdigest(),
)


@pytest.mark.parametrize("text", CARRIES_TEXT)
def test_an_id_that_carries_text_is_found(text: str) -> None:
    found = find_text(pl.Series(["17", text, "18"]))
    assert found is not None
    assert found.index == 1


@pytest.mark.parametrize("opaque", OPAQUE)
def test_an_opaque_id_passes(opaque: str) -> None:
    assert find_text(pl.Series([opaque])) is None


def test_no_ids_carry_no_text() -> None:
    assert find_text(pl.Series([], dtype=pl.String)) is None


@settings(max_examples=30, deadline=None)
@given(st.integers(6, 32), st.integers(0, 2**63))
def test_random_bytes_in_any_encoding_pass(size: int, seed: int) -> None:
    raw = [hashlib.blake2b(f"{seed} {i}".encode(), digest_size=size).digest() for i in range(2000)]
    for encode in (base64.b64encode, base64.urlsafe_b64encode, base64.b32encode, base64.b16encode):
        ids = pl.Series([encode(value).decode() for value in raw])
        assert find_text(ids) is None
        assert find_text(ids.str.strip_chars("=").str.to_lowercase()) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=5))
def test_sentences_are_found_in_every_encoding(words: list[str]) -> None:
    text = " ".join(words).encode()
    for carried in (text, base64.b64encode(text), text.hex().encode(), quote(text).encode()):
        assert find_text(pl.Series([carried.decode()])) is not None
