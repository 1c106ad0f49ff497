"""Worlds of any size: written in bounded memory, whole or not at all, the same as in memory."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import graphmeta
from graphmeta import ingest
from graphmeta.contract.events import ACCOUNT_COLUMNS, EVENT_COLUMNS
from graphmeta.errors import UsageError
from graphmeta.synthetic import ALL_LOOKALIKES, CAMPAIGN_NAMES, life, naming, portions, sheet, sized
from graphmeta.synthetic import folder as folders
from graphmeta.synthetic.store import Store
from graphmeta.synthetic.town import DECLARATIONS
from graphmeta.synthetic.world import Plan, make_world, synthesise, write_world

SMALL = {"accounts": 300, "days": 14, "campaigns": ("tiny", "funnel"), "seed": 4}
KINDS = ("courier", "movement")
#: Writes a world with everything that can be hidden in one, and says on how many threads.
WRITE = """
import sys
from pathlib import Path
import polars
from graphmeta.synthetic import CAMPAIGN_NAMES, Plan, synthesise
campaigns = [name for name in CAMPAIGN_NAMES if name != "seven_at_once"]
synthesise(Plan(600, 14, campaigns, seed=4), Path(sys.argv[1]))
print(polars.thread_pool_size())
"""


def files(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file in a folder, by name."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Write a world of every campaign and look-alike twice: other threads, other string hashes."""
    home = str(Path(graphmeta.__file__).parents[1])
    folders = [tmp_path_factory.mktemp("everything") / threads for threads in ("1", "2")]
    for folder in folders:
        own = {"PYTHONPATH": home, "POLARS_MAX_THREADS": folder.name, "PYTHONHASHSEED": folder.name}
        said = subprocess.run(
            [sys.executable, "-c", WRITE, str(folder)],
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            check=True,
        )
        assert said.stdout.strip() == folder.name
    return folders


def test_the_same_seed_writes_the_same_bytes_on_any_number_of_threads(
    everything: list[Path],
) -> None:
    one, two = (files(folder) for folder in everything)
    assert list(one) == [
        "accounts.parquet",
        "events/events-00001.parquet",
        "lookalikes.parquet",
        "truth.parquet",
    ]
    assert one == two


def test_truth_about_any_campaign_or_look_alike_is_nowhere_in_events_and_accounts(
    everything: list[Path],
) -> None:
    world = everything[0]
    planted = set(pl.read_parquet(world / "truth.parquet")["campaign"])
    posed = set(pl.read_parquet(world / "lookalikes.parquet")["kind"])
    assert planted == set(CAMPAIGN_NAMES) - {"seven_at_once"}
    assert posed == set(ALL_LOOKALIKES)
    words = {*planted, *posed, "actor", "recruiter", "campaign", "lookalike", "truth", "planted"}
    seen = [*(world / "events").iterdir(), world / "accounts.parquet"]
    for file in seen:
        content = file.read_bytes()
        # What an account may declare of itself is a word of the contract, whoever declares it.
        assert not [word for word in words - set(DECLARATIONS) if word.encode() in content]
        # Compression may hide words: what is written is random ids, times and the contract's words.
        table = pl.read_parquet(file)
        for name in {"sender", "recipient", "group", "account"} & set(table.columns):
            assert table[name].drop_nulls().str.contains("^[0-9a-f]{16}$").all()
    assert set(pl.read_parquet_schema(seen[0])) == {column.name for column in EVENT_COLUMNS}
    known = {column.name for column in ACCOUNT_COLUMNS}
    assert set(pl.read_parquet_schema(world / "accounts.parquet")) == known


def test_a_world_in_memory_and_one_on_disk_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "ROWS_PER_FILE", 5_000)
    world = make_world(**SMALL, lookalikes=KINDS)  # type: ignore[arg-type]
    written = synthesise(Plan(**SMALL, lookalikes=KINDS), tmp_path / "disk")  # type: ignore[arg-type]
    write_world(world, tmp_path / "memory")
    assert files(tmp_path / "disk") == files(tmp_path / "memory")
    assert (written.events, written.accounts) == (world.events.height, world.accounts.height)
    assert_frame_equal(pl.read_parquet(tmp_path / "disk" / "truth.parquet"), world.truth)
    assert_frame_equal(written.lookalikes, world.lookalikes)


def test_every_file_satisfies_the_contract_and_files_follow_one_another_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "ROWS_PER_FILE", 5_000)
    world = make_world(**SMALL, lookalikes=KINDS)  # type: ignore[arg-type]
    write_world(world, tmp_path / "world")
    parts = sorted((tmp_path / "world" / "events").iterdir())
    read = [pl.read_parquet(path) for path in parts]
    assert len(read) > 3
    assert {frame.height for frame in read[:-1]} == {5_000}
    assert_frame_equal(pl.concat(read), world.events)
    accounts = tmp_path / "world" / "accounts.parquet"
    found = ingest.check(
        [tmp_path / "world" / "events"], ingest.Reading(accounts=accounts, identifiers="plain")
    )
    assert (found.exit_code, found.rejected_by_reason) == (0, {})
    rows = [file.rows or 0 for file in found.files if file.table == "events"]
    assert sum(rows) == world.events.height


def test_a_world_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(naming, "accounts_table", fail)
    with pytest.raises(RuntimeError):
        synthesise(Plan(300, 14, lookalikes=()), tmp_path / "world")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_taken_is_refused_and_an_empty_folder_is_filled(tmp_path: Path) -> None:
    plan = Plan(300, 14, lookalikes=())
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "something").touch()
    (tmp_path / "file").touch()
    (tmp_path / "busy.partial").mkdir()
    for name, said in (("full", "not empty"), ("file", "no folder"), ("busy", "being written")):
        with pytest.raises(UsageError, match=said):
            synthesise(plan, tmp_path / name)
    with pytest.raises(UsageError, match="cannot be written"):
        synthesise(plan, tmp_path / "file" / "below")
    assert (tmp_path / "busy.partial").is_dir()
    (tmp_path / "empty").mkdir()
    synthesise(plan, tmp_path / "empty")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "busy.partial",
        "empty",
        "file",
        "full",
    ]


_SOME = st.lists(
    st.tuples(
        st.integers(0, 2**31 - 1),
        st.integers(0, 2**31 - 1) | st.integers(sheet.FIRST_GROUP, sheet.FIRST_GROUP + 2**30),
        st.integers(-5_000, 5 * 86_400),
        st.integers(0, 7),
        st.sampled_from([float("nan"), 0.0, 12.0]),
        st.just(sheet.NO_GROUP) | st.integers(sheet.FIRST_GROUP, sheet.FIRST_GROUP + 2**30),
    ),
    max_size=30,
)


def _events(rows: list[tuple[int, int, int, int, float, int]]) -> sheet.Events:
    columns = list(zip(*rows, strict=True)) if rows else [()] * 6
    types = (np.int64, np.int64, np.int64, np.int8, np.float32, np.int64)
    arrays = [np.array(column, dtype=t) for column, t in zip(columns, types, strict=True)]
    return sheet.Events(*arrays)


def _rows(events: sheet.Events) -> list[tuple[object, ...]]:
    duration = np.where(np.isnan(events.duration), -1.0, events.duration)
    columns = (events.time, events.sender, events.recipient, events.group, events.kind, duration)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@given(batches=st.lists(_SOME, max_size=4), days=st.integers(1, 4), chance=st.randoms())
@settings(max_examples=40, deadline=None)
def test_what_is_stored_comes_back_in_order_whatever_order_it_came_in(
    batches: list[list[tuple[int, int, int, int, float, int]]], days: int, chance: Random
) -> None:
    end = days * 86_400
    shuffled = list(batches)
    chance.shuffle(shuffled)
    back = []
    for order in (batches, shuffled):
        store = Store(io.BytesIO(), end)
        for rows in order:
            store.add(_events(rows))
        back.append([row for events in store.read() for row in _rows(events)])
    kept = [row for rows in batches for row in rows if 0 <= row[2] < end]
    expected = _rows(_events(kept))
    assert [row[:2] for row in back[0]] == sorted(row[:2] for row in expected)
    assert Counter(back[0]) == Counter(expected)
    assert back[0] == back[1]


@given(
    expected=st.lists(st.floats(0, 900), max_size=40),
    most=st.integers(1, 1_000),
    each=st.floats(1, 9),
)
@settings(max_examples=60, deadline=None)
def test_portions_hold_every_row_once_and_no_more_than_fits(
    expected: list[float], most: int, each: float
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portions, "EVENTS_AT_ONCE", most)
        cut = portions.slices(np.array(expected))
        counted = portions.counts(len(expected), each)
    rows = np.arange(len(expected))
    assert np.array_equal(np.concatenate([rows[some] for some in cut]), rows)
    for some in cut:
        assert sum(expected[some][1:]) <= most + 1e-6
    assert sum(counted) == len(expected)
    assert all(count * each <= most or count == 1 for count in counted)


def test_a_town_in_many_portions_lives_like_one_in_a_single_portion(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lived() -> dict[str, list[int]]:
        settled = life.settle(3, 2_000, 14, 7)
        return {part.name: [len(each) for each in part.events()] for part in life.live(3, settled)}

    whole = lived()
    monkeypatch.setattr(portions, "EVENTS_AT_ONCE", 5_000)
    many = lived()
    assert all(len(sizes) == 1 for sizes in whole.values())
    assert sum(len(sizes) for sizes in many.values()) > 20
    for name, sizes in many.items():
        total = whole[name][0]
        assert abs(sum(sizes) - total) < 0.15 * total + 250, name
    assert abs(sum(map(sum, many.values())) / sum(map(sum, whole.values())) - 1) < 0.05


def test_no_portion_of_a_larger_town_is_much_larger_than_promised() -> None:
    settled = life.settle(1, 20_000, 28, 7)
    parts = life.live(1, settled)
    made = {part.name: [len(each) for each in part.events()] for part in parts}
    assert len(made["friends"]) > 2
    for name, sizes in made.items():
        assert max(sizes) < 1.3 * portions.EVENTS_AT_ONCE, name


@pytest.mark.parametrize(("events", "kinds"), [(90_000, ()), (250_000, KINDS), (1_200_000, ())])
def test_a_world_has_about_as_many_events_as_were_asked_for(
    events: int, kinds: tuple[str, ...]
) -> None:
    plan = sized(Plan(days=14, campaigns=("funnel",), lookalikes=kinds, seed=7), events)
    world = make_world(plan.accounts, plan.days, plan.campaigns, plan.lookalikes, plan.seed)
    assert abs(world.events.height / events - 1) < 0.1


def test_a_world_cannot_have_fewer_events_than_the_smallest_town() -> None:
    with pytest.raises(UsageError, match="events are too few"):
        sized(Plan(days=14, lookalikes=()), 1_000)


def test_members_of_a_group_are_those_who_joined_it() -> None:
    town = life.settle(0, 200, 14, 7).town
    one, two = town.found_groups(np.array([0, 0, 1]), np.array([5, 6, 7]), -1.0)
    town.join(int(one), np.array([9]), 60)
    third = town.found_group(np.array([5]), 70)
    for group, members, joined in (
        (one, [5, 6, 9], [-1, -1, 60]),
        (two, [7], [-1]),
        (third, [5], [70]),
    ):
        who, when = town.members_of(int(group))
        assert (who.tolist(), when.tolist()) == (members, joined)
