"""Parquet: one long table with types, for programs.

What each row holds says :mod:`graphmeta.report.exports.rows`. Ids stand as they stand in the run,
to the byte.
"""

from __future__ import annotations

import io

from graphmeta.report.exports.dossier import Dossier
from graphmeta.report.exports.form import Format, Made
from graphmeta.report.exports.rows import leaving, rows


def _make(dossier: Dossier) -> Made:
    frame = rows(dossier)
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", statistics=False)
    return Made(buffer.getvalue(), frame.height, leaving(frame))


FORMAT = Format("parquet", "parquet", _make)
