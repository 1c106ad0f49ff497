"""``graphmeta privacy review``: does a run keep what was promised, and what can nobody prove?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from graphmeta.cli.console import joined, messages, output, print_json, text
from graphmeta.cli.options import OUTPUT, Json, Quiet, RunPath
from graphmeta.cli.progress import progress
from graphmeta.cli.report import refuse_to_damage
from graphmeta.errors import PrivacyRefusalError

if TYPE_CHECKING:
    from rich.console import Console

    from graphmeta.oversight.review.result import Check, Review

_STYLES = {"failed": "bold red", "not proven": "yellow", "held": "green"}

Checkpoints = Annotated[
    tuple[Path, ...],
    Parameter(
        help="A checkpoint of the run's log that was lodged elsewhere: lines that were cut off "
        "the log since, or written anew, show. Repeatable.",
        metavar="FILE",
    ),
]
Signer = Annotated[
    str | None,
    Parameter(
        help="The public key with which checkpoints must be signed. Without it, the key that "
        "each names is shown for you to compare.",
        metavar="PUBLIC-KEY",
    ),
]


def review(
    run: RunPath,
    /,
    *,
    events: Annotated[
        tuple[Path, ...],
        Parameter(
            help="The files or folders that the run was made from, an accounts file included: byte "
            "ranges are then computed anew, and the trial is made on a copy.",
            consume_multiple=True,
            metavar="F",
        ),
    ] = (),
    checkpoint: Checkpoints = (),
    signer: Signer = None,
    html: Annotated[
        Path | None,
        Parameter(
            group=OUTPUT,
            help="Write the review as one HTML file too; an older one there is replaced.",
            metavar="FILE",
        ),
    ] = None,
    quiet: Quiet = False,
    json: Json = False,
) -> int:
    """Check a run against what is promised, and say what cannot be proved.

    Each check says held, failed or not proven, what it looked at, and how to repeat it by hand.
    Two analyses are made on the spot, of files that differ in content alone, so it takes time. The
    review is written into the run's log. Any failure leaves with exit code 4.

    For example:

    - `graphmeta privacy review RUN`
    - `graphmeta privacy review RUN --events events.parquet --html review.html`
    - `graphmeta privacy review RUN --checkpoint lodged.json --signer 3f1d...`
    """
    from graphmeta.oversight.review import write
    from graphmeta.oversight.review.log import read_lodged
    from graphmeta.oversight.review.reviewing import review as reviewed

    if html is not None:
        refuse_to_damage(html, run)
    known = read_lodged(checkpoint, signer)
    with progress(quiet=quiet) as report_stage:
        made = reviewed(run, events, known, progress=report_stage)
    if html is not None:
        write.write(made, html)
    if json:
        print_json(made.as_json())
    else:
        _tell(output(), made)
    if html is not None:
        messages().print(text(f"Wrote {html}"))
    return PrivacyRefusalError.exit_code if made.failed else 0


def _tell(console: Console, made: Review) -> None:
    """Print a review: failures first, then what is not proven, then what held."""
    counts = made.counts()
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    console.print(text(f"Review of {made.run} ({made.run_id}): {told}.", "bold"))
    if not made.recorded:
        console.print(text("It is not in the run's log, which is broken or cannot be written to."))
    for verdict in counts:
        for check in made.checks:
            if check.verdict == verdict:
                _print(console, check)
    console.print()
    _print_rates(console, made)
    console.print()
    console.print(text("What is not proven, whatever stands above", "bold"))
    for line in made.unproven:
        console.print(text(f"- {line}"))


def _print(console: Console, check: Check) -> None:
    from rich.padding import Padding

    console.print()
    console.print(
        joined(text(f"{check.verdict.upper()}  ", _STYLES[check.verdict]), text(check.asks, "bold"))
    )
    console.print(Padding.indent(text(check.says), 2))
    console.print(Padding.indent(text(f"Looked at: {check.looked_at}", "dim"), 2))
    console.print(Padding.indent(text(f"By hand: {check.repeat}", "dim"), 2))


def _print_rates(console: Console, made: Review) -> None:
    from rich.table import Table

    from graphmeta.report import words

    console.print(text("Of those who are flagged, how many would be innocent?", "bold"))
    console.print(text(made.base_rates["states"]))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for header in ("abusive, one in", "innocents that look alike, one in"):
        table.add_column(header, justify="right")
    for recall in made.base_rates["recalls_assumed"]:
        table.add_column(f"{words.share(recall)} flagged", justify="right")
    for row in made.base_rates["rows"]:
        counts = (row["abusive_one_in"], row["look_alike_one_in"])
        shares = [f"{100 * share:.1f} %" for share in row["innocent_share"]]
        table.add_row(*map(words.count, counts), *shares)
    console.print(table)
