"""A case leaves whole: as a document for people, or as one file for each of its clusters."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import zipfile
from pathlib import Path

import networkx as nx
import polars as pl
import pytest
from export_kit import BENIGN, CASE, FUNNEL, MEMBER, NOW, RING, TARGET, contacted, scored
from fake_run import write_fake_run
from pypdf import PdfReader

from graphmeta.errors import MissingExtraError, UsageError
from graphmeta.report.exports import FORMATS, prepare
from graphmeta.report.exports.bundle import CaseFile, prepare_case
from graphmeta.report.exports.case import Case, Note
from graphmeta.report.exports.deliver import record
from graphmeta.run import RunFolder

NAMES = [form.name for form in FORMATS]
BOTH = {RING: CASE, FUNNEL: Case()}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return write_fake_run(tmp_path_factory.mktemp("exports") / "run")


def a_case(**more: object) -> CaseFile:
    given = {
        "number": 7,
        "title": "The <ring> & its #hub",
        "summary": f"{MEMBER} leads; {TARGET} complained.\n= not a heading",
        "state": "open",
        "said": BOTH,
    }
    return CaseFile(**{**given, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMES)
def test_a_case_of_two_clusters_leaves_in_every_format_and_its_preview_says_what(
    run: RunFolder, name: str
) -> None:
    made = prepare_case(run, a_case(), name, "amber", NOW)
    told = made.preview()
    assert told["clusters"] == [FUNNEL, RING]
    assert told["bytes"] == len(made.content)
    assert told["sha256"] == hashlib.sha256(made.content).hexdigest()
    assert told["for"].startswith("For those within the recipient's organisation, and its clients")
    if name in ("html", "pdf"):
        assert list(told["leaves"]) == [f"case-7.{name}"] == [made.name]
    else:
        archive = zipfile.ZipFile(io.BytesIO(made.content))
        assert archive.namelist() == list(told["leaves"])
        assert len(told["leaves"]) == 2
    assert prepare_case(run, a_case(), name, "amber", NOW).content == made.content
    gone = sum(len(contacted(run, cluster)) for cluster in BOTH)
    assert told["stays"]["contacted accounts (counted, never named)"] == gone


@pytest.mark.parametrize("name", NAMES)
def test_one_cluster_leaves_as_the_file_that_it_would_be_alone(run: RunFolder, name: str) -> None:
    made = prepare_case(run, a_case(said={RING: CASE}), name, "amber", NOW)
    if name in ("html", "pdf"):
        assert made.name == f"case-7.{name}"
    else:
        assert made.content == prepare(run, RING, name, tlp="amber", case=CASE, now=NOW).content


def test_what_is_written_above_a_case_names_nobody_who_was_contacted(run: RunFolder) -> None:
    page = prepare_case(run, a_case(), "html", "amber", NOW).content.decode()
    assert MEMBER in page
    assert TARGET not in page
    assert "[withheld account] complained.\\n= not a heading" in page
    assert "The &lt;ring&gt; &amp; its #hub" in page


def test_what_is_in_the_archive_is_what_each_cluster_would_be_alone(run: RunFolder) -> None:
    made = prepare_case(run, a_case(), "graphml", "amber", NOW)
    archive = zipfile.ZipFile(io.BytesIO(made.content))
    for name, cluster in zip(archive.namelist(), sorted(BOTH), strict=True):
        graph = nx.read_graphml(io.BytesIO(archive.read(name)))
        assert set(graph.nodes) == scored(run, cluster)


def test_every_cluster_of_a_case_is_recorded_with_the_hash_of_what_left(tmp_path: Path) -> None:
    run = write_fake_run(tmp_path / "RUN")
    made = prepare_case(run, a_case(), "pdf", "red", NOW)
    record(run, made.records())
    acts = [json.loads(line) for line in run.audit_lines()[-2:]]
    assert [one["act"] for one in acts] == ["exported", "exported"]
    for one, cluster in zip(acts, sorted(BOTH), strict=True):
        assert one["detail"] == {
            "cluster": cluster,
            "format": "pdf",
            "tlp": "red",
            "case": 7,
            "rows": made.rows[cluster],
            "sha256": made.sha256,
        }


def test_a_case_about_nothing_does_not_leave(run: RunFolder) -> None:
    with pytest.raises(UsageError, match="about no cluster"):
        prepare_case(run, a_case(said={}), "html", "amber", NOW)


def test_the_page_holds_no_script_and_may_load_nothing(run: RunFolder) -> None:
    page = prepare_case(run, a_case(), "html", "amber", NOW).content.decode()
    assert "<script" not in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")


def test_pinned_evidence_counter_evidence_and_dissent_stand_on_the_page(run: RunFolder) -> None:
    page = prepare_case(run, a_case(), "html", "amber", NOW).content.decode()
    assert page.count('<span class="badge pinned">pinned</span>') + page.count(">pinned<") == 1
    assert page.count("<h3>Evidence against</h3>") == 2
    assert "<strong>dissents</strong>" in page
    assert "No verdict is in this file" in page, "of the second cluster nobody said anything"


def test_a_pdf_is_tagged_titled_and_in_a_language(run: RunFolder) -> None:
    made = prepare_case(run, a_case(), "pdf", "amber", NOW)
    reader = PdfReader(io.BytesIO(made.content))
    catalog = reader.root_object
    assert "'/Marked': True" in str(catalog["/MarkInfo"])
    assert str(catalog["/Lang"]).startswith("en")
    assert "/StructTreeRoot" in catalog
    assert reader.metadata is not None
    assert reader.metadata.title == "The <ring> & its #hub"
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert "The <ring> & its #hub" in text
    assert "= not a heading" in text, "what people wrote is no language of typst"


def test_letters_that_no_font_has_are_spelt_and_the_file_says_so(run: RunFolder) -> None:
    noted = Case(notes=(Note("\U00012000 said so", "Cy", NOW),))
    made = prepare_case(run, a_case(said={BENIGN: noted}), "pdf", "amber", NOW)
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(made.content)).pages)
    assert "\\U00012000 said so" in text
    assert "spelt as escapes" in " ".join(text.split())


def test_without_typst_the_extra_is_named(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(MissingExtraError, match=r"graphmeta\[pdf\]"):
        prepare(run, RING, "pdf", now=NOW)


def test_no_contacted_account_is_on_any_page(run: RunFolder) -> None:
    said = prepare_case(run, a_case(), "html", "amber", NOW).content.decode()
    members = run.table("members").filter(pl.col("role") == "contacted")["account"]
    assert [one for one in members if one in said] == []
