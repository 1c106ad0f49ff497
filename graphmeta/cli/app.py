"""Which commands are there?

The page that lists them answers at once: its own text is written in the markup of rich, which is
loaded anyway. The pages of single commands are Markdown, whose parser takes as long to load as
all else together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cyclopts import App, Group, Parameter, Token, convert

from graphmeta.cli.analyze import analyze
from graphmeta.cli.bench import bench
from graphmeta.cli.check import check
from graphmeta.cli.config import config_file
from graphmeta.cli.demo import demo
from graphmeta.cli.diff import diff
from graphmeta.cli.explain import explain
from graphmeta.cli.export import export
from graphmeta.cli.golden import golden
from graphmeta.cli.privacy import privacy
from graphmeta.cli.queue import queue
from graphmeta.cli.recalibrate import recalibrate
from graphmeta.cli.report import report
from graphmeta.cli.reveal import reveal
from graphmeta.cli.serve import serve
from graphmeta.cli.synth import synth
from graphmeta.cli.verdict import verdict

_HELP = """Find groups of accounts that spam or recruit in concert, from who contacted whom and \
when.

graphmeta reads metadata alone, never what was said. It finds accounts that act together more \
than chance explains, says what their behaviour looks like, and shows the evidence for and \
against. A person decides.

Begin with [bold cyan]graphmeta demo[/]; [bold cyan]synth[/] makes up larger worlds. On your own \
data: [bold cyan]check[/] what would be read, [bold cyan]analyze[/] it into a run folder, work \
through its [bold cyan]queue[/], [bold cyan]explain[/] a cluster, and write a \
[bold cyan]report[/]. Record what you conclude with [bold cyan]verdict[/], [bold cyan]export[/] a \
cluster for others' tools, and [bold cyan]diff[/] two runs.
"""

_EPILOGUE = """Exit codes: 0 done; 1 failed; 2 wrong usage or malformed input; 3 a --fail-on \
condition holds; 4 refused for privacy. --debug (or GRAPHMETA_DEBUG=1) shows tracebacks."""


def build() -> App:
    """Return the command line."""
    start = Group("Start here", sort_key=0)
    events = Group("From events to a run", sort_key=1)
    runs = Group("Working with a run", sort_key=2)
    protecting = Group("Privacy", sort_key=3)
    measuring = Group("Measuring detectors", sort_key=4)
    options = Group("Options", sort_key=9)
    app = App(
        name="graphmeta",
        help=_HELP,
        help_epilogue=_EPILOGUE,
        help_format="rich",
        version=_version,
        default_parameter=Parameter(
            negative=(), show_default=_default_worth_saying, converter=_unrounded
        ),
        group_arguments=Group("What to work on", sort_key=1),
        group_parameters=options,
        suppress_keyboard_interrupt=False,
        usage="Usage: graphmeta COMMAND ...",
    )
    for flag in ("--help", "--version"):
        app[flag].group = (options,)
    app.command(demo, group=start, sort_key=0, usage=_usage("demo"))
    app.command(synth, group=start, sort_key=1, usage=_usage("synth --out DIR"))
    app.command(
        check,
        group=events,
        sort_key=0,
        usage=_usage("check EVENTS..."),
        config=config_file("reading"),
    )
    app.command(
        analyze,
        group=events,
        sort_key=1,
        usage=_usage("analyze EVENTS... --out RUN"),
        config=config_file("reading", "judging"),
    )
    app.command(queue, group=runs, sort_key=0, usage=_usage("queue RUN"))
    app.command(serve, group=runs, sort_key=0, usage=_usage("serve RUN..."))
    app.command(explain, group=runs, sort_key=1, usage=_usage("explain RUN CLUSTER"))
    app.command(report, group=runs, sort_key=2, usage=_usage("report RUN [CLUSTER]"))
    app.command(
        verdict, group=runs, sort_key=3, usage=_usage("verdict RUN CLUSTER VERDICT --reason TEXT")
    )
    app.command(recalibrate, group=runs, sort_key=4, usage=_usage("recalibrate RUN..."))
    app.command(export, group=runs, sort_key=5, usage=_usage("export RUN CLUSTER --format FORMAT"))
    app.command(diff, group=runs, sort_key=6, usage=_usage("diff OLD NEW"))
    app.command(golden, group=runs, sort_key=7, usage=_usage("golden RUN GOLDEN"))
    app.command(privacy(protecting))
    app.command(reveal(protecting))
    app.command(bench(measuring))
    for name in app:
        app[name].help_format = "markdown"
    return app


def _version() -> str:
    from graphmeta.provenance import version  # which looks at all installed packages

    return f"graphmeta {version()}"


def _usage(line: str) -> str:
    return f"Usage: graphmeta {line} [OPTIONS]"


def _unrounded(kind: Any, tokens: Sequence[Token]) -> Any:
    """Convert what was given as cyclopts does, which by itself would round 3.7 to a whole number.

    Raises:
        ValueError: A fraction stands where a whole number belongs.
    """
    if kind is int and "." in tokens[0].value:
        raise ValueError(f'"{tokens[0].value}" is no whole number: leave out the point.')
    return convert(kind, tokens)


def _default_worth_saying(value: Any) -> str | None:
    """Leave out what goes without saying: nothing, a flag that is off, an empty list."""
    if value is None or value is False or value in ((), ""):
        return None
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
