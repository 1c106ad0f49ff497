"""What does each piece of evidence say, in a sentence, for and against?

A sentence names what was observed, what is usual, and where the behaviour speaks against abuse,
which innocent activity it resembles. Evidence against has the same rank as evidence for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from graphmeta.contract.tables import EVIDENCE
from graphmeta.nulls import counts


@dataclass(frozen=True)
class Wording:
    """How one term is told.

    Args:
        told: What was measured; ``{observed}`` and ``{expected}`` are filled in.
        unit: How its numbers are written.
        speaks_for: What it suggests where it adds to the score.
        speaks_against: What innocent activity it suggests where it takes away.
    """

    told: str
    unit: Callable[[float], str]
    speaks_for: str
    speaks_against: str


def _percent(value: float) -> str:
    percent = 100 * value
    return f"{percent:.0f} %" if percent >= 10 or percent == 0 else f"{percent:.1f} %"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


#: A contribution smaller than this, in log-odds, speaks neither for nor against.
_SPEAKS_FROM = 0.05

WORDINGS: dict[str, Wording] = {
    "defence_rate": Wording(
        "{observed} of the strangers contacted blocked or reported the sender; {expected} is usual",
        _percent,
        "people defend themselves",
        "people do not mind, as with a support desk, a canvass or a text-bank",
    ),
    "reply_rate": Wording(
        "{observed} of the strangers contacted answered; {expected} is usual",
        _percent,
        "spam is met with silence",
        "people answer, as they do a support desk, a canvass or a trader",
    ),
    "fan_out": Wording(
        "an account contacts {observed} strangers on an active day; {expected} is usual",
        _number,
        "that is fast",
        "that is slow, as in a flash crowd or ordinary life",
    ),
    "stranger_share": Wording(
        "{observed} of first contacts went to strangers; {expected} is usual",
        _percent,
        "they seek strangers",
        "they stay among people they know, as a movement among friends does",
    ),
    "inbound_share": Wording(
        "others began {observed} of first contacts; {expected} is usual",
        _percent,
        "nobody comes to them",
        "people come to them, as to a helpline, a support desk or a shop",
    ),
    "insistence": Wording(
        "strangers who never answered got {observed} messages each; {expected} is usual",
        _number,
        "they write once and move on",
        "they write again and again, as reminders, newsletters and couriers do",
    ),
    "dialogue": Wording(
        "strangers who answered wrote {observed} times each; {expected} is usual",
        _number,
        "talk breaks off at once",
        "real conversations follow, as with customers and new friends",
    ),
    "acquaintances": Wording(
        "the accounts know {observed} people whom they did not approach; {expected} is usual",
        _number,
        "they have little life of their own",
        "they have a life of their own",
    ),
    "youth": Wording(
        "{observed} of the accounts are new; {expected} is usual",
        _percent,
        "accounts made for a purpose are new",
        "the accounts are old",
    ),
    "mutual_ties": Wording(
        "{observed} of the pairs among them know each other; {expected} is usual",
        _percent,
        "they are strangers to each other",
        "they know each other, as colleagues, classmates and families do",
    ),
    "declared": Wording(
        "{observed} of the accounts declare what they are; {expected} is usual",
        _percent,
        "they declare nothing",
        "they say openly that they are a business, a bot or a helpline",
    ),
    "converts": Wording(
        "{observed} of those contacted went on to the hub within days; {expected} would by chance",
        _number,
        "contacts are led somewhere",
        "nobody is led anywhere",
    ),
    "sent_by_strangers": Wording(
        "{observed} of the arrivals at the hub had been contacted by these strangers",
        _percent,
        "the hub lives from recruiting strangers",
        "most came by themselves or through friends, as in a movement among friends",
    ),
    "invites_strangers": Wording(
        "{observed} of the invitations into the hub went to strangers; {expected} is usual",
        _percent,
        "they invite people whom they do not know",
        "they invite people whom they know, as a movement among friends does",
    ),
    "branching": Wording(
        "{observed} of those who joined on a stranger's invitation invited strangers in their "
        "turn; {expected} is usual",
        _percent,
        "those who were recruited recruit",
        "those who join do not invite, as in a club, a class or a congregation",
    ),
    "cascade_depth": Wording(
        "invitations of strangers go {observed} generations deep; {expected} is usual",
        _number,
        "invitations cascade",
        "one circle of hosts invites everybody",
    ),
    "passes_on_after": Wording(
        "those who passed an invitation on did so {observed} hours after joining; {expected} is "
        "usual",
        _number,
        "they set to work at once",
        "they took their time, as people do who like where they are",
    ),
    "shared_targets": Wording(
        "{observed} held-out strangers were reached by several of them; {expected} by chance",
        _number,
        "they work on one list",
        "no more than chance",
    ),
    "shared_timing": Wording(
        "in {observed} held-out moments several of them met strangers; {expected} by chance",
        _number,
        "they act on one clock",
        "no more than chance",
    ),
    "funnel": Wording(
        "{observed} held-out contacts went on to one hub within days; {expected} by chance",
        _number,
        "they feed one hub",
        "no more than chance",
    ),
    "invitations": Wording(
        "{observed} held-out accounts that strangers had brought into one group invited strangers "
        "in their turn; {expected} by chance",
        _number,
        "they invite in a cascade",
        "no more than chance",
    ),
    "successors": Wording(
        "fresh accounts reached {observed} held-out strangers again whom accounts that had just "
        "ended had reached; {expected} by chance",
        _number,
        "one account takes over from another",
        "no more than chance",
    ),
    "constant": Wording(
        "where every score starts: most groups are not abusive",
        _number,
        "",
        "",
    ),
}


def sentence(term: str, observed: float | None, expected: float | None, contribution: float) -> str:
    """Say one piece of evidence.

    Args:
        term: The measurement.
        observed: Its value, absent for the constant.
        expected: What is usual or due to chance.
        contribution: What it adds to the score; where it adds nothing, nothing is read into it.
    """
    wording = WORDINGS.get(term)
    if wording is None:  # a signal that somebody added without wording it
        return f"{term}: {observed} observed, {expected} expected."
    told = wording.told.format(
        observed=wording.unit(observed or 0.0), expected=wording.unit(expected or 0.0)
    )
    means = ""
    if abs(contribution) >= _SPEAKS_FROM:
        means = wording.speaks_for if contribution > 0 else wording.speaks_against
    text = f"{told}: {means}." if means else f"{told}."
    return text[0].upper() + text[1:]


def evidence(terms: pl.DataFrame, tests: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    """Bring terms and held-out tests into the run's evidence table.

    Args:
        terms: As ``behaviour.terms`` returns them.
        tests: Columns group, layer, observed, expected, p_value.
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
        contribution=pl.Series(
            counts.signed_surprise(tests["observed"].to_numpy(), tests["expected"].to_numpy())
        ),
    )
    rows = pl.concat([terms, coordination], how="vertical_relaxed").join(ids, on="group")
    says = [
        sentence(row["term"], row["observed"], row["expected"], row["contribution"])
        for row in rows.iter_rows(named=True)
    ]
    return (
        rows.with_columns(says=pl.Series(says, dtype=pl.String))
        .sort("cluster_id", "score", "term")
        .select(EVIDENCE.names())
    )
