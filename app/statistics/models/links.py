"""The distributions behind an ordered answer: logistic or normal, with their derivatives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from app.statistics.table.ratings import Float

Link = Literal["logit", "probit"]


@dataclass(frozen=True)
class Distribution:
    """A symmetric distribution of the latent scale.

    Attributes
    ----------
    cdf, density, slope, curvature : function of an array of any shape
        F and its first three derivatives; 0 (F: 0 or 1) at minus and plus infinity.
    variance : float
        Of the latent noise: pi^2 / 3 for the logistic, 1 for the normal.
    """

    cdf: Callable[[Float], Float]
    density: Callable[[Float], Float]
    slope: Callable[[Float], Float]
    curvature: Callable[[Float], Float]
    variance: float


def _logistic_density(x: Float) -> Float:
    return np.asarray(special.expit(x) * special.expit(-x))


def _logistic_slope(x: Float) -> Float:
    return np.asarray(_logistic_density(x) * (special.expit(-x) - special.expit(x)))


def _logistic_curvature(x: Float) -> Float:
    density = _logistic_density(x)
    return np.asarray(density * (1.0 - 6.0 * density))


def _normal_density(x: Float) -> Float:
    return np.asarray(np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi))


def _normal_slope(x: Float) -> Float:
    # At infinity the product is 0 times infinity; the density wins.
    finite = np.where(np.isfinite(x), x, 0.0)
    return np.asarray(-finite * _normal_density(x))


def _normal_curvature(x: Float) -> Float:
    finite = np.where(np.isfinite(x), x, 0.0)
    return np.asarray((finite * finite - 1.0) * _normal_density(x))


DISTRIBUTIONS: dict[Link, Distribution] = {
    "logit": Distribution(
        special.expit,
        _logistic_density,
        _logistic_slope,
        _logistic_curvature,
        float(np.pi**2 / 3.0),
    ),
    "probit": Distribution(special.ndtr, _normal_density, _normal_slope, _normal_curvature, 1.0),
}
