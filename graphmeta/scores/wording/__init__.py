"""In which words is a measurement told, and in which unit?

Every signal, layer and kind of look-alike has its words here and nowhere else. Words suggest what a
number may mean; they mislead where they are read as what it does mean.
"""

from __future__ import annotations

from graphmeta.scores.wording import behaviour, coordination, recruitment
from graphmeta.scores.wording.forms import NUMBER, PERCENT, TIMES, Unit, Wording

__all__ = [
    "LOOK_ALIKES",
    "NUMBER",
    "PERCENT",
    "SPEAKS_FROM",
    "TIMES",
    "WORDINGS",
    "Unit",
    "Wording",
    "amount",
    "look_alike",
    "short",
    "unit",
]

#: A contribution smaller than this, in log-odds, speaks neither for nor against.
SPEAKS_FROM = 0.05

#: What every score starts from; it measures nothing.
_CONSTANT = Wording(
    "the starting point",
    "where every score starts: most groups are not abusive",
    NUMBER,
    "",
    "",
)

WORDINGS: dict[str, Wording] = {
    **behaviour.WORDINGS,
    **recruitment.WORDINGS,
    **coordination.WORDINGS,
    "constant": _CONSTANT,
}

#: What a kind of look-alike is called where a cluster "could be" one.
LOOK_ALIKES: dict[str, str] = {
    "anything": "any look-alike, for want of blocks and reports in the data",
    "agents": "a team of agents",
    "canvass": "a canvass",
    "congregation": "a congregation",
    "courier": "a courier service",
    "family_new_numbers": "a family with new numbers",
    "flash_crowd": "a flash crowd",
    "fundraiser": "a charity's drive",
    "greeters": "a group of greeters",
    "helpline": "a helpline",
    "journalist": "a journalist's inquiry",
    "movement": "a movement among friends",
    "new_school": "a new school",
    "newsletter": "a newsletter",
    "otp_sender": "a sender of one-time codes",
    "outreach": "an outreach team",
    "reminder_bot": "a reminder service",
    "sales_team": "a sales team",
    "support_desk": "a support desk",
    "survey": "a survey",
    "teacher_club": "a club of teachers",
    "text_bank": "a text-bank",
    "traders": "a group of traders",
}


def short(term: str) -> str:
    """Return what a term measures, in a few words."""
    wording = WORDINGS.get(term)
    return wording.short if wording else term.replace("_", " ")


def unit(term: str) -> Unit:
    """Return the unit of a term."""
    wording = WORDINGS.get(term)
    return wording.unit if wording else NUMBER


def amount(term: str, value: float | None) -> str:
    """Return a value in the unit of its term."""
    return unit(term).write(value or 0.0)


def look_alike(kind: str) -> str:
    """Return what a kind of look-alike is called, with its article."""
    return LOOK_ALIKES.get(kind, f"a {kind.replace('_', ' ')}")
