"""One unit says how surprising a group is in every respect, and no p-value is exceeded."""

from __future__ import annotations

import math

import polars as pl
import pytest

from graphmeta.signals.coordination.partitioning import NAME as TARGET_PARTITIONING
from graphmeta.signals.coordination.surprise import surprise
from graphmeta.signals.coordination.twins import NAME as TWIN_BEHAVIOUR


def of(layer: str, observed: float, expected: float, p_value: float) -> float:
    row = {"layer": layer, "observed": observed, "expected": expected, "p_value": p_value}
    return float(surprise(pl.DataFrame([row]))[0])


def test_more_than_chance_leads_to_is_surprising_and_less_speaks_against() -> None:
    more = of("shared_targets", 40.0, 20.0, 1e-9)
    assert more == pytest.approx(40 * math.log(2) - 20)
    assert of("shared_targets", 2.0, 20.0, 1.0) < 0


def test_of_shared_out_targets_fewer_is_surprising() -> None:
    assert of(TARGET_PARTITIONING, 2.0, 20.0, 1e-8) > 10
    assert of(TARGET_PARTITIONING, 40.0, 20.0, 1.0) == -of("shared_targets", 40.0, 20.0, 1e-9)


def test_no_test_surprises_more_than_its_p_value_allows() -> None:
    assert of("shared_timing", 53.0, 4.7, 2.6e-4) == pytest.approx(-math.log(2.6e-4))
    assert of("shared_timing", 53.0, 4.7, 1.0) == 0.0


@pytest.mark.parametrize(("layer", "p_value"), [("shared_targets", 1e-300), (TWIN_BEHAVIOUR, 1.0)])
def test_p_values_that_tell_nothing_apart_allow_anything(layer: str, p_value: float) -> None:
    assert of(layer, 3_000.0, 3.0, p_value) == pytest.approx(3_000 * math.log(1_000) - 2_997)
