"""The attacker's cost curve: how far one must go to get away, and whether it can be read."""

from __future__ import annotations

from typing import Any

import pytest

from graphmeta.bench import cost, figures, sweeps
from graphmeta.bench.front import BEHIND, IN_FRONT, colours
from graphmeta.bench.sweeps import SWEEPS
from graphmeta.report.charts.curves import Line, look


def step(detector: str, sweep: str, value: float, reach: float, found: float | None) -> Any:
    estimate = {"value": found, "low": None, "high": None, "n": 1}
    return {
        "detector": detector,
        "sweep": sweep,
        "value": value,
        "reach": reach,
        "average_precision": estimate,
    }


def swept(sweep: str, **found: list[float]) -> dict[str, Any]:
    """Return a summary with one sweep, given each detector's average precision by step."""
    (known,) = [each for each in SWEEPS if each.name == sweep]
    rows = [
        step(name, sweep, value, sweeps.reach({**sweeps.PLAIN, sweep: value}), figure)
        for name, figures in found.items()
        for value, figure in zip(known.values, figures, strict=True)
    ]
    return {"steps": rows[::-1]}


def cells(summary: dict[str, Any]) -> list[tuple[str, str]]:
    lost = cost.lost_sight(summary)
    assert lost is not None
    (row,) = lost["rows"]
    return [(cell["step"], cell["left"]) for cell in row["cells"]][::-1]


def test_sight_is_lost_at_the_first_step_below_a_half_and_reach_is_what_it_costs() -> None:
    summary = swept("camouflage", a=[1, 0.9, 0.4, 0.6, 0], b=[0.9] * 5, c=[0.2, 0, 0, 0, 0])
    assert cells(summary) == [("3", "25 % of reach"), ("never", "up to 15"), ("at once", "")]


def test_steps_go_from_the_plainest_to_the_best_hidden_also_where_values_fall() -> None:
    assert cells(swept("pace", a=[1.0, 1.0, 0.3, 0.2, 0.1, 0])) == [("12", "50 % of reach")]
    assert cells(swept("overlap", a=[1.0, 1.0, 0.3, 0.2, 0])) == [("0.25", "")]


def test_a_single_step_is_no_curve() -> None:
    alone = {"steps": [step("a", "pace", 24, 24, 1.0), step("b", "pace", 24, 24, None)]}
    assert cost.lost_sight(alone) is None
    assert cost.panels(alone, {}) == []


@pytest.mark.parametrize("sweep", SWEEPS, ids=lambda each: each.name)
def test_every_sweep_has_a_chart_that_can_be_drawn(sweep: Any) -> None:
    summary = swept(sweep.name, a=[0.5] * len(sweep.values), b=[0.4] * len(sweep.values))
    (panel,) = cost.panels(summary, {"a": look(0), "b": look(1)})
    assert panel["draw"]().height > 200
    assert len(panel["rows"]) == len({row["reach"] for row in summary["steps"]}) or len(
        panel["rows"]
    ) == len(sweep.values)
    assert panel["columns"][1:] == ["b", "a"]


def test_of_many_lines_the_first_and_the_highest_stand_in_front() -> None:
    lines = [Line(f"d{at}", look(at), [0, 1], [0.1 * at, 0.1 * at]) for at in range(10)]
    drawn = colours(lines)
    front = [line.name for line in drawn[:IN_FRONT]]
    assert front == ["d0", "d5", "d6", "d7", "d8", "d9"]
    assert all(line.look is BEHIND and not line.markers for line in drawn[IN_FRONT:])
    assert [line.look for line in colours(lines[:3])] == [line.look for line in lines[:3]]


def test_large_counts_are_written_without_decimals() -> None:
    def written(value: float) -> str:
        return figures.count({"value": value, "low": None})

    assert [written(v) for v in (0.5, 14.17, 1602.33)] == ["0.50", "14.2", "1,602"]
    assert figures.counts({"value": 1, "low": 0.3, "high": 1567.6}) == "0.30 to 1,568"
