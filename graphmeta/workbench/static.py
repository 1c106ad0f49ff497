"""Which styles and scripts do pages load, and where do they come from?

The workbench's own, the style and the drawing script that it shares with the report, and BokehJS
out of Bokeh's wheel; nothing is copied into this package. Their addresses carry a hash of what
they hold, so browsers may keep them.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graphmeta.report.charts import embed

_PATH = "/static/"
_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
#: Name -> package and file.
_FILES = {
    "report.css": ("graphmeta.report", "templates/report.css"),
    "review.css": ("graphmeta.oversight", "templates/review.css"),
    "charts.js": ("graphmeta.report", "templates/charts.js"),
    "workbench.css": ("graphmeta.workbench", "static/workbench.css"),
    "casework.css": ("graphmeta.workbench", "static/casework.css"),
    "benchmark.css": ("graphmeta.bench", "templates/benchmark.css"),
    "review.js": ("graphmeta.workbench", "static/review.js"),
    "workbench.js": ("graphmeta.workbench", "static/workbench.js"),
}


def route() -> Route:
    """Return the route under which all of them stand."""
    return Route(f"{_PATH}{{name}}", _send, methods=["GET"])


def path(name: str) -> str:
    """Return the path of a style or script, as a page names it."""
    return f"{_PATH}{name}?v={hashlib.sha256(_content(name)).hexdigest()[:12]}"


async def _send(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _FILES and name not in embed.SCRIPTS:
        raise HTTPException(404, "There is no such file")
    kept = "private, max-age=31536000, immutable" if "v" in request.query_params else "no-store"
    return Response(
        _content(name),
        headers={"Content-Type": _TYPES[name.rpartition(".")[2]], "Cache-Control": kept},
    )


@cache
def _content(name: str) -> bytes:
    if name in embed.SCRIPTS:
        return embed.script_file(name).read_bytes()
    package, file = _FILES[name]
    return resources.files(package).joinpath(file).read_bytes()
