"""A way back to the ids is authorised whole, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from graphmeta.errors import UsageError
from graphmeta.ingest import Reading
from graphmeta.privacy import sealing
from graphmeta.privacy.keys import Key
from graphmeta.privacy.people import load_people

TWO = tuple(sealing.new_identity().recipient for _ in range(2))
PEOPLE = {"ada": "a" * 64, "ben": "b" * 64, "cem": "c" * 64}


@pytest.mark.parametrize(
    ("stated", "problem"),
    [
        ({"seal_to": TWO[:1], "people": PEOPLE}, "two different keys"),
        ({"seal_to": TWO[:1] * 2, "people": PEOPLE}, "two different keys"),
        ({"seal_to": ("age1x", TWO[0]), "people": PEOPLE}, "no age recipient"),
        ({"people": PEOPLE}, "two different keys"),
        ({"seal_to": TWO}, "0 people"),
        ({"seal_to": TWO, "people": dict(list(PEOPLE.items())[:2])}, "2 people"),
        ({"seal_to": TWO, "people": {**PEOPLE, "cem": "a" * 64}}, "share a public key"),
        ({"seal_to": TWO, "people": {**PEOPLE, "cem": "short"}}, "no public key"),
        ({"seal_to": TWO, "people": PEOPLE, "identifiers": "plain"}, "stay as they are"),
        ({"key": Key(b"k" * 32), "key_file": Path("key")}, "a key file"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_read(
    stated: dict[str, Any], problem: str
) -> None:
    with pytest.raises(UsageError, match=problem):
        Reading(**stated)


def test_a_whole_way_back_is_accepted() -> None:
    assert Reading(seal_to=TWO, people=PEOPLE).seal_to == TWO


def test_people_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "people.toml"
    file.write_text("[people]\n" + "".join(f'{name} = "{key}"\n' for name, key in PEOPLE.items()))
    assert load_people(file) == PEOPLE


@pytest.mark.parametrize("content", [b"", b"people = 3", b"[people", b"\xff"])
def test_a_file_that_lists_no_people_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "people.toml").write_bytes(content)
    with pytest.raises(UsageError, match="does not list people"):
        load_people(tmp_path / "people.toml")


def test_a_key_service_names_the_accounts(tmp_path: Path) -> None:
    """Whatever derives as a key does is taken for one."""
    from ingest_kit import EVENTS

    from graphmeta.ingest import ingest

    key = Key(b"k" * 32, epoch=3)
    asked: list[tuple[str, str]] = []

    class Service:
        epoch, key_id = 3, "vault-7"

        def derive(self, dataset: str, purpose: Any) -> bytes:
            asked.append((dataset, purpose))
            return key.derive(dataset, purpose)

    def names(number: int, used: Any) -> tuple[pl.Series, Any]:
        folder = tmp_path / str(number)
        folder.mkdir()
        store = ingest(EVENTS, folder=folder, reading=Reading(key=used, dataset="d"))
        return store.entities.collect()["name"], store.receipt["privacy"]

    served, said = names(1, Service())
    assert served.equals(names(2, key)[0])
    assert (said["epoch"], said["key_id"]) == (3, "vault-7")
    assert set(asked) == {("d", "account"), ("d", "group")}
