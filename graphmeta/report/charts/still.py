"""What does a cluster's graph look like in a file that leaves, where nothing can be clicked?

The members of a cluster in the places that the run stores for them, so that it is the graph of
every other surface with the contacted folded away: roles by colour *and* shape, contacts between
members, and a line between two members who reached the same people, wider where these were more.
Those who were contacted are not drawn. The picture is SVG, made of numbers alone: no id and no word
that anybody wrote is in it. It misleads where distances are read: they mean nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from graphmeta.report import words
from graphmeta.report.charts import style
from graphmeta.report.charts.picture import MOST_NODES, MOST_TIES

#: In CSS pixels.
WIDTH, HEIGHT = 640, 380
_MARGIN = 18
_MOST_CONTACTS = 1_000
_SIZES = {"actor": 5.5, "recruiter": 7.0, "hub": 9.0}
_SHAPES = {"actor": "circles", "recruiter": "triangles", "hub": "diamonds"}


@dataclass(frozen=True)
class Still:
    """A picture that does not move.

    Args:
        svg: The picture, as an element of a page; a file of its own needs SVG's namespace too.
        says: The same in words, for readers who do not see it.
        members: How many are drawn.
        lines: How many lines between them are.
    """

    svg: str
    says: str
    members: int
    lines: int


def still(members: pl.DataFrame, contacts: pl.DataFrame, ties: pl.DataFrame) -> Still | None:
    """Draw a cluster's members and what is between them; nothing where there are none.

    Args:
        members: Scored members: ``account``, ``role``, ``x``, ``y``, the surest first.
        contacts: Contacts between them: ``account``, ``other``.
        ties: Pairs who reached the same people, the strongest first: ``account``, ``other``,
            ``shared``.
    """
    drawn = members.head(MOST_NODES)
    if drawn.is_empty():
        return None
    places = _places(drawn)
    known = pl.col("account").is_in(places.keys()) & pl.col("other").is_in(places.keys())
    tied = ties.filter(known).head(MOST_TIES)
    inside = contacts.filter(known).head(_MOST_CONTACTS)
    most = int(tied["shared"][0]) if tied.height else 1
    lines = [
        _line(places[a], places[b], 0.4 + 3.6 * (shared / most) ** 2)
        for a, b, shared in tied.select("account", "other", "shared").iter_rows()
    ]
    direct = [_line(places[a], places[b], 1.2) for a, b in inside["account", "other"].iter_rows()]
    marks = [
        _mark(role, *places[account])
        for account, role in drawn.select("account", "role").reverse().iter_rows()
    ]
    svg = (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}">'
        f'<g stroke="{style.MUTED}" stroke-opacity="0.4">{"".join(lines)}</g>'
        f'<g stroke="{style.INK}" stroke-opacity="0.7">{"".join(direct)}</g>'
        f'<g stroke="#ffffff" stroke-width="1">{"".join(marks)}</g></svg>'
    )
    says = _says(drawn, members.height - drawn.height, direct, tied)
    return Still(svg, says, drawn.height, len(lines) + len(direct))


def _places(drawn: pl.DataFrame) -> dict[str, tuple[float, float]]:
    """Return where each account stands, so that all together fill the frame."""
    centre = pl.col("x", "y").fill_null(0.0)
    across, up = (float(drawn[axis].abs().max() or 1.0) for axis in ("x", "y"))  # type: ignore[arg-type]
    width, height = WIDTH / 2 - _MARGIN, HEIGHT / 2 - _MARGIN
    return {
        account: (
            round(WIDTH / 2 + width * x / across, 1),
            round(HEIGHT / 2 - height * y / up, 1),
        )
        for account, x, y in drawn.select("account", centre).iter_rows()
    }


def _line(start: tuple[float, float], end: tuple[float, float], width: float) -> str:
    (x1, y1), (x2, y2) = start, end
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke-width="{width:.1f}"/>'


def _mark(role: str, x: float, y: float) -> str:
    """Return one account: a circle, a triangle or a diamond."""
    size, fill = _SIZES[role], f'fill="{style.ROLE_LOOKS[role].colour}"'
    if role == "actor":
        return f'<circle cx="{x}" cy="{y}" r="{size}" {fill}/>'
    corners = [(0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)]
    if role == "recruiter":
        corners = [(0.0, -1.0), (0.9, 0.7), (-0.9, 0.7)]
    points = " ".join(f"{x + size * a:.1f},{y + size * b:.1f}" for a, b in corners)
    return f'<polygon points="{points}" {fill}/>'


def _says(drawn: pl.DataFrame, left_out: int, direct: list[str], tied: pl.DataFrame) -> str:
    counts = dict(drawn.group_by("role").len().iter_rows())
    roles = [
        f"{words.plural(counts[role], style.ROLE_LOOKS[role].label.lower())} ({shape})"
        for role, shape in _SHAPES.items()
        if role in counts
    ]
    said = [f"Graph of the cluster: {words.listing(roles)}."]
    if left_out:
        said.append(f"{words.plural(left_out, 'member')} of the least strength are not drawn.")
    said.append(
        f"Dark lines are the {words.plural(len(direct), 'contact')} between them."
        if direct
        else "There is no contact between them."
    )
    if tied.height:
        said.append(
            f"Grey lines join the {words.plural(tied.height, 'pair')} who reached most of the same "
            f"people, up to {words.count(tied['shared'][0])}; the wider, the more."
        )
    return " ".join([*said, "Those who were contacted are not drawn; distances mean nothing."])
