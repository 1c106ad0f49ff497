"""How can counts be published so that nobody learns whether one unit was among them?

Whole-number Laplace noise by OpenDP, whose sampler is exact and draws on the system's randomness;
there is no seed, because a seed would undo it. The guarantee, beside the mechanism that gives it:
for any two data sets of which one has a unit more than the other, every result is at most
exp(epsilon) times as likely from the one as from the other. OpenDP's own privacy map is asked what
was spent.

It misleads where a unit is not what a reader thinks (here whatever the caller counts), where the
same unit is counted in several calls (their epsilons add up), and beside exact figures about the
same units, which no noise covers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graphmeta.errors import MissingExtraError, UsageError

#: Noise that is larger than the stated error in one case of twenty.
_ALPHA = 0.05


@dataclass(frozen=True)
class Noisy:
    """Counts with noise.

    Args:
        counts: Whole numbers, none below 0, in the order in which they were given.
        epsilon: What was spent, as OpenDP's privacy map says.
        error: In 19 of 20 cases the noise in one count is at most this.
    """

    counts: tuple[int, ...]
    epsilon: float
    error: int


def require() -> None:
    """Refuse where OpenDP is not installed.

    Raises:
        MissingExtraError: It is not.
    """
    try:
        import opendp  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise MissingExtraError("OpenDP, which adds the noise,", "dp") from error


def noisy_counts(counts: Sequence[int], most_cells: int, epsilon: float) -> Noisy:
    """Add noise to counts.

    Args:
        counts: Shape (n,).
        most_cells: In how many of the counts one unit may stand, once in each.
        epsilon: How much may be spent; above 0.

    Raises:
        MissingExtraError: OpenDP is not installed.
        UsageError: Epsilon is not above 0.
    """
    require()
    import opendp.prelude as dp
    from opendp.accuracy import discrete_laplacian_scale_to_accuracy
    from opendp.mod import binary_search_param

    if not epsilon > 0:
        raise UsageError(f"epsilon = {epsilon:g} adds no noise that protects.", "Give 0.1 to 1.")
    dp.enable_features("contrib")
    space = dp.vector_domain(dp.atom_domain(T=int)), dp.l1_distance(T=int)

    def mechanism(scale: float) -> Any:
        return dp.m.make_laplace(*space, scale=scale)

    # The least noise with which OpenDP's own map still says that no more than epsilon is spent.
    scale = binary_search_param(mechanism, d_in=most_cells, d_out=epsilon, T=float)
    chosen = mechanism(scale)
    return Noisy(
        # A count below 0 is known to be noise; cutting it off looks at nothing but the result.
        counts=tuple(max(0, value) for value in chosen(list(counts))),
        epsilon=float(chosen.map(most_cells)),
        error=int(discrete_laplacian_scale_to_accuracy(scale, _ALPHA)),
    )
