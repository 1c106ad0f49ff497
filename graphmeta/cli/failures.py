"""What does a user see when a command does not work out, and with which exit code?

Errors that graphmeta raises on purpose say what is wrong and how to mend it, and are printed as
they are. Of any other error only the name of its type is printed, because its text may hold ids
from the data; ``--debug`` shows all of it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from cyclopts import CycloptsError

from graphmeta.cli.console import joined, messages, text
from graphmeta.errors import GraphmetaError

FAILED = 1
WRONG_USAGE = 2
CONDITION_HOLDS = 3
INTERRUPTED = 130
_ENDS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))

DEBUG_OPTION = "--debug"
DEBUG_VARIABLE = "GRAPHMETA_DEBUG"


def debugging(tokens: Sequence[str]) -> bool:
    """Tell whether tracebacks are wanted."""
    return DEBUG_OPTION in tokens or os.environ.get(DEBUG_VARIABLE, "") not in ("", "0")


@contextmanager
def terminated_like_interrupted() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end a command as Ctrl-C does, so that it cleans up behind itself.

    A scheduler sends the one, a closed terminal the other. Python's own answer to both is to
    vanish, and to leave what was half-written where it is.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set what a signal does
        return
    # Under nohup, SIGHUP is ignored, and stays so.
    ends = [one for one in _ENDS if signal.getsignal(one) is not signal.SIG_IGN]
    before = {one: signal.signal(one, _interrupt) for one in ends}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - as signal calls it
    raise KeyboardInterrupt


def report(error: BaseException, *, debug: bool) -> int:
    """Print an error on standard error and return the exit code that it means."""
    if debug:
        traceback.print_exception(error)
    if isinstance(error, GraphmetaError):
        _say(error.problem, error.remedy)
        return error.exit_code
    if isinstance(error, CycloptsError):
        _say(str(error).strip(), f"Usage and examples: {_help_command(error)}")
        return WRONG_USAGE
    if isinstance(error, KeyboardInterrupt):
        _say("Stopped. Nothing was left half-written.", "")
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):
        # Whoever read our output has gone; the interpreter must not try to flush into nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    _say(
        f"graphmeta failed unexpectedly ({type(error).__name__}).",
        f"Run the command again with {DEBUG_OPTION} (or {DEBUG_VARIABLE}=1) for the traceback. "
        "It may hold ids from your data: read it before you pass it on.",
    )
    return FAILED


def _say(problem: str, remedy: str) -> None:
    from rich.padding import Padding

    console = messages()
    console.print(joined(text("Error: ", "bold red"), text(problem)))
    if remedy:
        console.print(Padding.indent(text(remedy), 2))


def _help_command(error: CycloptsError) -> str:
    return " ".join(("graphmeta", *(error.command_chain or ()), "--help"))
