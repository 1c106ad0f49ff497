"""What do our two processes do? ``python -m graphmeta.pipeline.worker ingest|analyse PARENT``.

Both first shut themselves in, then load what they compute with. The ingest process opens the input,
writes the store, and tells its seal and its receipt. The analysing process waits to be told that
the store is there; it writes tables and tells what it counted. ``process.py`` is the other end of
the line.

Nothing but the standard library and this package's light parts is imported at the top: the walls
must stand before a library starts threads, which would remain outside.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from graphmeta.errors import GraphmetaError
from graphmeta.ingest.files import reach_of
from graphmeta.pipeline.wire import paths, unpacked
from graphmeta.privacy.keys import load_key
from graphmeta.privacy.sandbox import shut_in

_END_WITH_PARENT = 1

Request = dict[str, Any]


class Line:
    """The line to the caller.

    Args:
        answers: Where answers go.
    """

    def __init__(self, answers: TextIO) -> None:
        self._answers = answers

    def request(self) -> Request:
        """Return the next request.

        Raises:
            EOFError: There is none: the caller has what it wanted, or has gone.
        """
        line = sys.stdin.buffer.readline()
        if not line:
            raise EOFError
        request: Request = json.loads(line)
        return request

    def progress(self, stage: str, done: float | None = None) -> None:
        """Say what is being done."""
        self.say(stage=stage, done=done)

    def say(self, **answer: Any) -> None:
        """Answer something."""
        self._answers.write(json.dumps(answer) + "\n")
        self._answers.flush()


def ingest(line: Line) -> None:
    """Shut this process in with the input, then write the store."""
    request = line.request()
    stated, store = unpacked(request["reading"]), Path(request["store"])
    kept = None if request["kept"] is None else Path(request["kept"])
    # The key's folder is in reach until the walls stand, the key in memory alone afterwards.
    needed = stated["identifiers"] != "plain" or stated["keep_state"] or kept is not None
    key = load_key(stated["key_file"]) if needed else None
    accounts = [] if stated["accounts"] is None else paths(stated["accounts"])
    reach = reach_of([*request["sources"], *(accounts or [])])
    readable = [*reach.files, *([] if kept is None else [kept])]
    line.say(result=asdict(shut_in(readable, [store], reach.folders)))
    from graphmeta.ingest.build import ingest as read
    from graphmeta.ingest.reading import Reading
    from graphmeta.ingest.store import seal

    line.request()  # to go on: nothing was opened yet
    written = read(
        request["sources"],
        folder=store,
        reading=Reading(**{**stated, "key": key, "key_file": None}),
        progress=line.progress,
        names_for=request["names_for"],
        kept=kept,
    )
    line.say(result={"seal": seal(written), "receipt": dict(written.receipt)})


def analyse(line: Line) -> None:
    """Shut this process in, then turn the store into tables."""
    request = line.request()
    store, tables = Path(request["store"]), Path(request["tables"])
    line.say(result=asdict(shut_in([store], [tables])))
    # Libraries are loaded behind the walls, while the input is still being read elsewhere.
    from graphmeta.ingest.store import open_sealed
    from graphmeta.pipeline.checkpoints import Checkpoints
    from graphmeta.pipeline.detect import detect
    from graphmeta.pipeline.settings import Settings
    from graphmeta.run import write_tables

    request = line.request()
    settings = Settings(**unpacked(request["settings"]))
    kept = Checkpoints(tables, request["depends"])
    sealed = open_sealed(store, request["seal"])
    written, facts = detect(sealed, settings, line.progress, kept)
    write_tables(tables, written)
    line.say(result={"facts": facts, "taken_up": kept.taken_up})


TASKS: dict[str, Callable[[Line], None]] = {"ingest": ingest, "analyse": analyse}


def main(task: str, parent: int) -> None:
    """Do one task, and tell how it went."""
    _end_with(parent)
    _leave_no_core()
    # The line is kept for answers: what a library may print goes to standard error.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        line = Line(answers)
        try:
            TASKS[task](line)
            # The caller may still look at how much memory this took; it ends the process.
            line.request()
        except (EOFError, BrokenPipeError):
            return
        except GraphmetaError as error:
            told = {"type": type(error).__name__, "problem": error.problem, "remedy": error.remedy}
            line.say(error={**told, "traceback": traceback.format_exc()})
        except Exception as error:  # noqa: BLE001 - told to the caller, whatever it is
            line.say(failed=type(error).__name__, traceback=traceback.format_exc())


def _end_with(parent: int) -> None:
    """See to it that this process does not outlive the one that started it, on Linux."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_END_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit()


def _leave_no_core() -> None:
    """See to it that the system writes this process's memory nowhere, should it crash."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    # Where Linux hands cores to a program it does so whatever the limit, except at one byte.
    least = 0 if most == 0 else 1
    resource.setrlimit(resource.RLIMIT_CORE, (least, least))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
