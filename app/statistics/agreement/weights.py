"""Weights of partial agreement between the categories of a rating scale."""

from __future__ import annotations

from typing import Literal

import numpy as np

from app.statistics.table.ratings import Float

Weights = Literal["unweighted", "linear", "quadratic", "ordinal"]


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
