"""Why is a cluster flagged or not, and what would change that?

The rule is a conjunction (``rank``): confirmed, abusive-looking, no look-alike, enough accounts,
and still there with twice the history. For a cluster that is flagged, the measurements are named
any one of which, were it as usual, would lift the flag. For one that is not, every condition that
fails is named, and what the measurement nearest to deciding would have to be.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from graphmeta.scores import explain
from graphmeta.scores.counter import PREFIX
from graphmeta.scores.model import Model, Score

_MOST_NAMED = 3


@dataclass(frozen=True)
class Rule:
    """What a cluster is held to before it is flagged."""

    alpha: float
    min_score: float
    min_actors: int


def sentences(scored: pl.DataFrame, terms: pl.DataFrame, rule: Rule, model: Model) -> pl.DataFrame:
    """Say for every cluster what would change its verdict.

    Args:
        scored: As ``rank.rank`` returns it.
        terms: As ``behaviour.terms`` returns them.
        rule: What clusters are held to.
        model: What was trained.

    Returns:
        Columns group, says.
    """
    by_group = {
        key[0]: rows.to_dicts() for key, rows in terms.partition_by("group", as_dict=True).items()
    }
    says = [
        _sentence(row, by_group.get(row["group"], []), rule, model)
        for row in scored.iter_rows(named=True)
    ]
    return scored.select("group", says=pl.Series(says, dtype=pl.String))


def _sentence(
    row: dict[str, Any], terms: Sequence[dict[str, Any]], rule: Rule, model: Model
) -> str:
    name = "recruitment" if row["recruitment"] > row["spam"] else "spam"
    score = next(score for score in model.scores if score.name == name)
    mine = [term for term in terms if term["score"] == name]
    excess = sum(term["contribution"] for term in mine) - _log_odds(rule.min_score)
    if row["flagged"]:
        return _lifted(mine, excess)
    return "It would be flagged if " + _joined(_failing(row, mine, excess, rule, score)) + "."


def _lifted(terms: Sequence[dict[str, Any]], excess: float) -> str:
    """Name the measurements any one of which carries the flag."""
    deciding = sorted(
        (term for term in terms if term["contribution"] >= excess and term["term"] != "constant"),
        key=lambda term: (-term["contribution"], term["term"]),
    )[:_MOST_NAMED]
    if not deciding:
        return "No single measurement decides: with any one of them as usual it would be flagged."
    named = [
        f"{explain.short(term['term'])} were {explain.amount(term['term'], term['expected'])} "
        f"instead of {explain.amount(term['term'], term['observed'])}"
        for term in deciding
    ]
    return "It would not be flagged if " + _joined(named, "or") + "."


def _failing(
    row: dict[str, Any],
    terms: Sequence[dict[str, Any]],
    excess: float,
    rule: Rule,
    score: Score,
) -> list[str]:
    """Name every condition that does not hold."""
    failing = []
    if row["q_value"] > rule.alpha:
        failing.append(
            f"contacts that had no say in finding it showed the same (q is {row['q_value']:.2g}, "
            f"at most {rule.alpha:g} is asked)"
        )
    if excess < 0:
        failing.append(_lacking(terms, -excess, score))
    alike = next((term["term"] for term in terms if term["term"].startswith(PREFIX)), None)
    if alike is not None:
        kind = alike.removeprefix(PREFIX).replace("_", " ")
        failing.append(f"it did not look like a {kind}")
    if row["n_actors"] < rule.min_actors:
        failing.append(f"it had at least {rule.min_actors} actors")
    if not row["stands"]:
        failing.append("it were still there with twice the history")
    return failing


def _lacking(terms: Sequence[dict[str, Any]], lacking: float, score: Score) -> str:
    """Say which measurement comes nearest to lifting the score, and how far it would have to go."""
    measured = {term["term"]: term for term in terms}
    ways = []
    for weight in score.weights:
        term = measured.get(weight.term.signal)
        if term is None:
            continue
        slope = weight.above if weight.term.sign > 0 else weight.below
        wanted = term["contribution"] + lacking
        if wanted <= 0 or abs(slope) * weight.term.bound < wanted:
            continue  # only a contribution for abuse is reckoned with, within its bound
        ratio = math.exp(wanted / slope)
        value = (term["expected"] + weight.term.floor) * ratio - weight.term.floor
        if value >= 0:
            ways.append((abs(wanted / slope), weight.term.signal, value, term["observed"]))
    if not ways:
        return f"several measurements together added {lacking:.1f} to its {score.name} score"
    _, signal, value, observed = min(ways)
    return (
        f"{explain.short(signal)} were {explain.amount(signal, value)} "
        f"instead of {explain.amount(signal, observed)}"
    )


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, 1e-9), 1 - 1e-9)
    return math.log(bounded / (1 - bounded))


def _joined(parts: Sequence[str], word: str = "and") -> str:
    if len(parts) <= 1:
        return "".join(parts)
    return ", ".join(parts[:-1]) + f", {word} {parts[-1]}"
