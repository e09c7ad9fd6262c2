"""The interval of a rate, AUC or mean that lies at the end of its scale for every reader."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from app.statistics.table.ratings import Float, Int
from app.statistics.table.settings import Generalisation

Bools = NDArray[np.bool_]


def fewest_trials(
    matrices: Sequence[Float],
    generalise_to: Generalisation,
    clusters: Sequence[Int] | None = None,
) -> int:
    """Independent trials behind a figure that every reader has at the end of its scale.

    Parameters
    ----------
    matrices : sequence of (J, K) arrays of float
        One for a rate or mean; those of both kinds of cases for an AUC or accuracy.
    generalise_to : str
        ``"readers"`` (these images only) makes the readers the trials.
    clusters : sequence of (K,) arrays of int, optional
        Cluster of every case, counted through over the matrices. Cases of one cluster then count
        as one trial, as if one of them had been drawn: nothing is assumed of how alike they are.

    Returns
    -------
    int
        The fewest cases, or pairs of cases of the two kinds with no case (no cluster) in two pairs
        or twice in one, that a reader with ratings rated. Ratings of one case by several readers
        count as one trial, so nothing is assumed of how alike readers are.

    Examples
    --------
    >>> fewest_trials([np.array([[1.0, 1.0, 1.0], [1.0, np.nan, 1.0]])], "cases")
    2

    Six images of three patients are three trials:

    >>> fewest_trials([np.ones((1, 6))], "cases", [np.array([0, 0, 1, 1, 2, 2])])
    3
    """
    seen = [np.isfinite(matrix) for matrix in matrices]
    if clusters is None:
        counts = np.array([mask.sum(axis=1) for mask in seen]).min(axis=0)
    else:
        readers = zip(*seen, strict=True)
        counts = np.array([_disjoint(of_reader, clusters) for of_reader in readers])
    rated = counts[counts > 0]
    if generalise_to == "readers":
        return int(rated.size)
    return int(rated.min()) if rated.size else 0


def _disjoint(seen: Sequence[Bools], clusters: Sequence[Int]) -> int:
    """Most tuples of one cluster a kind in which no cluster comes twice (Hall's condition)."""
    kinds = [set(codes[mask].tolist()) for mask, codes in zip(seen, clusters, strict=True)]
    return min(
        len(set().union(*some)) // size
        for size in range(1, len(kinds) + 1)
        for some in combinations(kinds, size)
    )


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
