"""The folder that a run leaves: whole or absent, in the contract's columns, without raw ids."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from tinyworld import DAY

from graphmeta.contract.tables import TABLES
from graphmeta.errors import GraphmetaError, PrivacyRefusalError, RunError
from graphmeta.ingest import Reading
from graphmeta.pipeline import Settings, analyze
from graphmeta.privacy.audit import find_break
from graphmeta.run import AUDIT, MANIFEST, RunFolder, open_run, write_tables

START = 1_704_067_200
CANARY = "cana7y"


def events(canary: str = CANARY) -> pl.DataFrame:
    """Return a ring of twelve and its sixty targets amid two hundred talkative accounts."""
    rng = np.random.default_rng(0)
    rows = []
    for _ in range(6_000):
        circle = 10 * int(rng.integers(20))
        one, other = rng.choice(10, 2, replace=False) + circle
        rows.append((f"{canary}{one}", f"{canary}{other}", int(rng.integers(28 * DAY)), "message"))
    for _ in range(1_500):
        one, other = rng.choice(200, 2, replace=False)
        rows.append((f"{canary}{one}", f"{canary}{other}", int(rng.integers(28 * DAY)), "message"))
    for target in range(60):
        at = int(rng.integers(8 * DAY, 27 * DAY))
        for actor in rng.choice(12, 7, replace=False):
            to = f"{canary}{target * 3}"
            rows.append((f"{canary}ring{actor}", to, at + int(rng.integers(7_200)), "message"))
            if rng.random() < 0.3:
                rows.append((to, f"{canary}ring{actor}", at + 9_000, "block"))
    rows.append((f"{canary}0", f"{canary}club", 5 * DAY, "join"))
    columns = ["sender", "recipient", "timestamp", "kind"]
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    return frame.with_columns(
        pl.from_epoch(pl.col("timestamp") + START, time_unit="s").dt.replace_time_zone("UTC")
    )


EVENTS = events()


def analysed(folder: Path, sources: Any = EVENTS, **reading: Any) -> RunFolder:
    """Analyse with a key of this test's own."""
    asked = {"key_file": folder / "keys" / "key", **reading}
    return analyze(sources, out=folder / "run", reading=Reading(**asked))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = tmp_path_factory.mktemp("made")
    EVENTS.with_columns(junk=pl.lit("forbidden words")).write_parquet(folder / "events.parquet")
    return analysed(folder, [folder / "events.parquet"], ignore_columns=("junk",))


def test_a_run_is_its_tables_its_manifest_and_its_log(made: RunFolder) -> None:
    expected = {f"{name}.parquet" for name in TABLES} | {MANIFEST, AUDIT}
    assert {file.name for file in made.path.iterdir()} == expected
    assert made.manifest["counts"]["flagged"] == 1


def test_tables_have_the_columns_of_the_contract(made: RunFolder) -> None:
    for name, schema in TABLES.items():
        assert made.table(name).schema == schema, name


def test_the_manifest_has_its_keys(made: RunFolder) -> None:
    manifest = made.manifest
    assert set(manifest) >= {
        "graphmeta",
        "environment",
        "created_at",
        "configuration",
        "seed",
        "inputs",
        "counts",
        "span",
        "layers",
        "timings_s",
        "peak_memory_bytes",
        "privacy",
        "statements",
    }
    assert set(manifest["counts"]) >= {
        "events_accepted",
        "rows_rejected",
        "self_contacts",
        "accounts",
        "groups",
        "contacts",
        "first_contacts",
        "stranger_contacts",
        "clusters",
        "flagged",
        "rejected_by_reason",
    }
    assert set(manifest["span"]) == {"first_event", "last_event", "since"}
    assert set(manifest["statements"]) == {"bound", "innocents", "risk"}
    assert {layer["layer"] for layer in manifest["layers"]} == {
        "shared_targets",
        "shared_timing",
        "funnel",
        "grooming",
        "invitations",
        "successors",
        "target_partitioning",
        "twin_behaviour",
    }
    assert manifest["privacy"]["identifiers"] == "pseudonymous"
    assert manifest["privacy"]["content_columns_read"] == []
    assert manifest["peak_memory_bytes"] > 2**20
    assert all(seconds >= 0 for seconds in manifest["timings_s"].values())


def test_the_signals_of_layers_have_the_versions_that_the_manifest_states(
    made: RunFolder,
) -> None:
    stated = {layer["layer"]: layer["version"] for layer in made.manifest["layers"]}
    told = made.table("signals").filter(pl.col("signal").is_in(list(stated)))
    assert told.height
    assert all(stated[name] == version for name, version in told.select("signal", "version").rows())


def test_the_manifest_says_what_was_read_and_what_was_not(made: RunFolder) -> None:
    (source,) = made.manifest["inputs"]
    assert source["file"] == "events.parquet"
    assert source["rows"] == EVENTS.height
    assert source["columns_ignored"] == ["junk"]
    assert sorted(source["columns_read"]) == ["kind", "recipient", "sender", "timestamp"]
    assert source["byte_ranges"]
    assert len(source["fingerprint"]) >= 32


def test_the_manifest_counts_what_the_tables_hold(made: RunFolder) -> None:
    counts, clusters = made.manifest["counts"], made.table("clusters")
    assert counts["clusters"] == clusters.height
    assert counts["flagged"] == clusters["flagged"].sum()
    assert counts["confirmed"] == (clusters["status"] == "confirmed").sum()
    assert counts["events_accepted"] == EVENTS.height
    assert counts["groups"] == 1


def test_the_log_is_a_whole_chain_of_at_least_four_acts(made: RunFolder) -> None:
    lines = made.audit_lines()
    assert [json.loads(line)["act"] for line in lines] == ["opened", "read", "analysed", "written"]
    assert find_break(lines) is None
    assert find_break([lines[0], *lines[2:]]) is not None
    assert find_break([lines[0].replace("opened", "closed"), *lines[1:]]) is not None


def test_no_raw_id_and_no_ignored_word_is_anywhere_in_the_folder(made: RunFolder) -> None:
    for file in made.path.iterdir():
        raw = file.read_bytes()
        assert CANARY.encode() not in raw, file.name
        assert b"forbidden" not in raw, file.name
    for name in TABLES:  # bytes are compressed: look at the values too
        text = made.table(name).write_ndjson()
        assert CANARY not in text, name
        assert "forbidden" not in text, name


def test_pseudonyms_hide_quarantined_values_too(tmp_path: Path) -> None:
    broken = EVENTS.with_columns(
        sender=pl.when(pl.int_range(pl.len()) == 3).then(None).otherwise("sender"),
        kind=pl.when(pl.int_range(pl.len()) == 5).then(pl.lit(CANARY)).otherwise("kind"),
    )
    made = analysed(tmp_path, broken)
    assert made.table("quarantine").height == 2
    assert CANARY not in made.table("quarantine").write_ndjson()
    assert CANARY.encode() not in (made.path / MANIFEST).read_bytes()


def test_the_key_and_its_place_are_not_in_the_folder(made: RunFolder) -> None:
    key = (made.path.parent / "keys" / "key").read_bytes().strip()
    for file in made.path.iterdir():
        assert key not in file.read_bytes()
        assert b"keys/key" not in file.read_bytes()


def test_equal_keys_give_equal_tables_and_another_key_other_names(
    made: RunFolder, tmp_path: Path
) -> None:
    key = made.path.parent / "keys" / "key"
    again = analyze(EVENTS, out=tmp_path / "again", reading=Reading(key_file=key))
    other = analyze(
        EVENTS, out=tmp_path / "other", reading=Reading(key_file=tmp_path / "other key")
    )
    names = [set(one.table("members")["account"]) for one in (made, again, other)]
    assert names[0] == names[1]
    assert not names[0] & names[2]


def test_a_run_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine").write_text("precious")
    with pytest.raises(RunError, match="exists already"):
        analysed(tmp_path)
    assert (tmp_path / "run" / "mine").read_text() == "precious"
    assert [file.name for file in tmp_path.iterdir()] == ["run"]


def test_a_link_that_leads_nowhere_is_not_overwritten_either(tmp_path: Path) -> None:
    (tmp_path / "run").symlink_to(tmp_path / "nowhere")
    with pytest.raises(RunError):
        analysed(tmp_path)
    assert [file.name for file in tmp_path.iterdir() if file.name != "keys"] == ["run"]


def test_what_came_to_stand_there_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    def meanwhile(stage: str, done: float | None = None) -> None:
        del done
        if stage == "writing the run":
            (tmp_path / "run").mkdir()
            (tmp_path / "run" / "mine").write_text("precious")

    with pytest.raises(RunError):
        analyze(
            EVENTS,
            out=tmp_path / "run",
            reading=Reading(identifiers="plain"),
            progress=meanwhile,
        )
    assert [file.name for file in tmp_path.iterdir()] == ["run"]
    assert [file.name for file in (tmp_path / "run").iterdir()] == ["mine"]


STAGES = [
    "reading frame (1 of 1)",
    "judging first contacts",
    "finding groups, and confirming them on held-out contacts",
    "finding and confirming groups (2 of 4)",
    "scoring behaviour",
    "writing down what was seen",
    "writing the run",
]


@pytest.mark.parametrize("last", STAGES)
@pytest.mark.parametrize("failure", [KeyboardInterrupt, MemoryError])
def test_a_run_that_fails_leaves_nothing(
    tmp_path: Path, last: str, failure: type[BaseException]
) -> None:
    reached: list[str] = []

    def stop(stage: str, done: float | None = None) -> None:
        del done
        reached.append(stage)
        if stage == last:
            raise failure

    small = EVENTS.head(800)
    with pytest.raises(failure):
        analyze(small, out=tmp_path / "run", reading=Reading(identifiers="plain"), progress=stop)
    assert reached[-1] == last
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("sources", "error"),
    [
        (EVENTS.drop("sender"), GraphmetaError),
        (EVENTS.with_columns(text=pl.lit("hello")), PrivacyRefusalError),
        (EVENTS.with_columns(sender=pl.lit("see you at eight, love")), PrivacyRefusalError),
        (EVENTS.clear(), GraphmetaError),
        ([Path("there is no such file")], GraphmetaError),
    ],
    ids=["a missing column", "an unknown column", "text in ids", "no rows", "no file"],
)
def test_bad_input_leaves_nothing(
    tmp_path: Path, sources: Any, error: type[GraphmetaError]
) -> None:
    with pytest.raises(error) as refused:
        analyze(sources, out=tmp_path / "run", reading=Reading(identifiers="plain"))
    assert refused.value.remedy
    assert not list(tmp_path.iterdir())


def test_an_expired_run_no_longer_opens(made: RunFolder) -> None:
    day_before = datetime.now(UTC) + timedelta(days=29)
    assert open_run(made.path, now=day_before).path == made.path
    with pytest.raises(RunError, match="expired"):
        open_run(made.path, now=datetime.now(UTC) + timedelta(days=31))


def test_retention_can_be_shortened(tmp_path: Path) -> None:
    made = analyze(
        EVENTS.head(800),
        out=tmp_path / "run",
        reading=Reading(identifiers="plain"),
        settings=Settings(retention_days=1),
    )
    with pytest.raises(RunError, match="expired"):
        open_run(made.path, now=datetime.now(UTC) + timedelta(days=1, seconds=1))


def test_a_run_may_be_copied(made: RunFolder, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(made.path, tmp_path / "copy"))
    assert open_run(copy).table("clusters").equals(made.table("clusters"))


@pytest.mark.parametrize("absent", [*(f"{name}.parquet" for name in TABLES), MANIFEST, AUDIT])
def test_a_run_that_lacks_a_file_does_not_open(
    made: RunFolder, tmp_path: Path, absent: str
) -> None:
    copy = Path(shutil.copytree(made.path, tmp_path / "copy"))
    (copy / absent).unlink()
    with pytest.raises(RunError, match=absent):
        open_run(copy)


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "nonsense", '{"privacy": {"expires_at": "soon"}}', '{"privacy": 3}',
     '{"privacy": {"expires_at": "2099-01-01T00:00:00"}}'],
)  # fmt: skip
def test_a_damaged_manifest_is_named(made: RunFolder, tmp_path: Path, text: str) -> None:
    copy = Path(shutil.copytree(made.path, tmp_path / "copy"))
    (copy / MANIFEST).write_text(text)
    with pytest.raises(RunError, match="damaged"):
        open_run(copy)


def test_a_damaged_table_is_named(made: RunFolder, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(made.path, tmp_path / "copy"))
    whole = (copy / "members.parquet").read_bytes()
    (copy / "members.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RunError, match="members"):
        open_run(copy).table("members")
    pl.DataFrame({"cluster_id": ["c0001"]}).write_parquet(copy / "members.parquet")
    with pytest.raises(RunError, match="account"):
        open_run(copy).table("members")


def test_there_is_no_run_where_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no run"):
        open_run(tmp_path / "nowhere")


def test_equal_rows_are_equal_bytes(made: RunFolder, tmp_path: Path) -> None:
    write_tables(tmp_path, {name: made.table(name) for name in TABLES})
    for name in TABLES:
        file = f"{name}.parquet"
        assert (tmp_path / file).read_bytes() == (made.path / file).read_bytes(), name
