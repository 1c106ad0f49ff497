"""STIX: valid, marked, with nothing in it that a machine would block by."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import get_args

import pytest
import stix2
from export_kit import BARE, BENIGN, CASE, FUNNEL, NOW, RING, hostile, objects
from fake_run import write_fake_run
from stix2validator import ValidationOptions, validate_string

from graphmeta.errors import MissingExtraError
from graphmeta.report import exports
from graphmeta.report.exports import Export
from graphmeta.report.exports.audience import Tlp
from graphmeta.report.exports.case import Case
from graphmeta.run import RunFolder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return write_fake_run(tmp_path_factory.mktemp("stix") / "run")


def made(run: RunFolder, cluster: str = RING, tlp: Tlp = "amber", case: Case = CASE) -> Export:
    return exports.prepare(run, cluster, "stix", tlp=tlp, case=case, now=NOW)


def of_type(export: Export, *types: str) -> list[dict[str, object]]:
    return [one for one in objects(export) if one["type"] in types]


def complaints(export: Export) -> list[str]:
    """Return what the validator of OASIS has against a bundle.

    Ids that name the run's own things follow from them, so that a second export updates the first;
    the standard allows that and prefers random ones, which the check 103 warns of.
    """
    options = ValidationOptions(version="2.1", disabled=["103"])
    found = validate_string(export.content.decode(), options)
    return [str(one) for one in (*found.errors, *found.warnings)]


@pytest.mark.parametrize("cluster", [RING, FUNNEL, BENIGN, BARE])
def test_bundles_are_valid_by_the_standards_own_validator(run: RunFolder, cluster: str) -> None:
    assert complaints(made(run, cluster)) == []


def test_bundles_with_hostile_ids_are_valid(tmp_path_factory: pytest.TempPathFactory) -> None:
    run = write_fake_run(tmp_path_factory.mktemp("hostile") / "run", rename=hostile)
    assert complaints(made(run, hostile(RING))) == []


def test_the_validator_has_nothing_against_a_bundle_but_that_ids_are_not_random(
    run: RunFolder,
) -> None:
    found = validate_string(made(run).content.decode(), ValidationOptions(version="2.1"))
    assert found.is_valid
    assert found.warnings
    assert all("is not a valid UUIDv4 ID" in str(one) for one in found.warnings)


def test_stix2_reads_a_bundle_back_without_custom_content(run: RunFolder) -> None:
    export = made(run)
    bundle = stix2.parse(export.content.decode(), allow_custom=False)
    assert len(bundle.objects) == export.rows
    grouping = next(one for one in bundle.objects if one.type == "grouping")
    held = {one.id for one in bundle.objects}
    assert set(grouping.object_refs) <= held


def test_nothing_in_a_bundle_is_to_be_blocked_by(run: RunFolder) -> None:
    export = made(run)
    allowed = {
        *("marking-definition", "identity", "user-account", "observed-data"),
        *("grouping", "note", "opinion"),
    }
    assert {str(one["type"]) for one in objects(export)} == allowed
    assert not [one for one in objects(export) if "confidence" in one or "labels" in one]


@pytest.mark.parametrize("tlp", get_args(Tlp))
def test_every_object_bears_its_audience_and_what_it_does_not_prove(
    run: RunFolder, tlp: Tlp
) -> None:
    export = made(run, tlp=tlp)
    level, statement = of_type(export, "marking-definition")
    assert str(level["name"]) == f"TLP:{tlp.upper()}"
    assert "A score is no proof" in str(statement["definition"])
    for one in objects(export):
        if one["type"] not in ("marking-definition", "identity"):
            assert one["object_marking_refs"] == [level["id"], statement["id"]]
    assert complaints(export) == []


def test_verdicts_are_opinions_on_the_group_and_dissent_is_one_of_them(run: RunFolder) -> None:
    export = made(run)
    (grouping,) = of_type(export, "grouping")
    opinions = of_type(export, "opinion")
    assert [one["opinion"] for one in opinions] == ["neutral", "agree", "disagree"]
    assert all(one["object_refs"] == [grouping["id"]] for one in opinions)
    assert "looks like text bank" in str(opinions[2]["explanation"])
    assert of_type(made(run, case=Case()), "opinion") == []


def test_only_a_flagged_group_is_called_suspicious(run: RunFolder) -> None:
    assert of_type(made(run, RING), "grouping")[0]["context"] == "suspicious-activity"
    assert of_type(made(run, BENIGN), "grouping")[0]["context"] == "unspecified"


def test_a_second_export_updates_the_first_and_doubles_nothing(run: RunFolder) -> None:
    first = made(run)
    second = exports.prepare(run, RING, "stix", case=CASE, now=NOW + timedelta(hours=1))
    for one, other in zip(objects(first)[3:], objects(second)[3:], strict=True):
        assert one["id"] == other["id"]
        assert one.get("modified", "") <= other.get("modified", "")
    other_cluster = made(run, FUNNEL)
    ids = {one["id"] for one in of_type(first, "grouping", "note", "observed-data")}
    assert not ids & {one["id"] for one in of_type(other_cluster, "grouping", "note")}


def test_without_the_extra_the_error_names_it(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "stix2", None)
    with pytest.raises(MissingExtraError, match=r"graphmeta\[share\]"):
        made(run)
