"""The graph in a file that leaves shows members alone, by colour and shape, and in words."""

from __future__ import annotations

import io
from collections import Counter
from xml.etree import ElementTree

import polars as pl
import pytest
from export_kit import FUNNEL, NOW, RING, contacted, scored
from fake_run import write_fake_run
from pypdf import PdfReader

from graphmeta.report.charts.picture import MOST_NODES
from graphmeta.report.charts.still import HEIGHT, WIDTH, Still, still
from graphmeta.report.exports import prepare
from graphmeta.report.exports.case import Case
from graphmeta.report.exports.dossier import Dossier, gather
from graphmeta.run import RunFolder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return write_fake_run(tmp_path_factory.mktemp("still") / "run")


def drawn(run: RunFolder, cluster: str) -> tuple[Dossier, Still, ElementTree.Element]:
    dossier = gather(run, cluster, "amber", Case(), NOW)
    made = still(dossier.members, dossier.contacts, dossier.ties)
    assert made is not None
    return dossier, made, ElementTree.fromstring(made.svg)


def test_every_member_has_the_shape_of_its_role_inside_the_frame(run: RunFolder) -> None:
    dossier, made, svg = drawn(run, FUNNEL)
    roles = Counter(dossier.members["role"])
    marks = Counter(f"{one.tag}{len(one.get('points', '').split())}" for one in svg[2])
    assert (
        marks
        == Counter(
            {"circle0": roles["actor"], "polygon3": roles["recruiter"], "polygon4": roles["hub"]}
        )
        - Counter()
    )
    assert len({one.get("fill") for one in svg[2]}) == len(roles)
    for one in svg[2].iter("circle"):
        assert 0 < float(one.get("cx", -1)) < WIDTH
        assert 0 < float(one.get("cy", -1)) < HEIGHT
    assert f"{roles['recruiter']} recruiters (triangles)" in made.says
    assert made.says.endswith("not drawn; distances mean nothing.")


def test_a_line_joins_two_who_reached_the_same_people_the_wider_the_more(run: RunFolder) -> None:
    dossier, made, svg = drawn(run, RING)
    widths = [float(one.get("stroke-width", 0)) for one in svg[0]]
    assert len(widths) == min(dossier.ties.height, 400)
    assert widths == sorted(widths, reverse=True)
    assert made.lines == len(widths) + len(svg[1])


def test_the_picture_names_nobody_and_draws_nobody_who_was_contacted(run: RunFolder) -> None:
    _, made, svg = drawn(run, RING)
    assert len(svg[2]) == len(scored(run, RING))
    for account in contacted(run, RING) | scored(run, RING):
        assert account not in made.svg
    assert set("".join(svg.itertext())) <= {"\n", " "}


def test_of_a_large_cluster_the_surest_are_drawn_and_the_rest_is_counted() -> None:
    count = MOST_NODES + 7
    members = pl.DataFrame(
        {"account": [f"p{n}" for n in range(count)], "role": "actor", "x": 0.0, "y": None},
        schema_overrides={"y": pl.Float64},
    )
    pairs = pl.DataFrame(schema={"account": pl.String, "other": pl.String, "shared": pl.Int64})
    made = still(members, pairs, pairs)
    assert made is not None
    assert made.members == MOST_NODES
    assert "7 members of the least strength are not drawn" in made.says
    assert still(members.clear(), pairs, pairs) is None


def test_page_and_pdf_hold_the_picture_and_say_it_in_words(run: RunFolder) -> None:
    pytest.importorskip("typst")
    _, made, _ = drawn(run, RING)
    page = prepare(run, RING, "html", now=NOW)
    assert made.svg in page.content.decode()
    assert {part.part: part.count for part in page.leaving}["picture"] == 1
    pdf = PdfReader(io.BytesIO(prepare(run, RING, "pdf", now=NOW).content))
    text = " ".join(" ".join(one.extract_text() for one in pdf.pages).split())
    assert "Who is tied to whom" in text
    assert "Those who were contacted are not drawn" in text
