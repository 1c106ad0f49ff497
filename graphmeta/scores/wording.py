"""In which words is a measurement told, and in which unit?

Every signal, layer and kind of look-alike has its words here and nowhere else. Words suggest what a
number may mean; they mislead where they are read as what it does mean.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

#: A contribution smaller than this, in log-odds, speaks neither for nor against.
SPEAKS_FROM = 0.05


@dataclass(frozen=True)
class Unit:
    """How the numbers of a measurement are written, and which there can be.

    Args:
        write: Writes one.
        step: The difference that still shows when a number of this size is written.
        least: The smallest that can be measured.
        most: The largest.
    """

    write: Callable[[float], str]
    step: Callable[[float], float]
    least: float
    most: float

    def outward(self, value: float, up: bool) -> float:
        """Return the next number that can be written exactly, upwards or downwards."""
        step = self.step(value)
        count = value / step
        whole = math.ceil(count - 1e-9) if up else math.floor(count + 1e-9)
        return whole * step


def _percent(value: float) -> str:
    percent = 100 * value
    if 0 < percent < 0.05:
        return "under 0.1 %"
    return f"{percent:.0f} %" if percent >= 9.95 or percent == 0 else f"{percent:.1f} %"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 99.95 else f"{value:.3g}"


def _step_of_percent(value: float) -> float:
    return 0.01 if value >= 0.0995 else 0.001


def _step_of_number(value: float) -> float:
    if value >= 99.95:
        return 1.0
    return 10.0 ** (math.floor(math.log10(value)) - 2) if value > 0 else 0.001


#: A share; a count or mean; a mean of counts that begin with one.
PERCENT = Unit(_percent, _step_of_percent, 0.0, 1.0)
NUMBER = Unit(_number, _step_of_number, 0.0, math.inf)
TIMES = Unit(_number, _step_of_number, 1.0, math.inf)


@dataclass(frozen=True)
class Wording:
    """How one term is told.

    Args:
        short: What was measured, in a few words that "were" can follow.
        told: What was measured; ``{observed}`` and ``{expected}`` are filled in.
        unit: How its numbers are written.
        speaks_for: What it suggests where it adds to the score.
        speaks_against: What innocent activity it suggests where it takes away.
    """

    short: str
    told: str
    unit: Unit
    speaks_for: str
    speaks_against: str


WORDINGS: dict[str, Wording] = {
    "defence_rate": Wording(
        "blocks and reports",
        "{observed} of the strangers contacted blocked or reported the sender; {expected} is usual",
        PERCENT,
        "people defend themselves",
        "people do not mind, as with a support desk, a canvass or a text-bank",
    ),
    "reply_rate": Wording(
        "answers",
        "{observed} of the strangers contacted answered; {expected} is usual",
        PERCENT,
        "spam is met with silence",
        "people answer, as they do a support desk, a canvass or a trader",
    ),
    "fan_out": Wording(
        "strangers per account and day",
        "an account contacts {observed} strangers on an active day; {expected} is usual",
        NUMBER,
        "that is fast",
        "that is slow, as in a flash crowd or ordinary life",
    ),
    "stranger_share": Wording(
        "the share of strangers",
        "{observed} of first contacts went to strangers; {expected} is usual",
        PERCENT,
        "they seek strangers",
        "they stay among people they know, as a movement among friends does",
    ),
    "inbound_share": Wording(
        "the share of contacts that others began",
        "others began {observed} of first contacts; {expected} is usual",
        PERCENT,
        "nobody comes to them",
        "people come to them, as to a helpline, a support desk or a shop",
    ),
    "insistence": Wording(
        "messages to those who never answered",
        "strangers who never answered got {observed} messages each; {expected} is usual",
        TIMES,
        "they write once and move on",
        "they write again and again, as reminders, newsletters and couriers do",
    ),
    "dialogue": Wording(
        "messages from those who answered",
        "strangers who answered wrote {observed} times each; {expected} is usual",
        TIMES,
        "talk breaks off at once",
        "real conversations follow, as with customers and new friends",
    ),
    "acquaintances": Wording(
        "acquaintances of the accounts",
        "the accounts know {observed} people whom they did not approach; {expected} is usual",
        NUMBER,
        "they have little life of their own",
        "they have a life of their own",
    ),
    "youth": Wording(
        "new accounts",
        "{observed} of the accounts are new; {expected} is usual",
        PERCENT,
        "accounts made for a purpose are new",
        "the accounts are old",
    ),
    "mutual_ties": Wording(
        "pairs among them that know each other",
        "{observed} of the pairs among them know each other; {expected} is usual",
        PERCENT,
        "they are strangers to each other",
        "they know each other, as colleagues, classmates and families do",
    ),
    "onset": Wording(
        "the share of contacts begun lately",
        "{observed} of their first contacts came once judging began; {expected} is usual",
        PERCENT,
        "they began lately",
        "they have long done so, as a shop, a support desk or a newsletter has",
    ),
    "banned": Wording(
        "accounts closed by the platform",
        "the platform closed {observed} of the accounts; {expected} is usual",
        PERCENT,
        "the platform had reasons of its own against them",
        "the platform saw nothing against them",
    ),
    "locality": Wording(
        "the chance that two contacted strangers are of one circle",
        "two strangers whom they contacted are of one circle with a chance of {observed}; "
        "{expected} is usual",
        PERCENT,
        "their list is spread over the town",
        "they stay in one neighbourhood, as a congregation, a school or a canvass does",
    ),
    "overlap": Wording(
        "strangers whom several of them reached",
        "{observed} of the strangers were reached by several of them; {expected} by chance",
        PERCENT,
        "they trouble the same people again and again",
        "nobody hears from two of them, as where a team shares out its list",
    ),
    "synchrony": Wording(
        "contacts in the same moment as another's",
        "{observed} of their contacts fall within minutes of another account's; {expected} would "
        "if each kept its own hours",
        PERCENT,
        "one clock or one tool drives them",
        "each keeps its own hours",
    ),
    "newcomer_share": Wording(
        "the share of newcomers of groups",
        "{observed} of the strangers contacted had just become visible in a group; {expected} is "
        "usual",
        PERCENT,
        "they wait for newcomers",
        "they find people elsewhere, as a helpline or an outreach worker does",
    ),
    "isolated_newcomers": Wording(
        "newcomers who know few people",
        "{observed} of the newcomers contacted knew few people; {expected} of all newcomers there "
        "did",
        PERCENT,
        "they pick the isolated",
        "they welcome whoever comes, as greeters of a group do",
    ),
    "newcomers_covered": Wording(
        "newcomers who were contacted",
        "{observed} of the newcomers of these groups were contacted; {expected} is usual",
        PERCENT,
        "they pick a few",
        "they welcome nearly everybody, as greeters of a group do",
    ),
    "groups_watched": Wording(
        "groups whose newcomers several of them contacted",
        "several of them contacted newcomers of {observed} groups; greeters are at home in "
        "{expected}",
        NUMBER,
        "they go from group to group",
        "they greet in a group of their own",
    ),
    "declared": Wording(
        "accounts that declare what they are",
        "{observed} of the accounts declare what they are; {expected} is usual",
        PERCENT,
        "they declare nothing",
        "they say openly that they are a business, a bot or a helpline",
    ),
    "converts": Wording(
        "converts",
        "{observed} of those contacted went on to the hub within days; {expected} would by chance",
        NUMBER,
        "contacts are led somewhere",
        "nobody is led anywhere",
    ),
    "sent_by_strangers": Wording(
        "arrivals sent by strangers",
        "{observed} of the arrivals at the hub had been contacted by these strangers",
        PERCENT,
        "the hub lives from recruiting strangers",
        "most came by themselves or through friends, as in a movement among friends",
    ),
    "shared_targets": Wording(
        "shared strangers",
        "{observed} held-out strangers were reached by several of them; {expected} by chance",
        NUMBER,
        "they work on one list",
        "no more than chance",
    ),
    "shared_timing": Wording(
        "shared moments",
        "in {observed} held-out moments several of them met strangers; {expected} by chance",
        NUMBER,
        "they act on one clock",
        "no more than chance",
    ),
    "grooming": Wording(
        "contacted newcomers",
        "{observed} held-out newcomers of the groups they watch were contacted; {expected} by "
        "chance",
        NUMBER,
        "they reach newcomers soon after these become visible",
        "no more than chance",
    ),
    "funnel": Wording(
        "contacts that went on to one hub",
        "{observed} held-out contacts went on to one hub within days; {expected} by chance",
        NUMBER,
        "they feed one hub",
        "no more than chance",
    ),
    "invites_strangers": Wording(
        "invitations to strangers",
        "{observed} of the invitations into the hub went to strangers; {expected} is usual",
        PERCENT,
        "they invite people whom they do not know",
        "they invite people whom they know, as a movement among friends does",
    ),
    "branching": Wording(
        "recruits who recruit",
        "{observed} of those who joined on a stranger's invitation invited strangers in their "
        "turn; {expected} is usual",
        PERCENT,
        "those who were recruited recruit",
        "those who join do not invite, as in a club, a class or a congregation",
    ),
    "cascade_depth": Wording(
        "generations of invitations",
        "invitations of strangers go {observed} generations deep; {expected} is usual",
        NUMBER,
        "invitations cascade",
        "one circle of hosts invites everybody",
    ),
    "passes_on_after": Wording(
        "hours before an invitation is passed on",
        "those who passed an invitation on did so {observed} hours after joining; {expected} is "
        "usual",
        NUMBER,
        "they set to work at once",
        "they took their time, as people do who like where they are",
    ),
    "invitations": Wording(
        "recruits who recruit",
        "{observed} held-out accounts that strangers had brought into one group invited strangers "
        "in their turn; {expected} by chance",
        NUMBER,
        "they invite in a cascade",
        "no more than chance",
    ),
    "successors": Wording(
        "strangers reached again",
        "fresh accounts reached {observed} held-out strangers again whom accounts that had just "
        "ended had reached; {expected} by chance",
        NUMBER,
        "one account takes over from another",
        "no more than chance",
    ),
    "constant": Wording(
        "the starting point",
        "where every score starts: most groups are not abusive",
        NUMBER,
        "",
        "",
    ),
}

#: What a kind of look-alike is called where a cluster "could be" one.
LOOK_ALIKES: dict[str, str] = {
    "canvass": "a canvass",
    "congregation": "a congregation",
    "courier": "a courier service",
    "family_new_numbers": "a family with new numbers",
    "flash_crowd": "a flash crowd",
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
