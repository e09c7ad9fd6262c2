"""The distribution that the largest of many likenesses follows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def gumbel(values: Array, least_spread: float = 1e-9) -> tuple[float, float]:
    """Return location and spread of a Gumbel distribution with these median and quartiles.

    Coles S. An introduction to statistical modeling of extreme values. Springer 2001,
    doi:10.1007/978-1-4471-3675-0.
    """
    low, median, high = np.quantile(values, [0.25, 0.5, 0.75])
    quartiles = np.log(np.log(4)) - np.log(np.log(4 / 3))
    spread = max(float(high - low) / float(quartiles), least_spread)
    return float(median) + spread * float(np.log(np.log(2))), spread


def chance_of(values: Array | float, location: float, spread: float) -> Array:
    """Return the share of such values that would be at least as large."""
    chance: Array = -np.expm1(-np.exp(-(np.asarray(values) - location) / spread))
    return chance
