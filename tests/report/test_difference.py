"""The difference of two runs: which clusters came, grew, shrank and went, and what else differs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from export_kit import BARE, BENIGN, FEW, FUNNEL, RING
from fake_clusters import pseudonym
from fake_manifest import manifest
from fake_run import write_fake_run
from fake_tables import Tables
from hypothesis import given
from hypothesis import strategies as st

from graphmeta.clusters.match import SAME
from graphmeta.errors import PrivacyRefusalError
from graphmeta.report.difference import CHANGES, Difference, compare, refuse_unlinkable
from graphmeta.run import MANIFEST, RunFolder, open_run

ALL = {RING, FUNNEL, BENIGN, FEW, BARE}


def members(tables: Tables, cluster: str) -> list[dict[str, Any]]:
    """Return the rows of a cluster's scored members."""
    rows = tables.rows["members"]
    return [row for row in rows if row["cluster_id"] == cluster and row["role"] != "contacted"]


def changed(tables: Tables) -> None:
    """Let the ring grow, the funnel shrink, volunteers exchange one, a candidate go, one come."""
    for n in range(3):
        first = members(tables, RING)[0]
        tables.add("members", **{**first, "account": pseudonym(f"joined-{n}")})
    tables.rows["members"].remove(members(tables, FUNNEL)[0])
    members(tables, BENIGN)[0]["account"] = pseudonym("relief")
    for row in members(tables, FEW):
        row["account"] = f"somebody else {row['account']}"
    for row in tables.rows["clusters"]:
        if row["cluster_id"] == RING:
            row |= {"risk": 0.5, "flagged": False}
    renamed(tables)


def renamed(tables: Tables) -> None:
    """Give clusters other names, as another run does."""
    for rows in tables.rows.values():
        for row in rows:
            if "cluster_id" in row:
                row["cluster_id"] = f"x-{row['cluster_id']}"


def altered(folder: Path, change: Callable[[dict[str, Any]], object]) -> RunFolder:
    """Change a run's manifest."""
    said = json.loads((folder / MANIFEST).read_text())
    change(said)
    (folder / MANIFEST).write_text(json.dumps(said))
    return open_run(folder)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return write_fake_run(tmp_path_factory.mktemp("old") / "run")


@pytest.fixture(scope="module")
def found(old: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Difference:
    new = write_fake_run(tmp_path_factory.mktemp("new") / "run", change=changed)
    return compare(old, new, verdicts_old={RING: "spam"}, verdicts_new={f"x-{RING}": "benign"})


def row(found: Difference, cluster: str) -> dict[str, Any]:
    """Return the row of the cluster that bore a name in the earlier run."""
    return found.clusters.filter(pl.col("old") == cluster).row(0, named=True)


def test_a_run_does_not_differ_from_itself(old: RunFolder) -> None:
    same = compare(old, old)
    assert set(same.clusters["change"]) == {"unchanged"}
    assert set(same.clusters["old"]) == ALL
    assert same.clusters["old"].to_list() == same.clusters["new"].to_list()
    assert same.settings.is_empty()


def test_clusters_are_matched_by_their_accounts_whatever_their_names(
    old: RunFolder, tmp_path: Path
) -> None:
    same = compare(old, write_fake_run(tmp_path / "run", change=renamed))
    assert same.counts()["unchanged"] == len(ALL)
    assert all(new == f"x-{old}" for old, new in same.clusters.select("old", "new").rows())


def test_what_grew_shrank_exchanged_came_and_went_is_told_with_its_accounts_counted(
    found: Difference,
) -> None:
    columns = ("change", "actors_old", "actors_new", "gained", "lost")
    told = {name: tuple(row(found, name)[column] for column in columns) for name in ALL}
    assert told == {
        RING: ("grown", 24, 27, 3, 0),
        FUNNEL: ("shrunk", 7, 6, 0, 1),
        BENIGN: ("changed", 18, 18, 1, 1),
        FEW: ("gone", 5, None, 0, 5),
        BARE: ("unchanged", 3, 3, 0, 0),
    }
    new = found.clusters.filter(pl.col("change") == "new").row(0, named=True)
    assert (new["old"], new["new"], new["gained"], new["lost"]) == (None, f"x-{FEW}", 5, 0)


def test_a_group_chat_that_is_a_hub_is_no_actor_and_neither_comes_nor_goes(
    old: RunFolder, tmp_path: Path
) -> None:
    def joined_by(name: str) -> RunFolder:
        def change(tables: Tables) -> None:
            hub = {**members(tables, FUNNEL)[0], "role": "hub", "account": f"g_{name}"}
            tables.add("members", **hub)

        return write_fake_run(tmp_path / name, change=change)

    one, other = joined_by("one"), joined_by("other")
    for before, after in ((old, one), (one, other), (other, old)):
        told = row(compare(before, after), FUNNEL)
        assert told["change"] == "unchanged"
        assert (told["actors_old"], told["actors_new"], told["alike"]) == (7, 7, 1.0)


def test_changes_of_risk_flag_and_verdict_are_told(found: Difference) -> None:
    ring = row(found, RING)
    assert (ring["risk_old"], ring["risk_new"]) == (0.94, 0.5)
    assert (ring["flagged_old"], ring["flagged_new"]) == (True, False)
    assert (ring["verdict_old"], ring["verdict_new"]) == ("spam", "benign")
    assert row(found, BENIGN)["verdict_old"] is None


def test_what_needs_a_look_comes_first(found: Difference) -> None:
    places = [CHANGES.index(change) for change in found.clusters["change"]]
    assert places == sorted(places)


def test_no_account_is_in_a_difference(found: Difference, old: RunFolder) -> None:
    said = "".join(frame.write_csv() for frame in (found.clusters, found.settings, found.baselines))
    assert not [name for name in old.table("members")["account"] if name in said]


def test_settings_versions_and_input_that_differ_are_told_and_equal_ones_are_not(
    old: RunFolder, tmp_path: Path
) -> None:
    def change(said: dict[str, Any]) -> None:
        said["configuration"]["settings"]["alpha"] = 0.01
        said["environment"]["libraries"]["polars"] = "2.2.0"
        said["counts"]["events_accepted"] = 7
        said["inputs"] = said["inputs"][:1]

    new = altered(write_fake_run(tmp_path / "run").path, change)
    told = {tuple(line[:2]): line[2:] for line in compare(old, new).settings.rows()}
    assert told == {
        ("configuration", "settings.alpha"): ("0.05", "0.01"),
        ("version", "polars"): ("2.1.0", "2.2.0"),
        ("input", "events_accepted"): ("1203988", "7"),
        ("input", "fingerprints"): (
            "5f1d0c6a2b7e49d38a90b1c4, a0337bb1c2d94e55",
            "5f1d0c6a2b7e49d38a90b1c4",
        ),
    }


def signals(*rows: tuple[str, str, int, float | None, float | None]) -> Callable[[Tables], None]:
    """Return what adds rows: entity, signal, version, expected, p_mid."""

    def change(tables: Tables) -> None:
        for entity, signal, version, expected, p_mid in rows:
            tables.add(
                "signals", entity=entity, signal=signal, version=version, value=0.5,
                expected=expected, p_mid=p_mid, support=3, reason="",
            )  # fmt: skip

    return change


def test_baselines_are_compared_where_both_runs_measured_in_the_same_way(tmp_path: Path) -> None:
    old = signals(
        ("c1", "reply_rate", 1, 0.5, None),
        ("c2", "reply_rate", 1, 0.5, None),
        ("c1", "fan_out", 1, 2.0, None),
        ("c1", "youth", 1, 0.1, None),
        ("c1", "synchrony", 1, 0.2, None),
        ("c1", "shared_targets", 1, 3.0, 0.4),
        ("c1", "overlap", 1, 0.0, None),
    )
    new = signals(
        ("c1", "reply_rate", 1, 0.25, None),
        ("c1", "fan_out", 1, 2.2, None),
        ("c1", "youth", 2, 0.4, None),
        ("c1", "synchrony", 1, 0.6, None),
        ("c1", "shared_targets", 1, 9.0, 0.4),
        ("c1", "overlap", 1, 0.0, None),
    )
    found = compare(
        write_fake_run(tmp_path / "old", change=old), write_fake_run(tmp_path / "new", change=new)
    )
    told = found.baselines.select("signal", "old", "new").rows()
    assert told == [("reply_rate", 0.5, 0.25), ("fan_out", 2.0, 2.2), ("overlap", 0.0, 0.0)]
    versions = found.settings.filter(pl.col("about") == "signal").select("name", "old", "new")
    assert versions.rows() == [("youth", "1", "2")]


@pytest.mark.parametrize("clusters", [True, False])
def test_runs_without_clusters_are_compared_too(tmp_path: Path, *, clusters: bool) -> None:
    one = write_fake_run(tmp_path / "one", clusters=clusters)
    none = write_fake_run(tmp_path / "none", clusters=False)
    assert compare(one, none).counts()["gone"] == (5 if clusters else 0)
    assert compare(none, one).counts()["new"] == (5 if clusters else 0)
    assert set(compare(one, none).clusters["lost"]) == ({24, 7, 18, 5, 3} if clusters else set())


def names(identifiers: str = "pseudonymous", **fields: Any) -> Mapping[str, Any]:
    made = {"identifiers": identifiers, "dataset": "default", "key_id": "9c41d07e", "epoch": "1"}
    return {"privacy": {**made, **fields}}


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (names(dataset="chat"), "dataset"),
        (names(key_id="00000000"), "key"),
        (names(epoch="2"), "epoch"),
        (names("plain"), "plain"),
    ],
)
def test_pseudonyms_that_were_made_in_different_ways_are_not_linked(
    other: Mapping[str, Any], said: str
) -> None:
    for one, two in ((names(), other), (other, names())):
        with pytest.raises(PrivacyRefusalError, match=said):
            refuse_unlinkable(one, two)


def test_pseudonyms_of_one_making_and_plain_ids_are_compared() -> None:
    refuse_unlinkable(names(), names(sandbox="off"))
    refuse_unlinkable(names("plain", key_id=None), names("plain", key_id=None, dataset="other"))


def test_runs_of_different_datasets_are_refused_before_a_table_is_read(
    old: RunFolder, tmp_path: Path
) -> None:
    new = altered(
        write_fake_run(tmp_path / "run").path,
        lambda said: said["privacy"].update(dataset="other"),
    )
    (new.path / "members.parquet").unlink()
    with pytest.raises(PrivacyRefusalError):
        compare(old, new)


@dataclass(frozen=True)
class InMemory(RunFolder):
    """A run whose tables were never written, so that hundreds can be compared in a second."""

    frames: Mapping[str, pl.DataFrame]

    @classmethod
    def of(cls, change: Callable[[Tables], None]) -> InMemory:
        tables = Tables()
        change(tables)
        return cls(Path("nowhere"), manifest(tables), tables.frames())

    def table(self, name: str) -> pl.DataFrame:
        return self.frames[name]


ROSTER = st.lists(st.frozensets(st.integers(0, 11), min_size=1, max_size=6), max_size=4)


@given(ROSTER, ROSTER)
def test_every_cluster_is_told_of_once_and_the_counts_add_up(
    before: list[frozenset[int]], after: list[frozenset[int]]
) -> None:
    runs = [InMemory.of(put(groups)) for groups in (before, after)]
    rows = compare(*runs).clusters
    assert sorted(rows["old"].drop_nulls()) == [f"c{n}" for n in range(len(before))]
    assert sorted(rows["new"].drop_nulls()) == [f"c{n}" for n in range(len(after))]
    for one in rows.iter_rows(named=True):
        was = before[int(one["old"][1:])] if one["old"] else frozenset()
        now = after[int(one["new"][1:])] if one["new"] else frozenset()
        assert (one["gained"], one["lost"]) == (len(now - was), len(was - now))
        if one["old"] and one["new"]:
            assert one["alike"] == pytest.approx(len(was & now) / len(was | now))
            assert one["alike"] >= SAME


def put(groups: list[frozenset[int]]) -> Callable[[Tables], None]:
    """Return what adds clusters of numbered accounts."""

    def change(tables: Tables) -> None:
        for n, group in enumerate(groups):
            values: dict[str, Any] = dict.fromkeys(
                ("p_value", "q_value", "first_event", "last_event", "stability")
            )
            tables.add(
                "clusters", cluster_id=f"c{n}", status="candidate", flagged=False, risk=n / 10,
                spam=0.1, recruitment=0.1, behaviour="unclear", n_actors=len(group), n_contacted=0,
                layers=[], **values,
            )  # fmt: skip
            for account in group:
                tables.add(
                    "members", cluster_id=f"c{n}", account=f"u{account}", role="actor",
                    strength=0.5, core=True, p_value=0.1,
                )  # fmt: skip

    return change
