"""Of clusters that score like this one, how many are abusive?

A score becomes a share by a logistic curve of its log-odds (Platt 1999, with his smoothed targets,
so that a handful of verdicts of one kind does not promise certainty). The curve that comes with the
package is fitted on synthetic worlds, in which there is more abuse than on a platform; until an
operator has enough verdicts on randomly drawn clusters, risk is for ordering only. The slope is not
negative: a higher score never means a lower share.

Risk is that share times how sure the coordination is (``scores/rank.py``). An operator's own curve
is fitted so that this product, and not the share alone, meets the verdicts: a candidate that
people find benign because nothing ties it does not make the score look worse than it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import polars as pl
from numpy.typing import NDArray

#: Verdicts on randomly drawn clusters from which an operator's own curve is fitted.
LEAST_VERDICTS = 50
#: Scores nearer to 0 or 1 than this count as this far.
CERTAIN = 1e-9


@dataclass(frozen=True)
class Calibration:
    """The curve from log-odds to the share of abusive clusters.

    Args:
        constant: Log-odds of being abusive where the score's log-odds are 0.
        slope: Log-odds of being abusive per log-odds of the score, not negative.
    """

    constant: float
    slope: float

    def share(self, log_odds: pl.Expr) -> pl.Expr:
        """Return the share for log-odds of scores, weighed by strength (``scores/rank.py``)."""
        return 1.0 / (1.0 + (-(self.constant + self.slope * log_odds)).exp())


#: The score as it is.
AS_IT_IS = Calibration(0.0, 1.0)


class OwnCurve(TypedDict):
    """An operator's own curve, and what it rests on, as plain data.

    Args:
        constant: As in :class:`Calibration`.
        slope: As in :class:`Calibration`.
        scores: The fingerprint of the trained scores whose log-odds it is for.
        verdicts: On how many randomly drawn clusters it rests.
        abusive: How many of them were found abusive.
        runs: The ids of the runs that the clusters were drawn from.
        fitted_at: When, in ISO 8601.
    """

    constant: float
    slope: float
    scores: str
    verdicts: int
    abusive: int
    runs: Sequence[str]
    fitted_at: str


def fit(
    log_odds: NDArray[np.float64],
    abusive: NDArray[np.bool_],
    sureness: NDArray[np.float64] | None = None,
) -> Calibration:
    """Fit the curve to clusters of which it is known what they are.

    Args:
        log_odds: Their scores, as log-odds weighed by strength, shape (n,).
        abusive: What they are, shape (n,).
        sureness: How sure the coordination of each is, 0 to 1, shape (n,); wholly, where absent.
    """
    from scipy import optimize  # slow to load, and who reads a curve fits none

    yes, no = int(abusive.sum()), int((~abusive).sum())
    target = np.where(abusive, (yes + 1.0) / (yes + 2.0), 1.0 / (no + 2.0))
    doubt = 1.0 - (np.ones_like(log_odds) if sureness is None else sureness)
    with np.errstate(divide="ignore"):  # no doubt at all is minus infinity, as logaddexp takes it
        log_doubt = np.log(doubt)

    def loss(parameters: NDArray[np.float64]) -> float:
        odds = parameters[0] + parameters[1] * log_odds
        # Of share times sureness s, up to a constant: log p = -log(1 + e^-odds) (+ log s), and
        # 1 - p = (1 - s + e^-odds) / (1 + e^-odds).
        total = np.logaddexp(0.0, -odds)
        return float((total - (1.0 - target) * np.logaddexp(log_doubt, -odds)).sum())

    found = optimize.minimize(
        loss, np.array([0.0, 1.0]), method="L-BFGS-B", bounds=[(None, None), (0.0, None)]
    )
    return Calibration(float(found.x[0]), float(found.x[1]))


def from_verdicts(
    log_odds: NDArray[np.float64],
    abusive: NDArray[np.bool_],
    before: Calibration,
    sureness: NDArray[np.float64] | None = None,
) -> Calibration:
    """Return an operator's own curve, or the one before where there are too few verdicts."""
    return fit(log_odds, abusive, sureness) if log_odds.size >= LEAST_VERDICTS else before
