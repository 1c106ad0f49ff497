"""How much more do groups share than chance explains, in one unit for all layers?

The unit is the nat: the log-likelihood ratio of the rate that was observed against the one that was
expected, by Poisson's law. Where counts vary more than that, as windows do that come in sessions,
or where what is expected rests on little, only the layer's own p-value knows; no test surprises
more than its p-value allows. It misleads as a p-value, and is none: it ranks, and adds up.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from graphmeta.nulls import counts
from graphmeta.signals.coordination import partitioning, twins

#: P-values below this are not told apart, and allow anything.
_LEAST_P = 1e-299


def surprise(tests: pl.DataFrame) -> pl.Series:
    """Return the surprise of coordination tests in nats, negative where they speak against it.

    Of every layer more than chance explains is surprising; of target partitioning, less. Twins are
    proposed and not tested, so their p-value allows anything, too.

    Args:
        tests: Columns layer, observed, expected, p_value.
    """
    told = counts.signed_surprise(tests["observed"].to_numpy(), tests["expected"].to_numpy())
    told = np.where((tests["layer"] == partitioning.NAME).to_numpy(), -told, told)
    p_value = tests["p_value"].to_numpy()
    says_nothing = (p_value < _LEAST_P) | (tests["layer"] == twins.NAME).to_numpy()
    allowed = np.where(says_nothing, np.inf, -np.log(np.maximum(p_value, _LEAST_P)))
    return pl.Series(np.minimum(told, allowed), dtype=pl.Float64)
