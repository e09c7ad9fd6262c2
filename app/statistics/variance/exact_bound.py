"""The interval of a rate, AUC or mean that lies at the end of its scale for every reader."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.statistics.table.ratings import Float
from app.statistics.table.settings import Generalisation


def fewest_trials(matrices: Sequence[Float], generalise_to: Generalisation) -> int:
    """Independent trials behind a figure that every reader has at the end of its scale.

    Parameters
    ----------
    matrices : sequence of (J, K) arrays of float
        One for a rate or mean; those of both kinds of cases for an AUC or accuracy.
    generalise_to : str
        ``"readers"`` (these images only) makes the readers the trials.

    Returns
    -------
    int
        The fewest cases, or pairs of cases of the two kinds with no case in two pairs, that a
        reader with ratings rated. Ratings of one case by several readers count as one trial, so
        nothing is assumed of how alike readers are.

    Examples
    --------
    >>> fewest_trials([np.array([[1.0, 1.0, 1.0], [1.0, np.nan, 1.0]])], "cases")
    2
    """
    counts = np.array([np.isfinite(matrix).sum(axis=1) for matrix in matrices]).min(axis=0)
    rated = counts[counts > 0]
    if generalise_to == "readers":
        return int(rated.size)
    return int(rated.min()) if rated.size else 0


def bound_of_all(trials: int, *, level: float) -> float:
    """Lower limit of a share of which every one of n trials was a success: (alpha / 2)^(1/n).

    The exact limit of Clopper and Pearson; the upper one is 1. For an AUC of 1, n disjoint pairs of
    a real and a synthetic image are all in order with a chance of at most AUC^n; for a mean at the
    top of its scale every case is at the top, and the others might be at the bottom.

    Parameters
    ----------
    trials : int
        0 gives 0.
    level : float
        Such as 0.95.

    References
    ----------
    Clopper CJ, Pearson ES (1934), Biometrika 26:404-413, doi:10.1093/biomet/26.4.404.

    Examples
    --------
    >>> round(bound_of_all(40, level=0.95), 3)
    0.912
    """
    return float(((1.0 - level) / 2.0) ** (1.0 / trials)) if trials else 0.0


def p_value_of_all(trials: int) -> float:
    """Two-sided p value of a share of one half when every one of n trials was a success.

    Below alpha exactly when :func:`bound_of_all` exceeds 0.5.

    >>> p_value_of_all(6)
    0.03125
    """
    return min(1.0, 2.0 * 0.5**trials)
