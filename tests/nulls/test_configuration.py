"""The null of who reaches whom: against plain loops, and against accounts that draw from it."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from graphmeta.nulls import negative_binomial, target_classes
from graphmeta.nulls.configuration import Choice, fit
from graphmeta.signals.coordination import incidence

SHRINK, FAIR = 5.0, 10.0


def contacts(seed: int, accounts: int = 300, circles: int = 3) -> tuple[pl.DataFrame, np.ndarray]:
    """Let accounts choose alone: by popularity, and by leanings towards circles."""
    rng = np.random.default_rng(seed)
    circle_of = rng.integers(0, circles, accounts)
    popular = rng.gamma(0.7, 1.0, accounts) + 0.01
    rows: list[tuple[int, int]] = []
    for account in range(accounts):
        lean = rng.dirichlet(np.full(circles, 2.0))
        weight = popular * lean[circle_of]
        many = min(int(rng.geometric(0.1)), accounts // 4)
        chosen = rng.choice(accounts, many, replace=False, p=weight / weight.sum())
        rows += [(account, int(target)) for target in chosen]
    frame = pl.DataFrame(rows, schema={"sender": pl.UInt32, "recipient": pl.UInt32}, orient="row")
    return frame, circle_of


def expected_by_loops(
    rows: pl.DataFrame, circle_of: np.ndarray, a: int, b: int, weight: np.ndarray
) -> float:
    """Add up, circle by circle, the chance that a contact of a and one of b meet in a target."""
    reached: dict[int, list[int]] = {account: [] for account in range(circle_of.size)}
    for sender, recipient in rows.iter_rows():
        reached[sender].append(recipient)
    fair = {s: min(1.0, FAIR / len(r)) if r else 0.0 for s, r in reached.items()}
    total = sum(len(targets) for targets in reached.values())
    by_target: dict[int, list[float]] = {}
    for sender, targets in reached.items():
        for target in targets:
            by_target.setdefault(target, []).append(fair[sender])
    expected = 0.0
    for circle in range(int(circle_of.max()) + 1):
        inside = {t: f for t, f in by_target.items() if circle_of[t] == circle}
        meet = sum(weight[t] * (sum(f) ** 2 - sum(x * x for x in f)) for t, f in inside.items())
        flat = [x for f in inside.values() for x in f]
        chances = sum(flat) ** 2 - sum(x * x for x in flat)
        everybody = len(flat) / total
        sent = [
            len(reached[who])
            * (sum(circle_of[t] == circle for t in reached[who]) + SHRINK * everybody)
            / (len(reached[who]) + SHRINK)
            for who in (a, b)
        ]
        expected += sent[0] * sent[1] * meet / chances
    return expected


def test_pairs_are_expected_to_share_what_plain_loops_say() -> None:
    rows, circle_of = contacts(1, accounts=60)
    null = fit(rows, circle_of)
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 60, (2, 30))
    for weight in (np.ones(60), (null.popularity > 4).astype(float)):
        wanted = [
            expected_by_loops(rows, circle_of, int(x), int(y), weight)
            for x, y in zip(a, b, strict=True)
        ]
        assert null.expected_shared(a, b, weight) == pytest.approx(wanted, rel=1e-9)


def test_accounts_that_choose_alone_share_as_much_as_expected() -> None:
    observed = expected = 0.0
    for seed in range(4):
        rows, circle_of = contacts(seed)
        null = fit(rows, circle_of)
        a, b = np.array(list(combinations(range(circle_of.size), 2))).T
        expected += float(null.expected_shared(a, b, np.ones(circle_of.size)).sum())
        sender, recipient = (rows[c].to_numpy().astype(np.int64) for c in rows.columns)
        observed += float(
            incidence.shared(sender, recipient, circle_of.size)["count"].to_numpy().sum()
        )
    assert observed / expected == pytest.approx(1.0, abs=0.1)


def test_one_account_that_writes_to_its_list_by_the_hundred_does_not_make_it_popular() -> None:
    rows, circle_of = contacts(2)
    listed = np.arange(150)
    blast = pl.DataFrame({"sender": np.zeros(150), "recipient": listed}, schema=rows.schema)
    before, after = (fit(frame.unique(), circle_of) for frame in (rows, pl.concat([rows, blast])))
    a, b = np.array([[10, 11], [12, 13]])
    ones = np.ones(circle_of.size)
    grown = after.expected_shared(a, b, ones) / before.expected_shared(a, b, ones)
    assert grown.max() < 1.2


def shares(null: Choice, accounts: np.ndarray) -> np.ndarray:
    """Return which share of accounts' contacts goes to each circle, shape (n, K)."""
    towards, total = null.turning(accounts)
    return np.asarray((towards.toarray() + null.pull) / total[:, None])


def test_propensities_lean_where_the_account_went_and_add_up() -> None:
    rows, circle_of = contacts(3)
    null = fit(rows, circle_of)
    lean = shares(null, np.arange(circle_of.size))
    assert lean.sum(axis=1) == pytest.approx(np.ones(circle_of.size))
    busiest = int(np.argmax(null.activity))
    own = null.towards.toarray()[busiest] / null.activity[busiest]
    assert np.abs(lean[busiest] - own).max() < np.abs(null.everybody - own).max()
    idle = Choice(
        circle_of,
        null.popularity,
        np.zeros(circle_of.size),
        0 * null.towards,
        null.meetings,
        null.chances,
        null.leanings,
        null.leanings_at,
    )
    assert shares(idle, np.array([0]))[0] == pytest.approx(null.everybody)


@pytest.mark.parametrize("threshold", [2, 4])
def test_the_chance_of_reaching_a_target_is_that_of_gamma_distributed_popularity(
    threshold: int,
) -> None:
    """Simulate: a popularity, what others did with it, then what a group does with it."""
    rng = np.random.default_rng(4)
    shape, rate, sent = 0.8, 0.5, 0.7
    popularity = rng.gamma(shape, 1 / rate, 400_000)
    others, hits = rng.poisson(popularity), rng.poisson(sent * popularity)
    for seen in (0, 1, 3):
        here = hits[others == seen] >= threshold
        size = np.array([seen + shape])
        chance = negative_binomial.at_least(threshold, sent * size / (rate + 1.0), size)[0]
        interval = stats.binomtest(int(here.sum()), here.size).proportion_ci(0.9999)
        assert interval.low <= chance <= interval.high


def test_the_shape_of_popularity_is_recovered() -> None:
    rng = np.random.default_rng(5)
    popular = rng.gamma(2.0, 1.0, 400)
    rows = [
        (sender, int(target))
        for sender in range(2_000)
        for target in np.unique(rng.choice(400, 4, p=popular / popular.sum()))
    ]
    frame = pl.DataFrame(rows, schema={"sender": pl.UInt32, "recipient": pl.UInt32}, orient="row")
    circle_of = np.r_[np.zeros(400), np.ones(1_600)].astype(np.int64)
    assert fit(frame, circle_of).shape == pytest.approx(2.0, rel=0.25)


def test_targets_are_classed_by_how_often_others_reached_them() -> None:
    assert target_classes.class_of([0, 1, 2, 3, 4, 7, 8, 10_000]).tolist() == [
        0, 1, 2, 2, 3, 3, 4, target_classes.CLASSES - 1,
    ]  # fmt: skip


def test_whoever_writes_to_numbers_from_a_directory_leans_to_rare_targets() -> None:
    expected = np.array([1.0, 1.0, 8.0])
    lean = target_classes.leaning(np.array([[40.0, 40.0, 0.0], [0.0, 0.0, 0.0]]), expected)
    assert (lean[0, :2] > 3).all()
    assert lean[0, 2] < 0.2
    assert lean[1] == pytest.approx(np.ones(3))
