"""``graphmeta privacy dpia``: what does a run say to a data-protection impact assessment?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from graphmeta.cli.console import output, text
from graphmeta.cli.options import OUTPUT, RunPath
from graphmeta.errors import UsageError


def dpia(
    run: RunPath,
    /,
    *,
    out: Annotated[
        Path | None,
        Parameter(
            group=OUTPUT,
            help="The file to write; nothing may stand there, since people write into it. By "
            "default standard output.",
        ),
    ] = None,
) -> None:
    """Fill the template of a data-protection impact assessment from a run's manifest.

    What only people can know is marked [fill in]. The template follows article 35 of the GDPR and
    the authorities' guidance; it is no legal advice, and no assessment until somebody has thought.

    For example:

    - `graphmeta privacy dpia RUN --out dpia.md`
    """
    from graphmeta.oversight.dpia import assessment
    from graphmeta.run import open_run

    said = assessment(open_run(run))
    if out is None:
        sys.stdout.write(said)
        return
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(said)
    except OSError as error:
        raise UsageError(
            f"{out} cannot be written: {error.strerror}.",
            "Name a new file in a folder that exists; an assessment is never overwritten.",
        ) from error
    output().print(text(f"Wrote {out}"))
