"""The AUC of arms against real in every resample of readers and cases."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.statistics.table.categories import one_hot
from app.statistics.table.ratings import Float
from app.statistics.variance.bootstrap import Counts, over_readers

# Up to this many different ratings, counting by category costs less than sorting.
_MANY_LEVELS = 64


def resampled_aucs(
    real: Float,
    synthetic: Sequence[Float],
    readers: Counts,
    real_cases: Counts,
    synthetic_cases: Sequence[Counts],
) -> Float:
    """Mean of the readers' empirical AUCs of I arms against the same real cases.

    AUC = P(a real case is rated more realistic than a synthetic one), ties one half.

    Parameters
    ----------
    real : (J, K0) array of float
        Higher = more realistic, NaN where missing.
    synthetic : I arrays (J, K_i) of float
    readers : (B, J) array
    real_cases : (B, K0) array
    synthetic_cases : I arrays (B, K_i)

    Returns
    -------
    (I, B) array of float
        NaN where no drawn reader rated drawn cases of both kinds.
    """
    values = np.unique(
        np.concatenate([ratings[np.isfinite(ratings)] for ratings in (real, *synthetic)])
    )
    if 0 < values.size <= _MANY_LEVELS:
        above = _counts_by_category(real, values, real_cases)
        aucs = [
            _aucs_of_counts(above, _counts_by_category(ratings, values, cases))
            for ratings, cases in zip(synthetic, synthetic_cases, strict=True)
        ]
    else:
        aucs = [
            _aucs_by_order(real, ratings, real_cases, cases)
            for ratings, cases in zip(synthetic, synthetic_cases, strict=True)
        ]
    return np.array([over_readers(of_arm, readers) for of_arm in aucs])


def _counts_by_category(matrix: Float, values: Float, cases: Counts) -> Counts:
    """(B, J, q) drawn cases each reader put in each category."""
    indicator = one_hot(matrix, values).astype(np.float32).reshape(-1, matrix.shape[1])
    return (cases @ indicator.T).reshape(cases.shape[0], matrix.shape[0], values.size)


def _aucs_of_counts(above: Counts, below: Counts) -> Float:
    """(B, J) AUCs from the counts of real (above) and synthetic (below) cases by category."""
    # Synthetic cases below each category, and half of those in it: exact multiples of 1/2.
    beaten = np.cumsum(below, axis=2)
    beaten -= below / 2
    pairs = above.sum(axis=2, dtype=np.float64) * below.sum(axis=2, dtype=np.float64)
    won = np.einsum("bjc,bjc->bj", above, beaten, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(won / pairs)


def _aucs_by_order(
    real: Float, synthetic: Float, real_cases: Counts, synthetic_cases: Counts
) -> Float:
    """(B, J) AUCs from running sums over each reader's cases in order of their ratings."""
    aucs = np.full((real_cases.shape[0], real.shape[0]), np.nan)
    for j, (of_real, of_synthetic) in enumerate(zip(real, synthetic, strict=True)):
        in_real = np.flatnonzero(np.isfinite(of_real))
        in_synthetic = np.flatnonzero(np.isfinite(of_synthetic))
        if not in_real.size or not in_synthetic.size:
            continue
        order = in_synthetic[np.argsort(of_synthetic[in_synthetic], kind="stable")]
        in_order = of_synthetic[order]
        running = np.zeros((synthetic_cases.shape[0], order.size + 1))
        np.cumsum(synthetic_cases[:, order], axis=1, out=running[:, 1:])
        below = np.searchsorted(in_order, of_real[in_real], "left")
        not_above = np.searchsorted(in_order, of_real[in_real], "right")
        weight = real_cases[:, in_real]
        won = np.einsum("bk,bk->b", weight, running[:, below] + running[:, not_above]) / 2.0
        pairs = weight.sum(axis=1, dtype=np.float64) * running[:, -1]
        with np.errstate(invalid="ignore", divide="ignore"):
            aucs[:, j] = won / pairs
    return aucs
