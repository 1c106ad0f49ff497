"""In which form does a review leave: for programs, and as a page for people?

The page stands in one file, loads nothing and runs nothing. What comes from the run is escaped.
"""

from __future__ import annotations

from pathlib import Path

from graphmeta.errors import UsageError
from graphmeta.oversight.review.base_rates import RECALLS
from graphmeta.oversight.review.result import VERDICTS, Review
from graphmeta.report import page


def as_html(review: Review) -> str:
    """Return a review as one self-contained page; equal reviews give equal bytes."""
    return (
        page.environment("graphmeta.oversight")
        .get_template("review.html.j2")
        .render(
            review=review,
            verdicts=VERDICTS,
            recalls=RECALLS,
            counts=review.counts(),
            policy=page.content_policy([]),
        )
    )


def write(review: Review, file: Path) -> None:
    """Write a review's page; one that stands there is replaced in one step.

    Raises:
        UsageError: The file cannot be written.
    """
    partial = file.with_name(file.name + ".partial")
    try:
        partial.touch(mode=0o600)  # it tells of a run, if of nobody in it
        partial.write_text(as_html(review), encoding="utf-8")
        partial.replace(file)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise UsageError(
            f"The review cannot be written to {file}: {error.strerror}.",
            "Name a file with --html in a folder that exists and that you may write to.",
        ) from error
