"""Intraclass correlation: the share of the variance of ratings that is between cases.

Model of the two-way forms: rating = mean + case + reader + residual, all random. The forms are
those of McGraw and Wong; A = absolute agreement, C = consistency (readers' levels don't count),
1 = one reader, k = the mean of all readers:

    ICC(1)    one-way: case against everything else within cases
    ICC(A,1)  s2_case / (s2_case + s2_reader + s2_residual)
    ICC(C,1)  s2_case / (s2_case + s2_residual)
    ICC(A,k)  s2_case / (s2_case + (s2_reader + s2_residual) / J)

The limits of the averages are the Spearman-Brown step-up of those of the single forms, which for
ICC(A,k) is what McGraw and Wong's own formula gives.

Complete data: mean squares and F-based limits. With missing ratings: variances by REML, and the
same F-based limits from the mean squares these variances stand for, at the harmonic mean number of
ratings per case and per reader, with the residual's degrees of freedom N - J - K + 1; for complete
data both ways are the same as long as no variance is zero.

References
----------
Shrout PE, Fleiss JL (1979), Psychol Bull 86:420-428, doi:10.1037/0033-2909.86.2.420;
McGraw KO, Wong SP (1996), Psychol Methods 1:30-46, doi:10.1037/1082-989X.1.1.30;
Patterson HD, Thompson R (1971), Biometrika 58:545-554, doi:10.1093/biomet/58.3.545 (REML);
Thomas JD, Hultquist RA (1978), Ann Stat 6:582-587, doi:10.1214/aos/1176344202 (harmonic means).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from scipy import stats

from app.domain.said import said
from app.statistics.table.estimate import Estimate, not_estimable, without_interval
from app.statistics.table.ratings import Float
from app.statistics.variance.components import (
    NoVarianceComponentsError,
    one_way_components,
    variance_components,
)

IccForm = Literal["1", "A1", "C1", "1k", "Ak", "Ck"]

_NO_VARIATION = said("every rating is the same")


@dataclass(frozen=True)
class _MeanSquares:
    """What the F-based limits need; k ratings per case and n per reader (harmonic means)."""

    case: float
    reader: float
    residual: float
    within: float
    df_case: float
    df_reader: float
    df_residual: float
    df_within: float
    k: float
    n: float


def icc(
    matrix: Float, form: IccForm, *, level: float = 0.95, always_reml: bool = False
) -> Estimate:
    """Intraclass correlation of readers x cases.

    Parameters
    ----------
    matrix : (J, K) array of float
        NaN where missing. Readers and cases without a rating are left out.
    form : str
        ``"1"``, ``"A1"``, ``"C1"`` or their averages ``"1k"``, ``"Ak"``, ``"Ck"``.
    level : float
        Confidence level.
    always_reml : bool
        REML also for complete data; the ANOVA estimate may be negative, the REML one is not.

    Returns
    -------
    Estimate
        Not estimable with one reader or one case, without any case rated twice, or when every
        rating is the same. ``df`` is None: the limits come from F distributions.

    Examples
    --------
    Shrout and Fleiss (1979), table 2; they print .17, .29, .71 and .62.

    >>> ratings = np.array([
    ...     [9.0, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7],
    ... ])
    >>> [round(icc(ratings, form).estimate, 2) for form in ("1", "A1", "C1", "Ak")]
    [0.17, 0.29, 0.71, 0.62]
    """
    return iccs(matrix, (form,), level=level, always_reml=always_reml)[form]


def iccs(
    matrix: Float,
    forms: tuple[IccForm, ...],
    *,
    level: float = 0.95,
    always_reml: bool = False,
) -> dict[IccForm, Estimate]:
    """Several forms at once, sharing the fit; arguments as in :func:`icc`."""
    matrix = with_ratings(matrix)
    readers, cases = matrix.shape
    ratings = int(np.isfinite(matrix).sum())
    reml = always_reml or ratings < matrix.size
    method = said("REML, F-based limits") if reml else said("ANOVA, F-based limits")
    why = _why_not(matrix)
    if why is not None:
        failed = not_estimable(
            why, method=method, n_readers=readers, n_cases=cases, n_ratings=ratings
        )
        return dict.fromkeys(forms, failed)
    two_way, one_way = (
        (partial(_by_reml, matrix), partial(_one_way_by_reml, matrix))
        if reml
        else (partial(_by_anova, matrix), partial(_by_anova, matrix))
    )
    squares: dict[bool, _MeanSquares | str] = {}
    for one_way_form in {form in ("1", "1k") for form in forms}:
        try:
            squares[one_way_form] = (one_way if one_way_form else two_way)()
        except NoVarianceComponentsError as error:
            squares[one_way_form] = str(error)
    counts = (readers, cases, ratings)
    return {
        form: _of_form(squares[form in ("1", "1k")], form, counts, level, method) for form in forms
    }


def _of_form(
    squares: _MeanSquares | str,
    form: IccForm,
    counts: tuple[int, int, int],
    level: float,
    method: str,
) -> Estimate:
    """One form from its mean squares, or from the reason why there are none."""
    readers, cases, ratings = counts
    why = squares if isinstance(squares, str) else ""
    if not isinstance(squares, str):
        try:
            estimate, low, high = _of_mean_squares(squares, form, readers, level)
        except ZeroDivisionError:
            # Sparse ratings: variances that cancel, or a mean square of zero below a fraction.
            why = said("the variances of so few ratings cancel")
    if why:
        return not_estimable(
            why, method=method, n_readers=readers, n_cases=cases, n_ratings=ratings
        )
    return Estimate(
        estimate=float(estimate),
        # Stepped up, a limit can lie far below -1, where it says no more than -1 does.
        low=None if low is None else max(-1.0, float(low)),
        high=None if high is None else min(1.0, float(high)),
        se=None,
        df=None,
        method=method
        if low is not None
        else without_interval(method, said("no residual variance")),
        n_readers=readers,
        n_cases=cases,
        n_ratings=ratings,
    )


def with_ratings(matrix: Float) -> Float:
    """The matrix without readers and cases that have no rating."""
    seen = np.isfinite(matrix)
    kept: Float = np.asarray(matrix, dtype=np.float64)[seen.any(axis=1)][:, seen.any(axis=0)]
    return kept


def _why_not(matrix: Float) -> str | None:
    if matrix.size == 0:
        return said("no ratings")
    seen = np.isfinite(matrix)
    if matrix.shape[0] < 2:
        return said("one reader: agreement needs two")
    if matrix.shape[1] < 2:
        return said("one case: correlation needs two")
    if not (seen.sum(axis=0) > 1).any():
        return said("no case was rated by two readers")
    if np.ptp(matrix[seen]) == 0:
        return _NO_VARIATION
    if seen.sum() - matrix.shape[0] - matrix.shape[1] + 1 < 1:
        return said("too few ratings for three variances")
    return None


def _by_anova(matrix: Float) -> _MeanSquares:
    readers, cases = matrix.shape
    centred = matrix - matrix.mean()
    case_means, reader_means = centred.mean(axis=0), centred.mean(axis=1)
    residuals = centred - case_means - reader_means[:, None]
    between = readers * float((case_means**2).sum())
    total = float((centred**2).sum())
    df_residual = (cases - 1) * (readers - 1)
    return _MeanSquares(
        case=between / (cases - 1),
        reader=cases * float((reader_means**2).sum()) / (readers - 1),
        residual=float((residuals**2).sum()) / df_residual,
        within=(total - between) / (cases * (readers - 1)),
        df_case=cases - 1,
        df_reader=readers - 1,
        df_residual=df_residual,
        df_within=cases * (readers - 1),
        k=readers,
        n=cases,
    )


def _by_reml(matrix: Float) -> _MeanSquares:
    fitted = variance_components(matrix)
    seen = np.isfinite(matrix)
    readers, cases = matrix.shape
    k, n = _harmonic(seen.sum(axis=0)), _harmonic(seen.sum(axis=1))
    return _MeanSquares(
        case=fitted.residual + k * fitted.case,
        reader=fitted.residual + n * fitted.reader,
        residual=fitted.residual,
        within=math.nan,
        df_case=cases - 1,
        df_reader=readers - 1,
        df_residual=float(seen.sum()) - readers - cases + 1,
        df_within=math.nan,
        k=k,
        n=n,
    )


def _one_way_by_reml(matrix: Float) -> _MeanSquares:
    fitted = one_way_components(matrix)
    per_case = np.isfinite(matrix).sum(axis=0)
    k = _harmonic(per_case)
    return _MeanSquares(
        case=fitted.residual + k * fitted.case,
        reader=math.nan,
        residual=math.nan,
        within=fitted.residual,
        df_case=matrix.shape[1] - 1,
        df_reader=math.nan,
        df_residual=math.nan,
        df_within=int(per_case.sum()) - matrix.shape[1],
        k=k,
        n=math.nan,
    )


def _harmonic(counts: Float) -> float:
    return float(counts.size / (1.0 / counts).sum())


def _of_mean_squares(
    ms: _MeanSquares, form: IccForm, readers: int, level: float
) -> tuple[float, float | None, float | None]:
    """Estimate and limits; the average forms are those of all ``readers``."""
    tail = 0.5 + level / 2.0
    if form in ("A1", "Ak"):
        return _absolute_agreement(ms, form, readers, tail)
    error, df_error = (
        (ms.within, ms.df_within) if form in ("1", "1k") else (ms.residual, ms.df_residual)
    )
    single = (ms.case - error) / (ms.case + (ms.k - 1.0) * error)
    average = form in ("1k", "Ck")
    if error <= 1e-12 * ms.case:
        return 1.0, None, None
    ratio = ms.case / error
    at_low = ratio / float(stats.f.ppf(tail, ms.df_case, df_error))
    at_high = ratio * float(stats.f.ppf(tail, df_error, ms.df_case))
    low, high = ((at - 1.0) / (at + ms.k - 1.0) for at in (at_low, at_high))
    if average:
        single, low, high = (_spearman_brown(x, readers) for x in (single, low, high))
    return single, low, high


def _absolute_agreement(
    ms: _MeanSquares, form: IccForm, readers: int, tail: float
) -> tuple[float, float | None, float | None]:
    k, n = ms.k, ms.n
    single = (ms.case - ms.residual) / (
        ms.case + (k - 1.0) * ms.residual + k / n * (ms.reader - ms.residual)
    )
    if ms.residual <= 1e-12 * ms.case and ms.reader <= 1e-12 * ms.case:
        return 1.0, None, None
    low_f, high_f = _f_of_agreement(ms, single, tail)
    rest = k * ms.reader + (k * n - k - n) * ms.residual
    low = n * (ms.case - low_f * ms.residual) / (low_f * rest + n * ms.case)
    high = n * (high_f * ms.case - ms.residual) / (rest + n * high_f * ms.case)
    if form == "Ak":
        single, low, high = (_spearman_brown(x, readers) for x in (single, low, high))
    return single, low, high


def _f_of_agreement(ms: _MeanSquares, estimate: float, tail: float) -> tuple[float, float]:
    """F quantiles with Satterthwaite degrees of freedom of the denominator."""
    k = ms.k
    of_reader = k * estimate / (ms.n * (1.0 - estimate))
    of_residual = 1.0 + k * estimate * (ms.n - 1.0) / (ms.n * (1.0 - estimate))
    one, other = of_reader * ms.reader, of_residual * ms.residual
    df = (one + other) ** 2 / (one**2 / ms.df_reader + other**2 / ms.df_residual)
    return float(stats.f.ppf(tail, ms.df_case, df)), float(stats.f.ppf(tail, df, ms.df_case))


def _spearman_brown(single: float, readers: int) -> float:
    return readers * single / (1.0 + (readers - 1.0) * single)


def step_up(single: float, readers: int) -> float:
    """ICC of the mean of ``readers`` readers from that of one (Spearman-Brown), at least -1.

    >>> round(step_up(0.2898, 4), 3)
    0.62
    """
    if single <= -1.0 / (2.0 * readers - 1.0):
        return -1.0
    return _spearman_brown(single, readers)
