"""Which measurements have a say in which score, in which direction, and how much at most?

A term is a measurement beside what is usual: the logarithm of observed over usual, bounded so that
no single measurement decides alone. The direction of every term is stated here, from what abuse and
its look-alikes are known to do; how much each counts is trained (``weights.json``) and may only
point in that direction.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Term:
    """One measurement's say.

    Args:
        signal: The measurement.
        sign: 1 where more speaks for abuse, -1 where more speaks against.
        floor: Added to both before the ratio, in the measurement's unit: counts near nothing
            prove nothing.
        bound: The logarithm of the ratio counts up to this, in either direction.
        usual: What is usual is taken to be at least this: where hardly anything is usual, hardly
            anything would be unusual.
    """

    signal: str
    sign: int
    floor: float
    bound: float
    usual: float = 0.0

    def scale(self) -> tuple[float, float, float]:
        """Return what ``log_ratio`` needs of a term: floor, bound, usual."""
        return self.floor, self.bound, self.usual


#: What strangers of the training's worlds do in the middle of them. On a platform on which people
#: seldom block or report, surveys and sales teams meet several times what is usual as well.
_USUAL_DEFENCE = 0.008

#: What speaks for or against any kind of abuse.
_COMMON = (
    Term("defence_rate", 1, 0.003, 3.0, _USUAL_DEFENCE),
    Term("defence_in_common", 1, 0.003, 3.0),
    Term("reply_rate", -1, 0.02, 2.0),
    Term("stranger_share", 1, 0.05, 2.0),
    Term("inbound_share", -1, 0.02, 3.0),
    Term("insistence", -1, 0.1, 2.0),
    Term("dialogue", -1, 0.5, 2.0),
    Term("acquaintances", -1, 1.0, 2.0),
    Term("youth", 1, 0.05, 2.5),
    Term("mutual_ties", -1, 0.01, 4.0),
    Term("declared", -1, 0.05, 2.5),
    Term("onset", 1, 0.1, 1.5),
    Term("banned", 1, 0.05, 2.0),
    Term("locality", -1, 0.05, 2.0),
    Term("overlap", 1, 0.05, 3.0),
    Term("overlap_of_three", 1, 0.02, 3.0),
    Term("synchrony", 1, 0.05, 2.5),
)

SPAM_TERMS = (*_COMMON, Term("fan_out", 1, 0.2, 3.0))
RECRUITMENT_TERMS = (
    *(term for term in _COMMON if term.signal not in ("reply_rate", "dialogue")),
    Term("converts", 1, 0.5, 4.0),
    Term("sent_by_strangers", 1, 0.1, 2.5),
    Term("newcomer_share", 1, 0.05, 2.5),
    Term("isolated_newcomers", 1, 0.1, 1.5),
    Term("newcomers_covered", -1, 0.05, 2.0),
    Term("groups_watched", 1, 0.5, 1.5),
    Term("invites_strangers", 1, 0.05, 2.5),
    Term("branching", 1, 0.02, 2.5),
    Term("cascade_depth", 1, 0.5, 1.5),
    Term("passes_on_after", -1, 2.0, 2.0),
)

#: What tells campaigns from one kind of look-alike. More converts speak for abuse whatever the
#: kind; but agents and charities feed a hub by what they are, and who feeds none is none of them.
#: Nor do their leads and donors bring others, as recruits do; but so do those who join a movement,
#: which is why that speaks against single kinds alone, and for no score.
LOOK_ALIKE_TERMS = (
    *dict.fromkeys((*SPAM_TERMS, *RECRUITMENT_TERMS)),
    Term("brought_by_converts", 1, 0.5, 3.0),
    Term("feeds_a_hub", -1, 0.5, 1.1),
)


def log_ratio(
    value: pl.Expr,
    expected: pl.Expr,
    floor: pl.Expr | float,
    bound: pl.Expr | float,
    usual: pl.Expr | float,
) -> pl.Expr:
    """Return the logarithm of observed over usual, within a term's bound, from its floor up."""
    return (
        ((value + floor) / (pl.max_horizontal(expected, usual) + floor)).log().clip(-bound, bound)
    )
