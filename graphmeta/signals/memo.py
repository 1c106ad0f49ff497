"""What was learnt from observations, kept for as long as they are around.

Rounds of pruning and growing ask layers the same questions of the same part of the data many
times over: who reached whom in it, how its null is fitted, which hubs it validates. Such answers
depend on the observations and the part alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast
from weakref import WeakKeyDictionary

from graphmeta.signals.base import Observations

Asked = ParamSpec("Asked")
Learnt = TypeVar("Learnt")


def once(
    learn: Callable[Concatenate[Observations, Asked], Learnt],
) -> Callable[Concatenate[Observations, Asked], Learnt]:
    """Let a function of observations compute each answer once.

    Args:
        learn: Its other arguments must be hashable and positional, and what it returns must not
            be changed, nor hold the observations themselves, which would then never go.
    """
    known: WeakKeyDictionary[Observations, dict[Any, Learnt]] = WeakKeyDictionary()

    @wraps(learn)
    def kept(seen: Observations, /, *asked: Asked.args, **named: Asked.kwargs) -> Learnt:
        answers = known.setdefault(seen, {})
        if asked not in answers:
            answers[asked] = learn(seen, *asked, **named)
        return answers[asked]

    return cast("Callable[Concatenate[Observations, Asked], Learnt]", kept)
