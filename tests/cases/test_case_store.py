"""Verdicts are appended and stay, on either database, whoever else is writing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from case_kit import FUNNEL, RING, execute, says, scalar, write_fake_run

from graphmeta.cases.migrate import NEWEST
from graphmeta.cases.store import CaseStore, open_store
from graphmeta.cases.tables import Base
from graphmeta.cases.verdicts import history, judge, reviews
from graphmeta.errors import ConflictError, GraphmetaError, RunError, UsageError
from graphmeta.privacy.audit import find_break
from graphmeta.run import AUDIT, RunFolder, open_run


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


def test_a_verdict_is_there_when_the_store_is_opened_again(store_url: str, run: RunFolder) -> None:
    with open_store(store_url) as store:
        (given,) = judge(store, run, [says(seconds_spent=41.5)])
    with open_store(store_url) as store:
        stands = reviews(store, run.run_id)[RING].verdict
    assert (stands.verdict, stands.reason, stands.reviewer) == ("spam", "the same list", "ann")
    assert (stands.version, stands.seconds_spent) == (1, 41.5)
    assert stands.at == given.at
    assert stands.at.tzinfo is not None


def test_a_later_verdict_supersedes_and_the_earlier_ones_stay(
    store: CaseStore, run: RunFolder
) -> None:
    judge(store, run, [says("spam"), says("unsure", FUNNEL)])
    judge(store, run, [says("benign", looks_like="courier", reviewer="bob")])
    assert [row.verdict for row in history(store, run.run_id, RING)] == ["spam", "benign"]
    standing = reviews(store, run.run_id)
    assert standing[RING].verdict.looks_like == "courier"
    assert (standing[RING].version, standing[FUNNEL].version) == (2, 1)


def test_two_analysts_at_once_lose_nothing(store_url: str, run: RunFolder) -> None:
    def work(name: str) -> None:
        with open_store(store_url) as own:  # the first of them makes it
            for _ in range(5):
                judge(own, run, [says(reviewer=name), says("benign", FUNNEL, reviewer=name)])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, [f"analyst-{n}" for n in range(6)]))
    with open_store(store_url) as store:
        for cluster in (RING, FUNNEL):
            rows = history(store, run.run_id, cluster)
            assert [row.version for row in rows] == list(range(1, 31))
        assert scalar(store, "SELECT count(*) FROM audit") == 60
    lines = run.audit_lines()
    assert len(lines) == 4 + 60
    assert find_break(lines) is None


def test_who_judges_by_an_old_view_is_told_and_nothing_of_it_is_kept(
    store: CaseStore, run: RunFolder
) -> None:
    judge(store, run, [says(seen_version=0)])
    before = run.audit_lines()
    with pytest.raises(ConflictError, match="judged meanwhile"):
        judge(store, run, [says("benign", FUNNEL), says("benign", seen_version=0)])
    assert len(history(store, run.run_id, RING)) == 1
    assert history(store, run.run_id, FUNNEL) == []
    assert run.audit_lines() == before
    judge(store, run, [says("benign", seen_version=1)])


def test_a_second_reviewer_agrees_or_disputes(store: CaseStore, run: RunFolder) -> None:
    judge(store, run, [says(second_asked=True)])
    assert reviews(store, run.run_id)[RING].waiting
    with pytest.raises(UsageError, match="by ann too"):
        judge(store, run, [says(second=True)])
    judge(store, run, [says(second=True, reviewer="bob")])
    agreed = reviews(store, run.run_id)[RING]
    assert (agreed.waiting, agreed.disputed, agreed.version) == (False, False, 2)
    judge(store, run, [says("benign", second=True, reviewer="cy")])
    disputed = reviews(store, run.run_id)[RING]
    assert disputed.disputed
    assert disputed.verdict.verdict == "spam", "a dispute does not replace the verdict"
    judge(store, run, [says("benign")])
    settled = reviews(store, run.run_id)[RING]
    assert (settled.disputed, settled.version, settled.seconds) == (False, 4, ())


def test_without_a_verdict_there_is_nothing_to_review(store: CaseStore, run: RunFolder) -> None:
    with pytest.raises(UsageError, match="no verdict that could be reviewed"):
        judge(store, run, [says(second=True)])


def test_the_runs_log_holds_a_hash_of_the_reason_and_not_the_reason(
    store: CaseStore, run: RunFolder
) -> None:
    (row,) = judge(store, run, [says(reason="blocked by all of them")])
    last = json.loads(run.audit_lines()[-1])
    assert last["act"] == "verdict"
    assert last["detail"] == {
        "cluster": RING,
        "verdict": "spam",
        "reviewer": "ann",
        "reason_sha256": row.reason_sha256,
        "version": 1,
    }
    assert "blocked by all" not in (run.path / AUDIT).read_text()
    (again,) = judge(store, run, [says(reason="blocked by all of them")])
    assert again.reason_sha256 != row.reason_sha256, "who guesses the reason cannot check it"


def test_a_run_whose_log_is_broken_is_not_judged(store: CaseStore, run: RunFolder) -> None:
    lines = run.audit_lines()
    (run.path / AUDIT).write_text("\n".join([*lines[:2], *lines[3:]]) + "\n")
    with pytest.raises(RunError, match="is broken: line 3"):
        judge(store, run, [says()])
    assert reviews(store, run.run_id) == {}


def test_where_the_log_cannot_be_written_nothing_is_judged(
    store: CaseStore, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("graphmeta.privacy.audit.append", refuse)
    with pytest.raises(RunError, match="cannot be written: Read-only"):
        judge(store, run, [says()])
    assert reviews(store, run.run_id) == {}


def test_a_copy_of_a_run_has_its_verdicts_and_another_analysis_has_not(
    store: CaseStore, run: RunFolder, tmp_path: Path
) -> None:
    judge(store, run, [says()])
    copied = open_run(Path(shutil.copytree(run.path, tmp_path / "copy")))
    assert RING in reviews(store, copied.run_id)
    manifest = json.loads((copied.path / "manifest.json").read_text())
    manifest["created_at"] = "2024-06-02T09:30:00+00:00"
    (copied.path / "manifest.json").write_text(json.dumps(manifest))
    assert reviews(store, open_run(copied.path).run_id) == {}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"verdict": "guilty"}, "no verdict"),
        ({"looks_like": "courier"}, "look-alike was given with the verdict spam"),
        ({"verdict": "benign", "looks_like": "martian"}, "no kind of look-alike"),
        ({"reason": " \n"}, "reason is empty"),
        ({"reason": "x" * 10_001}, "10,001 characters"),
        ({"reason": "a\x00b"}, "null character"),
        ({"reviewer": ""}, "reviewer's name is empty"),
        ({"seconds_spent": -1.0}, "no length of time"),
        ({"seconds_spent": float("nan")}, "no length of time"),
        ({"cluster": "c9999"}, "no cluster 'c9999'"),
    ],
)
def test_what_cannot_be_said_is_refused(
    given: dict[str, object], problem: str, tmp_path: Path, run: RunFolder
) -> None:
    with open_store(f"sqlite:///{tmp_path}/cases.sqlite") as store:
        with pytest.raises(UsageError, match=problem):
            judge(store, run, [says("benign", FUNNEL), says(**given)])  # type: ignore[arg-type]
        assert reviews(store, run.run_id) == {}


def test_the_database_itself_refuses_to_change_what_is_recorded(
    store: CaseStore, run: RunFolder
) -> None:
    judge(store, run, [says()])
    for change in (
        "UPDATE audit SET actor = 'nobody'",
        "DELETE FROM audit",
        "UPDATE verdicts SET verdict = 'benign'",
        "UPDATE verdicts SET reviewer = 'nobody', reason = 'x'",
        "UPDATE verdicts SET blind = true",
        "DELETE FROM verdicts",
    ):
        with pytest.raises(GraphmetaError, match="refused"):
            execute(store, change)
    assert scalar(store, "SELECT actor FROM audit") == "ann"
    assert scalar(store, "SELECT verdict FROM verdicts") == "spam"
    execute(store, "UPDATE verdicts SET reason = '[erased]'")  # so that erasure stays possible


def test_nor_can_it_be_changed_by_a_back_door(store: CaseStore, run: RunFolder) -> None:
    judge(store, run, [says()])
    for table in ("audit", "verdicts"):
        change = f"TRUNCATE {table} CASCADE"
        if store.address.kind == "sqlite":
            change = f"REPLACE INTO {table} SELECT * FROM {table}"
        with pytest.raises(GraphmetaError, match="refused"):
            execute(store, change)
        assert scalar(store, f"SELECT count(*) FROM {table}") == 1


def test_the_migrations_make_the_tables_that_the_code_works_with(store: CaseStore) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with store.reading() as session:
        context = MigrationContext.configure(session.connection())
        assert compare_metadata(context, Base.metadata) == []
        assert context.get_current_revision() == NEWEST


def test_the_newest_migration_is_the_one_that_is_looked_for() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "graphmeta.cases:migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [NEWEST]


def test_a_store_of_a_newer_version_is_left_alone(store_url: str, store: CaseStore) -> None:
    execute(store, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(UsageError, match="newer version of graphmeta"):
        open_store(store_url)
    assert scalar(store, "SELECT version_num FROM alembic_version") == "9999"
