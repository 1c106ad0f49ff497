"""What does each piece of evidence say, in a sentence, for and against?

A sentence names what was observed, what is usual, and where the behaviour speaks against abuse,
which innocent activity it resembles. Evidence against has the same rank as evidence for.
"""

from __future__ import annotations

import polars as pl

from graphmeta.contract.tables import EVIDENCE
from graphmeta.scores import counter
from graphmeta.scores.wording import PERCENT, SPEAKS_FROM, WORDINGS, look_alike
from graphmeta.signals.coordination.partitioning import surprise


def sentence(term: str, observed: float | None, expected: float | None, contribution: float) -> str:
    """Say one piece of evidence.

    Args:
        term: The measurement.
        observed: Its value, absent for the constant.
        expected: What is usual or due to chance.
        contribution: What it adds to the score; where it adds nothing, nothing is read into it.
    """
    if term.startswith(counter.PREFIX):
        return _resembles(term.removeprefix(counter.PREFIX), observed or 0.0, expected or 0.0)
    wording = WORDINGS.get(term)
    if wording is None:  # a signal that somebody added without wording it
        return f"{term}: {observed} observed, {expected} expected."
    told = wording.told.format(
        observed=wording.unit.write(observed or 0.0),
        expected=wording.unit.write(expected or 0.0),
    )
    means = ""
    if abs(contribution) >= SPEAKS_FROM:
        means = wording.speaks_for if contribution > 0 else wording.speaks_against
    text = f"{told}: {means}." if means else f"{told}."
    return text[0].upper() + text[1:]


def _resembles(kind: str, p_value: float, level: float) -> str:
    if kind == counter.ANYTHING:
        return (
            "The data holds no block and no report, without which campaigns are not told from "
            "look-alikes: nothing is flagged."
        )
    could_be = "It could be" if p_value > level else "Of all look-alikes it is told least from"
    return (
        f"{could_be} {look_alike(kind)}: of those in synthetic worlds about "
        f"{PERCENT.write(p_value)} look as much like a campaign; it is flagged only where at most "
        f"{100 * level:g} % do."
    )


def evidence(
    terms: pl.DataFrame, tests: pl.DataFrame, verdicts: pl.DataFrame, ids: pl.DataFrame
) -> pl.DataFrame:
    """Bring terms, held-out tests and what would change the verdict into the evidence table.

    Args:
        terms: As ``behaviour.terms`` returns them.
        tests: Columns group, layer, observed, expected, p_value.
        verdicts: Columns group, says.
        ids: Columns group, cluster_id.

    Returns:
        Columns of ``contract.tables.EVIDENCE``, in order of cluster, score and term.
    """
    coordination = tests.select(
        "group",
        score=pl.lit("coordination"),
        term="layer",
        observed="observed",
        expected="expected",
        contribution=surprise(tests),
    )
    rows = pl.concat([terms, coordination], how="vertical_relaxed").join(ids, on="group")
    says = [
        sentence(row["term"], row["observed"], row["expected"], row["contribution"])
        for row in rows.iter_rows(named=True)
    ]
    told = verdicts.join(ids, on="group").select(
        "group",
        "cluster_id",
        "says",
        score=pl.lit("verdict"),
        term=pl.lit("would_change"),
        observed=pl.lit(None, dtype=pl.Float64),
        expected=pl.lit(None, dtype=pl.Float64),
        contribution=pl.lit(0.0),
    )
    reasons = rows.with_columns(says=pl.Series(says, dtype=pl.String))
    return (
        pl.concat([reasons, told.select(reasons.columns)])
        .sort("cluster_id", "score", "term")
        .select(EVIDENCE.names())
    )
