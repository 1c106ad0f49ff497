"""How does a chart get into a page that must be the same bytes every time, and inert?

A figure becomes a Bokeh document's JSON, in the form of ``bokeh.embed.json_item`` (which would
serialise it twice), that a page carries in a data block and ``charts.js`` draws when the reader
comes near. Bokeh numbers its models from a counter of the process, so the numbers are given
anew here, in the order of appearance, under a name of the page's choosing; that makes equal
charts equal bytes. References and definitions are alike ``{"id": ...}`` in that form and data
never is (Bokeh writes mappings as lists of entries), so renaming every ``id`` is exact.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bokeh.model import Model

#: The parts of BokehJS that a page may load, by the name of the file in Bokeh's wheel.
SCRIPTS = ("bokeh.min.js", "bokeh-gl.min.js", "bokeh-widgets.min.js")


def chart_item(chart: Model, name: str) -> dict[str, Any]:
    """Return a chart as a JSON-ready mapping to embed in the element ``name``.

    Args:
        chart: A Bokeh figure.
        name: The id of the element that will hold it, unique in its page.
    """
    from bokeh.document import Document

    document = Document(title="")
    document.add_root(chart)
    names: dict[str, str] = {}
    written = _renamed(document.to_json(deferred=False), name, names)
    return {"target_id": name, "root_id": names[chart.id], "doc": written}


def _renamed(part: Any, prefix: str, names: dict[str, str]) -> Any:
    """Copy a JSON form with every model's id replaced, filling ``names`` from old to new."""
    if isinstance(part, dict):
        return {
            key: names.setdefault(value, f"{prefix}-{len(names)}")
            if key == "id"
            else _renamed(value, prefix, names)
            for key, value in part.items()
        }
    if isinstance(part, list | tuple):
        return [_renamed(value, prefix, names) for value in part]
    return part


def load() -> None:
    """Load what charts are drawn with, which takes half a second: better before the first look."""
    import bokeh.plotting  # noqa: F401 - loading it is all that is asked


def bokeh_script() -> str:
    """Return the source of the part of BokehJS that the charts need, from Bokeh's own wheel."""
    from bokeh.resources import Resources

    return "\n".join(Resources(mode="inline", components=["bokeh"], log_level="error").js_raw)


def script_file(name: str) -> Path:
    """Return where one of ``SCRIPTS`` stands in Bokeh's own wheel."""
    from bokeh.util.paths import bokehjs_path

    return Path(bokehjs_path()) / "js" / name


def drawing_script() -> str:
    """Return the source of the script that draws a page's charts as they come into view."""
    return resources.files("graphmeta.report").joinpath("templates/charts.js").read_text("utf-8")
