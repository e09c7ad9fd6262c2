"""Krippendorff's alpha: 1 - observed / expected disagreement, for any metric and missing ratings.

Over cases with two ratings or more ("pairable"), o_cl the coincidences of values c and l, each case
bringing sum r_k = its number of ratings, n_c = sum_l o_cl and n = sum_c n_c::

    D_o = sum_cl o_cl d_cl / n        D_e = sum_cl n_c n_l d_cl / (n (n - 1))
    alpha = 1 - D_o / D_e

    d_cl nominal   [c != l]
         ordinal   (sum_{g=c..l} n_g - (n_c + n_l) / 2)^2, the squared distance of mid-ranks
         interval  (v_c - v_l)^2

Undefined (NaN) without a pairable case and where all pairable ratings are equal. In a bootstrap
resample the pairs of a rating with its own copies are left out of D_o and D_e: n (n - 1) becomes
n^2 - sum of squared weights.

References
----------
Krippendorff K (2011), "Computing Krippendorff's alpha-reliability",
https://repository.upenn.edu/handle/20.500.14332/2089; Hayes AF, Krippendorff K (2007), Commun
Methods Meas 1:77-89, doi:10.1080/19312450709336664.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.statistics.agreement.tallies import Coincidences, Real, whole
from app.statistics.table.categories import category_values, one_hot
from app.statistics.table.ratings import Float

Metric = Literal["nominal", "ordinal", "interval", "ratio"]


def krippendorff_alpha(matrix: Float, metric: Metric = "nominal") -> float:
    """Krippendorff's alpha of a matrix of ratings.

    Parameters
    ----------
    matrix : (J, K) array of float
        Readers x cases, NaN where missing.
    metric : str
        ``"nominal"``, ``"ordinal"``, ``"interval"`` or ``"ratio"``.

    Returns
    -------
    float
        1 = full agreement, 0 = what chance brings; NaN where undefined.

    Examples
    --------
    Krippendorff (2011), data C: four observers, twelve units, values missing.

    >>> n = np.nan
    >>> ratings = np.array([
    ...     [1, 2, 3, 3, 2, 1, 4, 1, 2, n, n, n],
    ...     [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, n, 3],
    ...     [n, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, n],
    ...     [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, n],
    ... ])
    >>> [round(krippendorff_alpha(ratings, m), 3) for m in ("nominal", "ordinal", "interval")]
    [0.743, 0.815, 0.849]
    """
    if metric == "interval":
        readers, cases = matrix.shape
        return float(alpha_interval(matrix, np.ones((1, readers)), np.ones((1, cases)))[0])
    values = category_values(matrix)
    coincidences = whole(one_hot(matrix, values)).coincidences
    return float(alpha_of_coincidences(coincidences, metric, values)[0])


def alpha_of_coincidences(coincidences: Coincidences, metric: Metric, values: Float) -> Float:
    """Alpha for B sets of weights, (B,).

    Parameters
    ----------
    coincidences : Coincidences
    metric : str
    values : (q,) array
        Category values, used by the interval and ratio metrics.
    """
    return alpha_of_distance(coincidences, _distance(metric, coincidences.margin, values))


def alpha_of_distance(coincidences: Coincidences, distance: Float) -> Float:
    """Alpha for B sets of weights from any squared distance of categories, (q, q) or (B, q, q)."""
    total = coincidences.margin.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        observed = (coincidences.matrix * distance).sum(axis=(1, 2)) / total
        expected = (
            coincidences.margin[:, :, None] * distance * coincidences.margin[:, None, :]
        ).sum(axis=(1, 2)) / (total**2 - coincidences.self_pairs)
        alpha: Float = 1.0 - observed / np.where(expected > 1e-12, expected, np.nan)
    return alpha


def _distance(metric: Metric, margin: Float, values: Float) -> Float:
    """Squared distances of categories, (q, q), for the ordinal metric (B, q, q)."""
    if metric == "ordinal":
        mid_rank = np.cumsum(margin, axis=1) - margin / 2.0
        ordinal: Float = (mid_rank[:, :, None] - mid_rank[:, None, :]) ** 2
        return ordinal
    if metric == "nominal":
        fixed = 1.0 - np.eye(values.size)
    else:
        fixed = np.subtract.outer(values, values) ** 2
        if metric == "ratio":
            both = np.add.outer(values, values) ** 2
            fixed = np.divide(fixed, both, out=np.zeros_like(fixed), where=both > 0)
    return fixed


@dataclass(frozen=True)
class _Moments:
    """Sums over the readers of each case, (B, K): weight, values, squares, self-pairs."""

    ratings: Real
    sums: Real
    squares: Real
    alone: Real


def alpha_interval(matrix: Real, reader_weight: Real, case_weight: Real) -> Float:
    """Alpha with the interval metric for B sets of weights, from moments and for any values.

    Parameters
    ----------
    matrix : (J, K) array of float
    reader_weight : (B, J) array
    case_weight : (B, K) array

    Returns
    -------
    (B,) array of float
    """
    values, squares, mask = _filled(matrix)
    return _alpha_of_moments(
        _Moments(
            ratings=reader_weight @ mask,
            sums=reader_weight @ values,
            squares=reader_weight @ squares,
            alone=(reader_weight**2) @ mask,
        ),
        case_weight,
    )


def alpha_interval_without_one_case(matrix: Float) -> Float:
    """(K,) alphas with the interval metric when each case is left out."""
    values, squares, mask = _filled(matrix)
    ratings = mask.sum(axis=0)
    parts = _case_parts(_Moments(ratings, values.sum(axis=0), squares.sum(axis=0), ratings))
    return _alpha_of_parts(*(part.sum() - part for part in parts))


def alpha_interval_without_both(matrix: Float) -> Float:
    """(J, K) alphas with the interval metric when each reader and each case are left out."""
    return np.array(
        [
            alpha_interval_without_one_case(np.delete(matrix, reader, axis=0))
            for reader in range(matrix.shape[0])
        ]
    )


def _filled(matrix: Real) -> tuple[Real, Real, Real]:
    seen = np.isfinite(matrix)
    centre = matrix[seen].mean() if seen.any() else 0.0
    values = np.where(seen, matrix - centre, 0.0)
    return values, values**2, seen.astype(matrix.dtype)


def _case_parts(moments: _Moments) -> tuple[Real, Real, Real, Real, Real]:
    """What each case brings: disagreement, ratings, values, squares, self-pairs."""
    ratings, alone = moments.ratings, moments.alone
    pairs = ratings**2 - alone
    is_pairable = pairs > 0
    apart = 2.0 * (ratings * moments.squares - moments.sums**2)
    with np.errstate(invalid="ignore", divide="ignore"):
        disagreement = np.where(is_pairable, ratings * apart / pairs, 0.0)
    return (
        disagreement,
        ratings * is_pairable,
        moments.sums * is_pairable,
        moments.squares * is_pairable,
        alone * is_pairable,
    )


def _alpha_of_moments(moments: _Moments, case_weight: Real) -> Float:
    disagreement, ratings, sums, squares, alone = _case_parts(moments)

    def total(part: Real, weight: Real) -> Float:
        summed: Float = np.einsum("bk,bk->b", part, weight, dtype=np.float64)
        return summed

    return _alpha_of_parts(
        total(disagreement, case_weight),
        total(ratings, case_weight),
        total(sums, case_weight),
        total(squares, case_weight),
        total(alone, case_weight**2),
    )


def _alpha_of_parts(
    disagreement: Float, ratings: Float, sums: Float, squares: Float, alone: Float
) -> Float:
    with np.errstate(invalid="ignore", divide="ignore"):
        observed = disagreement / ratings
        expected = 2.0 * (ratings * squares - sums**2) / (ratings**2 - alone)
        alpha: Float = 1.0 - observed / np.where(expected > 1e-12, expected, np.nan)
    return alpha
