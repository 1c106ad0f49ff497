"""Is there one door alone at which an account can be named?"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from cyclopts import App
from oversight_kit import RING, make_run, named

import graphmeta
from graphmeta.cli import main
from graphmeta.cli.app import build
from graphmeta.contract.tables import TABLES
from graphmeta.errors import GraphmetaError

#: Words with which an account could be asked for.
_ACCOUNT = re.compile(r"account|pseudonym|member|entit|user|person|sender|recipient|phone|\bids?\b")
#: The one command that takes an account, and how.
DOOR = (("privacy", "subject"), "--account")
#: What bears such a word and names no account: files about all, and how many of them.
HARMLESS = {
    (("check",), "--accounts"): Path,
    (("analyze",), "--accounts"): Path,
    (("synth",), "--accounts"): int,
    (("bench", "run"), "--accounts"): int,
    (("bench", "realism"), "--accounts"): int,
    (("explain",), "--members"): int,
    (("reveal", "request"), "--most-accounts"): int,
    # What the platform's key holder matches with a list of reviewed accounts, and the keys with
    # which an approved request is carried out: whole files, and no account is named.
    (("privacy", "match"), "--ids"): Path,
    (("reveal", "open"), "--identity"): tuple[Path, ...],
}
#: These are about those who review, and say who may come in; no account of a run is named.
OF_REVIEWERS = {
    (("serve",), "--users"),
    (("serve",), "--add-user"),
    (("serve",), "--identity-header"),
}


def commands(app: App, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], App]]:
    """Yield every command of the command line with its name, groups of commands opened."""
    for name in app:
        if name.startswith("-"):
            continue
        inside = app[name]
        if inside.default_command is None:
            yield from commands(inside, (*path, name))
        else:
            yield (*path, name), inside


COMMANDS = dict(commands(build()))


def test_the_walk_finds_commands_at_every_depth() -> None:
    assert {("queue",), ("bench", "run"), ("privacy", "subject")} <= set(COMMANDS)


def test_no_other_command_takes_an_account() -> None:
    asking = {
        (path, argument.name): argument.hint
        for path, command in COMMANDS.items()
        for argument in command.assemble_argument_collection()
        if _ACCOUNT.search(argument.name.lower())
    }
    assert asking.pop(DOOR, None) is not None
    asking = {place: hint for place, hint in asking.items() if place not in OF_REVIEWERS}
    assert set(asking) <= set(HARMLESS)
    for place, hint in asking.items():
        assert HARMLESS[place] in (hint, *getattr(hint, "__args__", ())), place
        assert str not in (hint, *getattr(hint, "__args__", ())), place


def test_what_stands_in_a_clusters_place_is_a_cluster_or_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = make_run(tmp_path)
    account = named(RING[0], tmp_path)
    taking = [
        path
        for path, command in COMMANDS.items()
        for argument in command.assemble_argument_collection()
        if argument.name.lower() == "cluster"
    ]
    assert ("explain",) in taking
    for path in taking:
        assert main([*path, str(made.path), account]) == 2
        assert capsys.readouterr().out == ""


def public() -> Iterator[tuple[str, inspect.Signature]]:
    """Yield everything that ``import graphmeta`` offers to be called, methods included."""
    for name in graphmeta.__all__:
        offered = getattr(graphmeta, name)
        if inspect.isclass(offered):
            for method, function in inspect.getmembers(offered, inspect.isfunction):
                if not method.startswith("_"):
                    yield f"{name}.{method}", inspect.signature(function)
        if callable(offered):
            yield name, inspect.signature(offered)


def test_nothing_that_python_offers_takes_an_account() -> None:
    asking = {
        f"{name}({parameter})"
        for name, signature in public()
        for parameter in signature.parameters
        if _ACCOUNT.search(parameter)
    }
    # The file about all accounts, and the name of a cluster.
    assert asking == {"Reading(accounts)", "Cluster(id)"}


def test_an_account_is_no_cluster_in_python_either(tmp_path: Path) -> None:
    made = graphmeta.open_run(make_run(tmp_path).path)
    with pytest.raises(GraphmetaError, match="no cluster"):
        made.cluster(named(RING[0], tmp_path))


def test_times_in_a_run_are_held_to_the_second(tmp_path: Path) -> None:
    made = make_run(tmp_path)
    for name, schema in TABLES.items():
        table = made.table(name)
        for column, kind in schema.items():
            if isinstance(kind, pl.Datetime):
                assert (table[column].dt.microsecond() == 0).all(), (name, column)


def test_dates_are_all_that_a_report_can_be_narrowed_by() -> None:
    arguments = COMMANDS["privacy", "transparency"].assemble_argument_collection()
    narrowing = {one.name: one.hint for one in arguments if one.name in ("--from", "--to")}
    assert len(narrowing) == 2
    for hint in narrowing.values():
        assert date in hint.__args__
        assert datetime not in hint.__args__
