"""A run folder as an analysis leaves it, made by hand: what the tests of the report read.

Five clusters: a flagged spam ring (confirmed), a flagged recruitment funnel with a hub
(confirmed), volunteers who are coordinated and benign (confirmed, not flagged), a candidate, and
a candidate without any detail. Numbers are made up and agree with one another.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from graphmeta import seeds
from graphmeta.contract.tables import TABLES
from graphmeta.graph.places import places
from graphmeta.privacy import audit
from graphmeta.run import AUDIT, MANIFEST, RunFolder, claim, publish, write_tables
from graphmeta.scores.model import fingerprint

START = datetime(2024, 5, 3, tzinfo=UTC)
Row = dict[str, Any]


@dataclass
class Tables:
    """Rows of the run's tables, as they are gathered."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in TABLES})

    def add(self, table: str, **values: Any) -> None:
        self.rows[table].append(values)

    def frames(self) -> dict[str, pl.DataFrame]:
        frames = {
            name: pl.DataFrame(self.rows[name], schema=schema) for name, schema in TABLES.items()
        }
        return {**frames, "members": _placed(frames["members"], frames["contacts"])}


def write_fake_run(
    path: Path,
    *,
    rename: Callable[[str], str] = str,
    change: Callable[[Tables], object] | None = None,
    clusters: bool = True,
) -> RunFolder:
    """Write the run and open it.

    Args:
        path: Where the folder is to stand.
        rename: Applied to every id, of accounts and of clusters.
        change: May alter the rows before they are written.
        clusters: Without them, the run found nothing.
    """
    tables = Tables()
    if clusters:
        _spam_ring(tables, rename)
        _funnel(tables, rename)
        _volunteers(tables, rename)
        _candidate(tables, rename)
        _bare_candidate(tables, rename)
        _rhythm(tables)
    tables.add("quarantine", file="events.parquet", row=17, field="timestamp", reason="no time")
    if change:
        change(tables)
    folder = claim(path)
    write_tables(folder, tables.frames())
    (folder / MANIFEST).write_text(json.dumps(manifest(tables)), encoding="utf-8")
    for act in ("opened", "read", "analysed", "written"):
        audit.append(folder / AUDIT, act, {})
    return publish(folder, path)


def _placed(members: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """Give every account its place, as an analysis does."""
    numbers = members.select("account").unique().sort("account").with_row_index("number")
    groups = members.select("cluster_id").unique().sort("cluster_id").with_row_index("group")

    def numbered(frame: pl.DataFrame, column: str, name: str) -> pl.DataFrame:
        by = numbers.rename({"account": column, "number": name})
        return frame.join(by, on=column, maintain_order="left")

    known = numbered(members.rename({"account": "a"}), "a", "account").join(
        groups, on="cluster_id", maintain_order="left"
    )
    links = numbered(contacts.rename({"sender": "s", "recipient": "r"}), "s", "sender")
    links = numbered(links, "r", "recipient").join(groups, on="cluster_id")
    found = places(known, links, 0)
    return members.with_columns(found["x"], found["y"])


def pseudonym(name: str) -> str:
    """Return an id as a pseudonymous run would hold it."""
    return f"{seeds.key(name):016x}"


def manifest(tables: Tables) -> dict[str, Any]:
    """Return a manifest with every key that the report reads."""
    clusters = tables.rows["clusters"]
    return {
        "graphmeta": "0.1.0",
        "environment": {
            "python": "3.12.4",
            "platform": "Linux x86_64",
            "libraries": {"polars": "2.1.0", "bokeh": "3.9.2"},
        },
        "created_at": "2024-06-01T09:30:00+00:00",
        "configuration": {
            "settings": {"alpha": 0.05, "min_score": 0.5, "min_actors": 3, "since": None},
            "reading": {"mapping": {"sender": "caller_id"}, "ignore_columns": ["body"]},
        },
        "scores": fingerprint(),
        "seed": 0,
        "inputs": [
            {
                "file": "events.parquet",
                "format": "parquet",
                "fingerprint": "5f1d0c6a2b7e49d38a90b1c4",
                "rows": 1_204_331,
                "bytes": 48_300_112,
                "columns_seen": ["sender", "recipient", "timestamp", "kind", "body"],
                "columns_read": ["sender", "recipient", "timestamp", "kind"],
                "columns_ignored": ["body"],
                "byte_ranges": [[4, 9_100_000], [30_000_000, 34_000_000]],
                "note": "",
            },
            {
                "file": "accounts.csv",
                "format": "csv",
                "fingerprint": "a0337bb1c2d94e55",
                "rows": 18_112,
                "bytes": 612_000,
                "columns_seen": ["account", "created_at"],
                "columns_read": ["account", "created_at"],
                "columns_ignored": [],
                "byte_ranges": None,
                "note": "text is read whole, and unread columns are dropped before parsing",
            },
        ],
        "counts": {
            "events_accepted": 1_203_988,
            "rows_rejected": 343,
            "self_contacts": 12,
            "accounts": 18_112,
            "groups": 40,
            "contacts": 96_400,
            "first_contacts": 41_020,
            "stranger_contacts": 3_911,
            "clusters": len(clusters),
            "flagged": sum(row["flagged"] for row in clusters),
            "rejected_by_reason": {"no_time": 340, "id_too_long": 3},
        },
        "span": {
            "first_event": "2024-04-26T00:00:12+00:00",
            "last_event": "2024-05-24T23:58:40+00:00",
            "since": "2024-05-03T00:00:00+00:00",
        },
        "layers": [
            {"layer": "shared_targets", "pairs": 88_120, "significant": 301},
            {"layer": "shared_timing", "pairs": 51_002, "significant": 144},
            {"layer": "funnel", "pairs": 2_310, "significant": 9},
        ],
        "timings_s": {"reading": 3.2, "graph": 4.8, "layers": 11.5},
        "peak_memory_bytes": 1_310_000_000,
        "peak_memory": {"reading": 410_000_000, "analysing": 1_310_000_000},
        "taken_up": [],
        "privacy": {
            "identifiers": "pseudonymous",
            "dataset": "default",
            "key_id": "9c41d07e",
            "sandbox": {
                "asked": "auto",
                "separated": True,
                "input_read_by": "a process of its own",
                "landlock_abi": 7,
                "input_landlock_abi": 7,
                "input_seccomp": True,
                "seccomp": True,
                "not_available": [],
            },
            "content_columns_read": [],
            "expires_at": "2999-07-01T09:30:00+00:00",
        },
        "statements": {
            "bound": "Among the confirmed clusters, at most 5 % are expected to be coordinated "
            "by chance alone.",
            "innocents": "It does not say that a flagged cluster does wrong. How often innocent "
            "groups are flagged is measured on look-alikes, and has not been measured for this "
            "data.",
            "risk": "Risk orders the queue and is no probability of abuse.",
        },
    }


def _spam_ring(tables: Tables, rename: Callable[[str], str]) -> None:
    """Twenty-four accounts that work through one list of strangers, in the same hours."""
    draw = seeds.generator("fake", "ring")
    ring = [rename(pseudonym(f"ring-{n}")) for n in range(24)]
    targets = [rename(pseudonym(f"target-{n}")) for n in range(812)]
    cluster = rename("k7f3a-ring")
    pairs = [(actor, targets[t]) for actor in ring for t in draw.choice(812, 60, replace=False)]
    for actor, target in pairs:
        _contact(tables, cluster, actor, target, stranger=draw.random() < 0.93)
    reached = sorted({target for _, target in pairs})
    for rank, actor in enumerate(ring):
        _member(tables, cluster, actor, "actor", 0.99 - 0.02 * rank)
    for target in reached:
        _member(tables, cluster, target, "contacted", 0.0)
    _hours(tables, cluster, _bursts(draw), 24)
    _coordination(
        tables,
        cluster,
        ("shared_targets", 548, 21.4, "548 strangers were contacted by two members or more"),
        ("shared_timing", 71, 18.2, "first contacts fell into the same ten minutes 71 times"),
    )
    spam = _scored(
        tables,
        cluster,
        "spam",
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
    recruitment = _scored(
        tables,
        cluster,
        "recruitment",
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
    _verdict(
        tables,
        cluster,
        "It would not be flagged if the share of strangers were 31% instead of 93%.",
    )
    _look_alikes(
        tables,
        cluster,
        ("otp_sender", 0.006, "defence_rate", "reply_rate"),
        ("newsletter", 0.004, "stranger_share", None),
        ("courier", 0.002, "reply_rate", "stranger_share"),
    )
    _cluster(tables, cluster, spam, recruitment, "spam", 0.94, 3e-14, 24, len(reached))


def _funnel(tables: Tables, rename: Callable[[str], str]) -> None:
    """Six recruiters whose contacts go on to one hub."""
    draw = seeds.generator("fake", "funnel")
    recruiters = [rename(pseudonym(f"recruiter-{n}")) for n in range(6)]
    hub = rename(pseudonym("hub"))
    people = [rename(pseudonym(f"person-{n}")) for n in range(140)]
    cluster = rename("b21c0-funnel")
    for at, person in enumerate(people):
        _contact(tables, cluster, recruiters[at % 6], person, stranger=draw.random() < 0.85)
        if draw.random() < 0.12:
            _contact(tables, cluster, recruiters[(at + 1) % 6], person, stranger=True)
        if draw.random() < 0.4:
            _contact(tables, cluster, person, hub, stranger=False)
    for recruiter in recruiters:
        _contact(tables, cluster, recruiter, hub, stranger=False)
    for rank, recruiter in enumerate(recruiters):
        _member(tables, cluster, recruiter, "recruiter", 0.96 - 0.05 * rank)
    _member(tables, cluster, hub, "hub", 0.98)
    for person in people:
        _member(tables, cluster, person, "contacted", 0.0)
    _hours(tables, cluster, _evenings(draw), 6)
    _coordination(
        tables,
        cluster,
        ("funnel", 58, 3.1, "58 people whom they contacted went on to the hub within three days"),
        ("shared_targets", 17, 4.9, "17 strangers were contacted by two members or more"),
    )
    spam = _scored(
        tables,
        cluster,
        "spam",
        ("constant", None, None, -2.2, "where every score starts: most groups are not abusive"),
        ("stranger_share", 0.85, 0.31, 1.9, "85 % of their contacts were with strangers"),
        ("reply_rate", 0.52, 0.38, -0.9, "52 % of those contacted replied"),
    )
    recruitment = _scored(
        tables,
        cluster,
        "recruitment",
        ("constant", None, None, -2.6, "where every score starts: most groups are not abusive"),
        ("conversion", 0.41, 0.02, 2.3, "41 % of those contacted went on to the hub"),
        ("stranger_converts", 0.86, 0.1, 1.6, "86 % of the converts came by stranger contact"),
        ("depth", 9.2, 4.0, 0.4, "dialogues before the hub were long"),
        ("new_school", 0.2, None, -0.3, "some of those contacted knew one another already"),
    )
    _cluster(tables, cluster, spam, recruitment, "recruitment", 0.81, 4e-7, 7, len(people))


def _volunteers(tables: Tables, rename: Callable[[str], str]) -> None:
    """Eighteen volunteers who telephone a list: coordinated, and benign."""
    draw = seeds.generator("fake", "volunteers")
    group = [rename(pseudonym(f"volunteer-{n}")) for n in range(18)]
    people = [rename(pseudonym(f"neighbour-{n}")) for n in range(230)]
    cluster = rename("d9e44-group")
    for at, person in enumerate(people):
        _contact(tables, cluster, group[at % 18], person, stranger=draw.random() < 0.6)
        _contact(tables, cluster, group[(at * 7 + 3) % 18], person, stranger=draw.random() < 0.6)
    for at, volunteer in enumerate(group):
        _contact(tables, cluster, volunteer, group[(at + 1) % 18], stranger=False)
        _member(tables, cluster, volunteer, "actor", 0.9 - 0.03 * at)
    for person in people:
        _member(tables, cluster, person, "contacted", 0.0)
    _hours(tables, cluster, _evenings(draw), 18)
    _coordination(
        tables, cluster, ("shared_targets", 230, 40.0, "230 people were contacted by two members")
    )
    spam = _scored(
        tables,
        cluster,
        "spam",
        ("constant", None, None, -2.2, "where every score starts: most groups are not abusive"),
        ("stranger_share", 0.6, 0.31, 1.1, "60 % of their contacts were with strangers"),
        ("reply_rate", 0.64, 0.38, -1.3, "64 % of those contacted replied"),
        ("acquaintance", 0.9, 0.3, -0.9, "the members know one another well"),
    )
    recruitment = _scored(
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
    _verdict(tables, cluster, "It would be flagged if it did not look like a text-bank.")
    _look_alikes(
        tables,
        cluster,
        ("canvass", 0.42, None, "reply_rate"),
        ("text_bank", 0.08, "defence_rate", "reply_rate"),
        ("courier", 0.003, "reply_rate", None),
    )
    _cluster(tables, cluster, spam, recruitment, "unclear", 0.22, 0.0061, 18, len(people))


def _candidate(tables: Tables, rename: Callable[[str], str]) -> None:
    """Five accounts that held-out contacts did not confirm."""
    draw = seeds.generator("fake", "candidate")
    few = [rename(pseudonym(f"few-{n}")) for n in range(5)]
    people = [rename(pseudonym(f"passer-by-{n}")) for n in range(21)]
    cluster = rename("e03b8-few")
    for at, person in enumerate(people):
        _contact(tables, cluster, few[at % 5], person, stranger=True)
        if at % 3 == 0:
            _contact(tables, cluster, few[(at + 2) % 5], person, stranger=True)
    for at, account in enumerate(few):
        _member(tables, cluster, account, "actor", 0.6 - 0.05 * at)
    for person in people:
        _member(tables, cluster, person, "contacted", 0.0)
    _hours(tables, cluster, _evenings(draw), 5)
    _coordination(
        tables, cluster, ("shared_targets", 7, 2.2, "7 strangers were contacted by two members")
    )
    spam = _scored(
        tables,
        cluster,
        "spam",
        ("constant", None, None, -2.2, "where every score starts: most groups are not abusive"),
        ("stranger_share", 1.0, 0.31, 2.5, "all of their contacts were with strangers"),
    )
    _cluster(tables, cluster, spam, 0.08, "unclear", 0.31, 0.34, 5, len(people), status="candidate")


def _bare_candidate(tables: Tables, rename: Callable[[str], str]) -> None:
    """A candidate of which nothing but its row is known."""
    cluster = rename("f5512-bare")
    _cluster(tables, cluster, 0.05, 0.05, "unclear", 0.02, None, 3, 1, status="candidate")
    for n in range(3):
        _member(tables, cluster, rename(pseudonym(f"bare-{n}")), "actor", 0.3)


def _cluster(
    tables: Tables,
    cluster: str,
    spam: float,
    recruitment: float,
    behaviour: str,
    risk: float,
    q_value: float | None,
    n_actors: int,
    n_contacted: int,
    status: str = "confirmed",
) -> None:
    layers = [
        row["term"]
        for row in tables.rows["evidence"]
        if row["cluster_id"] == cluster and row["score"] == "coordination"
    ]
    hours = [row["hour"] for row in tables.rows["timeline"] if row["cluster_id"] == cluster]
    tables.add(
        "clusters",
        cluster_id=cluster,
        status=status,
        flagged=status == "confirmed" and behaviour != "unclear",
        risk=risk,
        spam=spam,
        recruitment=recruitment,
        behaviour=behaviour,
        p_value=None if q_value is None else q_value / 3,
        q_value=q_value,
        n_actors=n_actors,
        n_contacted=n_contacted,
        layers=layers,
        first_event=min(hours, default=START),
        last_event=max(hours, default=START),
        stability=0.83 if status == "confirmed" else 0.0,
    )


def _member(tables: Tables, cluster: str, account: str, role: str, strength: float) -> None:
    scored = role != "contacted"
    tables.add(
        "members",
        cluster_id=cluster,
        account=account,
        role=role,
        strength=round(strength, 3),
        core=scored and strength > 0.7,
        p_value=10 ** (-12 * strength) if scored else None,
        x=0.0,
        y=0.0,
    )


def _contact(tables: Tables, cluster: str, sender: str, recipient: str, *, stranger: bool) -> None:
    tables.add(
        "contacts",
        cluster_id=cluster,
        sender=sender,
        recipient=recipient,
        events=1 + len(tables.rows["contacts"]) % 3,
        first_event=START + timedelta(hours=7 * len(tables.rows["contacts"]) % (14 * 24)),
        last_event=START + timedelta(hours=7 * len(tables.rows["contacts"]) % (14 * 24) + 48),
        first_contact=True,
        stranger=stranger,
    )


def _rhythm(tables: Tables) -> None:
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


def _look_alikes(
    tables: Tables, cluster: str, *kinds: tuple[str, float, str | None, str | None]
) -> None:
    for kind, p_value, apart_by, alike_by in kinds:
        tables.add(
            "look_alikes",
            cluster_id=cluster,
            kind=kind,
            p_value=p_value,
            apart_by=apart_by,
            alike_by=alike_by,
        )


def _verdict(tables: Tables, cluster: str, says: str) -> None:
    tables.add(
        "evidence",
        cluster_id=cluster,
        score="verdict",
        term="would_change",
        observed=None,
        expected=None,
        contribution=0.0,
        says=says,
    )


def _hours(tables: Tables, cluster: str, hours: Iterator[tuple[int, int]], members: int) -> None:
    for hour, events in hours:
        tables.add(
            "timeline",
            cluster_id=cluster,
            hour=START + timedelta(hours=hour),
            events=events,
            stranger_contacts=round(events * 0.7),
            active_members=min(members, events),
        )


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


def _coordination(tables: Tables, cluster: str, *terms: tuple[str, float, float, str]) -> None:
    for term, observed, expected, says in terms:
        _evidence(tables, cluster, "coordination", term, observed, expected, 0.0, says)


def _scored(
    tables: Tables,
    cluster: str,
    score: str,
    *terms: tuple[str, float | None, float | None, float, str],
) -> float:
    """Add the terms of a score and return what they add up to, between 0 and 1."""
    for term, observed, expected, contribution, says in terms:
        _evidence(tables, cluster, score, term, observed, expected, contribution, says)
    return 1 / (1 + math.exp(-sum(term[3] for term in terms)))


def _evidence(
    tables: Tables,
    cluster: str,
    score: str,
    term: str,
    observed: float | None,
    expected: float | None,
    contribution: float,
    says: str,
) -> None:
    tables.add(
        "evidence",
        cluster_id=cluster,
        score=score,
        term=term,
        observed=observed,
        expected=expected,
        contribution=contribution,
        says=says,
    )
