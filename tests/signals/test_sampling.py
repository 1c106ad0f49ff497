"""Of very busy accounts a sample is looked at, which ids alone decide and nothing biases."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tinyworld import Contact, messages

from graphmeta.clusters.assemble import Clusters
from graphmeta.pipeline.facts import facts
from graphmeta.pipeline.settings import Settings
from graphmeta.signals import observe as observing
from graphmeta.signals.observe import network, observe
from graphmeta.signals.sampling import Bound, Sampled, bounded

BOUND = Bound("contacts made by one account", "sender", "recipient", 400)
NAMES = [f"account {number}" for number in range(5_000)]


def contacts() -> pl.DataFrame:
    """One account that reached 4,000 others, of whom every fourth answered, and some that few."""
    hub = pl.DataFrame({"sender": 0, "recipient": range(1_000, 5_000)}).with_columns(
        answered=pl.col("recipient") % 4 == 0
    )
    others = pl.DataFrame({"sender": range(1, 400), "recipient": range(2_001, 2_400)})
    rows = pl.concat([hub, others.with_columns(answered=pl.lit(True))], how="vertical_relaxed")
    return rows.cast({"sender": pl.UInt32, "recipient": pl.UInt32})


def test_who_stays_below_the_bound_is_looked_at_whole() -> None:
    rows = contacts().filter(pl.col("sender") > 0)
    left, told = bounded(rows, BOUND, NAMES, 0)
    assert left.equals(rows)
    assert told == []


def test_of_a_busy_account_about_as_many_rows_are_kept_as_stated() -> None:
    left, told = bounded(contacts(), BOUND, NAMES, 0)
    kept = left.filter(sender=0).height
    assert abs(kept - BOUND.most) < 4 * BOUND.most**0.5
    assert left.filter(pl.col("sender") > 0).equals(contacts().filter(pl.col("sender") > 0))
    assert told == [Sampled(BOUND.what, BOUND.most, 1, 4_000, kept)]


def test_neither_the_order_of_rows_nor_other_accounts_have_a_say() -> None:
    rows = contacts()
    turned, _ = bounded(rows.sample(fraction=1.0, shuffle=True, seed=3), BOUND, NAMES, 0)
    alone, _ = bounded(rows.filter(sender=0), BOUND, NAMES, 0)
    left, _ = bounded(rows, BOUND, NAMES, 0)
    order = ["sender", "recipient"]
    assert turned.sort(order).equals(left.sort(order))
    assert left.filter(sender=0).equals(alone)


def test_the_sample_follows_ids_and_not_the_numbers_given_to_them() -> None:
    rows, shift = contacts(), 7
    moved = rows.with_columns(
        (pl.col("sender", "recipient") + shift) % len(NAMES)  # every number stands for another name
    )
    names = [NAMES[(number - shift) % len(NAMES)] for number in range(len(NAMES))]
    left, _ = bounded(rows, BOUND, NAMES, 0)
    other, _ = bounded(moved, BOUND, names, 0)
    assert {NAMES[one] for one in left["recipient"]} == {names[one] for one in other["recipient"]}


def test_what_the_sample_counts_is_right_on_average() -> None:
    """A thousand of the 4,000 answered: the sample, scaled up, says so."""
    told = []
    for seed in range(40):
        left, _ = bounded(contacts().filter(sender=0), BOUND, NAMES, seed)
        told.append(left.filter("answered").height * 4_000 / BOUND.most)
    error = np.std(told) / len(told) ** 0.5
    assert abs(np.mean(told) - 1_000) < 4 * error
    # As docs/scale.md states it: relative error of at most one over the root of what was counted.
    assert np.std(told) / 1_000 < 1.5 * (1_000 * BOUND.most / 4_000) ** -0.5


def test_an_analysis_says_what_it_looked_at_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    small = [Bound(one.what, one.of, one.other, 50) for one in observing.BOUNDS]
    monkeypatch.setattr(observing, "BOUNDS", small)
    rows: list[Contact] = [(0, 1, 0), *((2, 10 + number, 5_000 + number) for number in range(400))]
    events = messages(rows)
    graph = network(events, 500, 1, 0)
    seen = observe(events, graph, NAMES[:500], 0)
    nothing = pl.DataFrame(schema={"status": pl.String, "flagged": pl.Boolean})
    found = Clusters(nothing, nothing, nothing, nothing, 0)
    (told,) = facts(events, graph, seen, found, nothing, Settings())["sampled"]
    assert told["what"] == small[0].what
    assert (told["most"], told["accounts"], told["rows"]) == (50, 1, 400)
    assert told["kept"] == seen.strangers.height < 100
