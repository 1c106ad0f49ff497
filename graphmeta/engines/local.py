"""How are frames computed on this machine? By Polars, in this process.

Most of the time of long work passes in libraries that let other threads run, so what does not
depend on each other can go on side by side: reading the next batch, and something about the last.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

import polars as pl

Item = TypeVar("Item")
Given = ParamSpec("Given")


def stream(frame: pl.LazyFrame, rows: int) -> Iterator[pl.DataFrame]:
    """Compute a lazy frame and yield its rows in order, about ``rows`` at a time.

    Raises:
        pl.exceptions.PolarsError: The frame cannot be computed.
    """
    yield from frame.collect_batches(chunk_size=rows, maintain_order=True)


def usable_cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def side_by_side(things: Sequence[Callable[[], Item]], done: Callable[[int], None]) -> list[Item]:
    """Do some things at once, a thread for every core, and return what came of each, in order.

    Args:
        things: What is to be done; an error of one is raised here as soon as it occurs.
        done: Told, after each, how many are done.
    """
    with ThreadPoolExecutor(usable_cores()) as threads:
        running = [threads.submit(thing) for thing in things]
        for number, ended in enumerate(as_completed(running), start=1):
            ended.result()
            done(number)
        return [one.result() for one in running]


def ahead(items: Iterable[Item]) -> Generator[Item, None, None]:
    """Yield some items in order, the next of which is made while the last is being used."""
    iterator = iter(items)
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(_next, iterator)
        while found := coming.result():
            coming = thread.submit(_next, iterator)
            yield found[0]


def _next(iterator: Iterator[Item]) -> tuple[Item] | tuple[()]:
    """Return the next item, or nothing at the end (an item may be anything, None as well)."""
    for item in iterator:
        return (item,)
    return ()


@contextmanager
def beside() -> Iterator[Callable[..., None]]:
    """Give what does one thing at a time while the caller goes on with others.

    It waits for the last thing before it begins the next, and all are done at the end; what a
    thing raises is raised by then at the latest.
    """
    with ThreadPoolExecutor(1) as thread:
        running: list[Future[object]] = []

        def also(
            function: Callable[Given, object], *args: Given.args, **named: Given.kwargs
        ) -> None:
            while running:
                running.pop().result()
            running.append(thread.submit(function, *args, **named))

        yield also
        while running:
            running.pop().result()
