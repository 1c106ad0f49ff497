"""The command line as a whole: help, usage errors, unexpected errors, interruption."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from newcomer import COMMAND, environment, shell

from graphmeta.cli import main
from graphmeta.cli.app import build

COMMANDS = (
    "demo",
    "synth",
    "check",
    "analyze",
    "queue",
    "explain",
    "report",
    "verdict",
    "recalibrate",
    "export",
    "diff",
)
HEAVY = ("polars", "pyarrow", "numpy", "scipy", "networkx", "bokeh", "jinja2", "sqlalchemy")


def test_help_names_every_command_and_what_to_do_first(tmp_path: Path) -> None:
    shown = shell(tmp_path, "--help")
    assert shown.returncode == 0
    assert all(command in shown.stdout for command in COMMANDS)
    assert "Begin with graphmeta demo" in shown.stdout


def test_without_arguments_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "Begin with" in capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_shows_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"Usage: graphmeta {command}" in shown
    assert f"• graphmeta {command}" in shown
    assert "[/]" not in shown, "markup is shown as it is written"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_has_its_help(command: str) -> None:
    for argument in build()[command].assemble_argument_collection():
        if argument.show:
            assert argument.parameter.help, argument.name


def helped(arguments: list[str], unwanted: tuple[str, ...]) -> str:
    """Ask for help in a fresh interpreter, assert that it loads none of some modules, return it."""
    code = (
        "import sys, graphmeta, graphmeta.cli\n"
        f"code = graphmeta.cli.main({arguments!r})\n"
        f"print([name for name in {unwanted!r} if name in sys.modules], file=sys.stderr)\n"
        "sys.exit(code)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    assert (shown.returncode, shown.stderr.strip()) == (0, "[]")
    return shown.stdout


def test_help_and_the_import_of_the_package_load_nothing_heavy() -> None:
    assert helped(["analyze", "--help"], HEAVY)


def test_the_list_of_commands_waits_for_no_parser_of_markdown() -> None:
    slow = ("markdown_it", "importlib.metadata", "tomllib", "pygments")
    assert "[bold" not in helped(["--help"], slow)


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("graphmeta ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["qeue"], 'Did you mean "queue"'),
        (["queue"], "RUN requires an argument"),
        (["queue", "RUN", "--bugdet", "3"], "Did you mean --budget"),
        (["queue", "RUN", "--budget", "many"], "--budget"),
        (["queue", "RUN", "--budget", "0"], "Must be >= 1"),
        (["queue", "RUN", "--budget", "3.7"], "no whole number"),
        (["analyze", "e.csv", "--out", "RUN", "--min-actors", "3.7"], "no whole number"),
        (["analyze", "e.csv", "--out", "RUN", "--seed", "0.6"], "no whole number"),
        (["synth", "--out", "WORLD", "--days", "28.0"], "no whole number"),
        (["analyze", "events.csv"], "--out requires an argument"),
        (["analyze", "events.csv", "--out", "RUN", "--alpha", "2"], "Must be < 1"),
        (["analyze", "events.csv", "--out", "RUN", "--min-score", "1"], "Must be < 1"),
        (["analyze", "events.csv", "--out", "RUN", "--identifiers", "raw"], "pseudonymous"),
        (["analyze", "events.csv", "--out", "RUN", "--seed", f"{2**63}"], f"to {2**63 - 1}"),
        (["demo", "--out", "DEMO", "--seed", f"{2**63}"], f"to {2**63 - 1}"),
        (["analyze", "--out", "RUN"], "graphmeta analyze EVENTS..."),
        (["check"], "graphmeta check EVENTS..."),
        (["check", "events.csv", "--map", "sender"], "not of the form"),
        (["check", "events.csv", "--map", "a=b", "--map", "a=c"], "two columns"),
        (["check", "events.csv", "--map", "author=b"], "no column of the contract"),
        (["check", "events.csv", "--time-zone", "Mars/Base"], "no time zone"),
        (["check", "events.csv", "--mapping", "absent.toml"], "cannot be read as a mapping"),
    ],
)
def test_wrong_usage_is_named_with_its_remedy_and_exit_code_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err
    assert "Traceback" not in shown.err
    assert len(shown.err.strip().splitlines()) >= 2, "a remedy stands below the problem"


class SecretError(Exception):
    """An error whose text holds an id."""


def fail(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def open_run(path: Path) -> None:  # noqa: ARG001 - takes what the real one takes
        raise error

    monkeypatch.setattr("graphmeta.run.open_run", open_run)


def test_an_unexpected_error_shows_its_type_and_never_its_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail(monkeypatch, SecretError("+49 170 5551234"))
    monkeypatch.delenv("GRAPHMETA_DEBUG", raising=False)
    assert main(["queue", "RUN"]) == 1
    shown = capsys.readouterr()
    assert "failed unexpectedly (SecretError)" in shown.err
    assert "5551234" not in shown.err + shown.out
    assert "--debug" in shown.err
    assert "Traceback" not in shown.err


def test_debugging_shows_the_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail(monkeypatch, SecretError("+49 170 5551234"))
    assert main(["queue", "RUN", "--debug"]) == 1
    assert "5551234" in capsys.readouterr().err
    monkeypatch.setenv("GRAPHMETA_DEBUG", "1")
    assert main(["queue", "RUN"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_an_interruption_is_one_line_and_exit_code_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail(monkeypatch, KeyboardInterrupt())
    assert main(["queue", "RUN"]) == 130
    assert capsys.readouterr().err.count("\n") == 1


def test_a_reader_who_leaves_early_is_no_error(tmp_path: Path) -> None:
    shown = subprocess.run(
        f"{' '.join(COMMAND)} analyze --help | true",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=environment(),
    )
    assert shown.stderr == ""
