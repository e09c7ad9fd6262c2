"""Kendall's coefficient of concordance W, corrected for ties."""

from __future__ import annotations

import numpy as np
from scipy import stats

from app.statistics.table.ratings import Float
from app.statistics.variance.jackknife import JackknifeInput

# Up to this many different ratings, comparing cases by category costs less than one by one.
_MANY_LEVELS = 30


def kendall_w(matrix: Float) -> float:
    """Kendall's W of J readers over the cases all of them rated.

    With R_k the sum over readers of the mid-rank of case k among K cases, and for every reader
    T_j = sum over groups of t tied ratings of t^3 - t::

        W = 12 sum_k (R_k - mean R)^2 / (J^2 (K^3 - K) - J sum_j T_j)

    Parameters
    ----------
    matrix : (J, K) array of float
        Readers x cases, NaN where missing; cases with a missing rating are left out.

    Returns
    -------
    float
        0 = no concordance, 1 = every reader ranks alike; NaN with one reader, fewer than two
        complete cases, or when every reader gives all cases one rating.

    References
    ----------
    Kendall MG, Babington Smith B (1939), Ann Math Stat 10:275-287, doi:10.1214/aoms/1177732186;
    Siegel S, Castellan NJ (1988), Nonparametric Statistics, 2nd ed., p. 262-272 (ties).

    Examples
    --------
    Shrout and Fleiss (1979), six targets and four judges:

    >>> ratings = np.array([
    ...     [9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7],
    ... ])
    >>> round(kendall_w(ratings), 4)
    0.887
    """
    complete = complete_cases(matrix)
    readers, cases = complete.shape
    if readers < 2 or cases < 2:
        return float("nan")
    ranks = stats.rankdata(complete, axis=1)
    ties = _ties_at(complete)[1].sum()
    return float(_concordance(ranks.sum(axis=0), ties, readers, cases))


def kendall_w_left_out(matrix: Float) -> JackknifeInput:
    """W with one reader, or one case, left out; the cases are re-ranked without it."""
    complete = complete_cases(matrix)
    readers, cases = complete.shape
    estimate = kendall_w(complete)
    if not np.isfinite(estimate):
        return JackknifeInput(estimate, np.full(readers, np.nan), np.full(cases, np.nan))
    ranks = stats.rankdata(complete, axis=1)
    tied_with, ties = _ties_at(complete)
    without_reader = _concordance(ranks.sum(axis=0) - ranks, ties.sum() - ties, readers - 1, cases)
    # Taking out case k lowers the rank of a case by 1 where it was above k, by 1/2 where tied.
    fall = _times_above(complete)
    sums = ranks.sum(axis=0)[:, None] - fall
    np.fill_diagonal(sums, np.nan)
    t = tied_with
    change = ((t - 1.0) ** 3 - (t - 1.0)) - (t**3 - t)
    without_case = _concordance(sums.T, ties.sum() + change.sum(axis=0), readers, cases - 1)
    return JackknifeInput(estimate, without_reader, without_case)


def complete_cases(matrix: Float) -> Float:
    """The cases every reader rated."""
    whole: Float = np.asarray(matrix, dtype=np.float64)[:, np.isfinite(matrix).all(axis=0)]
    return whole


def _concordance(rank_sums: Float, ties: Float, readers: int, cases: int) -> Float:
    """W of rank sums (..., K) with the sums of ties (...); NaN entries of a row are left out."""
    centred = rank_sums - np.nanmean(rank_sums, axis=-1, keepdims=True)
    room = readers**2 * (cases**3 - cases) - readers * ties
    w: Float = 12.0 * np.nansum(centred**2, axis=-1) / np.where(room > 0.5, room, np.nan)
    return w


def _ties_at(complete: Float) -> tuple[Float, Float]:
    """(J, K) size of the tie group of every rating, and (J,) sums T_j."""
    sizes = stats.rankdata(complete, "max", axis=1) - stats.rankdata(complete, "min", axis=1) + 1.0
    # Each of the t members of a group brings (t^3 - t) / t.
    return sizes, (sizes**2 - 1.0).sum(axis=1)


def _times_above(complete: Float) -> Float:
    """(K, K) number of readers with the row's case above the column's, ties one half."""
    cases = complete.shape[1]
    times = np.zeros((cases, cases))
    levels = np.unique(complete)
    if levels.size <= _MANY_LEVELS:
        for level in levels:
            here = (complete == level).astype(np.float64)
            below = (complete < level) + here / 2.0
            times += here.T @ below
        return times
    for ratings in complete:
        times += (ratings[:, None] > ratings).astype(np.float64)
        times += (ratings[:, None] == ratings) / 2.0
    return times
