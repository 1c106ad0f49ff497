"""Published peers find what they were made for, and say what is missing where it is."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from graphmeta.bench.detector import GROUPS, MEMBERS, SCORES, Answer, Detector, Problem
from graphmeta.bench.peers import PEERS
from graphmeta.errors import MissingExtraError
from graphmeta.synthetic import make_world, write_world
from graphmeta.synthetic.campaigns.ring import Ring

#: The top-level module that each peer cannot do without.
MODULES = {
    "fraudar": "UGFraud",
    "toolkit_co_retweet": "coordination_network_toolkit",
    "toolkit_co_post": "coordination_network_toolkit",
    "bicm_targets": "bicm",
    "bicm_moments": "bicm",
    "cosine_targets": "sklearn",
    "cosine_moments": "sklearn",
    "coordinationz_targets": "coordinationz",
    "coordinationz_moments": "coordinationz",
    "pyod": "pyod",
}
#: Nearly all of its accounts reach each stranger within seconds: as blatant as a ring can be.
BLATANT = Ring(actors=12, targets=80, overlap=0.9, window=5.0, days=10.0)

#: Packages without a wheel for the newest Pythons, which the extra leaves out there.
NOT_EVERYWHERE = ("coordinationz",)

every_peer = pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tiny world with one blatant ring."""
    folder = tmp_path_factory.mktemp("world")
    write_world(make_world(400, 21, (BLATANT,), ("courier", "support_desk"), seed=1), folder)
    return folder


def problem(world: Path, events: str = "events") -> Problem:
    return Problem(world / events, world / "accounts.parquet", seed=1)


@pytest.fixture(scope="module")
def answered() -> dict[str, Answer]:
    """Return the answers about the tiny world so far, since some take seconds."""
    return {}


def usual(peer: Detector, world: Path, answered: dict[str, Answer]) -> Answer:
    """Return what a peer says of the tiny world."""
    if peer.name not in answered:
        answered[peer.name] = detected(peer, problem(world))
    return answered[peer.name]


def detected(peer: Detector, asked: Problem) -> Answer:
    """Let a peer answer; skip where its package is absent, which fails where it must be there."""
    module = MODULES[peer.name]
    allowed = os.environ.get("CI") != "true" or module in NOT_EVERYWHERE
    if find_spec(module) is None and allowed:
        pytest.skip(f"{MODULES[peer.name]} is not installed: pip install 'graphmeta[bench]'")
    return peer.detect(asked)


@every_peer
def test_a_blatant_ring_ranks_far_better_than_chance(
    peer: Detector, world: Path, answered: dict[str, Answer]
) -> None:
    scores = usual(peer, world, answered).scores
    ring = pl.read_parquet(world / "truth.parquet")["account"].implode()
    accounts = pl.read_parquet(world / "accounts.parquet").select("account").unique()
    ranked = accounts.join(scores, on="account", how="left").with_columns(
        rank=pl.col("score").fill_null(-np.inf).rank("average", descending=True) / pl.len()
    )
    mean = ranked.filter(pl.col("account").is_in(ring)).select(pl.col("rank").mean()).item()
    assert mean < 0.15, "chance gives 0.5, the best possible 0.015"


@every_peer
def test_equal_input_gives_equal_answers_in_whatever_order_rows_stand(
    peer: Detector, world: Path, answered: dict[str, Answer]
) -> None:
    shuffled = world / "shuffled"
    if not shuffled.exists():
        shuffled.mkdir()
        events = pl.read_parquet(world / "events" / "*.parquet")
        events.sample(fraction=1.0, shuffle=True, seed=5).write_parquet(shuffled / "e.parquet")
    one = usual(peer, world, answered)
    other = detected(peer, problem(world, "shuffled"))
    assert one.scores.equals(other.scores)
    for mine, theirs in ((one.groups, other.groups), (one.members, other.members)):
        assert (mine is None) == (theirs is None)
        assert mine is None or theirs is None or mine.equals(theirs)


@every_peer
def test_an_answer_has_the_shape_that_the_benchmark_asks_for(
    peer: Detector, world: Path, answered: dict[str, Answer]
) -> None:
    answer = usual(peer, world, answered)
    assert answer.scores.schema == SCORES
    assert answer.scores["account"].is_unique().all()
    assert answer.scores["score"].is_finite().all()
    assert (
        answer.scores["account"]
        .is_in(pl.read_parquet(world / "accounts.parquet")["account"].implode())
        .all()
    )
    if answer.groups is None or answer.members is None:
        assert answer.groups is None
        assert answer.members is None
        return
    assert answer.groups.schema == GROUPS
    assert answer.members.schema == MEMBERS
    assert answer.groups["risk"].is_between(0, 1).all()
    assert set(answer.members["cluster_id"]) == set(answer.groups["cluster_id"])


@every_peer
def test_a_world_in_which_nobody_contacts_anybody_gives_no_groups(
    peer: Detector, world: Path, tmp_path: Path
) -> None:
    empty = pl.read_parquet(world / "events" / "*.parquet").clear()
    (tmp_path / "events").mkdir()
    empty.write_parquet(tmp_path / "events" / "e.parquet")
    answer = detected(peer, Problem(tmp_path / "events", world / "accounts.parquet", 1))
    assert answer.scores.is_empty()
    assert answer.groups is None or answer.groups.is_empty()


@every_peer
def test_an_absent_package_is_named_with_the_extra_that_brings_it(
    peer: Detector, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, MODULES[peer.name], None)
    with pytest.raises(MissingExtraError, match=r"graphmeta\[bench\]"):
        peer.detect(problem(world))


def test_every_peer_has_a_name_of_its_own() -> None:
    assert sorted(MODULES) == sorted(peer.name for peer in PEERS)
