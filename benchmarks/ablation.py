"""What does each part of detection contribute? ``python benchmarks/ablation.py --seeds 2``.

Every variant leaves one thing out and meets the same worlds: one per campaign and seed, and as many
without any. What contributes nothing should go.
"""

from __future__ import annotations

import argparse
import importlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import polars as pl

from graphmeta.bench.detector import Problem
from graphmeta.bench.measures import flags, ranking
from graphmeta.bench.own import Graphmeta
from graphmeta.bench.suites import INNOCENT, Case
from graphmeta.bench.worlds import Truth, make, truth_of, write
from graphmeta.clusters import find, twins
from graphmeta.graph import strangers
from graphmeta.scores import counter, rank
from graphmeta.signals import LAYERS
from graphmeta.signals.base import GROUPS, PAIRS
from graphmeta.signals.coordination.funnel import Funnel
from graphmeta.synthetic import CAMPAIGN_NAMES

PIPELINE = importlib.import_module("graphmeta.pipeline.detect")

Variant = Callable[[ExitStack], None]


def everything(_: ExitStack) -> None:
    """Leave nothing out."""


def without_layer(name: str) -> Variant:
    """Leave a layer out; the funnel's signals then see no hub."""

    def variant(stack: ExitStack) -> None:
        kept = tuple(layer for layer in LAYERS if layer.name != name)
        stack.enter_context(mock.patch.object(PIPELINE, "LAYERS", kept))

    return variant


def without_funnel(stack: ExitStack) -> None:
    """Leave out what ties recruiters: it also gives roles, so hubs are still known."""
    stack.enter_context(mock.patch.object(Funnel, "pairs", return_value=pl.DataFrame(schema=PAIRS)))
    stack.enter_context(
        mock.patch.object(Funnel, "groups", return_value=pl.DataFrame(schema=GROUPS))
    )


def without_twins(stack: ExitStack) -> None:
    """Propose nobody who merely behaves alike."""
    stack.enter_context(mock.patch.object(PIPELINE, "propose", lambda found, *_: found))


def without_partitioning(stack: ExitStack) -> None:
    """Let nothing confirm those who behave alike."""
    nothing = pl.DataFrame(schema=GROUPS)
    stack.enter_context(mock.patch.object(twins, "shared_out", return_value=nothing))


def without_splitting(stack: ExitStack) -> None:
    """Leave groups whole that next to nothing holds together."""
    schema = {"group": pl.UInt32, "account": pl.UInt32, "whole": pl.UInt32}
    none = pl.DataFrame(schema=schema)
    stack.enter_context(mock.patch.object(find, "split", return_value=none))


def without_strangers(stack: ExitStack) -> None:
    """Take every first contact for one with a stranger."""
    judged = strangers.judged

    def everybody(*args: Any) -> pl.DataFrame:
        return judged(*args).with_columns(stranger=pl.lit(True))

    stack.enter_context(mock.patch.object(strangers, "judged", everybody))


def without_confirmation(stack: ExitStack) -> None:
    """Flag what scores, confirmed on held-out contacts or not."""
    ranked = rank.rank

    def all_confirmed(scored: pl.DataFrame, *args: Any) -> pl.DataFrame:
        return ranked(scored.with_columns(q_value=pl.lit(0.0)), *args)

    stack.enter_context(mock.patch.object(rank, "rank", all_confirmed))


def without_counter_evidence(stack: ExitStack) -> None:
    """Reject every look-alike unseen."""

    def nothing(*args: Any) -> pl.DataFrame:
        return _resemblance(*args).with_columns(p_value=pl.lit(0.0))

    _resemblance = counter.resemblance
    stack.enter_context(mock.patch.object(counter, "resemblance", nothing))


VARIANTS: dict[str, Variant] = {
    "everything": everything,
    **{
        f"without {layer.name}": without_layer(layer.name)
        for layer in LAYERS
        if layer.name != Funnel.name
    },
    "without funnel": without_funnel,
    "without twins": without_twins,
    "without target_partitioning": without_partitioning,
    "without splitting": without_splitting,
    "without strangers": without_strangers,
    "without confirmation": without_confirmation,
    "without counter-evidence": without_counter_evidence,
}


@contextmanager
def world(case: Case) -> Iterator[tuple[Problem, Truth]]:
    """Make a world, and keep its truth away from what detection sees."""
    made = make(case)
    with tempfile.TemporaryDirectory() as folder:
        yield write(made, Path(folder) / "world", case.seed), truth_of(made)


def measured(problem: Problem, truth: Truth, variant: Variant) -> dict[str, Any]:
    """Measure one variant on one world."""
    with ExitStack() as stack:
        variant(stack)
        answer = Graphmeta(sandbox="off").detect(problem)
    score = ranking.aligned(answer.scores, truth.accounts)
    positive = truth.accounts.is_in(truth.planted["account"].implode()).to_numpy()
    found = flags.measure(answer, truth, 10)
    return {"average_precision": ranking.average_precision(positive, score), **found}


def main() -> None:
    """Meet every world with every variant, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--accounts", type=int, default=3_000)
    parser.add_argument("--campaign", action="append", default=[])
    asked = parser.parse_args()
    labels = asked.campaign or [name for name in CAMPAIGN_NAMES if name != "seven_at_once"]
    rows = []
    for label in (*labels, INNOCENT):
        for seed in range(asked.seeds):
            campaigns = () if label == INNOCENT else (label,)
            with world(Case(label, campaigns, asked.accounts, 28, 1_000 + seed)) as (seen, truth):
                for name, variant in VARIANTS.items():
                    rows.append({"variant": name, "campaign": label, **_row(seen, truth, variant)})
            print(f"{label} {seed}", flush=True)
    tell(rows)


def _row(seen: Problem, truth: Truth, variant: Variant) -> dict[str, Any]:
    found = measured(seen, truth, variant)
    detected = [campaign["detected"] for campaign in found["campaigns"].values()]
    return {
        "average_precision": found["average_precision"],
        "detected": float(np.mean(detected)) if detected else None,
        "flagged": found["flagged"],
        "false": found["false_flagged"],
        "innocents": found["innocents_flagged"],
    }


def tell(rows: Sequence[dict[str, Any]]) -> None:
    """Print what each variant comes to, over all worlds, and by campaign."""
    frame = pl.DataFrame(rows)
    summary = frame.group_by("variant", maintain_order=True).agg(
        pl.col("average_precision", "detected").mean(),
        pl.col("flagged", "false", "innocents").sum(),
    )
    by_campaign = frame.pivot(
        on="variant", index="campaign", values="average_precision", aggregate_function="mean"
    )
    with pl.Config(tbl_rows=100, tbl_cols=20, tbl_width_chars=200, fmt_str_lengths=40):
        print(summary)
        print(by_campaign)


if __name__ == "__main__":
    main()
