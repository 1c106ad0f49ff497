"""Five made-up clusters, and the rhythm of everybody: numbers that agree with one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import numpy as np
from fake_tables import (
    START,
    Tables,
    cluster_row,
    contact,
    coordination,
    hours_of,
    look_alikes,
    member,
    scored,
    verdict,
)

from graphmeta import seeds


def pseudonym(name: str) -> str:
    """Return an id as a pseudonymous run would hold it."""
    return f"{seeds.key(name):016x}"


RING_AS_SPAM = (
    ("constant", None, None, -2.2, "where every score starts: most groups are not abusive"),
    (
        "stranger_share",
        0.93,
        0.31,
        2.41,
        "93% of first contacts went to strangers; 31% is usual: they seek strangers",
    ),
    (
        "reply_rate",
        0.04,
        0.38,
        1.72,
        "4.0% of the strangers contacted answered; 38% is usual: spam is met with silence",
    ),
    (
        "blocks",
        0.061,
        0.004,
        1.35,
        "6.1% of the strangers contacted blocked or reported the sender; 0.4% is usual: "
        "people defend themselves",
    ),
    ("account_age", 9, 410, 0.66, "half of the accounts were under 9 days old"),
    ("regularity", 0.81, 0.42, 0.31, "they acted at regular intervals"),
    ("broadcast_sender", 0.02, None, -0.34, "few of those contacted had asked for it"),
    ("fan_out", 60, 22, -0.28, "each account stayed at a modest number of contacts"),
    ("conversation", 0.03, 0.2, -0.11, "some conversations went on for days"),
)


RING_AS_RECRUITMENT = (
    ("constant", None, None, -2.6, "where every score starts: most groups are not abusive"),
    (
        "stranger_share",
        0.93,
        0.31,
        0.9,
        "93% of first contacts went to strangers; 31% is usual: they seek strangers",
    ),
    ("conversion", 0.01, 0.02, -0.8, "hardly anybody went on to a common hub"),
    ("depth", 1.1, 4.0, -0.45, "dialogues ended after one message"),
)


def spam_ring(tables: Tables, rename: Callable[[str], str]) -> None:
    """Twenty-four accounts that work through one list of strangers, in the same hours."""
    draw = seeds.generator("fake", "ring")
    ring = [rename(pseudonym(f"ring-{n}")) for n in range(24)]
    targets = [rename(pseudonym(f"target-{n}")) for n in range(812)]
    cluster = rename("k7f3a-ring")
    pairs = [(actor, targets[t]) for actor in ring for t in draw.choice(812, 60, replace=False)]
    for actor, target in pairs:
        contact(tables, cluster, actor, target, stranger=draw.random() < 0.93)
    reached = sorted({target for _, target in pairs})
    for rank, actor in enumerate(ring):
        member(tables, cluster, actor, "actor", 0.99 - 0.02 * rank)
    for target in reached:
        member(tables, cluster, target, "contacted", 0.0)
    hours_of(tables, cluster, _bursts(draw), 24)
    coordination(
        tables,
        cluster,
        ("shared_targets", 548, 21.4, "548 strangers were contacted by two members or more"),
        ("shared_timing", 71, 18.2, "first contacts fell into the same ten minutes 71 times"),
    )
    spam = scored(tables, cluster, "spam", *RING_AS_SPAM)
    recruitment = scored(tables, cluster, "recruitment", *RING_AS_RECRUITMENT)
    verdict(
        tables,
        cluster,
        "It would not be flagged if the share of strangers were 31% instead of 93%.",
    )
    look_alikes(
        tables,
        cluster,
        ("otp_sender", 0.006, "defence_rate", "reply_rate"),
        ("newsletter", 0.004, "stranger_share", None),
        ("courier", 0.002, "reply_rate", "stranger_share"),
    )
    cluster_row(tables, cluster, spam, recruitment, "spam", 0.94, 3e-14, 24, len(reached))


def funnel(tables: Tables, rename: Callable[[str], str]) -> None:
    """Six recruiters whose contacts go on to one hub."""
    draw = seeds.generator("fake", "funnel")
    recruiters = [rename(pseudonym(f"recruiter-{n}")) for n in range(6)]
    hub = rename(pseudonym("hub"))
    people = [rename(pseudonym(f"person-{n}")) for n in range(140)]
    cluster = rename("b21c0-funnel")
    for at, person in enumerate(people):
        contact(tables, cluster, recruiters[at % 6], person, stranger=draw.random() < 0.85)
        if draw.random() < 0.12:
            contact(tables, cluster, recruiters[(at + 1) % 6], person, stranger=True)
        if draw.random() < 0.4:
            contact(tables, cluster, person, hub, stranger=False)
    for recruiter in recruiters:
        contact(tables, cluster, recruiter, hub, stranger=False)
    for rank, recruiter in enumerate(recruiters):
        member(tables, cluster, recruiter, "recruiter", 0.96 - 0.05 * rank)
    member(tables, cluster, hub, "hub", 0.98)
    for person in people:
        member(tables, cluster, person, "contacted", 0.0)
    hours_of(tables, cluster, _evenings(draw), 6)
    coordination(
        tables,
        cluster,
        ("funnel", 58, 3.1, "58 people whom they contacted went on to the hub within three days"),
        ("shared_targets", 17, 4.9, "17 strangers were contacted by two members or more"),
    )
    spam = scored(
        tables,
        cluster,
        "spam",
        ("constant", None, None, -2.2, "where every score starts: most groups are not abusive"),
        ("stranger_share", 0.85, 0.31, 1.9, "85 % of their contacts were with strangers"),
        ("reply_rate", 0.52, 0.38, -0.9, "52 % of those contacted replied"),
    )
    recruitment = scored(
        tables,
        cluster,
        "recruitment",
        ("constant", None, None, -2.6, "where every score starts: most groups are not abusive"),
        ("conversion", 0.41, 0.02, 2.3, "41 % of those contacted went on to the hub"),
        ("stranger_converts", 0.86, 0.1, 1.6, "86 % of the converts came by stranger contact"),
        ("depth", 9.2, 4.0, 0.4, "dialogues before the hub were long"),
        ("new_school", 0.2, None, -0.3, "some of those contacted knew one another already"),
    )
    cluster_row(tables, cluster, spam, recruitment, "recruitment", 0.81, 4e-7, 7, len(people))


def volunteers(tables: Tables, rename: Callable[[str], str]) -> None:
    """Eighteen volunteers who telephone a list: coordinated, and benign."""
    draw = seeds.generator("fake", "volunteers")
    group = [rename(pseudonym(f"volunteer-{n}")) for n in range(18)]
    people = [rename(pseudonym(f"neighbour-{n}")) for n in range(230)]
    cluster = rename("d9e44-group")
    for at, person in enumerate(people):
        contact(tables, cluster, group[at % 18], person, stranger=draw.random() < 0.6)
        contact(tables, cluster, group[(at * 7 + 3) % 18], person, stranger=draw.random() < 0.6)
    for at, volunteer in enumerate(group):
        contact(tables, cluster, volunteer, group[(at + 1) % 18], stranger=False)
        member(tables, cluster, volunteer, "actor", 0.9 - 0.03 * at)
    for person in people:
        member(tables, cluster, person, "contacted", 0.0)
    hours_of(tables, cluster, _evenings(draw), 18)
    coordination(
        tables, cluster, ("shared_targets", 230, 40.0, "230 people were contacted by two members")
    )
    spam = scored(
        tables,
        cluster,
        "spam",
        ("constant", None, None, -2.2, "where every score starts: most groups are not abusive"),
        ("stranger_share", 0.6, 0.31, 1.1, "60 % of their contacts were with strangers"),
        ("reply_rate", 0.64, 0.38, -1.3, "64 % of those contacted replied"),
        ("acquaintance", 0.9, 0.3, -0.9, "the members know one another well"),
    )
    recruitment = scored(
        tables,
        cluster,
        "recruitment",
        ("constant", None, None, -2.6, "where every score starts: most groups are not abusive"),
        ("depth", 6.0, 4.0, 0.9, "dialogues were long"),
        (
            "resembles_text_bank",
            0.02,
            0.01,
            -0.7,
            "it could be a text-bank: of those in synthetic worlds about 2.0 % look as much like a "
            "campaign",
        ),
    )
    verdict(tables, cluster, "It would be flagged if it did not look like a text-bank.")
    look_alikes(
        tables,
        cluster,
        ("canvass", 0.42, None, "reply_rate"),
        ("text_bank", 0.08, "defence_rate", "reply_rate"),
        ("courier", 0.003, "reply_rate", None),
    )
    cluster_row(tables, cluster, spam, recruitment, "unclear", 0.22, 0.0061, 18, len(people))


def candidate(tables: Tables, rename: Callable[[str], str]) -> None:
    """Five accounts that held-out contacts did not confirm."""
    draw = seeds.generator("fake", "candidate")
    few = [rename(pseudonym(f"few-{n}")) for n in range(5)]
    people = [rename(pseudonym(f"passer-by-{n}")) for n in range(21)]
    cluster = rename("e03b8-few")
    for at, person in enumerate(people):
        contact(tables, cluster, few[at % 5], person, stranger=True)
        if at % 3 == 0:
            contact(tables, cluster, few[(at + 2) % 5], person, stranger=True)
    for at, account in enumerate(few):
        member(tables, cluster, account, "actor", 0.6 - 0.05 * at)
    for person in people:
        member(tables, cluster, person, "contacted", 0.0)
    hours_of(tables, cluster, _evenings(draw), 5)
    coordination(
        tables, cluster, ("shared_targets", 7, 2.2, "7 strangers were contacted by two members")
    )
    spam = scored(
        tables,
        cluster,
        "spam",
        ("constant", None, None, -2.2, "where every score starts: most groups are not abusive"),
        ("stranger_share", 1.0, 0.31, 2.5, "all of their contacts were with strangers"),
    )
    cluster_row(
        tables, cluster, spam, 0.08, "unclear", 0.31, 0.34, 5, len(people), status="candidate"
    )


def bare_candidate(tables: Tables, rename: Callable[[str], str]) -> None:
    """A candidate of which nothing but its row is known."""
    cluster = rename("f5512-bare")
    cluster_row(tables, cluster, 0.05, 0.05, "unclear", 0.02, None, 3, 1, status="candidate")
    for n in range(3):
        member(tables, cluster, rename(pseudonym(f"bare-{n}")), "actor", 0.3)


def rhythm(tables: Tables) -> None:
    """Everybody's stranger contacts: more in waking hours, those of the clusters among them."""
    draw = seeds.generator("fake", "rhythm")
    own: dict[datetime, int] = {}
    for row in tables.rows["timeline"]:
        own[row["hour"]] = own.get(row["hour"], 0) + row["stranger_contacts"]
    for hour in range(24 * 21):
        at = START + timedelta(hours=hour)
        others = int(draw.poisson(30 if 7 <= hour % 24 < 22 else 3))
        if others + own.get(at, 0):
            tables.add("rhythm", hour=at, stranger_contacts=others + own.get(at, 0))


def _bursts(draw: np.random.Generator) -> Iterator[tuple[int, int]]:
    """Working hours of eighteen days, with a peak on three of them."""
    for day in range(18):
        for clock in range(7, 18):
            mean = 26 if day in (3, 9, 15) and clock in (9, 10) else 6
            if events := int(draw.poisson(mean)):
                yield 24 * day + clock, events


def _evenings(draw: np.random.Generator) -> Iterator[tuple[int, int]]:
    """Evenings of twelve days."""
    for day in range(12):
        for clock in range(17, 22):
            if events := int(draw.poisson(3)):
                yield 24 * day + clock, events
