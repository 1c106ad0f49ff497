"""Does everybody in a cluster get a place, the same every time, that shows who shares what?"""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from graphmeta.graph.places import PLACES, places

Link = tuple[int, int]


def members(actors: range, contacted: range, hubs: tuple[int, ...] = ()) -> pl.DataFrame:
    roles = [(n, "hub") for n in hubs] + [(n, "actor") for n in actors]
    return pl.DataFrame(
        [(0, n, role) for n, role in [*roles, *((n, "contacted") for n in contacted)]],
        schema={"group": pl.UInt32(), "account": pl.UInt32(), "role": pl.String()},
        orient="row",
    )


def links(pairs: list[Link], group: int = 0) -> pl.DataFrame:
    return pl.DataFrame(
        [(group, a, b) for a, b in pairs],
        schema=dict.fromkeys(("group", "sender", "recipient"), pl.UInt32()),
        orient="row",
    )


def at(placed: pl.DataFrame, account: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    row = placed.row(by_predicate=pl.col("account") == account, named=True)
    return np.array([row["x"], row["y"]])


def two_teams() -> tuple[pl.DataFrame, list[Link]]:
    """Accounts 0, 2 and 4 share twenty people; 1, 3 and 5 share twenty others."""
    pairs = [(actor, 10 + n + 20 * (actor % 2)) for actor in range(6) for n in range(20)]
    return members(range(6), range(10, 50)), pairs


def test_everybody_stands_inside_the_frame_in_the_order_that_was_given() -> None:
    everybody, pairs = two_teams()
    placed = places(everybody, links(pairs), seed=0)
    assert placed.schema == PLACES
    assert placed["account"].equals(everybody["account"])
    assert placed.select(pl.col("x", "y").abs().max()).row(0) <= (1.0, 1.0)
    assert not placed.select(pl.any_horizontal(pl.all().is_null().any())).item()


def test_those_who_share_most_stand_side_by_side() -> None:
    everybody, pairs = two_teams()
    placed = places(everybody, links(pairs), seed=0)
    angles = {n: np.arctan2(*at(placed, n)) % (2 * np.pi) for n in range(6)}
    around = [n % 2 for n in sorted(angles, key=lambda n: angles[n])]
    changes = sum(one != other for one, other in zip(around, [*around[1:], around[0]], strict=True))
    assert changes == 2


def test_what_is_shared_lies_inside_the_ring_and_what_is_not_outside() -> None:
    shared, own = 10, 11
    pairs = [(actor, shared) for actor in range(4)] + [(2, own)]
    placed = places(members(range(4), range(10, 12)), links(pairs), seed=0)
    ring = np.hypot(*at(placed, 2))
    assert np.hypot(*at(placed, shared)) < ring < np.hypot(*at(placed, own))
    assert at(placed, own) @ at(placed, 2) > 0.9 * np.hypot(*at(placed, own)) * ring


def test_a_hub_stands_in_the_middle() -> None:
    pairs = [(n, 9) for n in range(5)] + [(n, 20 + n) for n in range(5)]
    placed = places(members(range(5), range(20, 25), hubs=(9,)), links(pairs), seed=0)
    assert np.hypot(*at(placed, 9)) == 0


def test_no_two_stand_on_one_another() -> None:
    pairs = [(actor, 100 + n) for actor in range(12) for n in range(500) if n % 12 == actor]
    placed = places(members(range(12), range(100, 600)), links(pairs), seed=0)
    assert placed.select("x", "y").is_duplicated().sum() == 0


def test_the_order_of_links_and_other_groups_change_nothing() -> None:
    everybody, pairs = two_teams()
    alone = places(everybody, links(pairs), seed=3)
    other = everybody.with_columns(group=pl.lit(7, dtype=pl.UInt32()))
    beside = places(
        pl.concat([other, everybody]), pl.concat([links(pairs[::-1]), links(pairs[:50], 7)]), seed=3
    )
    assert beside.filter(group=0).equals(alone)
    assert not places(everybody, links(pairs), seed=4).equals(alone)


@pytest.mark.parametrize(
    "everybody",
    [members(range(0), range(0)), members(range(1), range(0)), members(range(2), range(5, 7))],
)
def test_small_and_empty_clusters_have_places_too(everybody: pl.DataFrame) -> None:
    placed = places(everybody, links([]), seed=0)
    assert placed.height == everybody.height
    assert placed.select(pl.all().is_null().any()).row(0) == (False,) * 4


def test_more_accounts_than_can_be_chained_stand_on_the_ring() -> None:
    placed = places(members(range(450), range(1000, 1010)), links([(0, 1000)]), seed=0)
    assert placed.head(450).select("x", "y").is_duplicated().sum() == 0
