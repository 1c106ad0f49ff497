"""Are a trial's twins equal but for their content, and is a canary found where there is one?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from review_kit import READ, SECRET, reviewable
from town_kit import ring_town

from graphmeta.engines.base import silent
from graphmeta.ingest import Reading
from graphmeta.oversight.review import trial, twins, watch
from graphmeta.oversight.review.given import Given, match, reading_of
from graphmeta.oversight.review.trial import tried
from graphmeta.oversight.review.watch import Watch
from graphmeta.pipeline import analyze
from graphmeta.pipeline.process import WORKER

CANARY = b"canary-0123456789"


def test_twins_of_an_original_hold_canaries_and_garbage_and_neither_holds_the_content(
    tmp_path: Path,
) -> None:
    made = reviewable(tmp_path)
    events = tmp_path / "events.parquet"
    inputs = match(made.manifest, [events])
    pair = twins.make(inputs, reading_of(made.manifest), CANARY, tmp_path)
    assert pair.whole
    one, other = ((home / "0.parquet").read_bytes() for home in (pair.canaries, pair.garbage))
    footer = events.read_bytes().rfind(b"PAR1") - int.from_bytes(
        events.read_bytes()[-8:-4], "little"
    )
    assert CANARY in one
    assert CANARY not in other
    assert SECRET.encode() not in one[:footer]
    assert SECRET.encode() not in other[:footer]
    for home in (pair.canaries, pair.garbage):
        read = pl.read_parquet(home / "0.parquet", columns=READ)
        assert read.equals(pl.read_parquet(events, columns=READ))


def test_a_larger_original_gives_its_first_rows_with_content_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twins, "MOST_ROWS", 120)
    made = reviewable(tmp_path)
    inputs = match(made.manifest, [tmp_path / "events.parquet"])
    pair = twins.make(inputs, reading_of(made.manifest), CANARY, tmp_path)
    assert not pair.whole
    assert "first 120 rows" in pair.what
    one, other = (pl.read_parquet(home / "0.parquet") for home in (pair.canaries, pair.garbage))
    assert one.columns == [*READ, twins.ADDED]
    assert one.drop(twins.ADDED).equals(other.drop(twins.ADDED))
    assert one[twins.ADDED].str.contains(CANARY.decode()).all()
    assert twins.ADDED in pair.reading.ignore_columns


def test_without_an_original_a_town_is_made_up_in_columns_of_the_same_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = reviewable(tmp_path)
    entry = {**made.manifest["inputs"][0], "columns_read": ["caller", "recipient", "timestamp"]}
    town = ring_town().with_columns(kind=pl.lit("message"), duration_s=0.0, group=None)
    monkeypatch.setattr(twins, "make_world", lambda *_: type("World", (), {"events": town}))
    reading = Reading(identifiers="plain", mapping={"sender": "caller"})
    pair = twins.make([Given(entry, None)], reading, CANARY, tmp_path)
    assert "not at hand" in pair.what
    columns = pl.read_parquet(pair.canaries / "0.parquet").columns
    assert columns == ["caller", "recipient", "timestamp", twins.ADDED]


def test_a_canary_in_a_file_is_seen(tmp_path: Path) -> None:
    (tmp_path / "left").write_bytes(b"x" * 99 + CANARY)
    seen = Watch(silent, CANARY, tmp_path)
    seen("a stage")
    assert seen.seen_in == {"the file left"}


def test_a_canary_in_the_memory_of_a_process_is_seen(tmp_path: Path) -> None:
    if not Path("/proc/self/mem").exists():
        assert os.environ.get("CI") != "true", "the memory of processes cannot be seen"
        pytest.skip("this system does not show the memory of processes")
    held = (
        "import sys; held = bytearray(bytes.fromhex(sys.stdin.readline()));"
        "control = 'graphmeta.privacy.sandbox'.encode() * 3; print(flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", held, WORKER, "analyse", str(os.getpid())]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{CANARY.hex()}\n")
        process.stdin.flush()
        process.stdout.readline()
        seen = Watch(silent, CANARY, tmp_path)
        seen(watch._LOOK[0])
        process.stdin.close()
    assert seen.looked_into == {"analyse"}
    assert seen.seen_in == {"the memory of the analyse process"}


def test_a_real_trial_of_a_real_run_holds(tmp_path: Path) -> None:
    events = tmp_path / "events.parquet"
    body = pl.format("secret {}", pl.int_range(pl.len())).alias("body")
    ring_town().with_columns(body).write_parquet(events)
    reading = Reading(key_file=tmp_path / "key", ignore_columns=("body",))
    made = analyze(events, out=tmp_path / "RUN", reading=reading)
    inputs = match(made.manifest, [events])
    found = tried(made.manifest, inputs, reading_of(made.manifest), silent)
    assert found.trouble == ""
    assert found.clusters == made.table("clusters").height > 0
    assert trial.poison(found).verdict == "held"
    assert found.seen_in == ()
    if made.manifest["privacy"]["sandbox"]["separated"] and Path("/proc/self/mem").exists():
        assert trial.canary(found).verdict == "held"
