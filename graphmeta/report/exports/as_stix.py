"""STIX 2.1: the group as a grouping with what was observed, what is said of it, and who disagrees.

A ``grouping`` holds the members as ``user-account`` objects and one ``observed-data`` for when they
were seen. The case for, the case against and everything else said are ``note`` objects about the
grouping; every verdict is an ``opinion`` on the question whether the group does wrong. All objects
bear two markings: the Traffic Light Protocol 2.0, and the statement of what they do not say.

There is no ``indicator``, no ``threat-actor`` and no ``confidence``: risk is no probability, and a
consumer must find nothing to block by machine. Hubs may be groups of people, for which STIX has no
object; they stand as accounts too, and their role says so.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from graphmeta.errors import MissingExtraError
from graphmeta.report import words
from graphmeta.report.exports.audience import LEVELS, Tlp
from graphmeta.report.exports.dossier import Dossier
from graphmeta.report.exports.form import Format, Leaving, Made
from graphmeta.report.exports.inert import spelt
from graphmeta.report.exports.letter import paragraphs

if TYPE_CHECKING:
    from types import ModuleType

#: Ids follow from the run and what they name, so that exporting twice updates and never doubles.
_OURS = uuid.UUID("5f0f2ad5-0d4b-4a0a-9a62-6f2c1f1d2c8e")
#: OASIS, cti-stix-common-objects: how TLP 2.0 is written in STIX 2.1.
_TLP_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
_TLP_CREATED = "2022-10-01T00:00:00.000Z"

#: How a verdict answers the question whether the group does wrong.
_ANSWERS = {
    "spam": "agree",
    "recruitment": "agree",
    "unsure": "neutral",
    "benign": "disagree",
}
#: What a note is called, by the paragraph that it holds.
_NOTES = {
    "summary": "What this group is",
    "evidence_for": "Evidence for",
    "evidence_against": "Evidence against",
    "frame": "Where scores start, and what would change the verdict",
    "notes": "Reviewers' notes",
    "pins": "What reviewers pinned",
}


def _make(dossier: Dossier) -> Made:
    try:
        import stix2
    except ImportError as error:
        raise MissingExtraError("stix2, which writes STIX,", "share") from error
    said = paragraphs(dossier)
    author = stix2.Identity(
        id=_id(dossier, "identity", "author"),
        created=dossier.made_at,
        modified=dossier.made_at,
        name=f"graphmeta {dossier.about['graphmeta']}, run {dossier.run_id}",
        identity_class="system",
    )
    statement = stix2.MarkingDefinition(
        # A marking cannot be changed, so each export has its own.
        id=_id(dossier, "marking-definition", f"{dossier.tlp} {dossier.exported_at.isoformat()}"),
        created=dossier.exported_at,
        definition_type="statement",
        definition=stix2.StatementMarking("\n".join(said[name] for name in dossier.about)),
    )
    tlp = _tlp(stix2, dossier.tlp)
    common = {
        "created_by_ref": author.id,
        "created": dossier.made_at,
        "modified": dossier.exported_at,
        "object_marking_refs": [tlp.id, statement.id],
    }
    objects = [tlp, author, statement, *_objects(stix2, dossier, said, common)]
    bundle = stix2.Bundle(
        id=_id(dossier, "bundle", dossier.exported_at.isoformat()), objects=objects
    )
    text = bundle.serialize(indent=2, ensure_ascii=True) + "\n"
    return Made(text.encode("ascii"), len(objects), _leaving(objects))


def _objects(
    stix2: ModuleType, dossier: Dossier, said: Mapping[str, str], common: Mapping[str, Any]
) -> Iterator[Any]:
    """Yield the members, what was observed, the grouping, and what is said of it."""
    row = dossier.cluster
    marked = {"object_marking_refs": common["object_marking_refs"]}
    accounts = [stix2.UserAccount(user_id=one, **marked) for one in dossier.members["account"]]
    observed = stix2.ObservedData(
        id=_id(dossier, "observed-data", "members"),
        first_observed=row["first_event"] or dossier.made_at,
        last_observed=row["last_event"] or dossier.made_at,
        # The group was observed once, by one run; how often its members acted, they say.
        number_observed=1,
        object_refs=[one.id for one in accounts],
        **common,
    )
    grouping = stix2.Grouping(
        id=_id(dossier, "grouping", "cluster"),
        name=f"Cluster {spelt(row['cluster_id'])} of run {dossier.run_id}",
        description=f"{said['summary']}\n{said['no_proof']}",
        context="suspicious-activity" if row["flagged"] else "unspecified",
        object_refs=[observed.id, *(one.id for one in accounts)],
        **common,
    )
    yield from accounts
    yield observed
    yield grouping
    yield from _notes(stix2, dossier, said, {**common, "object_refs": [grouping.id]})
    yield from _opinions(stix2, dossier, {**common, "object_refs": [grouping.id]})


def _notes(
    stix2: ModuleType, dossier: Dossier, said: Mapping[str, str], common: Mapping[str, Any]
) -> Iterator[Any]:
    told = {_NOTES[name]: text for name, text in said.items() if name in _NOTES}
    told["Members: role, strength, and counts of whom they contacted"] = _members(dossier)
    told["What this does not say"] = "\n".join(said[name] for name in dossier.about)
    for abstract, content in told.items():
        yield stix2.Note(
            id=_id(dossier, "note", abstract), abstract=abstract, content=content, **common
        )


def _opinions(stix2: ModuleType, dossier: Dossier, common: Mapping[str, Any]) -> Iterator[Any]:
    case = dossier.case
    for number, one in enumerate(case.opinions):
        kind = f" (looks like {words.plain(one.looks_like)})" if one.looks_like else ""
        yield stix2.Opinion(
            id=_id(dossier, "opinion", str(number)),
            opinion=_ANSWERS[one.verdict],
            explanation=spelt(
                f"On whether this group does wrong: {one.verdict}{kind}. This verdict "
                f"{case.position(one)}. {one.reason}"
            ),
            authors=[one.reviewer],
            **{**common, "created": one.at},
        )


def _members(dossier: Dossier) -> str:
    """Write one line per member."""
    return "\n".join(
        f"{spelt(row['account'])}: {row['role']}, strength {words.score(row['strength'])}, reached "
        f"{row['reached']} contacted accounts, {row['strangers']} of them as a stranger, "
        f"{row['shared']} of them shared with other members"
        for row in dossier.members.iter_rows(named=True)
    )


def _tlp(stix2: ModuleType, tlp: Tlp) -> Any:
    """Return the marking that OASIS publishes, with its own id."""
    level = LEVELS[tlp]
    return stix2.MarkingDefinition(
        id=f"marking-definition--{level.marking}",
        created=_TLP_CREATED,
        name=level.name,
        extensions={_TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": tlp}},
    )


def _id(dossier: Dossier, kind: str, name: str) -> str:
    words_of_it = "\x1f".join((dossier.run_id, dossier.cluster["cluster_id"], kind, name))
    return f"{kind}--{uuid.uuid5(_OURS, words_of_it)}"


def _leaving(objects: list[Any]) -> tuple[Leaving, ...]:
    """Return what is in the objects, type by type, read off the objects themselves."""
    kinds = dict.fromkeys(one.type for one in objects)
    of_kind = {kind: [one for one in objects if one.type == kind] for kind in kinds}
    return tuple(
        Leaving(kind, len(ones), tuple(dict.fromkeys(name for one in ones for name in one)))
        for kind, ones in of_kind.items()
    )


FORMAT = Format("stix", "stix.json", _make)
