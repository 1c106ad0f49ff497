"""What was learnt from observations, kept for as long as they are around.

Rounds of pruning and growing ask layers the same questions of the same part of the data many
times over: who reached whom in it, how its null is fitted, which hubs it validates. Such answers
depend on the observations and the part alone. They have a place for every account, so what was
learnt of a part of which nothing more will be asked is to be forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast
from weakref import WeakKeyDictionary

from graphmeta.signals.base import Observations, Part

Asked = ParamSpec("Asked")
Learnt = TypeVar("Learnt")

#: What every function that learns has answered: by observations, by what it was asked.
_ANSWERS: list[WeakKeyDictionary[Observations, dict[Any, Any]]] = []


def once(
    learn: Callable[Concatenate[Observations, Asked], Learnt],
) -> Callable[Concatenate[Observations, Asked], Learnt]:
    """Let a function of observations compute each answer once.

    Args:
        learn: Its other arguments must be hashable and positional, and what it returns must not
            be changed, nor hold the observations themselves, which would then never go.
    """
    known: WeakKeyDictionary[Observations, dict[Any, Learnt]] = WeakKeyDictionary()
    _ANSWERS.append(known)

    @wraps(learn)
    def kept(seen: Observations, /, *asked: Asked.args, **named: Asked.kwargs) -> Learnt:
        answers = known.setdefault(seen, {})
        if asked not in answers:
            answers[asked] = learn(seen, *asked, **named)
        return answers[asked]

    return cast("Callable[Concatenate[Observations, Asked], Learnt]", kept)


def forget(seen: Observations, part: Part) -> None:
    """Let go of what was learnt from a part; asked again, it is learnt again."""
    for known in _ANSWERS:
        answers = known.get(seen, {})
        for asked in [one for one in list(answers) if part in one]:
            del answers[asked]
