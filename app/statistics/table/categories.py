"""Categories of a rating scale, and indicator matrices over them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.statistics.table.ratings import Float, StatisticsInputError


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
