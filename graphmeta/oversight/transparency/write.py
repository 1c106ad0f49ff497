"""In which files does a report leave?

Three that say the same: JSON with everything, CSV with one figure a row (RFC 4180, UTF-8), and a
page for people. Each stands whole or not at all, and they are meant to be published: anybody may
read them.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from graphmeta.errors import UsageError
from graphmeta.oversight.transparency.figures import COUNT, Figure, Report
from graphmeta.report import page, words

#: The files, by kind.
FILES = {"html": "transparency.html", "json": "transparency.json", "csv": "transparency.csv"}
_COLUMNS = ("section", "figure", "says", "value", "unit", "withheld", "law")


def prepare(folder: Path) -> None:
    """Make the folder of a report, before anything is spent on it.

    Raises:
        UsageError: It cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f"{FILES['json']}.partial"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UsageError(
            f"The report cannot be written to {folder}: {error.strerror}.",
            "Name a folder with --out that you may write to.",
        ) from error


def write(report: Report, folder: Path) -> list[Path]:
    """Write a report as all three files, and return them.

    Raises:
        UsageError: They cannot be written.
    """
    prepare(folder)
    texts = {"html": as_html(report), "json": as_json(report), "csv": as_csv(report)}
    for kind, text in texts.items():
        partial = folder / f"{FILES[kind]}.partial"
        partial.write_text(text, encoding="utf-8", newline="")
        partial.replace(folder / FILES[kind])
    return [folder / name for name in FILES.values()]


def as_json(report: Report) -> str:
    """Return a report as JSON."""
    return json.dumps(report.as_json(), indent=2, ensure_ascii=False) + "\n"


def as_csv(report: Report) -> str:
    """Return a report as CSV; a value that is withheld or that there is none of stays empty."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows(_rows(report))
    return text.getvalue()


def as_html(report: Report) -> str:
    """Return a report as one self-contained page; equal reports give equal bytes."""
    return (
        page.environment("graphmeta.oversight")
        .get_template("transparency.html.j2")
        .render(report=report, written=written, policy=page.content_policy([]), share=_share)
    )


def written(figure: Figure) -> str:
    """Write a figure for people."""
    if figure.withheld:
        return "withheld"
    if figure.value is None:
        return words.NOTHING
    if figure.unit == COUNT:
        return words.count(figure.value)
    return words.share(figure.value) if figure.unit == "share" else f"{figure.value:g}"


def _share(count: int, counts: Mapping[str, int]) -> float:
    """Return a count's share of the largest, for its bar."""
    return count / max(1, *counts.values())


def _rows(report: Report) -> Iterator[tuple[object, ...]]:
    for name, says in (("first", "First day (UTC)"), ("last", "Last day (UTC)")):
        yield ("period", name, says, getattr(report, name), "day", "no", "")
    for section in report.sections:
        for one in section.figures:
            hidden = "yes" if one.withheld else "no"
            value = "" if one.value is None else one.value
            yield (section.name, one.name, one.says, value, one.unit, hidden, one.law)
    if report.private is None:
        return
    for name, says, value in (
        ("epsilon", "Privacy spent by this report", report.private.epsilon),
        ("error", "Noise in a count, at most, in 19 of 20 cases", report.private.error),
    ):
        yield ("private", name, says, value, "parameter", "no", "")
    for table in report.private.tables:
        for name, count in table.counts.items():
            yield (f"private_{table.name}", name, table.title, count, "count with noise", "no", "")
