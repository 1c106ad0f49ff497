"""``graphmeta synth``: a made-up world of any size, with its answers in files of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Group, Parameter, validators

from graphmeta.cli.console import output, print_json, text
from graphmeta.cli.options import OUTPUT, Json, Quiet
from graphmeta.cli.progress import progress
from graphmeta.errors import UsageError

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

    from graphmeta.synthetic.making import Plan
    from graphmeta.synthetic.world import Written

SIZE = Group("How large the world is", sort_key=2)
HIDDEN = Group("What is hidden in it", sort_key=3)
_ACCOUNTS = 2_000
_ALL, _NONE = "all", "none"


@Parameter(name="*", group=SIZE)
@dataclass(frozen=True)
class SizeOptions:
    """How large a world is."""

    events: Annotated[
        int | None,
        Parameter(
            help="About how many events; as many accounts as it takes.",
            validator=validators.Number(gte=1),
        ),
    ] = None
    accounts: Annotated[
        int | None,
        Parameter(
            help=f"How many ordinary people, where --events is not given: {_ACCOUNTS} unless you "
            "say otherwise. Look-alikes and campaigns open some accounts more.",
        ),
    ] = None
    days: Annotated[int, Parameter(help="How many days it lasts.")] = 28
    quiet_days: Annotated[
        int, Parameter(help="For how many days at the start no campaign is at work: history.")
    ] = 7


@Parameter(name="*", group=HIDDEN)
@dataclass(frozen=True)
class HiddenOptions:
    """What is hidden in a world."""

    campaign: Annotated[
        tuple[str, ...],
        Parameter(
            help="Abuse to plant: bulk, split_list, shared_targets, one_clock, drip, funnel, "
            "grooming, tiny, taken_over, ... (a wrong name lists all), or seven_at_once. "
            "Parameters are drawn by seed, but for those that follow a colon: "
            "funnel:converts=0.3,camouflage=2 (a wrong one lists all). "
            "Repeatable, also for several of one name; none for a world without.",
            metavar="NAME",
        ),
    ] = ("seven_at_once",)
    lookalike: Annotated[
        tuple[str, ...],
        Parameter(
            help="Benign behaviour that resembles abuse: newsletter, courier, text_bank, "
            "movement, ... (a wrong name lists them). Repeatable, also for several of one kind; "
            "all (one of each), or none.",
            metavar="KIND",
        ),
    ] = (_ALL,)


_DEFAULT_SIZE = SizeOptions()
_DEFAULT_HIDDEN = HiddenOptions()


def synth(
    *,
    out: Annotated[
        Path,
        Parameter(
            group=OUTPUT,
            help="The folder to make. It appears whole, at the end, or not at all.",
            metavar="DIR",
        ),
    ],
    size: SizeOptions = _DEFAULT_SIZE,
    hidden: HiddenOptions = _DEFAULT_HIDDEN,
    seed: Annotated[
        int,
        Parameter(group=OUTPUT, help="Equal options and seed give equal files."),
    ] = 0,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Make up a world: who contacted whom and when, with campaigns and look-alikes hidden in it.

    Events go to DIR/events/, in files that follow one another in time, and the accounts to
    DIR/accounts.parquet. The answers stand apart: DIR/truth.parquet says which accounts were
    planted, DIR/lookalikes.parquet which resemble them and do no harm. Ids are random and tell
    nothing. Nobody's data is used, and memory stays bounded however large the world is.

    For example:

    - `graphmeta synth --out WORLD --campaign funnel`
    - `graphmeta synth --out WORLD --campaign shared_targets:overlap=0.2,window=43200,camouflage=3`
    - `graphmeta synth --out WORLD --events 10000000 --seed 1`
    - `graphmeta synth --out WORLD --accounts 5000 --days 60 --campaign none --lookalike courier`
    """
    from graphmeta.synthetic import refuse_taken, sized, synthesise

    plan = _plan(size, hidden, seed)
    with progress(quiet=quiet) as stage:
        refuse_taken(out)
        if size.events is not None:
            plan = sized(plan, size.events, stage)
        written = synthesise(plan, out, stage)
    if json:
        print_json(_as_json(written))
    else:
        print_world(output(), written)


def _plan(size: SizeOptions, hidden: HiddenOptions, seed: int) -> Plan:
    """Return what kind of world was asked for.

    Raises:
        UsageError: Options contradict each other, or there is no such world.
    """
    from graphmeta.synthetic import ALL_LOOKALIKES, Plan

    if size.events is not None and size.accounts is not None:
        raise UsageError(
            "--events and --accounts both say how large the world is.", "Give one of them."
        )
    return Plan(
        accounts=_ACCOUNTS if size.accounts is None else size.accounts,
        days=size.days,
        campaigns=_named(hidden.campaign, "--campaign"),
        lookalikes=[
            kind
            for name in _named(hidden.lookalike, "--lookalike")
            for kind in (ALL_LOOKALIKES if name == _ALL else (name,))
        ],
        seed=seed,
        quiet_days=size.quiet_days,
    )


def _named(names: Sequence[str], option: str) -> Sequence[str]:
    """Return the names, or nothing where ``none`` stands alone.

    Raises:
        UsageError: ``none`` stands beside others.
    """
    if _NONE not in names:
        return names
    if set(names) != {_NONE}:
        raise UsageError(f"{option} {_NONE} stands beside other names.", "Give one or the other.")
    return ()


def _as_json(written: Written) -> dict[str, Any]:
    return {
        "world": str(written.folder),
        "seed": written.plan.seed,
        "days": written.plan.days,
        "quiet_days": written.plan.quiet_days,
        "ordinary_accounts": written.plan.accounts,
        "accounts": written.accounts,
        "events": written.events,
        "campaigns": _sizes(written.truth, "campaign"),
        "lookalikes": _sizes(written.lookalikes, "kind"),
    }


def _sizes(labelled: pl.DataFrame, label: str) -> dict[str, int]:
    """Return how many accounts (or groups) bear each label."""
    return dict(labelled.group_by(label).len().sort(label).iter_rows())


def print_world(console: Console, written: Written) -> None:
    """Print what was made, what is hidden in it, and what to do next."""
    from graphmeta.report import words

    console.print(
        text(
            f"Made {words.plural(written.events, 'event')} of "
            f"{words.plural(written.accounts, 'account')} in "
            f"{words.plural(written.plan.days, 'day')}."
        )
    )
    _hidden(console, "Campaigns", written.truth, "campaign", "truth.parquet")
    _hidden(console, "Look-alikes", written.lookalikes, "kind", "lookalikes.parquet")
    console.print()
    console.print(text("Next", "bold"))
    folder = written.folder
    console.print(
        text(
            f"  graphmeta analyze {folder / 'events'} --accounts {folder / 'accounts.parquet'} "
            "--out RUN --identifiers plain"
        ),
        soft_wrap=True,
    )


def _hidden(console: Console, what: str, labelled: pl.DataFrame, label: str, file: str) -> None:
    from graphmeta.report import words

    sizes = _sizes(labelled, label)
    listed = ", ".join(f"{words.plain(name)} {words.count(n)}" for name, n in sizes.items())
    console.print(text(f"{what} ({file}): {listed or 'none'}."))
