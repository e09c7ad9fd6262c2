"""Krippendorff's alpha in every resample of readers and cases.

The pairs of a reader with their own copies are dropped (:mod:`app.statistics.agreement.tallies`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.statistics.agreement.krippendorff import Metric, alpha_interval, alpha_of_coincidences
from app.statistics.agreement.tallies import coincidences
from app.statistics.table.categories import category_values, one_hot
from app.statistics.table.ratings import Float
from app.statistics.variance.bootstrap import Counts

# Numbers held at once by one step over some of the resamples; draws fit the processor's cache.
_CHUNK = 4_000_000


def resampled_alphas(
    matrix: Float,
    readers: Counts,
    cases: Counts,
    *,
    metrics: Sequence[Metric],
    categories: Sequence[float] | None = None,
) -> dict[Metric, Float]:
    """Krippendorff's alpha in every resample, without pairs of a reader with their own copies.

    Parameters
    ----------
    matrix : (J, K) array of float
    readers : (B, J) array
    cases : (B, K) array
    metrics : sequence of str
    categories : sequence of float, optional
        Steps of the scale; those seen when left out.

    Returns
    -------
    mapping of metric to (B,) array
        NaN where a resample leaves no two readers with a shared case, or one category.
    """
    alphas: dict[Metric, Float] = {metric: np.empty(readers.shape[0]) for metric in metrics}
    values = category_values(matrix, categories)
    counted = [metric for metric in metrics if metric != "interval"]
    indicator = one_hot(matrix, values).astype(np.float32) if counted else None
    width = matrix.shape[1] * (values.size + 4 if counted else 6)
    step = max(1, _CHUNK // (4 * max(1, width)))
    centred = (matrix - np.nanmean(matrix) if values.size else matrix).astype(np.float32)
    for start in range(0, readers.shape[0], step):
        rows = slice(start, start + step)
        if "interval" in alphas:
            alphas["interval"][rows] = alpha_interval(centred, readers[rows], cases[rows])
        if indicator is not None:
            drawn = coincidences(indicator, readers[rows], cases[rows])
            for metric in counted:
                alphas[metric][rows] = alpha_of_coincidences(drawn, metric, values)
    return {metric: alphas[metric] for metric in metrics}
