"""What is learnt from observations is learnt once, and goes when they go."""

from __future__ import annotations

import gc
import weakref

from tinyworld import observed

from graphmeta.signals.base import WHOLE, Observations, Part
from graphmeta.signals.memo import forget, once


def test_an_answer_is_computed_once_for_each_question() -> None:
    asked = []

    @once
    def learn(seen: Observations, part: Part) -> int:
        asked.append((seen, part))
        return len(asked)

    one, other = observed([], accounts=1), observed([], accounts=1)
    assert [learn(one, WHOLE), learn(one, Part(0)), learn(one, WHOLE)] == [1, 2, 1]
    assert learn(other, WHOLE) == 3


def test_answers_go_with_the_observations() -> None:
    @once
    def learn(seen: Observations) -> int:
        return seen.span_days

    seen = observed([(0, 1, 5)], accounts=2)
    learn(seen)
    gone = weakref.ref(seen)
    del seen
    gc.collect()
    assert gone() is None


def test_what_was_learnt_from_a_part_is_forgotten_and_nothing_else() -> None:
    asked = []

    @once
    def learn(seen: Observations, part: Part, width: int) -> int:
        asked.append((seen, part, width))
        return len(asked)

    seen = observed([], accounts=1)
    for part in (WHOLE, Part(0), Part(0, held_out=True)):
        for width in (1, 2):
            learn(seen, part, width)
    forget(seen, Part(0))
    assert [learn(seen, WHOLE, 1), learn(seen, Part(0, held_out=True), 2)] == [1, 6]
    assert [learn(seen, Part(0), 1), learn(seen, Part(0), 2)] == [7, 8]
