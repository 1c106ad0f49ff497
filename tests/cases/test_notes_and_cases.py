"""Notes, pins and cases: kept beside clusters, and an account can be taken out of all of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from case_kit import FUNNEL, RING, says, scalar, write_fake_run

from graphmeta.cases.casefiles import cases, change_case, clusters_of, open_case
from graphmeta.cases.erasure import ERASED, Texts, erase
from graphmeta.cases.notes import note, notes, pin, pins, unpin
from graphmeta.cases.store import CaseStore, open_store
from graphmeta.cases.verdicts import history, judge
from graphmeta.errors import ConflictError, UsageError
from graphmeta.run import RunFolder, open_run

ACCOUNT = "a_k3x7qpl2vuzt5mnd4why"


@pytest.fixture
def store(store_url: str) -> Iterator[CaseStore]:
    with open_store(store_url) as opened:
        yield opened


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_fake_run(tmp_path_factory.mktemp("original") / "RUN").path


@pytest.fixture
def run(original: Path, tmp_path: Path) -> RunFolder:
    return open_run(Path(shutil.copytree(original, tmp_path / "RUN")))


def test_notes_are_listed_by_run_and_by_cluster(store: CaseStore, run: RunFolder) -> None:
    note(store, run, RING, " looks at lunch time only ", "ann")
    note(store, run, FUNNEL, "who runs the hub?", "bob")
    assert [one.text for one in notes(store, run.run_id, RING)] == ["looks at lunch time only"]
    assert [one.author for one in notes(store, run.run_id)] == ["ann", "bob"]
    assert notes(store, "0" * 16) == []
    with pytest.raises(UsageError, match="no cluster 'c9999'"):
        note(store, run, "c9999", "x", "ann")


def test_a_pin_is_on_once_and_can_be_taken_off(store: CaseStore, run: RunFolder) -> None:
    first = pin(store, run, RING, "evidence:spam:reply_rate", "ann")
    assert pin(store, run, RING, "evidence:spam:reply_rate", "bob").id == first.id
    assert [one.item for one in pins(store, run.run_id, RING)] == ["evidence:spam:reply_rate"]
    unpin(store, first.id, "bob")
    unpin(store, first.id, "bob")
    assert pins(store, run.run_id) == []
    assert scalar(store, "SELECT count(*) FROM pins") == 1, "a pin that is off stays"
    assert scalar(store, "SELECT count(*) FROM audit WHERE act = 'unpin'") == 1
    with pytest.raises(UsageError, match="no pin 99"):
        unpin(store, 99, "ann")


def test_who_changes_a_case_by_an_old_view_is_told(store: CaseStore, run: RunFolder) -> None:
    case = open_case(store, run, [RING, FUNNEL, RING], "Two rings, one hand?", "ann")
    assert clusters_of(store, case.id) == [FUNNEL, RING]
    changed = change_case(store, case.id, case.version, "bob", summary="They share a hub.")
    assert changed.version == case.version + 1
    with pytest.raises(ConflictError, match="changed meanwhile"):
        change_case(store, case.id, case.version, "ann", title="Closed", state="closed")
    (kept,) = cases(store, run.run_id)
    assert (kept.title, kept.summary, kept.state) == (
        "Two rings, one hand?",
        "They share a hub.",
        "open",
    )
    with pytest.raises(UsageError, match="no state of a case"):
        change_case(store, case.id, kept.version, "ann", state="lost")
    with pytest.raises(UsageError, match="no case 99"):
        change_case(store, 99, 1, "ann")


def test_an_account_is_erased_from_all_that_people_wrote(store: CaseStore, run: RunFolder) -> None:
    (row,) = judge(store, run, [says(reason=f"led by {ACCOUNT}, see {ACCOUNT.upper()}")])
    note(store, run, RING, f"({ACCOUNT})", "ann")
    note(store, run, RING, f"{ACCOUNT}x is another account", "ann")
    pin(store, run, FUNNEL, f"member:{ACCOUNT}", "ann")
    open_case(store, run, [RING], f"About {ACCOUNT}", "ann")
    held = Texts(store, "officer")
    assert held.mentions(ACCOUNT) == {
        "verdicts": 1,
        "notes": 1,
        "pins": 1,
        "cases": 1,
        "saved_filters": 0,
        "golden_verdicts": 0,
    }
    assert history(store, run.run_id, RING)[0].reason == row.reason, "counting changes nothing"
    assert held.erase(ACCOUNT) == {
        "verdicts": 1,
        "notes": 1,
        "pins": 1,
        "cases": 1,
        "saved_filters": 0,
        "golden_verdicts": 0,
    }
    (erased,) = history(store, run.run_id, RING)
    assert erased.reason == f"led by {ERASED}, see {ERASED}"
    assert erased.salt != row.salt, "the hash in the log no longer tells what the reason said"
    assert [one.text for one in notes(store, run.run_id)] == [
        f"({ERASED})",
        f"{ACCOUNT}x is another account",
    ]
    assert pins(store, run.run_id)[0].item == f"member:{ERASED}"
    assert cases(store, run.run_id)[0].title == f"About {ERASED}"
    assert erase(store, ACCOUNT, "officer") == {
        "verdicts": 0,
        "notes": 0,
        "pins": 0,
        "cases": 0,
        "saved_filters": 0,
        "golden_verdicts": 0,
    }
    detail = scalar(store, "SELECT detail FROM audit WHERE act = 'erased' ORDER BY id")
    assert ACCOUNT not in str(detail)


def test_letters_that_mean_something_to_the_database_are_letters(
    store: CaseStore, run: RunFolder
) -> None:
    note(store, run, RING, "u_7 and ux7 and 100%", "ann")
    assert erase(store, "u_7", "officer")["notes"] == 1
    assert erase(store, "1%", "officer")["notes"] == 0
    assert notes(store, run.run_id)[0].text == f"{ERASED} and ux7 and 100%"


def test_what_was_erased_is_gone_from_the_files(tmp_path: Path, run: RunFolder) -> None:
    def there() -> bool:
        return any(ACCOUNT.encode() in file.read_bytes() for file in tmp_path.glob("cases*"))

    with open_store(f"sqlite:///{tmp_path}/cases.sqlite") as store:
        note(store, run, RING, f"{ACCOUNT} " * 300, "ann")
        assert there()
        erase(store, ACCOUNT, "officer")
        assert not there()
