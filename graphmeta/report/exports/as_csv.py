"""CSV: one long table in UTF-8, which no spreadsheet takes for formulas.

What each row holds says :mod:`graphmeta.report.exports.rows`. Text that a spreadsheet could run
bears an apostrophe in front, and what cannot be seen is spelt out: see
:func:`graphmeta.report.exports.inert.cell`. Numbers stay numbers. A byte order mark tells
spreadsheets that it is UTF-8.
"""

from __future__ import annotations

import io

import polars as pl

from graphmeta.report.exports.dossier import Dossier
from graphmeta.report.exports.form import Format, Made
from graphmeta.report.exports.inert import cell
from graphmeta.report.exports.rows import leaving, rows


def _make(dossier: Dossier) -> Made:
    frame = rows(dossier)
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    inert = frame.with_columns(pl.Series(name, list(map(_cell, frame[name]))) for name in texts)
    buffer = io.BytesIO()
    inert.with_columns(pl.col(texts).cast(pl.String)).write_csv(
        buffer, include_bom=True, datetime_format="%Y-%m-%dT%H:%M:%SZ", quote_style="necessary"
    )
    return Made(buffer.getvalue(), frame.height, leaving(frame))


def _cell(value: str | None) -> str | None:
    return None if value is None else cell(value)


FORMAT = Format("csv", "csv", _make)
