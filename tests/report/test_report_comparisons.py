"""Do the charts that set a cluster beside others say what the numbers say?"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from fake_run import write_fake_run
from fake_tables import START
from scipy import stats

from graphmeta.contract.tables import LOOK_ALIKES, RHYTHM, SIGNALS, TIMELINE
from graphmeta.report.charts import bursts, look_alikes
from graphmeta.run import RunFolder

RING = "k7f3a-ring"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return write_fake_run(tmp_path_factory.mktemp("comparisons") / "run")


def rows(run: RunFolder, table: str, cluster_id: str) -> pl.DataFrame:
    return run.table(table).filter(pl.col("cluster_id") == cluster_id)


def hours(counts: list[int], every: int = 1) -> pl.DataFrame:
    """A cluster's stranger contacts, hour by hour; hours without any are absent."""
    return pl.DataFrame(
        [
            ("c", START + timedelta(hours=every * at), count, count, 1)
            for at, count in enumerate(counts)
            if count
        ],
        schema=TIMELINE,
        orient="row",
    )


def rhythm(counts: list[int], every: int = 1) -> pl.DataFrame:
    return pl.DataFrame(
        [(START + timedelta(hours=every * at), count) for at, count in enumerate(counts)],
        schema=RHYTHM,
        orient="row",
    )


# Bursts


def test_what_is_expected_adds_up_to_what_was_seen_and_follows_the_others() -> None:
    own, all_of_it = [0, 30, 0, 10], [20, 70, 20, 30]
    periods = bursts.by_period(hours(own), rhythm(all_of_it))
    assert periods["observed"].to_list() == own
    assert periods["expected"].to_list() == pytest.approx([40 * n / 100 for n in (20, 40, 20, 20)])
    assert periods["above"].to_list() == [False, True, False, False]


def test_the_band_holds_98_of_100_periods_of_those_who_follow_the_rhythm() -> None:
    draw = np.random.default_rng(5)
    mean = np.tile([2.0, 40.0, 90.0, 40.0], 60)
    own, others = draw.poisson(mean), (100 * mean).astype(int)
    periods = bursts.by_period(hours(own.tolist()), rhythm((own + others).tolist()))
    outside = (~pl.col("observed").is_between("low", "high")).sum()
    # Where nothing is above or below by more than chance, few of 240 periods are outside.
    assert int(periods.select(outside).item()) <= stats.binom.ppf(0.999, 240, bursts.OUTSIDE)


def test_nobody_else_means_that_there_is_nothing_to_set_it_beside() -> None:
    assert bursts.by_period(hours([3, 4]), rhythm([3, 4])).is_empty()


def test_a_long_time_is_shown_in_longer_periods() -> None:
    assert bursts.bar_hours(rhythm([1] * 200)) == 1
    assert bursts.bar_hours(rhythm([1] * 500)) == 3
    assert bursts.bar_hours(rhythm([1] * 200, every=240)) == 168


def test_bursts_are_told_in_words_and_as_a_table(run: RunFolder) -> None:
    everybody = run.table("rhythm")
    periods = bursts.by_period(rows(run, "timeline", RING), everybody)
    above = periods.filter("above")
    told = bursts.describe(periods, bursts.bar_hours(everybody))
    assert f"{above.height} lie above what everybody's rhythm explains; by chance about 2" in told
    table = bursts.table(periods)
    assert 0 < len(table) <= bursts.MOST_ROWS
    assert all(row["observed"] > row["high"] for row in table)
    calm = bursts.by_period(hours([1, 0, 1]), rhythm([101, 100, 101]))
    quiet = bursts.describe(calm, 1)
    assert quiet == "Of 3 periods of one hour, none lies above what everybody's rhythm explains."


# Look-alikes


def kinds(*p_values: float) -> pl.DataFrame:
    return pl.DataFrame(
        [("c", f"kind_{at}", p, None, None) for at, p in enumerate(p_values)],
        schema=LOOK_ALIKES,
        orient="row",
    )


def test_a_kind_is_ruled_out_at_one_in_a_hundred_and_the_nearest_comes_first() -> None:
    told = look_alikes.rows(kinds(0.01, 0.3, 0.011), pl.DataFrame(schema=SIGNALS))
    assert [row["p_value"] for row in told] == [0.3, 0.011, 0.01]
    assert [row["ruled_out"] for row in told] == [False, False, True]


def test_kinds_are_told_in_words() -> None:
    assert look_alikes.describe(kinds(0.42, 0.08, 0.002)) == (
        "It may be a kind 0 (42 %) and a kind 1 (8.0 %): so many of each kind, in synthetic "
        "worlds, look as much like a campaign. 1 of 3 kinds are ruled out."
    )
    many = look_alikes.describe(kinds(*[0.5] * 12))
    assert "and 4 kinds more" in many
    assert look_alikes.describe(kinds(0.004, 0.002)).startswith(
        "All 2 kinds of look-alikes are ruled out: in synthetic worlds at most 0.4 %"
    )


def test_what_decides_is_told_with_its_numbers(run: RunFolder) -> None:
    signals = pl.DataFrame(
        [(RING, "reply_rate", 0.04, 0.38), (RING, "membership", 1.0, 0.0)],
        schema={
            "entity": pl.String(),
            "signal": pl.String(),
            "value": pl.Float64(),
            "expected": pl.Float64(),
        },
        orient="row",
    )
    first, second, _ = look_alikes.rows(rows(run, "look_alikes", RING), signals)
    assert first["name"] == "a sender of one-time codes"
    assert first["alike"] == "answers: 4.0 %, 38 % is usual"
    assert first["apart"] == "blocks and reports"
    assert second["alike"] is None
