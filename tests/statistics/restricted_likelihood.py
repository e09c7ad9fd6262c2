"""The restricted likelihood of cases and readers, written out with the whole covariance matrix."""

from __future__ import annotations

import numpy as np

from app.statistics.table.ratings import Float


def dense_restricted_deviance(matrix: Float, case: float, reader: float, residual: float) -> float:
    """Minus twice the restricted log likelihood, but for (N - 1) log(2 pi)."""
    j, k = np.nonzero(np.isfinite(matrix))
    y = matrix[j, k]
    v = (
        residual * np.eye(y.size)
        + case * (k[:, None] == k[None])
        + reader * (j[:, None] == j[None])
    )
    ones = np.ones((y.size, 1))
    inverse = np.linalg.inv(v)
    information = ones.T @ inverse @ ones
    mean = (ones.T @ inverse @ y) / information[0, 0]
    rest = y - mean
    return float(np.linalg.slogdet(v)[1] + np.log(information[0, 0]) + rest @ inverse @ rest)
