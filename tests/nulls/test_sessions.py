"""How many shared windows one meeting of sessions brings: against counting, and against chance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from graphmeta.nulls import counts, sessions, timing

Active = list[tuple[int, int, int]]


def again_by_hand(active: set[tuple[int, int, int]], row: int, lag: int) -> float:
    """Return the share of a group's windows that the same member is active in so much later."""
    own = [one for one in active if one[0] == row]
    follow = [one for one in own if (one[0], one[1], one[2] + lag) in active]
    return len(follow) / len(own) if own else 0.0


@given(
    st.sets(
        st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 30)), min_size=1, max_size=60
    )
)
def test_members_are_active_again_as_often_as_counted(active: set[tuple[int, int, int]]) -> None:
    row, member, window = np.array(sorted(active)).T
    told = sessions.again(row, row * 10 + member, window, 3, 6)
    wanted = [[again_by_hand(active, each, lag) for lag in range(1, 7)] for each in range(3)]
    assert told == pytest.approx(np.array(wanted))


def test_who_never_acts_twice_in_a_row_shares_one_window_at_a_time() -> None:
    assert sessions.clump(2, np.zeros((3, 5)), np.array([0.0, 0.5, 9.0])) == pytest.approx(1.0)


def test_two_who_are_active_for_long_share_a_window_with_those_beside_it() -> None:
    told = sessions.clump(2, np.full((1, 3), 0.5), np.zeros(1))
    assert told == pytest.approx([1 + 2 * 3 * 0.5**2])


def test_the_more_must_share_a_window_the_smaller_are_clumps() -> None:
    again = np.full((1, 10), 0.6)
    sizes = [float(sessions.clump(level, again, np.array([0.3]))[0]) for level in (2, 3, 6, 9)]
    assert sizes == sorted(sizes, reverse=True)


@given(st.integers(0, 60), st.floats(1e-6, 40.0))
def test_without_clumps_the_law_is_poissons(seen: int, by: float) -> None:
    asked = np.array([float(seen)]), np.array([by])
    told = sessions.upper_tail(*asked, np.ones(1))
    assert told == pytest.approx(counts.upper_tail(*asked), rel=1e-6)


@pytest.mark.parametrize(("mean", "around"), [(0.01, 3.0), (2.0, 1.5), (6.0, 7.0)])
def test_clumps_are_geometric_and_meetings_poisson(mean: float, around: float) -> None:
    follows = (around - 1) / (around + 1)
    meetings = mean * (1 - follows)
    for seen in (1, 2, 5, 12, 40):
        # Every number of meetings, and every way in which they bring so many windows.
        wanted = stats.poisson.sf(seen - 1, meetings) + sum(
            stats.poisson.pmf(number, meetings)
            * stats.nbinom.sf(seen - 1 - number, number, 1 - follows)
            for number in range(1, seen)
        )
        told = sessions.upper_tail(np.array([float(seen)]), np.array([mean]), np.array([around]))
        assert told == pytest.approx([wanted], rel=1e-6)


def test_variance_over_mean_is_the_number_of_windows_around_one() -> None:
    seen = np.arange(1.0, 2_000.0)
    tail = sessions.upper_tail(seen, np.full(seen.size, 20.0), np.full(seen.size, 4.0))
    mean, square = tail.sum(), ((2 * seen - 1) * tail).sum()
    assert mean == pytest.approx(20.0, rel=1e-6)
    assert (square - mean**2) / mean == pytest.approx(4.0, rel=1e-6)


def test_of_nothing_shared_nothing_is_surprising() -> None:
    assert sessions.upper_tail(np.zeros(2), np.array([0.0, 3.0]), np.ones(2)).tolist() == [1, 1]
    assert sessions.upper_tail(np.zeros(0), np.zeros(0), np.ones(0)).size == 0


def test_on_even_clocks_an_hour_has_as_many_windows_as_it_is_long() -> None:
    phases = timing.by_phase(np.random.default_rng(1).integers(0, 1440, 200_000), 60)
    assert timing.windows_in_an_hour(phases) == pytest.approx(60, rel=0.01)


@pytest.mark.parametrize(("step", "windows"), [(60, 1), (15, 4), (2, 30)])
def test_on_coarse_clocks_an_hour_has_as_many_windows_as_are_used(step: int, windows: int) -> None:
    moments = np.random.default_rng(1).integers(0, 1440, 200_000) // step * step
    phases = timing.by_phase(moments, 60)
    assert timing.windows_in_an_hour(phases) == pytest.approx(windows, rel=0.01)


def test_where_too_little_is_known_all_windows_of_an_hour_count() -> None:
    assert timing.windows_in_an_hour(np.array([[0.0] * 6, [1.0] + [0.0] * 5])).tolist() == [6, 6]
