"""Held-out tests of found groups: how layers, groups and folds are brought together."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tinyworld import rhythms

from graphmeta.clusters.confirm import FAMILIES, confirm
from graphmeta.signals.base import FOLDS, GROUPS, MEMBERS, PAIRS, Layer, Observations, Part

NOTHING = Observations(
    strangers=pl.DataFrame(),
    arrivals=pl.DataFrame(),
    visible=pl.DataFrame(),
    circle_of=np.zeros(0, dtype=np.int64),
    habits=rhythms(np.zeros((0, 24))),
    span_days=0,
)


class Oracle:
    """A layer that was told its p-values, and remembers what it was asked."""

    version = 1

    def __init__(self, name: str, p_values: dict[int, float], observed: float = 3.0) -> None:
        self.name = name
        self.observed = observed
        self.p_values = p_values
        self.asked: list[tuple[Part, Part]] = []

    def pairs(self, seen: Observations, part: Part) -> pl.DataFrame:  # noqa: ARG002
        return pl.DataFrame(schema=PAIRS)

    def members(
        self,
        seen: Observations,  # noqa: ARG002
        groups: pl.DataFrame,  # noqa: ARG002
        part: Part,  # noqa: ARG002
        *,
        others: bool = True,  # noqa: ARG002
    ) -> pl.DataFrame:
        return pl.DataFrame(schema=MEMBERS)

    def groups(
        self,
        seen: Observations,  # noqa: ARG002
        groups: pl.DataFrame,  # noqa: ARG002
        found: Part,
        tested: Part,
    ) -> pl.DataFrame:
        self.asked.append((found, tested))
        rows = [(group, self.observed, 1.0, p) for group, p in self.p_values.items()]
        return pl.DataFrame(rows, schema=GROUPS, orient="row")


def groups(number: int) -> pl.DataFrame:
    rows = [(group, 3 * group + member) for group in range(number) for member in range(3)]
    return pl.DataFrame(rows, schema={"group": pl.UInt32, "account": pl.UInt32}, orient="row")


def q_values(layers: list[Layer], number: int) -> list[float]:
    return confirm(NOTHING, layers, groups(number), 0).results["q_value"].to_list()


def test_a_group_pays_for_every_layer_that_was_looked_at() -> None:
    layers: list[Layer] = [Oracle("one", {0: 0.001}), Oracle("two", {0: 0.5}), Oracle("three", {})]
    tested = confirm(NOTHING, layers, groups(1), 0)
    assert tested.results["p_value"].to_list() == pytest.approx([0.003])
    assert tested.results["q_value"].to_list() == pytest.approx([0.003 * FAMILIES])
    assert tested.tests.select("layer", "p_value").rows() == [("one", 0.001), ("two", 0.5)]


def test_a_group_pays_for_every_group_proposed_beside_it() -> None:
    one = q_values([Oracle("one", {0: 0.001})], 1)
    ten = q_values([Oracle("one", {0: 0.001})], 10)
    assert ten[0] == pytest.approx(10 * one[0])
    assert ten[1:] == [1.0] * 9


def test_groups_that_hold_together_lower_the_bar_for_one_another() -> None:
    alone = q_values([Oracle("one", {0: 0.004})], 4)[0]
    among = q_values([Oracle("one", {0: 0.004, 1: 0.001, 2: 0.001})], 4)[0]
    assert among == pytest.approx(alone / 3)


def test_a_group_that_no_layer_can_test_counts_as_tested_and_is_not_confirmed() -> None:
    tested = confirm(NOTHING, [Oracle("one", {1: 0.01})], groups(2), 0)
    assert tested.results["p_value"].to_list() == [1.0, 0.01]
    assert tested.results["q_value"][1] == pytest.approx(0.01 * 2 * FAMILIES)


def test_one_coincidence_confirms_nothing_however_rare_it_is() -> None:
    assert q_values([Oracle("one", {0: 1e-9}, observed=1.0)], 1) == [1.0]
    assert q_values([Oracle("one", {0: 1e-9}, observed=2.0)], 1)[0] < 1e-6
    both: list[Layer] = [Oracle("one", {0: 1e-9}, observed=1.0), Oracle("two", {0: 0.01})]
    assert confirm(NOTHING, both, groups(1), 0).results["p_value"].to_list() == [0.02]


def test_nothing_is_above_one() -> None:
    tested = confirm(NOTHING, [Oracle("one", {0: 0.9}), Oracle("two", {0: 0.8})], groups(1), 0)
    assert tested.results.select("p_value", "q_value").row(0) == (1.0, 1.0)


def test_each_fold_is_tested_on_itself_and_learnt_without_itself() -> None:
    for fold in range(FOLDS):
        layer = Oracle("one", {0: 0.5})
        confirm(NOTHING, [layer], groups(1), fold)
        assert layer.asked == [(Part(fold), Part(fold, held_out=True))]


def test_by_chance_alone_the_folds_together_confirm_less_than_alpha_allows() -> None:
    rng = np.random.default_rng(6)
    false = 0
    for _ in range(400):
        q = [
            min(
                q_values(
                    [
                        Oracle("a", dict(enumerate(rng.random(8)))),
                        Oracle("b", dict(enumerate(rng.random(8)))),
                    ],
                    8,
                )
            )
            for _ in range(FOLDS)
        ]
        false += min(q) <= 0.05
    assert 0 < false <= 0.05 * 400
