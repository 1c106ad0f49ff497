r"""PDF: the same document on pages, set by typst, tagged for screen readers (PDF/UA-1).

Text reaches typst as data and is never read as its language, so nothing in a note or an id can call
anything, and no file beside the template is read. Fonts come with the package; what they lack is
looked for among those of the machine, and letters that none of them has are spelt as escapes, such
as ``\u6f22``, which the document then says. What stands in it says
:mod:`graphmeta.report.exports.document`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any

from graphmeta.errors import MissingExtraError
from graphmeta.report.exports.case import Heading
from graphmeta.report.exports.document import document, leaving, rows
from graphmeta.report.exports.dossier import Dossier
from graphmeta.report.exports.form import Format, Made

if TYPE_CHECKING:
    from types import ModuleType

#: What typst says where it would have to leave a gap, which a screen reader could not read.
_NO_GLYPH = "could not be displayed with font"
#: Latin, Greek, Cyrillic, and the signs used around them.
_AT_HAND = re.compile("[ -\u04ff\u1e00-\u22ff]")
_SPELT = {
    "name": "letters",
    "says": "Letters that no font at hand has are spelt as escapes; other formats hold them whole.",
}


def _together(dossiers: Sequence[Dossier], heading: Heading) -> Made:
    try:
        import typst
    except ImportError as error:
        raise MissingExtraError("typst, which sets PDF,", "pdf") from error
    made = document(dossiers, heading)
    try:
        content = _set(typst, made)
    except typst.TypstError as error:
        if _NO_GLYPH not in str(error):
            raise
        made = _spelt(made)
        made["statements"] = [*made["statements"], _SPELT]
        content = _set(typst, made)
    return Made(content, rows(made), leaving(made))


def _set(typst: ModuleType, made: Mapping[str, Any]) -> bytes:
    template = resources.files("graphmeta.report").joinpath("templates", "case.typ").read_bytes()
    content: bytes = typst.compile(
        template, sys_inputs={"case": json.dumps(made)}, pdf_standards=["ua-1"]
    )
    return content


def _spelt(value: Any) -> Any:
    """Return a document with all letters spelt that the package's fonts may lack."""
    if isinstance(value, str):
        return "".join(one if _AT_HAND.fullmatch(one) else ascii(one)[1:-1] for one in value)
    if isinstance(value, dict):
        return {name: _spelt(held) for name, held in value.items()}
    return [_spelt(held) for held in value] if isinstance(value, list | tuple) else value


def _make(dossier: Dossier) -> Made:
    return _together([dossier], Heading(f"Cluster {dossier.cluster['cluster_id']}"))


FORMAT = Format("pdf", "pdf", _make, _together)
