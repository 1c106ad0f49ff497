"""A run folder that somebody crafted is refused or fails the review, and harms nobody who looks."""

from __future__ import annotations

import copy
import json
import random
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from review_kit import GOOD, change, failures, log_anew, named, reviewable

from graphmeta.cli import main
from graphmeta.errors import GraphmetaError, RunError
from graphmeta.oversight import dpia, record
from graphmeta.oversight.review import trial, write
from graphmeta.oversight.review.reviewing import review
from graphmeta.run import MANIFEST, RunFolder, open_even_expired, open_run

#: What would run on a page, drive a terminal, or leave a folder, were it let through.
HOSTILE = "<img src=x onerror=alert(1)>\x1b[2J|`../../etc/passwd"


@pytest.fixture(autouse=True)
def _tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "tried", lambda *_: GOOD)
    monkeypatch.setattr("os.fsync", lambda _: None)


@pytest.fixture
def made(tmp_path: Path) -> RunFolder:
    return reviewable(tmp_path)


@pytest.mark.parametrize("name", ["members.parquet", "manifest.json", "audit.jsonl"])
def test_a_run_with_a_link_in_it_does_not_open_and_nothing_behind_it_is_touched(
    made: RunFolder, tmp_path: Path, name: str
) -> None:
    kept = tmp_path / "kept"
    (made.path / name).rename(kept)
    (made.path / name).symlink_to(kept)
    before = kept.read_bytes()
    with pytest.raises(RunError, match="is a link"):
        open_run(made.path)
    assert main(["privacy", "review", str(made.path)]) == 2
    assert kept.read_bytes() == before


def test_a_rewriting_that_leads_elsewhere_moves_nothing(made: RunFolder, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").touch()
    (made.path / "rewriting").symlink_to(mine)
    with pytest.raises(RunError, match="is a link"):
        open_run(made.path)
    assert (mine / "letter.txt").exists()
    (made.path / "rewriting").unlink()
    mine.rename(made.path / "rewriting")
    (made.path / "rewriting" / "members.parquet").symlink_to(tmp_path / "key")
    with pytest.raises(RunError, match="is a link"):
        open_run(made.path)
    assert not (made.path / "letter.txt").exists(), "what is no file of a run stays where it is"


def everywhere(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to everything in a manifest."""
    if way:
        yield way
    inside = enumerate(value[:2]) if isinstance(value, list) else ()
    for name, one in value.items() if isinstance(value, dict) else inside:
        yield from everywhere(one, (*way, name))


def with_another(manifest: dict[str, Any], way: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """Return a manifest with something else at a place, or without it."""
    changed = copy.deepcopy(manifest)
    at = changed
    for name in way[:-1]:
        at = at[name]
    if value is Ellipsis:
        del at[way[-1]]
    else:
        at[way[-1]] = value
    return changed


def test_whatever_a_manifest_says_a_review_fails_or_refuses_and_never_breaks_down(
    made: RunFolder, tmp_path: Path
) -> None:
    """Everything in turn is replaced by one of the odd values, one that differs by place."""
    manifest = json.loads((made.path / MANIFEST).read_text(encoding="utf-8"))
    odd = [..., None, HOSTILE, -1, [], {}, 1e308, ["a", None], {"a": {"b": 1}}, True]
    drawn = random.Random(7)
    for way in everywhere(manifest):
        for value in drawn.sample(odd, 1):
            (made.path / MANIFEST).write_text(json.dumps(with_another(manifest, way, value)))
            for act in (
                lambda: write.as_html(review(made.path, [tmp_path / "events.parquet"])),
                lambda: dpia.assessment(open_run(made.path)),
                lambda: record.of_run(open_run(made.path)),
            ):
                try:
                    said = act()
                except GraphmetaError:
                    continue
                assert "<img" not in str(said), (way, value)


def test_a_manifest_of_another_form_fails_and_the_log_is_looked_at_all_the_same(
    made: RunFolder,
) -> None:
    change(made, lambda manifest: manifest["inputs"][0].pop("rows"))
    log_anew(made)
    found = review(made.path)
    assert failures(found) == {"manifest"}
    assert "inputs[0].rows" in named(found, "manifest").says
    assert named(found, "log").verdict == "held"
    assert main(["privacy", "review", str(made.path), "-q"]) == 4


def test_names_of_files_and_columns_run_nothing_and_lead_nowhere(
    made: RunFolder, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def hostile(manifest: dict[str, Any]) -> None:
        manifest["inputs"][0]["file"] = HOSTILE
        manifest["inputs"][0]["columns_ignored"] = [HOSTILE]
        manifest["inputs"][0]["columns_seen"][2] = HOSTILE
        manifest["privacy"] |= {"dataset": HOSTILE, "key_id": HOSTILE}
        manifest["privacy"]["sandbox"]["not_available"] = [HOSTILE]
        manifest["statements"] = dict.fromkeys(("bound", "innocents", "risk"), HOSTILE)

    change(made, hostile)
    log_anew(made)
    before = sorted(tmp_path.rglob("*"))
    page, text = tmp_path / "review.html", tmp_path / "dpia.md"
    events = str(tmp_path / "events.parquet")
    given = ["privacy", "review", str(made.path), "--events", events, "--html", str(page)]
    assert main(given) in (0, 4)
    assert main(["privacy", "dpia", str(made.path), "--out", str(text)]) == 0
    shown = capfd.readouterr()
    assert "\x1b[2J" not in shown.out + shown.err
    html = page.read_text(encoding="utf-8")
    assert "<img" not in html
    assert "<img src=x" in unescape(html)
    assert "<img" not in text.read_text(encoding="utf-8")
    assert sorted(tmp_path.rglob("*")) == sorted([*before, page, text])


def test_a_run_that_bears_a_hostile_name_is_shown_inertly(tmp_path: Path) -> None:
    made = reviewable(tmp_path, name="<img src=x>&\x1b[2J")
    html = write.as_html(review(made.path))
    assert "<img" not in html


@pytest.mark.parametrize("name", ["RUN[1]", "R*N", "RUN?"])
def test_a_name_that_could_stand_for_other_folders_stands_for_itself(
    tmp_path: Path, name: str
) -> None:
    other = reviewable(tmp_path, name="RUN1")
    shutil.copy(other.path / "members.parquet", other.path / "kept")
    made = reviewable(tmp_path, name=name)
    (made.path / "members.parquet").write_bytes(b"")
    with pytest.raises(RunError, match="cannot be read"):
        made.table("members")
    shutil.move(other.path / "kept", made.path / "members.parquet")
    assert made.table("members").height > 0


def test_links_and_folders_in_the_place_of_tables_are_no_run(made: RunFolder) -> None:
    (made.path / "members.parquet").unlink()
    (made.path / "members.parquet").mkdir()
    with pytest.raises(RunError, match="not a whole run"):
        open_even_expired(made.path)
    shutil.rmtree(made.path / "members.parquet")
    (made.path / "members.parquet").write_bytes(b"PAR1 and no more PAR1")
    with pytest.raises(RunError, match="cannot be read"):
        review(made.path)
