"""PyOD: which accounts are unlike the others?

Zhao, Nasrullah and Li, PyOD: a Python toolbox for scalable outlier detection, JMLR 2019
(BSD-2-Clause), with ECOD (Li et al. 2022), COPOD (Li et al. 2020), isolation forest (Liu et al.
2008), k nearest neighbours and local outlier factor. What it does not see: groups. It judges
every account alone, so many who act alike are no outliers, and a lone courier is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl

from graphmeta import seeds
from graphmeta.bench.detector import SCORES, Answer, Problem
from graphmeta.bench.peers.features import FEW, features
from graphmeta.bench.peers.packages import load, quiet

Model = Literal["ecod", "copod", "iforest", "knn", "lof"]

# As tuned by ``benchmarks/tune_peers.py``: mean average precision 0.384 on 2,000 accounts
# and 0.319 on 10,000.
MODEL: Model = "copod"
FEATURES: Literal["all", "few"] = "all"

_CLASSES: dict[Model, str] = {
    "ecod": "ECOD",
    "copod": "COPOD",
    "iforest": "IForest",
    "knn": "KNN",
    "lof": "LOF",
}


@dataclass(frozen=True)
class Outliers:
    """An outlier detector over the features of accounts.

    Args:
        model: Which detector.
        features: All features, or the three that a first rule would use.
        name: The name that tables carry.
    """

    model: Model = MODEL
    features: Literal["all", "few"] = FEATURES
    name: str = "pyod"

    def detect(self, problem: Problem) -> Answer:
        """Fit the detector, and rank accounts by its scores.

        Raises:
            MissingExtraError: PyOD is not installed.
        """
        package = load(f"pyod.models.{self.model}", "pyod")
        measured = features(problem)
        if measured.is_empty():
            return Answer(pl.DataFrame(schema=SCORES))
        columns = measured.select(FEW) if self.features == "few" else measured.drop("account")
        values = columns.to_numpy()
        values = (values - values.mean(axis=0)) / np.maximum(values.std(axis=0), 1e-12)
        with quiet():
            scores = self._model(package, problem.seed).fit(values).decision_scores_
        return Answer(
            pl.DataFrame(
                {"account": measured["account"], "score": np.asarray(scores, dtype=np.float64)}
            )
        )

    def _model(self, package: Any, seed: int) -> Any:
        """Return the detector, seeded where it draws."""
        kind = getattr(package, _CLASSES[self.model])
        if self.model != "iforest":
            return kind(n_neighbors=20) if self.model in ("knn", "lof") else kind()
        return kind(n_estimators=300, random_state=seeds.key("pyod", seed) % 2**32)
