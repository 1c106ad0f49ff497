"""How what a group of accounts does is told."""

from __future__ import annotations

from graphmeta.scores.wording.forms import NUMBER, PERCENT, TIMES, Wording

WORDINGS: dict[str, Wording] = {
    "defence_rate": Wording(
        "blocks and reports",
        "{observed} of the strangers contacted blocked or reported the sender; {expected} is usual",
        PERCENT,
        "people defend themselves",
        "people do not mind, as with a support desk, a canvass or a text-bank",
    ),
    "defence_in_common": Wording(
        "blocks and reports by strangers whom several reached",
        "{observed} of the strangers whom several of them reached blocked or reported the sender; "
        "of the others {expected} did",
        PERCENT,
        "what they do together is unwelcome, and the rest may be for show",
        "what they do together is no less welcome than the rest",
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
    "declared": Wording(
        "accounts that declare what they are",
        "{observed} of the accounts declare what they are; {expected} is usual",
        PERCENT,
        "they declare nothing",
        "they say openly that they are a business, a bot or a helpline",
    ),
    "overlap": Wording(
        "strangers whom several of them reached",
        "{observed} of the strangers were reached by several of them; {expected} by chance",
        PERCENT,
        "they trouble the same people again and again",
        "nobody hears from two of them, as where a team shares out its list",
    ),
    "overlap_of_three": Wording(
        "strangers whom three or more of them reached",
        "{observed} of the strangers were reached by three of them or more; {expected} by chance",
        PERCENT,
        "they trouble the same people again and again",
        "hardly anybody hears from three of them",
    ),
    "synchrony": Wording(
        "contacts in the same moment as another's",
        "{observed} of their contacts fall within minutes of another account's; {expected} would "
        "if each kept its own hours",
        PERCENT,
        "one clock or one tool drives them",
        "each keeps its own hours",
    ),
}
