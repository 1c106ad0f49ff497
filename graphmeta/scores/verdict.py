"""Why is a cluster flagged or not, and what would change that?

The rule is a conjunction (``rank``): confirmed, abusive-looking, no look-alike, enough accounts,
and still there with twice the history. A look-alike that is ruled out may still hold the score
below what is asked: no score is higher than the odds against the nearest kind (``counter``).

For a cluster that is flagged, each measurement is put to what is usual, one at a time, and the
cluster is scored again: those that lift the flag are named. For one that is not, every condition
that fails is named, and what the measurement nearest to deciding would have to be.

Only one measurement changes at a time, as if the others stayed: in life they move together, so this
says what the verdict rests on, and not what would happen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from graphmeta.scores import behaviour, counter, wording
from graphmeta.scores.model import REJECTED_AT, Model, Score, Weight

#: More measurements or kinds of look-alikes than this are counted.
_MOST_NAMED = 3


@dataclass(frozen=True)
class Rule:
    """What a cluster is held to before it is flagged."""

    alpha: float
    min_score: float
    min_actors: int


@dataclass(frozen=True)
class Way:
    """One measurement at another value."""

    signal: str
    observed: float
    wanted: float
    sign: int


def sentences(
    scored: pl.DataFrame, measured: pl.DataFrame, rule: Rule, model: Model
) -> pl.DataFrame:
    """Say for every cluster what would change its verdict.

    Args:
        scored: As ``rank.rank`` returns it.
        measured: Columns group, signal, value, expected.
        rule: What clusters are held to.
        model: What was trained.

    Returns:
        Columns group, says.
    """
    flagged = scored.filter(pl.col("flagged"))["group"]
    lifting = _by_group(lifts(measured, flagged, rule, model))
    terms = _by_group(behaviour.terms(measured, scored["group"], model))
    alike = _by_group(counter.resemblance(measured, scored["group"], model))
    says = []
    for row in scored.iter_rows(named=True):
        group = row["group"]
        if row["flagged"]:
            says.append(_lifted(lifting.get(group, []), terms[group], leading(row)))
        else:
            failing = _failing(row, terms[group], alike.get(group, []), rule, model)
            says.append(f"It would be flagged if {_joined(failing, ', and')}.")
    return scored.select("group", says=pl.Series(says, dtype=pl.String))


def leading(row: dict[str, Any]) -> str:
    """Return the score that a cluster's verdict rests on."""
    return "recruitment" if row["recruitment"] > row["spam"] else "spam"


def lifts(measured: pl.DataFrame, groups: pl.Series, rule: Rule, model: Model) -> pl.DataFrame:
    """Return the measurements any one of which, were it as usual, would lift the flag.

    Args:
        measured: Columns group, signal, value, expected.
        groups: The clusters that are flagged.
        rule: What clusters are held to.
        model: What was trained.

    Returns:
        Columns group, signal, value, expected.
    """
    columns = ["group", "signal", "value", "expected"]
    rows = measured.select(columns).filter(pl.col("group").is_in(groups.implode()))
    changes = rows.sort("group", "signal").with_row_index("case")
    changes = changes.with_columns(pl.col("case").cast(pl.UInt32))
    here = pl.col("signal") == pl.col("changed")
    changed = (
        changes.select("case", "group", changed="signal")
        .join(rows, on="group")
        .with_columns(group="case", value=pl.when(here).then("expected").otherwise("value"))
        .select(columns)
    )
    scores = behaviour.add_up(behaviour.terms(changed, changes["case"], model), model)
    alike = counter.resemblance(changed, changes["case"], model)
    worst = pl.max_horizontal("spam", "recruitment")
    lifted = scores.join(counter.rejected(alike, changes["case"]), on="group").filter(
        (worst < rule.min_score) | ~pl.col("no_look_alike")
    )
    return changes.join(lifted, left_on="case", right_on="group", how="semi").select(columns)


def lacking(
    terms: Sequence[dict[str, Any]], score: Score, min_score: float
) -> tuple[float, Way | None]:
    """Return what a score lacks in log-odds, resemblance left out, and the nearest way there.

    Args:
        terms: The terms of one cluster and this score.
        score: The trained score.
        min_score: The score that is asked for.

    Returns:
        What lacks, 0 or less where nothing does, and the measurement that would have to change
        least for the score to reach ``min_score``, all others unchanged; none where no value that
        it can have suffices. Its value is such that it can be written without falling short.
    """
    mine = [term for term in terms if not term["term"].startswith(counter.PREFIX)]
    lacks = _log_odds(min_score) - math.fsum(term["contribution"] for term in mine)
    by_signal = {term["term"]: term for term in mine}
    ways = [
        way
        for weight in score.weights
        if weight.term.signal in by_signal
        and (way := _way(weight, by_signal[weight.term.signal], lacks)) is not None
    ]
    nearest = min(ways, key=lambda way: (_distance(way, score), way.signal), default=None)
    return lacks, nearest


def _way(weight: Weight, term: dict[str, Any], lacks: float) -> Way | None:
    """Return the value at which a measurement adds so much more, if there is one."""
    wanted = term["contribution"] + lacks
    more = wanted * weight.term.sign > 0
    slope = weight.above if more else weight.below
    if abs(slope) * weight.term.bound <= abs(wanted):
        return None
    floor = weight.term.floor
    usual = max(term["expected"], weight.term.usual)
    value = (usual + floor) * math.exp(wanted / slope) - floor
    unit = wording.unit(weight.term.signal)
    rounded = unit.outward(value, up=weight.term.sign > 0) if value > 0 else -1.0
    if not unit.least <= rounded <= unit.most:
        return None
    return Way(weight.term.signal, term["observed"], rounded, weight.term.sign)


def _distance(way: Way, score: Score) -> float:
    floor = next(each.term.floor for each in score.weights if each.term.signal == way.signal)
    return abs(math.log((way.wanted + floor) / (way.observed + floor)))


def _lifted(lifting: Iterable[dict[str, Any]], terms: Iterable[dict[str, Any]], score: str) -> str:
    """Name the measurements any one of which carries the flag, those that add most first."""
    adds = {term["term"]: term["contribution"] for term in terms if term["score"] == score}
    order = sorted(lifting, key=lambda way: (-adds.get(way["signal"], 0.0), way["signal"]))
    if not order:
        return "No single measurement decides: were any one as usual, it would still be flagged."
    named = [
        f"{wording.short(way['signal'])} were {wording.amount(way['signal'], way['expected'])} "
        f"instead of {wording.amount(way['signal'], way['value'])}"
        for way in order[:_MOST_NAMED]
    ]
    return f"It would not be flagged if {_joined(named, ', or')}."


def _failing(
    row: dict[str, Any],
    terms: Sequence[dict[str, Any]],
    alike: Sequence[dict[str, Any]],
    rule: Rule,
    model: Model,
) -> list[str]:
    """Name every condition that does not hold."""
    failing = []
    if row["q_value"] > rule.alpha:
        failing.append(
            f"contacts that had no say in finding it showed the same (q is {row['q_value']:.2g}, "
            f"at most {rule.alpha:g} is asked)"
        )
    kinds, holding = _could_be(alike), _holding(alike, rule.min_score)
    score = next(each for each in model.scores if each.name == leading(row))
    mine = [term for term in terms if term["score"] == score.name]
    lacks, way = lacking(mine, score, rule.min_score)
    if lacks > 0 or (row[score.name] < rule.min_score and not kinds and not holding):
        failing.append(_reached(way, lacks, score.name))
    if kinds:
        failing.append(f"it did not look like {_joined(_named(kinds), ' or')}")
    if holding:
        failing.append(_held(holding, rule.min_score))
    if row["n_actors"] < rule.min_actors:
        failing.append(f"it had at least {rule.min_actors} actors (it has {row['n_actors']})")
    if not row["stands"]:
        failing.append("it were still there with twice the history")
    return failing


def _could_be(alike: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the kinds of look-alikes that it may be, the nearest first."""
    could_be = [kind for kind in alike if kind["p_value"] > REJECTED_AT]
    return sorted(could_be, key=lambda kind: (-kind["p_value"], kind["kind"]))


def _holding(alike: Iterable[dict[str, Any]], min_score: float) -> list[dict[str, Any]]:
    """Return the kinds that are ruled out and whose odds are too low, the lowest first."""
    least = _log_odds(min_score)
    holding = [
        kind
        for kind in alike
        if kind["p_value"] <= REJECTED_AT
        and kind["log_odds"] is not None
        and kind["log_odds"] < least
    ]
    return sorted(holding, key=lambda kind: (kind["log_odds"], kind["kind"]))


def _held(holding: Sequence[dict[str, Any]], min_score: float) -> str:
    """Say that the odds against kinds that are ruled out let no score reach what is asked."""
    odds = 1.0 / (1.0 + math.exp(-holding[0]["log_odds"]))
    # Rounded down: what falls short is not to be read as what is asked.
    most = math.floor(100 * odds) / 100
    return (
        f"the odds against {_joined(_named(holding), ' or')} let its score reach {min_score:g} "
        f"(at most {most:g}, although being one is ruled out)"
    )


def _named(kinds: Sequence[dict[str, Any]]) -> list[str]:
    """Name the first kinds of look-alikes, and count the others."""
    names = [wording.look_alike(kind["kind"]) for kind in kinds[:_MOST_NAMED]]
    more = len(kinds) - len(names)
    return [*names, f"{more} more kinds of look-alikes"] if more > 0 else names


def _reached(way: Way | None, lacks: float, score: str) -> str:
    """Say which measurement comes nearest to lifting the score, and how far it would have to go."""
    if way is None:
        return (
            f"several measurements together spoke more for {score} "
            f"(by {max(lacks, 0.01):.2f} in log-odds)"
        )
    bound = "at least" if way.sign > 0 else "at most"
    return (
        f"{wording.short(way.signal)} were {bound} {wording.amount(way.signal, way.wanted)} "
        f"instead of {wording.amount(way.signal, way.observed)}"
    )


def _by_group(rows: pl.DataFrame) -> dict[int, list[dict[str, Any]]]:
    parts = rows.partition_by("group", as_dict=True)
    return {int(key[0]): part.to_dicts() for key, part in parts.items()}


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, 1e-9), 1 - 1e-9)
    return math.log(bounded / (1 - bounded))


def _joined(parts: Sequence[str], joint: str) -> str:
    if len(parts) <= 1:
        return "".join(parts)
    return f"{', '.join(parts[:-1])}{joint} {parts[-1]}"
