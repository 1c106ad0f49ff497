"""What the tests of exports share: hostile ids, what people said, and how each format is read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import networkx as nx
import polars as pl
from fake_clusters import pseudonym
from pypdf import PdfReader

from graphmeta.report.exports import Export
from graphmeta.report.exports.case import Case, Note, Opinion
from graphmeta.run import RunFolder

RING, FUNNEL, BENIGN, FEW, BARE = (
    "k7f3a-ring",
    "b21c0-funnel",
    "d9e44-group",
    "e03b8-few",
    "f5512-bare",
)
NOW = datetime(2024, 6, 3, 12, 0, 7, tzinfo=UTC)
MEMBER, TARGET = pseudonym("ring-3"), pseudonym("target-7")

#: A verdict that stands, one that it superseded, a second reviewer who disagrees, and their notes.
CASE = Case(
    opinions=(
        Opinion("unsure", "too little to go on", "Ada Analyst", NOW),
        Opinion("spam", f"{MEMBER} leads them", "Ada Analyst", NOW, stands=True),
        Opinion("benign", "=1+1 they are volunteers", "Bo Second", NOW, looks_like="text_bank"),
    ),
    notes=(Note(f"{TARGET} complained about {MEMBER}, a_abcdefghijklmnop2345 too", "Cy", NOW),),
    pins=("evidence:spam:reply_rate", f"contact:{MEMBER}:{TARGET}"),
)

#: Put before and after an id: markup, quotes, formulas, controls, and marks that turn a line round.
HOSTILE = (
    ("=", '<script>&"'),
    ("+1;=2", "'"),
    ("@x,", "\\n"),
    ("-", "\n"),
    ("\t=", "\r\n=cmd"),
    ("\x00\x1b[2J", "\u202e\u2066\ufeff"),
    ("＝", "]]>"),
    ("'", "\\"),
    ("\ufffe", "\U0001f600"),
)


def hostile(name: str) -> str:
    """Return an id that tries one of the tricks, a different one for different ids."""
    before, after = HOSTILE[sum(map(ord, name)) % len(HOSTILE)]
    return f"{before}{name}{after}"


def contacted(run: RunFolder, cluster: str) -> set[str]:
    """Return the accounts that a cluster contacted: what must never leave."""
    members = run.table("members").filter(pl.col("cluster_id") == cluster)
    return set(members.filter(pl.col("role") == "contacted")["account"])


def scored(run: RunFolder, cluster: str) -> set[str]:
    """Return a cluster's scored accounts."""
    members = run.table("members").filter(pl.col("cluster_id") == cluster)
    return set(members.filter(pl.col("role") != "contacted")["account"])


def unspelt(text: str) -> str:
    """Return what was spelt out, as the docs say how."""
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape")


def uncelled(text: str) -> str:
    """Return what stood in a cell before it was made inert."""
    return unspelt(text.removeprefix("'"))


def csv_rows(export: Export) -> list[dict[str, str]]:
    """Read a CSV export as another program does."""
    return list(csv.DictReader(io.StringIO(export.content.decode("utf-8-sig"))))


def parquet_frame(export: Export) -> pl.DataFrame:
    return pl.read_parquet(io.BytesIO(export.content))


def graph(export: Export) -> nx.Graph[str]:
    """Read a GraphML or GEXF export with networkx."""
    read: Callable[..., Any] = getattr(nx, f"read_{export.form.name}")
    found: nx.Graph[str] = read(io.BytesIO(export.content))
    return found


def objects(export: Export) -> list[dict[str, Any]]:
    """Return the objects of a STIX bundle as plain JSON."""
    found: list[dict[str, Any]] = json.loads(export.content)["objects"]
    return found


def texts(export: Export) -> str:
    """Return all text that a file holds, as its readers see it."""
    if export.form.name == "parquet":
        frame = parquet_frame(export).select(pl.selectors.string())
        return "\n".join(str(value) for row in frame.iter_rows() for value in row)
    if export.form.name == "csv":
        return "\n".join(value for row in csv_rows(export) for value in row.values())
    if export.form.name == "stix":
        return "\n".join(_strings(json.loads(export.content)))
    if export.form.name == "html":
        # Units stay with their figures; a reader sees a space.
        return "\n".join(_seen(export.content.decode())).replace("\N{NO-BREAK SPACE}", " ")
    if export.form.name == "pdf":
        pages = PdfReader(io.BytesIO(export.content)).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())
    root = ElementTree.fromstring(export.content)
    held = [part for one in root.iter() for part in (one.text or "", *one.attrib.values())]
    return "\n".join(held)


def _seen(page: str) -> list[str]:
    """Return the text of a page of HTML, each piece of it on its own."""
    reader = HTMLParser(convert_charrefs=True)
    found: list[str] = []
    reader.handle_data = found.append  # type: ignore[method-assign,assignment]
    reader.feed(page)
    reader.close()
    return found


def _strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for inside in value.values() for text in _strings(inside)]
    if isinstance(value, list):
        return [text for inside in value for text in _strings(inside)]
    return [str(value)]
