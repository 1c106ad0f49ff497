"""What does each piece of evidence say, in a sentence, for and against?

A sentence names what was observed, what is usual, and where the behaviour speaks against abuse,
which innocent activity it resembles. Evidence against has the same rank as evidence for.
"""

from __future__ import annotations

import polars as pl

from graphmeta.contract.tables import EVIDENCE
from graphmeta.scores import counter
from graphmeta.scores.wording import PERCENT, SPEAKS_FROM, WORDINGS, look_alike
from graphmeta.signals.coordination import twins
from graphmeta.signals.coordination.surprise import surprise

#: The p-value above which a tie is told and nothing is read into it.
_READ_AT = 0.05


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


def evidence(*parts: pl.DataFrame) -> pl.DataFrame:
    """Bring what ``of_behaviour``, ``of_ties`` and ``of_verdict`` return into the evidence table.

    Returns:
        Columns of ``contract.tables.EVIDENCE``, in order of cluster, score and term.
    """
    rows = pl.concat([part.select(EVIDENCE.names()) for part in parts])
    return rows.sort("cluster_id", "score", "term")


def of_behaviour(terms: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    """Tell what clusters do, term by term.

    Args:
        terms: As ``behaviour.terms`` returns them.
        ids: Columns group, cluster_id.

    Returns:
        At least the columns of ``contract.tables.EVIDENCE``.
    """
    return _told(terms.join(ids, on="group"), pl.col("contribution"))


def of_ties(tests: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    """Tell what ties clusters, layer by layer.

    A contribution is the surprise; more than chance leads to is read as coordination only where the
    p-value is small. Twins, which propose and are not tested, are read all the same.

    Args:
        tests: Columns group, layer, observed, expected, p_value.
        ids: Columns group, cluster_id.

    Returns:
        At least the columns of ``contract.tables.EVIDENCE``.
    """
    rows = tests.join(ids, on="group")
    rows = rows.with_columns(
        score=pl.lit("coordination"), term="layer", contribution=surprise(rows)
    )
    may_be_chance = (pl.col("p_value") > _READ_AT) & (pl.col("layer") != twins.NAME)
    speaks_against = pl.col("contribution").clip(upper_bound=0.0)
    return _told(
        rows, pl.when(may_be_chance).then(speaks_against).otherwise(pl.col("contribution"))
    )


def of_verdict(verdicts: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    """Tell what would change the verdict; it measures nothing and is part of no sum.

    Args:
        verdicts: Columns group, says.
        ids: Columns group, cluster_id.

    Returns:
        At least the columns of ``contract.tables.EVIDENCE``.
    """
    return verdicts.join(ids, on="group").with_columns(
        score=pl.lit("verdict"),
        term=pl.lit("would_change"),
        observed=pl.lit(None, dtype=pl.Float64),
        expected=pl.lit(None, dtype=pl.Float64),
        contribution=pl.lit(0.0),
    )


def _told(rows: pl.DataFrame, read: pl.Expr) -> pl.DataFrame:
    """Add the sentences; ``read`` is the contribution that a conclusion is read from."""
    says = [
        sentence(row["term"], row["observed"], row["expected"], row["read"])
        for row in rows.with_columns(read=read).iter_rows(named=True)
    ]
    return rows.with_columns(says=pl.Series(says, dtype=pl.String))
