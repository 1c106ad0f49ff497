"""In which order should people look at clusters, and which are flagged?

``risk`` is how abusive-looking the behaviour is, weighed by how strong the coordination is, times
how sure it is. It orders clusters and is not a probability of anything, unless an operator's own
verdicts have calibrated it. A cluster is flagged only where both questions are answered with yes:
coordinated by more than chance, and abusive-looking, which includes that no kind of look-alike
explains it.
"""

from __future__ import annotations

import polars as pl

from graphmeta.clusters.assemble import LEANS_AT
from graphmeta.scores.calibrate import AS_IT_IS, CERTAIN, Calibration

#: How sure coordination is of candidates that held-out contacts lean towards. In worlds of the
#: training they were campaigns at least as often as confirmed clusters of like behaviour; they rank
#: just below those.
LEANING_SURE = 0.9
#: The same of candidates that nothing suggests but behaving alike. With half of it successors whom
#: nothing else ties rank lower, and hardly anything else changes.
LEAST_SURE = 0.6
#: Candidates that no layer leans towards (p-value above ``LEANS_AT``) are shown only where they
#: score at least this: groups that behave alike are many, and few of them look abusive.
SHOWN_AT = 0.2

#: How much the strength of coordination (minus the logarithm of its q-value, plus 1) moves a score,
#: in log-odds per logarithm, and the strength at which it does not. Behaviour that one platform's
#: organisations share with another's campaigns tells little there; strength then still orders.
BY_STRENGTH = 0.25
TYPICAL_STRENGTH = 20.0


def by_strength(q_value: pl.Expr) -> pl.Expr:
    """Return what the strength of the coordination adds to a score's log-odds."""
    strength = 1.0 - q_value.clip(lower_bound=1e-300).log()
    return BY_STRENGTH * (strength / TYPICAL_STRENGTH).log()


def weighed() -> pl.Expr:
    """Return the log-odds of the worse score, weighed by strength.

    Of the columns spam, recruitment, q_value.
    """
    worst = pl.max_horizontal("spam", "recruitment").clip(CERTAIN, 1.0 - CERTAIN)
    return (worst / (1.0 - worst)).log() + by_strength(pl.col("q_value"))


def sureness(confirmed: pl.Expr) -> pl.Expr:
    """Return how sure the coordination is, 0 to 1, from the columns q_value and p_value.

    Candidates rank below every confirmed cluster of like behaviour (where alpha is at most 0.1).
    """
    leans = pl.col("p_value") <= LEANS_AT
    return (
        pl.when(confirmed)
        .then(1.0 - pl.col("q_value"))
        .when(leans)
        .then(LEANING_SURE)
        .otherwise(LEAST_SURE)
    )


def risk(confirmed: pl.Expr, calibration: Calibration) -> pl.Expr:
    """Return the risk, from the columns spam, recruitment, q_value and p_value."""
    return calibration.share(weighed()) * sureness(confirmed)


def rank(
    scored: pl.DataFrame,
    alpha: float,
    min_score: float,
    min_actors: int,
    calibration: Calibration = AS_IT_IS,
) -> pl.DataFrame:
    """Add status, behaviour, risk and flag.

    Args:
        scored: Columns group, p_value, q_value, spam, recruitment, n_actors, stands (whether
            it is still there when the history is twice as long), no_look_alike (whether every
            kind of look-alike is rejected).
        alpha: The bound on the false discovery rate of coordination by chance.
        min_score: The score from which behaviour looks abusive.
        min_actors: The fewest scored accounts of a flagged cluster.
        calibration: From scores to risk.

    Returns:
        The columns given, and status, behaviour, risk (0 to 1), flagged; highest risk first.
        Candidates that nothing speaks for are left out.
    """
    confirmed = pl.col("q_value") <= alpha
    kind = pl.when(pl.col("recruitment") > pl.col("spam")).then(pl.lit("recruitment"))
    worst = pl.max_horizontal("spam", "recruitment")
    shown = confirmed | (pl.col("p_value") <= LEANS_AT) | (worst >= SHOWN_AT)
    ranked = scored.filter(shown).with_columns(
        status=pl.when(confirmed).then(pl.lit("confirmed")).otherwise(pl.lit("candidate")),
        behaviour=pl.when(worst >= min_score)
        .then(kind.otherwise(pl.lit("spam")))
        .otherwise(pl.lit("unclear")),
        risk=risk(confirmed, calibration),
        flagged=confirmed
        & (worst >= min_score)
        & (pl.col("n_actors") >= min_actors)
        & pl.col("stands")
        & pl.col("no_look_alike"),
    )
    return ranked.sort("risk", "group", descending=[True, False])


def apart(ranked: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Leave out candidates that have an account of a cluster that is ranked above them.

    What suggests candidates may suggest the same accounts twice, in two compositions.

    Args:
        ranked: As ``rank`` returns them.
        members: Columns group, account, role.

    Returns:
        The rows that stay, in their order.
    """
    actors = members.filter(pl.col("role") != "contacted").group_by("group").agg("account")
    rows = ranked.select("group", "status").join(
        actors, on="group", how="left", maintain_order="left"
    )
    sure = rows.filter(status="confirmed")["account"].explode()
    taken = set(sure.drop_nulls())
    kept = []
    for status, accounts in rows.select("status", "account").iter_rows():
        stays = status == "confirmed" or taken.isdisjoint(accounts or [])
        kept.append(stays)
        if stays:
            taken.update(accounts or [])
    return ranked.filter(pl.Series(kept, dtype=pl.Boolean))
