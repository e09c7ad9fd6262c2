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


def likeliest_gumbel(values: Array, least_spread: float = 1e-9) -> tuple[float, float]:
    r"""Return location and spread of the Gumbel distribution of greatest likelihood.

    The spread solves :math:`s = \bar{x} - \sum x e^{-x/s} / \sum e^{-x/s}`; the location is then
    :math:`-s \log \overline{e^{-x/s}}`. Of thirty values its far quantiles vary half as much as
    those by quartiles, but one value that does not belong there moves them.

    Johnson NL, Kotz S, Balakrishnan N. Continuous univariate distributions, volume 2, chapter 22.
    Wiley 1995, ISBN 978-0-471-58494-0.
    """
    from scipy.optimize import brentq

    mean, lowest = float(values.mean()), float(values.min())
    width = mean - lowest

    def miss(spread: float) -> float:
        weights = np.exp(-(values - lowest) / spread)
        return mean - float((values * weights).sum() / weights.sum()) - spread

    # The sum lies between the lowest value and the mean, so the spread is below their distance.
    spread = float(brentq(miss, 1e-3 * width, width)) if width > 1e-9 else 0.0
    spread = max(spread, least_spread)
    weights = np.exp(-(values - lowest) / spread)
    return lowest - spread * float(np.log(weights.mean())), spread


def chance_of(values: Array | float, location: float, spread: float) -> Array:
    """Return the share of such values that would be at least as large."""
    chance: Array = -np.expm1(-np.exp(-(np.asarray(values) - location) / spread))
    return chance
