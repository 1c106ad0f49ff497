"""Filters are kept per person, replaced by name, and an account can be taken out of them too."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from case_kit import execute, scalar

from graphmeta.cases.erasure import erase
from graphmeta.cases.filters import MOST_QUERY, delete_filter, save_filter, saved_filters
from graphmeta.cases.store import CaseStore, open_store
from graphmeta.errors import UsageError


@pytest.fixture
def store(store_url: str) -> Iterator[CaseStore]:
    with open_store(store_url) as opened:
        yield opened


def test_a_filter_is_there_for_whoever_saved_it_and_for_nobody_else(store: CaseStore) -> None:
    kept = save_filter(store, "ann", " large rings ", "status=confirmed&sort=actors")
    save_filter(store, "ann", "Funnels", "behaviour=recruitment")
    save_filter(store, "bob", "mine", "state=open")
    assert (kept.name, kept.query) == ("large rings", "status=confirmed&sort=actors")
    assert [one.name for one in saved_filters(store, "ann")] == ["Funnels", "large rings"]
    assert [one.name for one in saved_filters(store, "bob")] == ["mine"]
    assert saved_filters(store, "cy") == []


def test_saving_under_the_same_name_replaces(store: CaseStore) -> None:
    first = save_filter(store, "ann", "large", "sort=actors")
    again = save_filter(store, "ann", "large", "sort=risk")
    assert again.id == first.id
    assert [one.query for one in saved_filters(store, "ann")] == ["sort=risk"]


def test_nobody_deletes_the_filter_of_another(store: CaseStore) -> None:
    kept = save_filter(store, "ann", "large", "sort=actors")
    delete_filter(store, "bob", kept.id)
    assert len(saved_filters(store, "ann")) == 1
    delete_filter(store, "ann", kept.id)
    delete_filter(store, "ann", kept.id)
    assert saved_filters(store, "ann") == []


def test_one_name_saved_by_many_at_once_is_one_filter(store_url: str) -> None:
    def work(number: int) -> None:
        with open_store(store_url) as own:
            save_filter(own, "ann", "large", f"least={number}")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    with open_store(store_url) as store:
        assert len(saved_filters(store, "ann")) == 1


def test_a_new_store_that_many_open_at_once_answers_each_of_them(tmp_path: Path) -> None:
    def opened(number: int) -> int:
        with open_store(f"sqlite:///{tmp_path}/{number // 6}/cases.sqlite") as own:
            return len(saved_filters(own, "ann"))

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(opened, range(90))) == [0] * 90


@pytest.mark.parametrize(
    ("name", "query", "problem"),
    [
        (" ", "sort=risk", "name is empty"),
        ("x" * 65, "sort=risk", "65 characters"),
        ("large", "", "filter is empty"),
        ("large", "sort", "not written as name=value"),
        ("large", "a=" + "b" * MOST_QUERY, "2,002 characters"),
    ],
)
def test_what_is_no_filter_is_refused(
    store: CaseStore, name: str, query: str, problem: str
) -> None:
    with pytest.raises(UsageError, match=problem):
        save_filter(store, "ann", name, query)
    assert saved_filters(store, "ann") == []


def test_what_is_kept_does_nothing_where_it_is_written_into_a_page(store: CaseStore) -> None:
    kept = save_filter(store, "ann", "odd", 'q="><script>&next=//else.where/\r\nX: y')
    assert kept.query == "q=%22%3E%3Cscript%3E&next=%2F%2Felse.where%2F%0D%0AX%3A+y"


def test_a_filter_that_names_an_erased_account_is_deleted(store: CaseStore) -> None:
    account = "a_k3x7qpl2vuzt5mnd4why"
    save_filter(store, "ann", f"about {account}", "sort=risk")
    save_filter(store, "ann", "other", f"search={account}")
    save_filter(store, "ann", "kept", "sort=risk")
    assert erase(store, account, "officer")["saved_filters"] == 2
    assert [one.name for one in saved_filters(store, "ann")] == ["kept"]


def test_a_store_of_the_first_schema_gains_filters_and_loses_nothing(store_url: str) -> None:
    with open_store(store_url) as store:
        for table in ("saved_filters", "golden_verdicts", "golden_clusters"):
            execute(store, f"DROP TABLE {table}")
        on_table = " ON verdicts" if store_url.startswith("postgresql") else ""
        execute(store, f"DROP TRIGGER verdicts_blind{on_table}")
        execute(store, "ALTER TABLE verdicts DROP COLUMN blind")
        execute(store, "UPDATE alembic_version SET version_num = '0001'")
        execute(
            store,
            "INSERT INTO audit (at, actor, act, detail) "
            "VALUES ('2024-06-03 12:00:00', 'ann', 'note', '{}')",
        )
    with open_store(store_url) as store:
        save_filter(store, "ann", "large", "sort=actors")
        assert scalar(store, "SELECT count(*) FROM audit") == 1
