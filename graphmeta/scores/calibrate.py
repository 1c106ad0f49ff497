"""Of clusters that score like this one, how many are abusive?

A score becomes a share by a logistic curve of its log-odds (Platt 1999, with his smoothed targets,
so that a handful of verdicts of one kind does not promise certainty). The curve that comes with the
package is fitted on synthetic worlds, in which there is more abuse than on a platform; until an
operator has enough verdicts on randomly drawn clusters, risk is for ordering only. The slope is not
negative: calibration never changes the order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

#: Verdicts on randomly drawn clusters from which an operator's own curve is fitted.
LEAST_VERDICTS = 50
_CERTAIN = 1e-9


@dataclass(frozen=True)
class Calibration:
    """The curve from log-odds to the share of abusive clusters.

    Args:
        constant: Log-odds of being abusive where the score is one half.
        slope: Log-odds of being abusive per log-odds of the score, not negative.
    """

    constant: float
    slope: float

    def share(self, score: pl.Expr) -> pl.Expr:
        """Return the share for scores between 0 and 1."""
        inside = score.clip(_CERTAIN, 1.0 - _CERTAIN)
        odds = self.constant + self.slope * (inside / (1.0 - inside)).log()
        return 1.0 / (1.0 + (-odds).exp())


#: The score as it is.
AS_IT_IS = Calibration(0.0, 1.0)


def fit(log_odds: NDArray[np.float64], abusive: NDArray[np.bool_]) -> Calibration:
    """Fit the curve to clusters of which it is known what they are.

    Args:
        log_odds: Their scores, as log-odds, shape (n,).
        abusive: What they are, shape (n,).
    """
    from scipy import optimize  # slow to load, and who reads a curve fits none

    yes, no = int(abusive.sum()), int((~abusive).sum())
    target = np.where(abusive, (yes + 1.0) / (yes + 2.0), 1.0 / (no + 2.0))

    def loss(parameters: NDArray[np.float64]) -> float:
        odds = parameters[0] + parameters[1] * log_odds
        return float(np.logaddexp(0.0, odds).sum() - (target * odds).sum())

    found = optimize.minimize(
        loss, np.array([0.0, 1.0]), method="L-BFGS-B", bounds=[(None, None), (0.0, None)]
    )
    return Calibration(float(found.x[0]), float(found.x[1]))


def from_verdicts(
    log_odds: NDArray[np.float64], abusive: NDArray[np.bool_], before: Calibration
) -> Calibration:
    """Return an operator's own curve, or the one before where there are too few verdicts."""
    return fit(log_odds, abusive) if log_odds.size >= LEAST_VERDICTS else before
