"""The realism report: synthetic beside real in one self-contained HTML file.

It is made the way the report of a run is (:mod:`graphmeta.report.page`): everything stands in the
file, a content security policy forbids all else, and equal figures give equal bytes. It holds no
id of anybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from graphmeta.bench.realism import charts, phrases
from graphmeta.bench.realism.compare import Matched, apart
from graphmeta.bench.realism.measures import MEASURES, Measure
from graphmeta.bench.realism.overview import overview
from graphmeta.errors import UsageError
from graphmeta.provenance import version
from graphmeta.report import words
from graphmeta.report.page import content_policy, drawing_scripts, environment


def write_page(made: Sequence[Matched], file: Path) -> None:
    """Write a comparison as one HTML file; what stood there is replaced.

    Raises:
        UsageError: The file cannot be written.
    """
    try:
        file.write_text(page_html(made), encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"The report cannot be written to {file}: {error.strerror}.",
            "Name a file in a folder that exists and that you may write to.",
        ) from error


def page_html(made: Sequence[Matched]) -> str:
    """Return a comparison as HTML."""
    scripts = drawing_scripts()
    return (
        environment()
        .get_template("realism.html.j2")
        .render(
            sets=[_set(number, one, made) for number, one in enumerate(made)],
            measures=[_section(number, measure, made) for number, measure in enumerate(MEASURES)],
            version=version(),
            scripts=scripts,
            policy=content_policy(scripts),
        )
    )


def _set(number: int, one: Matched, made: Sequence[Matched]) -> dict[str, Any]:
    """Return what the page says of one real set: how it was matched, and how near worlds came."""
    found = {measure.title.lower(): apart(measure, one, made) for measure in MEASURES}
    verdicts = Counter(each.verdict for each in found.values())
    told = [each.median for each in found.values() if each.median is not None]
    return {
        "name": one.real.name,
        "how": phrases.matched(one),
        "mean": words.score(fmean(told)) if told else words.NOTHING,
        "near": f"{verdicts['near']} of {len(told)}",
        "far": words.listing([title for title, each in found.items() if each.verdict == "far"]),
        "overview": overview(one, made, f"overview-{number}"),
    }


def _section(number: int, measure: Measure, made: Sequence[Matched]) -> dict[str, Any]:
    """Return what the page says of one measure: a row per real set, and charts."""
    rows = []
    for at, one in enumerate(made):
        found = apart(measure, one, made)
        rows.append(
            {
                "name": one.real.name,
                "median": words.score(found.median),
                "spread": _spread(found.least, found.most),
                "seeds": words.score(found.seeds),
                "reals": _spread(
                    min(found.reals.values(), default=None), max(found.reals.values(), default=None)
                ),
                "verdict": found.verdict,
                "verdict_words": phrases.VERDICTS[found.verdict],
                "says": phrases.differs(measure, one),
                "chart": charts.chart(measure, one, f"m{number}-{at}"),
            }
        )
    return {"title": measure.title, "anchor": f"m{number}", "kind": measure.kind, "rows": rows}


def _spread(least: float | None, most: float | None) -> str:
    if least is None or words.score(least) == words.score(most):
        return words.score(least)
    return f"{words.score(least)} to {words.score(most)}"
