"""Are the p-values true, and what do they still find?

Run: ``python benchmarks/calibration.py --seeds 20 --data DIR``. Without ``--data`` the part on
real data is left out; ``--only`` picks parts; ``--json FILE`` writes every table. The default
takes a couple of minutes on two cores.

A p-value is true where, without coordination, it is below x at most a share x of the time. Held-out
data protects against selection, never against a wrong null; so every part builds data in which
nobody coordinates, in a way the null does not know of:

- *independent*: accounts with sessions, time zones, circles, bursts and a flash crowd;
- *drawn*: groups that nothing found, drawn at random from one circle, one hour of the day, the
  flash crowd or the busiest accounts of such a world. The finder meets what is odd, a draw what
  is usual, and both have to come out right;
- *sessions*: the same draws where a hundred accounts (the busiest) write to 5, 20 or 60 strangers
  in one go, six times;
- *clocks*: the same draws where times are rounded to a quarter of an hour, an hour or a day;
- *permuted*: real data, times shuffled within each account's week, recipients rewired, or both.
  Rewiring alone leaves times as they were: one account's message and the other's answer still
  share their minute, though nobody answers any more, and shared timing is right to say so;
- *pairs*: the same data, how many of all possible pairs of senders each layer finds below a level,
  beside what the level allows;
- *clean*: worlds with look-alikes and no campaign. Look-alikes coordinate, so they may be
  confirmed; groups of unlabelled people may not;
- *leak*: pairs selected by one layer, tested on another layer's held-out part, beside the same
  accounts paired at random;
- *funnel*: (account, hub) with a conversion on the finding part, counted on the held-out part;
- *power*: planted campaigns, and three ways to combine the layers of one group.

``below .05`` and so on are shares with 95 % Clopper-Pearson intervals.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from calibration_data import (
    both,
    draw,
    labelled,
    named,
    observed,
    rewired,
    shuffled_times,
    writing_in_sessions,
)
from numpy.typing import NDArray
from scipy import stats

from graphmeta.clusters.confirm import Tested, confirm
from graphmeta.clusters.find import find
from graphmeta.ingest import Reading
from graphmeta.nulls import counts, multiplicity
from graphmeta.pipeline import Settings, analyze
from graphmeta.signals import LAYERS
from graphmeta.signals.base import FOLDS, WHOLE, Observations, Part
from graphmeta.signals.coordination.conversions import conversions, expected_converts
from graphmeta.synthetic import independent_accounts

FloatArray = NDArray[np.float64]
Table = list[dict[str, Any]]
LEVELS = (0.05, 0.01, 0.001)
WEAK = ("drip", "tiny", "funnel", "evasive_12h_20pct_3x")
STRONG = ("one_clock", "split_list", "shared_targets")
_GROUPS = pl.Schema({"group": pl.UInt32(), "account": pl.UInt32()})
_BY_KIND = ("layer", "size", "kind")


def found_and_tested(seen: Observations) -> Iterable[Tested]:
    """Find without each fold, and test on it."""
    for fold in range(FOLDS):
        yield confirm(seen, LAYERS, find(seen, LAYERS, Part(fold), 3, 0).groups, fold)


def shares(p_values: FloatArray, **labels: object) -> dict[str, Any]:
    """Say how often p-values are below the levels."""
    row: dict[str, Any] = {**labels, "tests": p_values.size}
    for level in LEVELS:
        below = int((p_values <= level).sum())
        interval = stats.binomtest(below, p_values.size).proportion_ci() if p_values.size else None
        between = f" ({interval.low:.4f} to {interval.high:.4f})" if interval else ""
        row[f"below {level:g}"] = f"{below}{between}"
    row["smallest"] = f"{p_values.min():.1e}" if p_values.size else ""
    return row


def of_groups(tests: pl.DataFrame, by: list[str]) -> Table:
    """Summarise group tests: what was observed and expected, the mean mid-p, and the shares."""
    mid = counts.mid_p(tests["observed"].to_numpy(), tests["expected"].to_numpy())
    table = []
    for key, part in tests.with_columns(mid=pl.Series(mid)).group_by(by, maintain_order=True):
        sums = {name: round(float(part[name].sum()), 1) for name in ("observed", "expected")}
        excess = (part["observed"] - part["expected"]) ** 2 - part["expected"]
        spread = float(excess.sum()) / max(float((part["expected"] ** 2).sum()), 1e-9)
        labels = dict(zip(by, key, strict=True))
        table.append(
            {
                **shares(part["p_value"].to_numpy(), **labels),
                **sums,
                "dispersion": round(spread, 3),
                "mean mid-p": round(float(part["mid"].to_numpy().mean()), 3),
            }
        )
    return table


def found(worlds: Iterable[pl.DataFrame]) -> Table:
    """Held-out p-values of groups that the finder proposed, and what a run flags."""
    tests, combined, accepted, flagged = [], [], 0, 0
    for events in worlds:
        seen, _ = observed(events)
        for tested in found_and_tested(seen):
            tests.append(tested.tests)
            combined.append(tested.results["p_value"].cast(pl.Float64).to_numpy())
            accepted += int((tested.results["q_value"] <= Settings().alpha).sum())
        with tempfile.TemporaryDirectory() as folder:
            run = analyze(events, out=Path(folder) / "run", reading=Reading(identifiers="plain"))
            flagged += int(run.table("clusters")["flagged"].sum())
    table = of_groups(pl.concat(tests).sort("layer"), ["layer"])
    together = shares(np.concatenate(combined), layer="combined")
    return [*table, {**together, "confirmed": accepted, "flagged by analyze": flagged}]


def drawn(worlds: Iterable[pl.DataFrame], order: Sequence[str]) -> Table:
    """p-values of groups drawn at random, by layer and what else ``order`` names."""
    tests = []
    for seed, events in enumerate(worlds):
        seen, _ = observed(events)
        groups = draw(seen, np.random.default_rng(seed), 40)
        kinds = groups.select("group", "kind", "size").unique()
        for layer in LAYERS:
            tested = layer.groups(
                seen, groups.select(_GROUPS.names()), Part(0), Part(0, held_out=True)
            )
            tests.append(tested.join(kinds, on="group").with_columns(layer=pl.lit(layer.name)))
    return of_groups(pl.concat(tests).sort(*order, "group"), list(order))


def permuted(seeds: int, data: Path) -> Table:
    """p-values of groups found and drawn in permuted real data, and what a run flags."""
    table = []
    for name in ("collegemsg", "copenhagen_cns"):
        events = pl.read_parquet(data / name / "events.parquet").select(
            "sender", "recipient", "timestamp"
        )
        for permute in (shuffled_times, rewired, both):
            changed = [permute(events, np.random.default_rng(seed)) for seed in range(seeds)]
            labels = {"data": name, "permuted": permute.__name__}
            table.append(labels | found(changed)[-1])
            table += [labels | row for row in drawn(changed, ["layer"])]
    return table


def pairs(seeds: int, data: Path) -> Table:
    """How many pairs are below a level in permuted real data, for one that the level allows."""
    table = []
    for name in ("collegemsg", "copenhagen_cns"):
        events = pl.read_parquet(data / name / "events.parquet").select(
            "sender", "recipient", "timestamp"
        )
        for permute in (shuffled_times, rewired, both):
            views = [observed(permute(events, np.random.default_rng(n)))[0] for n in range(seeds)]
            possible = sum(_possible_pairs(seen) for seen in views)
            for layer in LAYERS[:2]:
                tests = [layer.pairs(seen, WHOLE)["p_value"].to_numpy() for seen in views]
                validated = sum(
                    int((multiplicity.benjamini_hochberg(p) <= 0.01).sum()) for p in tests
                )
                below = [int((np.concatenate(tests) <= level).sum()) for level in LEVELS]
                table.append(
                    {"data": name, "permuted": permute.__name__, "layer": layer.name}
                    | {"possible": possible, "validated at 1 %": validated}
                    | {
                        f"below {x:g}": f"{n} of {x * possible:.0f}"
                        for x, n in zip(LEVELS, below, strict=True)
                    }
                )
    return table


def _possible_pairs(seen: Observations) -> int:
    senders = seen.strangers["sender"].n_unique()
    return senders * (senders - 1) // 2


def worlds(seeds: int, size: int, campaigns: tuple[str, ...]) -> Table:
    """How many groups of each label are found and confirmed, by three ways to combine layers."""
    ways: dict[str, Callable[[FloatArray], FloatArray]] = {
        "Bonferroni": lambda p: np.minimum(1.0, p.min(axis=1) * p.shape[1]),
        "mean of e, Vovk and Wang": lambda p: 1.0 / np.maximum(1.0, _e_values(p).mean(axis=1)),
        "mean of e, square root": lambda p: 1.0 / np.maximum(1.0, (p**-0.5 / 2).mean(axis=1)),
    }
    proposed: Counter[str] = Counter()
    confirmed = {way: Counter[str]() for way in ways}
    for seed in range(seeds):
        seen, label = labelled(seed, size, campaigns)
        for tested in found_and_tested(seen):
            names = dict(named(tested.groups, label))
            wide = tested.tests.pivot("layer", index="group", values="p_value").fill_null(1.0)
            kept = [name for name in (layer.name for layer in LAYERS) if name in wide.columns]
            p = np.ones((wide.height, len(LAYERS)))
            p[:, : len(kept)] = np.clip(wide.select(kept).to_numpy(), 1e-300, 1.0)
            proposed.update(names.values())
            for way, combine in ways.items():
                q = multiplicity.benjamini_hochberg(combine(p), max(len(names), wide.height))
                groups = wide["group"].to_numpy()[q * FOLDS <= Settings().alpha]
                confirmed[way].update(names[group] for group in groups.tolist())
    return [
        {"label": name or "unlabelled", "found": proposed[name]}
        | {way: confirmed[way][name] for way in ways}
        for name in sorted(proposed)
    ]


def _e_values(p: FloatArray) -> FloatArray:
    """Turn p-values into e-values by the mixture of all power calibrators (Vovk and Wang 2021)."""
    p = np.minimum(p, 1.0 - 1e-6)
    return np.asarray((1.0 - p + p * np.log(p)) / (p * np.log(p) ** 2))


def leak(seeds: int, size: int) -> Table:
    """Pairs selected by one layer, tested by the other on its held-out part."""
    targets, timing = LAYERS[:2]
    tests = []
    for seed in range(seeds):
        seen, _ = observed(independent_accounts(size, 21, seed))
        rng = np.random.default_rng(seed)
        for select, test in ((targets, timing), (timing, targets)):
            strongest = select.pairs(seen, Part(0)).sort("weight", "a", "b", descending=True)
            ends = _matching(strongest.head(600))
            for kind, account in (("selected", ends), ("paired anew", rng.permutation(ends))):
                number = np.arange(account.size, dtype=np.uint32) // 2
                groups = pl.DataFrame({"group": number, "account": account}, schema=_GROUPS)
                tested = test.groups(seen, groups, Part(0), Part(0, held_out=True))
                way = f"{select.name}, then {test.name}"
                tests.append(tested.with_columns(way=pl.lit(way), pairs=pl.lit(kind)))
    return of_groups(pl.concat(tests).sort("way", "pairs"), ["way", "pairs"])


def _matching(pairs: pl.DataFrame) -> NDArray[Any]:
    """Return the ends of pairs of which no two share an account, the first ones first."""
    taken: dict[int, None] = {}
    for a, b in pairs.select("a", "b").iter_rows():
        if a not in taken and b not in taken:
            taken |= {a: None, b: None}
    return np.array(list(taken), dtype=np.uint32)


def onward(seen: Observations) -> pl.DataFrame:
    """Test, held out, every (account, hub) that had a conversion on the finding part."""
    frames = []
    for fold in range(FOLDS):
        before = conversions(seen, Part(fold))
        after = conversions(seen, Part(fold, held_out=True))
        count = pl.col("recipient").n_unique().cast(pl.Float64)
        rows = (
            before.select("hub", account="sender")
            .unique()
            .join(
                after.group_by("hub", account="sender").agg(observed=count),
                on=["hub", "account"],
                how="left",
            )
            .with_columns(pl.col("observed").fill_null(0.0), group="account")
            .sort("account", "hub")
        )
        alone = rows.select("group", "account").unique(maintain_order=True)
        chance = expected_converts(seen, alone, rows, Part(fold, held_out=True))
        tail = counts.upper_tail(rows["observed"].to_numpy(), chance)
        frames.append(rows.with_columns(expected=pl.Series(chance), p_value=pl.Series(tail)))
    return pl.concat(frames).select("observed", "expected", "p_value")


def funnels(seeds: int, size: int, data: Path | None) -> Table:
    """Conversions to the same hub, held out, where nobody recruits."""
    frames = []
    for seed in range(seeds):
        accounts, _ = observed(independent_accounts(size, 21, seed))
        world, _ = labelled(seed, size, ())
        for kind, seen in (("independent", accounts), ("clean", world)):
            frames.append(onward(seen).with_columns(data=pl.lit(kind)))
    if data is not None:
        seen, _ = observed(pl.read_parquet(data / "collegemsg" / "events.parquet"))
        frames.append(onward(seen).with_columns(data=pl.lit("collegemsg")))
    return of_groups(pl.concat(frames).sort("data"), ["data"])


def in_sessions(size: int, seed: int, each: int) -> pl.DataFrame:
    """Return a world in which some write to ``each`` strangers in one go."""
    events = independent_accounts(size, 21, seed)
    return writing_in_sessions(events, np.random.default_rng(seed), each)


def rounded(size: int, seed: int, step: str) -> pl.DataFrame:
    """Return a world whose clocks show steps alone."""
    events = independent_accounts(size, 21, seed)
    return events.with_columns(pl.col("timestamp").dt.truncate(step))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--accounts", type=int, default=1_500, help="accounts of a world")
    parser.add_argument("--data", type=Path, help="folder of real metadata")
    parser.add_argument("--only", nargs="+", help="parts to run")
    parser.add_argument("--json", type=Path, help="write the tables here as well")
    given = parser.parse_args()
    n, size, data = given.seeds, given.accounts, given.data
    parts: dict[str, Callable[[], Table]] = {
        "independent": lambda: found(independent_accounts(size, 21, seed) for seed in range(n)),
        "drawn": lambda: drawn(
            (independent_accounts(size, 21, seed) for seed in range(n)), _BY_KIND
        ),
        "sessions": lambda: [
            {**row, "each": each}
            for each in (5, 20, 60)
            for row in drawn((in_sessions(size, seed, each) for seed in range(n)), _BY_KIND)
        ],
        "clocks": lambda: [
            {**row, "rounded to": step}
            for step in ("15m", "1h", "1d")
            for row in drawn((rounded(size, seed, step) for seed in range(n)), _BY_KIND)
        ],
        "clean": lambda: worlds(n, 2 * size, ()),
        "leak": lambda: leak(n, size),
        "funnel": lambda: funnels(n, size, data),
        "power": lambda: worlds(n, 2 * size, (*WEAK, *STRONG)),
    }
    if data is not None:
        parts["pairs"] = lambda: pairs(n, data)
        parts["permuted"] = lambda: permuted(n, data)
    tables = {}
    for name in given.only or parts:
        began = time.perf_counter()
        tables[name] = parts[name]()
        print(f"\n{name} ({n} seeds, {time.perf_counter() - began:.0f} s)")
        with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=400, fmt_str_lengths=60):
            print(pl.DataFrame(tables[name], infer_schema_length=None))
    if given.json is not None:
        given.json.write_text(json.dumps(tables, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
