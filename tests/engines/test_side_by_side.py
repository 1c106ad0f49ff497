"""What goes on side by side keeps its order, and its errors reach the caller."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from graphmeta.engines.local import ahead, beside


def _broken() -> Iterator[int]:
    yield 1
    raise ValueError("broken")


def test_items_made_ahead_come_in_order_whatever_they_are() -> None:
    assert list(ahead([1, None, 0, "", 2])) == [1, None, 0, "", 2]
    assert list(ahead([])) == []


def test_an_error_in_making_an_item_is_raised_in_its_place() -> None:
    made = ahead(_broken())
    assert next(made) == 1
    with pytest.raises(ValueError, match="broken"):
        next(made)


def test_items_can_be_left_unused() -> None:
    made = ahead(iter(range(10)))
    assert next(made) == 0
    made.close()


def test_things_done_beside_are_done_in_order_and_at_the_end() -> None:
    done: list[int] = []
    with beside() as also:
        for number in range(20):
            also(done.append, number)
    assert done == list(range(20))


def test_an_error_of_a_thing_done_beside_reaches_the_caller() -> None:
    def fail() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"), beside() as also:
        also(fail)
