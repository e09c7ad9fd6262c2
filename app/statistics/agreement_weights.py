"""Categories of a rating scale: indicator matrices and the weights of partial agreement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from app.statistics.table import Float, StatisticsInputError

Weights = Literal["unweighted", "linear", "quadratic", "ordinal"]


def category_values(matrix: Float, categories: Sequence[float] | None = None) -> Float:
    """Steps of the scale in rising order.

    Parameters
    ----------
    matrix : (J, K) array of float
        Readers x cases, NaN where missing.
    categories : sequence of float, optional
        Every step of the scale, also those nobody used; the ratings seen when left out. Steps
        count: chance agreement of Gwet and of Brennan-Prediger depends on their number.

    Returns
    -------
    (q,) array of float

    Raises
    ------
    StatisticsInputError
        When a rating is not one of the categories.
    """
    seen = np.unique(matrix[np.isfinite(matrix)])
    if categories is None:
        return seen
    values = np.unique(np.asarray(categories, dtype=np.float64))
    off = seen[~np.isin(seen, values)]
    if off.size:
        raise StatisticsInputError(
            f"A rating of {off[0]:g} is not among the categories "
            f"{', '.join(f'{value:g}' for value in values)}: correct the rating or the scale."
        )
    return values


def one_hot(matrix: Float, values: Float) -> Float:
    """(J, q, K) indicator of each category; a missing rating is in no category."""
    indicator: Float = (matrix[:, None, :] == values[None, :, None]).astype(np.float64)
    return indicator


def agreement_weights(values: Float, kind: Weights) -> Float:
    """Weight of every pair of categories: 1 for the same category, less the further apart.

    With v the category values, and positions c, l = 1..q::

        unweighted  1 if c = l else 0
        linear      1 - |v_c - v_l| / (v_max - v_min)
        quadratic   1 - (v_c - v_l)^2 / (v_max - v_min)^2
        ordinal     1 - C(|c - l| + 1, 2) / C(q, 2)

    Parameters
    ----------
    values : (q,) array of float
    kind : str

    Returns
    -------
    (q, q) array of float

    References
    ----------
    Cohen J (1968), Psychol Bull 70:213-220, doi:10.1037/h0026256;
    Gwet KL (2014), Handbook of Inter-Rater Reliability, 4th ed., chapter 3 (ordinal weights).

    Examples
    --------
    >>> agreement_weights(np.array([1.0, 2.0, 3.0]), "quadratic")[0].tolist()
    [1.0, 0.75, 0.0]
    """
    if kind == "unweighted" or values.size < 2:
        return np.eye(values.size)
    if kind == "ordinal":
        steps = np.abs(np.subtract.outer(np.arange(values.size), np.arange(values.size)))
        ordinal: Float = 1.0 - steps * (steps + 1) / (values.size * (values.size - 1))
        return ordinal
    apart = np.abs(np.subtract.outer(values, values)) / (values[-1] - values[0])
    weights: Float = 1.0 - (apart if kind == "linear" else apart**2)
    return weights
