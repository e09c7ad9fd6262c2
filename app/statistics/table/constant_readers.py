"""Readers who gave every image the same rating, beside whom an interval covers less."""

from __future__ import annotations

import numpy as np

from app.statistics.table.ratings import Float

_FEWEST_IMAGES = 5


def constant_readers(matrix: Float) -> int:
    """How many readers of five images or more gave all of them one rating.

    Parameters
    ----------
    matrix : (J, K) array of float
        NaN where missing.
    """
    rated = [ratings[np.isfinite(ratings)] for ratings in matrix]
    return sum(row.size >= _FEWEST_IMAGES and bool(np.ptp(row) == 0) for row in rated)
