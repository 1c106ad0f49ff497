"""The command line: a thin surface over the pipeline, the run folder and the report.

Modules here import nothing heavy at their top, so that ``graphmeta --help`` answers at once; the
work is imported inside the commands.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Args:
        argv: What follows the program's name; by default the process's own arguments.

    Returns:
        0 done; 1 failed; 2 wrong usage or malformed input; 3 a ``--fail-on`` condition holds;
        4 refused for privacy; 130 interrupted.
    """
    from graphmeta.cli import failures
    from graphmeta.cli.app import build
    from graphmeta.cli.console import never_fail_to_print

    never_fail_to_print()
    given = list(sys.argv[1:] if argv is None else argv)
    debug = failures.debugging(given)
    tokens = [token for token in given if token != failures.DEBUG_OPTION]
    try:
        with failures.terminated_like_interrupted():
            command, bound, _ = build().parse_args(tokens, exit_on_error=False, print_error=False)
            code: int | None = command(*bound.args, **bound.kwargs)
            sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - reported, whatever it is
        return failures.report(error, debug=debug)
    return code or 0
