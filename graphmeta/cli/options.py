"""Which options do several commands share, and how do they become what the package takes?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Group, Parameter, validators

from graphmeta.errors import UsageError

if TYPE_CHECKING:
    from graphmeta.ingest import Reading
    from graphmeta.pipeline import Settings

ROWS = Group("How the files are read", sort_key=2)
IDS = Group("What names the accounts get", sort_key=3)
TESTS = Group("How clusters are judged", sort_key=4)
REACH = Group("What the analysis can reach, and use", sort_key=5)
OUTPUT = Group("Output", sort_key=6)

_PROBABILITY = validators.Number(gt=0, lt=1)

Events = Annotated[
    Path,
    Parameter(
        help="Files with contact events, or folders of them: Parquet, CSV, NDJSON or Arrow IPC.",
    ),
]
RunPath = Annotated[Path, Parameter(help="A folder that `graphmeta analyze` wrote.")]
Quiet = Annotated[
    bool, Parameter(name=("--quiet", "-q"), group=OUTPUT, help="No progress on standard error.")
]
Json = Annotated[
    bool, Parameter(name="--json", group=OUTPUT, help="Print JSON, for other programs to read.")
]
CaseStoreAddress = Annotated[
    str | None,
    Parameter(
        name="--case-store",
        group=OUTPUT,
        env_var="GRAPHMETA_CASE_STORE",
        help="Where verdicts are kept: postgresql://USER@HOST/DATABASE or sqlite:////PATH. By "
        "default a file in your data folder. Passwords are better in ~/.pgpass than here.",
        metavar="URL",
    ),
]
Config = Annotated[
    Path | None,
    Parameter(
        group=OUTPUT,
        help="A TOML file with options, spelt as here: tables [reading] and [judging]. "
        "What the command line says goes first.",
    ),
]


@Parameter(name="*", group=ROWS)
@dataclass(frozen=True)
class ReadingOptions:
    """How events are read."""

    accounts: Annotated[
        Path | None,
        Parameter(help="A file about the accounts: account, created_at, closed_at, declared."),
    ] = None
    map: Annotated[
        tuple[str, ...],
        Parameter(
            help="A column that stands under another name, as CONTRACT=FILE: sender=caller_id. "
            "Repeatable.",
            metavar="NAME=NAME",
        ),
    ] = ()
    mapping: Annotated[
        Path | None,
        Parameter(help='A saved mapping: a TOML file with lines such as sender = "caller_id".'),
    ] = None
    ignore_column: Annotated[
        tuple[str, ...],
        Parameter(
            help="A column that stays unread, by its name in the file. Repeatable.", metavar="NAME"
        ),
    ] = ()
    ignore_unknown_columns: Annotated[
        bool,
        Parameter(help="Leave every column unread that the contract does not know."),
    ] = False
    ignore_kind: Annotated[
        tuple[str, ...],
        Parameter(help="Leave out rows of this kind, such as receipt. Repeatable.", metavar="KIND"),
    ] = ()
    collapse_duplicates: Annotated[
        bool,
        Parameter(help="Count rows that are equal within one second as one (device copies)."),
    ] = False
    not_before: Annotated[
        datetime | None,
        Parameter(
            help="Leave out, and count, events before this moment (UTC unless it names a zone), "
            "those of an updated run too.",
            show_default=False,
        ),
    ] = None
    timestamp_unit: Annotated[
        Literal["s", "ms", "us", "ns"] | None,
        Parameter(help="The unit of timestamps that are numbers, since 1970 in UTC."),
    ] = None
    time_zone: Annotated[
        str | None,
        Parameter(
            help="The zone of timestamps that name none, such as Europe/Berlin.", metavar="ZONE"
        ),
    ] = None
    identifiers: Annotated[
        Literal["pseudonymous", "plain"],
        Parameter(
            group=IDS,
            help="Keyed pseudonyms, or the ids as they are (for synthetic and public data).",
        ),
    ] = "pseudonymous"
    key: Annotated[
        Path | None,
        Parameter(
            group=IDS,
            help="The file with the pseudonyms' key; made where it is absent. By default one in "
            "your configuration folder.",
        ),
    ] = None
    dataset: Annotated[
        str,
        Parameter(
            group=IDS,
            help="Pseudonyms are stable within a data set, and cannot be linked across.",
            metavar="NAME",
        ),
    ] = "default"
    seal_to: Annotated[
        tuple[str, ...],
        Parameter(
            group=IDS,
            help="Authorise a way back: the ids behind the scored members of flagged clusters are "
            "sealed to two keys, both of which `graphmeta reveal` needs. Give two age recipients, "
            "and --people. By default no map is kept.",
            metavar="age1...",
        ),
    ] = ()
    people: Annotated[
        Path | None,
        Parameter(
            group=IDS,
            help="A TOML file that names who may ask for that map to be opened and who may approve "
            "it: three at least, a table [people] of names and public keys.",
        ),
    ] = None

    def reading(self) -> Reading:
        """Return what ingest takes.

        Raises:
            UsageError: A mapping is not of the form NAME=NAME, or a saved one cannot be read.
        """
        from graphmeta.ingest import Reading, load_mapping
        from graphmeta.privacy.people import load_people

        saved = load_mapping(self.mapping) if self.mapping else {}
        return Reading(
            mapping={**saved, **parse_mapping(self.map)},
            ignore_columns=self.ignore_column,
            ignore_unknown_columns=self.ignore_unknown_columns,
            ignore_kinds=self.ignore_kind,
            collapse_duplicates=self.collapse_duplicates,
            timestamp_unit=self.timestamp_unit,
            time_zone=self.time_zone,
            accounts=self.accounts,
            identifiers=self.identifiers,
            key_file=self.key,
            dataset=self.dataset,
            seal_to=self.seal_to,
            people=load_people(self.people) if self.people else {},
            not_before=in_utc(self.not_before),
        )


@Parameter(name="*", group=TESTS)
@dataclass(frozen=True)
class JudgingOptions:
    """How clusters are judged."""

    since: Annotated[
        datetime | None,
        Parameter(
            help="Events before this moment are history, from which circles are drawn (UTC unless "
            "it names a zone). By default the first quarter of the time span.",
            show_default=False,
        ),
    ] = None
    alpha: Annotated[
        float,
        Parameter(
            help="The false discovery rate (0 to 1) at which groups count as coordinated.",
            validator=_PROBABILITY,
        ),
    ] = 0.05
    min_score: Annotated[
        float,
        Parameter(
            help="The spam or recruitment score from which a cluster can be flagged: 0 or more, "
            "and less than 1, which no score reaches.",
            validator=validators.Number(gte=0, lt=1),
        ),
    ] = 0.5
    min_actors: Annotated[
        int,
        Parameter(
            help="How many actors (accounts) a flagged cluster has at least.",
            validator=validators.Number(gte=2),
        ),
    ] = 3
    seed: Annotated[
        int,
        Parameter(help="Equal events, options and seed give equal tables."),
    ] = 0
    retention_days: Annotated[
        int,
        Parameter(
            help="After how many days the run expires and is no longer opened.",
            validator=validators.Number(gte=1),
        ),
    ] = 30
    calibration: Annotated[
        Path | None,
        Parameter(
            help="Your own curve from scores to risk, as `graphmeta recalibrate` wrote it.",
            metavar="FILE",
        ),
    ] = None
    sandbox: Annotated[
        Literal["auto", "require", "off"],
        Parameter(
            group=REACH,
            help="The analysis runs in a process that can open its store and the run alone, "
            "without network: as far as this machine can (auto), or not at all (require). With "
            "off, it runs in the process that reads the files.",
        ),
    ] = "auto"
    memory_limit: Annotated[
        str | None,
        Parameter(
            group=REACH,
            help="How much memory each process may hold, such as 12GB. An analysis that is "
            "expected to need more is refused once the events are read, and one that comes to hold "
            "more is ended. By default there is no limit.",
            metavar="SIZE",
        ),
    ] = None

    def settings(self) -> Settings:
        """Return what the analysis takes.

        Raises:
            InputError: The calibration cannot be read, or is for other scores.
            UsageError: The memory limit is no size.
        """
        from graphmeta.pipeline import Settings, calibration

        return Settings(
            since=in_utc(self.since),
            alpha=self.alpha,
            min_score=self.min_score,
            min_actors=self.min_actors,
            seed=self.seed,
            retention_days=self.retention_days,
            calibration=calibration.load(self.calibration) if self.calibration else None,
            sandbox=self.sandbox,
            memory_limit=parse_size(self.memory_limit) if self.memory_limit else None,
        )


def in_utc(moment: datetime | None) -> datetime | None:
    """Take a moment that names no zone to be in UTC."""
    if moment is not None and moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment


def parse_mapping(pairs: Sequence[str]) -> dict[str, str]:
    """Turn ``sender=caller_id`` into a mapping from contract name to name in the file.

    Raises:
        UsageError: One of them is of another form, or a contract name stands twice.
    """
    mapping: dict[str, str] = {}
    for pair in pairs:
        name, sign, inside = pair.partition("=")
        if not (name and sign and inside):
            raise UsageError(
                f"--map {pair!r} is not of the form CONTRACT=FILE.",
                "Write, for instance, --map sender=caller_id.",
            )
        if name in mapping:
            raise UsageError(
                f"--map gives {name!r} two columns: {mapping[name]!r} and {inside!r}.",
                "Give each column of the contract one column of the file.",
            )
        mapping[name] = inside
    return mapping


def parse_size(text: str) -> int:
    """Turn ``12GB`` into bytes.

    Raises:
        UsageError: It is of another form.
    """
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([kKMGT]?)(i?)[bB]?\s*", text)
    if found is None:
        raise UsageError(
            f"{text!r} is no size of memory.", "Give a number and its unit, such as 12GB or 800MB."
        )
    number, prefix, binary = found.groups()
    thousand = 1024 if binary else 1000
    return int(float(number) * thousand ** " kMGT".index(prefix.replace("K", "k") or " "))


def require_events(events: Sequence[Path], usage: str) -> None:
    """Refuse a command line that names no events.

    Args:
        events: What it names.
        usage: The command and what it takes, for the remedy.

    Raises:
        UsageError: There are none.
    """
    if not events:
        raise UsageError(
            "No events were named.",
            f"Name one file or more, or a folder of them: graphmeta {usage}",
        )
