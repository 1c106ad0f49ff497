"""``graphmeta privacy subject``: what do runs hold about one person's own account?

The id is read from a prompt, a file or standard input, never from the command line: shells keep
histories of command lines, and other users of a machine see them while a command runs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter, validators

from graphmeta.cli.console import messages, output, print_json, text
from graphmeta.cli.options import IDS, CaseStoreAddress, Json
from graphmeta.errors import UsageError

if TYPE_CHECKING:
    from graphmeta.oversight.holders import Holder
    from graphmeta.privacy.keys import Key


@Parameter(name="*", group=IDS)
@dataclass(frozen=True)
class Whose:
    """Whose account it is, and with which key runs name it."""

    account: Annotated[
        Path | None,
        Parameter(
            help="A file that holds the id, as it stands in the events; - for standard input. "
            "Never the id itself, which your shell would keep. By default it is asked for.",
            metavar="FILE",
            allow_leading_hyphen=True,  # without it a lone dash is taken for an option
        ),
    ] = None
    life: Annotated[
        int,
        Parameter(
            help="Which holder of an id that was given to somebody else later; 1 is the first.",
            validator=validators.Number(gte=1),
        ),
    ] = 1
    key: Annotated[
        Path | None,
        Parameter(
            help="The file with the key of the runs' pseudonyms. By default the one in your "
            "configuration folder.",
        ),
    ] = None

    def id(self) -> str:
        """Return the id, without the line break that ends it."""
        if self.account is None and sys.stdin.isatty():
            messages().print(text("The account's id, as it stands in the events:"), end=" ")
            return input().strip()
        if self.account is None or str(self.account) == "-":
            return sys.stdin.read().rstrip("\r\n")
        try:
            return self.account.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            # The name is not repeated: it may be the id, given where a file belongs.
            raise UsageError(
                "What --account names is no file that can be read.",
                "It takes a file that holds the id, or - for standard input. If you gave the id "
                "itself, your shell may have kept it: clear that line of its history.",
            ) from error

    def key_of(self, key_id: str) -> Key:
        """Return the key that bears a name. None is ever made here: it would fit no run."""
        from graphmeta.privacy.keys import default_key_path, load_key

        path = self.key or default_key_path()
        if not path.exists():
            raise UsageError(
                f"There is no key at {path}.",
                "Name the key with which the runs were made with --key FILE. If it was destroyed, "
                "nobody can tell any more which pseudonym is whose.",
            )
        return load_key(path, key_id=key_id)


_ASKED = Whose()


def subject(
    *runs: Annotated[Path, Parameter(help="Folders that `graphmeta analyze` wrote.")],
    purpose: Annotated[
        Literal["access", "appeal", "erasure"],
        Parameter(
            help="What the person asks for: to know, to object to how a cluster with the account "
            "was judged, or to have its rows taken out."
        ),
    ],
    request: Annotated[
        str,
        Parameter(
            help="Under which number the request is filed. Logs keep a hash of it.", metavar="REF"
        ),
    ],
    whose: Whose = _ASKED,
    delete_map: Annotated[
        bool,
        Parameter(
            help="With an erasure: delete the run's sealed map back to the ids, whole. One account "
            "cannot be taken out of it without both its keys."
        ),
    ] = False,
    case_store: CaseStoreAddress = None,
    json: Json = False,
) -> None:
    """Answer one person about their own account: for access, an appeal, or erasure.

    This is the only command that takes an account, one a call. It is not for investigation. Every
    run logs the request before it answers, whether or not it holds anything; no other account is
    named. Make sure that the person holds the account: the program cannot know. Erasure takes the
    account's rows out of each run for good; scores that were made with it stay, as sums.

    For example:

    - `graphmeta privacy subject RUN --purpose access --request SAR-2026-014`
    - `graphmeta privacy subject RUN --purpose erasure --request E-7 --account id.txt`
    """
    from graphmeta.oversight.subject import Request, answer
    from graphmeta.run import open_run

    if not runs:
        raise UsageError("No run was named.", "Write: graphmeta privacy subject RUN... ")
    opened = [open_run(run) for run in runs]
    asked = Request(whose.id(), purpose, request, whose.life, delete_map)
    with _texts(case_store) as texts:
        told = answer(asked, opened, whose.key_of, texts)
    if json:
        print_json(told)
        return
    for one in told["runs"]:
        _tell(one, purpose)
    for name, kinds in told["texts"].items():
        _tell_texts(name, kinds, purpose)


@contextmanager
def _texts(case_store: str | None) -> Iterator[Sequence[Holder]]:
    """Give what people wrote about clusters, where there is a case store. None is made."""
    from graphmeta.cases.place import address
    from graphmeta.oversight.acts import operator

    if not address(case_store).exists():
        yield ()
        return
    from graphmeta.cases.erasure import Texts
    from graphmeta.cases.store import open_store

    with open_store(case_store) as store:
        yield (Texts(store, operator()),)


def _tell(held: Mapping[str, Any], purpose: str) -> None:
    console = output()
    console.print(
        text(
            f"{held['run']}, made {_day(held['made_at'])}, kept until {_day(held['expires_at'])}",
            "bold",
        )
    )
    _tell_of_state(held)
    if not any(held["rows"].values()):
        console.print(text("  Nothing is held about this account in the tables."))
        _tell_of_map(held)
        return
    rows = ", ".join(f"{name} {number}" for name, number in held["rows"].items() if number)
    console.print(text(f"  Rows that name it: {rows}."))
    for cluster in held["clusters"]:
        for line in _cluster(cluster):
            console.print(text(f"  {line}"))
    if purpose == "appeal" and held["clusters"]:
        names = ", ".join(cluster["cluster"] for cluster in held["clusters"])
        console.print(text(f"  The appeal is logged. A person now reviews {names} anew."))
    if purpose == "erasure":
        done = held["erased"]
        console.print(
            text(
                f"  Erased. Clusters counted anew: {done['clusters_changed']}; removed, because "
                f"too few accounts were left: {done['clusters_removed']}. Scores and evidence were "
                "made with the account and stay, as sums over all members."
            )
        )
        _tell_of_map(held)


def _tell_of_state(held: Mapping[str, Any]) -> None:
    """Say what a kept state holds, or held until now."""
    events = held["state_events"]
    if events is None:
        return
    gone = " They are gone from it." if "erased" in held and events else ""
    said = f"  Events of this number in the kept state: {events:,}.{gone}"
    output().print(text(said))


def _tell_of_map(held: Mapping[str, Any]) -> None:
    """Say what becomes of a sealed map back to the ids, where something was erased."""
    from graphmeta.oversight.erasure import MAP_STATES

    said = MAP_STATES[held["erased"]["reverse_map"]] if "erased" in held else ""
    if said:
        output().print(text(f"  {said}"))


def _tell_texts(name: str, kinds: Mapping[str, int], purpose: str) -> None:
    found = ", ".join(f"{kind} {number}" for kind, number in kinds.items() if number)
    what = "Texts from which it was erased" if purpose == "erasure" else "Texts that name it"
    output().print(text(f"{what}, in {name}: {found or 'none'}."))


def _cluster(cluster: Mapping[str, Any]) -> list[str]:
    from graphmeta.report import words

    strength = words.score(cluster["strength"])
    role = (
        "contacted; it was not scored"
        if cluster["role"] == "contacted"
        else (f"{cluster['role']}, belonging with strength {strength} of 1")
    )
    verdict = cluster["verdict"]
    judged = (
        "no person has judged it yet"
        if verdict is None
        else (f"a person judged it {verdict['says']} on {words.day(verdict['at'])}")
    )
    state = "flagged" if cluster["flagged"] else cluster["status"]
    contacts = cluster["own_contacts"]
    return [
        f"Cluster {cluster['cluster']}: {state}, looks like {cluster['behaviour']}; {judged}.",
        f"  The account's part: {role}.",
        f"  Beside it: {words.count(cluster['n_actors'])} that acted (it included, if it did), "
        f"{words.count(cluster['n_contacted'])} contacted; active "
        f"{words.period(cluster['first_event'], cluster['last_event'])}.",
        f"  Its own contacts within the cluster: to {contacts['sent_to']}, from "
        f"{contacts['received_from']} accounts.",
        *_evidence(cluster),
    ]


def _evidence(cluster: Mapping[str, Any]) -> Iterator[str]:
    """Yield what carries weight in each score, the heaviest first; JSON has all of it."""
    from graphmeta.report import summary, words
    from graphmeta.scores.wording import SPEAKS_FROM

    said: dict[str, list[Mapping[str, Any]]] = {}
    for row in cluster["evidence"]:
        said.setdefault(row["score"], []).append(row)
    for row in said.get("coordination", []):
        yield f"  Held together: {words.sentence(row['says'])}"
    for score in summary.SCORES:
        heavy = [row for row in said.get(score, []) if abs(row["contribution"]) >= SPEAKS_FROM]
        if heavy:
            yield f"  {summary.SCORE_NAMES[score]}, {words.score(cluster[score])} of 1:"
        for row in heavy:
            yield f"    {'+' if row['contribution'] > 0 else '−'} {words.sentence(row['says'])}"
    for row in said.get("verdict", []):
        yield f"  {words.sentence(row['says'])}"


def _day(moment: str) -> str:
    from graphmeta.report import words

    return words.day(words.parse_time(moment))
