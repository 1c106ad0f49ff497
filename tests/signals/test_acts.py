"""What behaviours look at: who defended itself after a contact, and since when an account is."""

from __future__ import annotations

import polars as pl
from tinyworld import store_events

from graphmeta.contract.events import STORE_ENTITIES
from graphmeta.signals.acts import READY, Acts, acts
from graphmeta.signals.observe import network

ROWS: list[tuple[int, int, int, str, int | None]] = [
    (0, 1, 100, "message", None),
    (1, 0, 200, "block", None),
    (0, 2, 300, "message", None),
    (2, 0, 50, "report", None),
    (0, 3, 300, "message", None),
    (3, 0, 400, "message", None),
    (4, 0, 500, "block", None),
    (3, 5, 600, "join", None),
]


def done(
    created: int | None = None,
    closed_by: str | None = None,
    rows: list[tuple[int, int, int, str, int | None]] = ROWS,
    since: int = 100,
) -> Acts:
    events = store_events(rows)
    count = 1 + max(max(row[:2]) for row in rows)
    entities = pl.DataFrame(
        [
            {
                "entity": n,
                "name": str(n),
                "is_group": n == 5,
                "created_at": created,
                "closed_by": closed_by if n == 0 else None,
            }
            for n in range(count)
        ],
        schema=STORE_ENTITIES,
    )
    return acts(events, entities.lazy(), network(events, count, since, 0))


def test_a_block_after_the_contact_defends_and_one_before_does_not() -> None:
    rows = done().openings.select("recipient", "defended").rows()
    assert rows == [(1, True), (2, False), (3, False)]


def test_a_contact_is_answered_where_the_other_wrote_back() -> None:
    assert done().openings.select("recipient", "answered").rows() == [
        (1, False),
        (2, False),
        (3, True),
    ]


def test_an_account_is_seen_with_its_first_event_as_sender_or_recipient() -> None:
    assert done().accounts.select("account", "seen").rows() == [
        (0, 50),
        (1, 100),
        (2, 50),
        (3, 300),
        (4, 500),
    ]


def test_the_opening_of_an_account_counts_where_it_is_known() -> None:
    assert set(done(created=7).accounts["seen"]) == {7}


def test_groups_are_no_accounts() -> None:
    assert 5 not in done().accounts["account"]


def test_only_what_the_platform_closed_is_banned() -> None:
    assert not done().accounts["banned"].any()
    assert not done(closed_by="user").accounts["banned"].any()
    assert done(closed_by="platform").accounts["banned"].to_list() == [True, *[False] * 4]


def test_first_contacts_before_judging_began_are_known_as_earlier() -> None:
    began = done(since=300).began
    assert sorted(began.rows()) == [(0, False), (0, True), (0, True)]


def test_a_block_counts_in_full_and_one_before_the_contact_not_at_all() -> None:
    assert done().openings.select("recipient", "weight").rows() == [(1, 1.0), (2, 0.0), (3, 0.0)]


def test_whoever_reports_everybody_counts_for_no_more_than_three() -> None:
    reached = [(n, 12, 100 + n, "message", None) for n in range(5)]
    reached += [(n + 6, 12, 100 + n, "message", None) for n in range(6)]
    reported = [(12, sender, 900, "report", None) for sender, *_ in reached]
    weights = done(rows=[*reached, *reported]).openings["weight"]
    assert weights.len() == 11
    assert weights.to_list() == [READY / 11] * 11
    assert done(rows=[*reached, *reported[:3]]).openings["weight"].sum() == 3.0
