"""Is there no more in the run than there should be: small groups, exact moments?

Clusters of fewer than ``min_actors`` accounts would let somebody stand nearly alone, and times
finer than a second tell devices apart.
"""

from __future__ import annotations

import polars as pl

from graphmeta.contract.tables import TABLES
from graphmeta.oversight.review.result import Check, worst
from graphmeta.report import words
from graphmeta.run import RunFolder


def check(run: RunFolder) -> Check:
    """Return whether clusters are large enough, times whole seconds, and columns known.

    Raises:
        RunError: A table cannot be read.
    """
    tables = {name: run.table(name) for name in TABLES}
    fewest = int(run.manifest["configuration"]["min_actors"])
    small = tables["clusters"].filter(pl.col("n_actors") < fewest).height
    fine = [
        f"{name}.{column}"
        for name, table in tables.items()
        for column, kind in table.schema.items()
        if isinstance(kind, pl.Datetime) and (table[column].dt.nanosecond() != 0).any()
    ]
    strange = [
        f"{name}.{column}"
        for name, table in tables.items()
        for column in table.columns
        if column not in TABLES[name]
    ]
    problems = [f"{words.plural(small, 'cluster')} of fewer than {fewest} actors"] * (small > 0)
    problems += [f"moments finer than a second in {words.listing(fine)}"] * bool(fine)
    problems += [f"columns that no table has: {words.listing(strange)}"] * bool(strange)
    held = f"No cluster of fewer than {fewest} actors, whole seconds, no column beyond the tables'."
    return Check(
        name="minimum",
        asks="Does the run hold no small groups, exact moments or further columns?",
        verdict=worst(problems),
        says=" ".join(map(words.sentence, problems)) or held,
        looked_at=f"All {len(tables)} tables, {sum(map(len, tables.values())):,} rows.",
        repeat="Look at `n_actors` in clusters.parquet, and at all columns and times.",
        figures={"min_actors": fewest, "below": small},
    )
