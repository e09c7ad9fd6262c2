"""The distributions behind an ordered answer: logistic or normal, with their derivatives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from app.statistics.table.ratings import Float

Link = Literal["logit", "probit"]

_ROOT = 1.0 / np.sqrt(2.0 * np.pi)


@dataclass(frozen=True)
class Distribution:
    """A symmetric distribution of the latent scale.

    Attributes
    ----------
    cdf, density : function of an array of any shape
        F and its first derivative; 0 (F: 0 or 1) far out.
    slope, curvature : function of the array and of the density there
        The second and the third derivative, which cost little once the density is known.
    variance : float
        Of the latent noise: pi^2 / 3 for the logistic, 1 for the normal.
    """

    cdf: Callable[[Float], Float]
    density: Callable[[Float], Float]
    slope: Callable[[Float, Float], Float]
    curvature: Callable[[Float, Float], Float]
    variance: float


def _logistic_density(x: Float) -> Float:
    return np.asarray(special.expit(x) * special.expit(-x))


def _logistic_slope(x: Float, density: Float) -> Float:
    return np.asarray(-density * np.tanh(0.5 * x))


def _logistic_curvature(x: Float, density: Float) -> Float:
    return np.asarray(density * (1.0 - 6.0 * density))


def _normal_density(x: Float) -> Float:
    return np.asarray(np.exp(-0.5 * x * x) * _ROOT)


def _normal_slope(x: Float, density: Float) -> Float:
    return np.asarray(-x * density)


def _normal_curvature(x: Float, density: Float) -> Float:
    return np.asarray((x * x - 1.0) * density)


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
