"""Intraclass correlations from Henderson's method I, with readers and cases left out.

Model: rating = mean + case + reader + residual, any ratings missing. With N ratings y, n_k of case
k, n_j of reader j, S = sum y^2, G = sum_k y_.k^2 / n_k, H = sum_j y_j.^2 / n_j and m = y_..^2 / N::

    w = (S - G) / (N - K)                    expects s2_reader + s2_residual
    b = (S - H) / (N - J)                    expects s2_case + s2_residual
    S - m                                    expects (N - sum n_k^2 / N) s2_case
                                                   + (N - sum n_j^2 / N) s2_reader
                                                   + (N - 1) s2_residual

which three equations are solved for the variances. For complete ratings they are those of the
two-way analysis of variance. They need no search, so all J K of them are had at once; REML, which
uses the ratings better, gives the estimate itself.

Reference: Henderson CR (1953), Biometrics 9:226-252, doi:10.2307/3001853.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.statistics.table.ratings import Float
from app.statistics.variance.jackknife import JackknifeInput

SingleForm = Literal["1", "A1", "C1"]

# Of values whose variance is 1: a variance so small is 0 and what rounding has left of it.
_ROUNDING = 1e-10


@dataclass(frozen=True)
class _Sums:
    """What the three equations need, one entry for every study with something left out."""

    ratings: Float
    readers: Float
    cases: Float
    total: Float
    squares: Float
    by_case: Float  # G
    by_reader: Float  # H
    case_sizes: Float  # sum of n_k^2
    reader_sizes: Float


def henderson_left_out(
    matrix: Float, forms: tuple[SingleForm, ...]
) -> dict[SingleForm, JackknifeInput]:
    """Single-reader ICCs with one reader, one case, or one of each left out.

    Parameters
    ----------
    matrix : (J, K) array of float
        NaN where missing; every reader and case has a rating.
    forms : tuple of str
        ``"1"``, ``"A1"``, ``"C1"``.

    Returns
    -------
    mapping of form to JackknifeInput
        NaN where the ratings left can't give three variances. A variance may be negative, as in
        the analysis of variance.

    Examples
    --------
    Shrout and Fleiss (1979), table 2; they print .17, .29 and .71.

    >>> ratings = np.array([
    ...     [9.0, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7],
    ... ])
    >>> left_out = henderson_left_out(ratings, ("1", "A1", "C1"))
    >>> [round(left_out[form].estimate, 2) for form in ("1", "A1", "C1")]
    [0.17, 0.29, 0.71]
    """
    seen = np.isfinite(matrix)
    mask = seen.astype(np.float64)
    # Scaling and centring change no ratio of variances and keep the sums small.
    scale = float(matrix[seen].std()) or 1.0
    values = np.where(seen, (matrix - matrix[seen].mean()) / scale, 0.0)
    sums = {
        "none": _whole(values, mask),
        "reader": _without_reader(values, mask),
        "case": _turned(_without_reader(values.T, mask.T)),
        "both": _without_both(values, mask),
    }
    return {
        form: JackknifeInput(
            estimate=float(_icc(sums["none"], form)),
            without_reader=_icc(sums["reader"], form),
            without_case=_icc(sums["case"], form),
            without_both=_icc(sums["both"], form),
        )
        for form in forms
    }


def _icc(sums: _Sums, form: SingleForm) -> Float:
    n = sums.ratings
    with np.errstate(invalid="ignore", divide="ignore"):
        within = (sums.squares - sums.by_case) / (n - sums.cases)
        around_mean = sums.squares - sums.total**2 / n
        of_case = n - sums.case_sizes / n
        if form == "1":
            between = (around_mean - (n - 1.0) * within) / of_case
            whole = between + within
            ratio = between / whole
        else:
            of_reader = n - sums.reader_sizes / n
            beside = (sums.squares - sums.by_reader) / (n - sums.readers)
            residual = (around_mean - of_case * beside - of_reader * within) / (
                n - 1.0 - of_case - of_reader
            )
            case = beside - residual
            whole = case + within if form == "A1" else beside
            ratio = case / whole
    # Nothing over nothing is undefined; rounding would make some number of it.
    known = np.isfinite(ratio) & (np.abs(whole) > _ROUNDING)
    defined: Float = np.where(known & (n - sums.cases - sums.readers + 1.0 > 0.5), ratio, np.nan)
    return defined


def _share(sums: Float, counts: Float) -> Float:
    """sums^2 / counts, 0 where there is nothing."""
    shares: Float = np.divide(sums**2, counts, out=np.zeros_like(sums), where=counts > 0.5)
    return shares


def _whole(values: Float, mask: Float) -> _Sums:
    n_case, n_reader = mask.sum(axis=0), mask.sum(axis=1)
    return _Sums(
        ratings=np.asarray(mask.sum()),
        readers=np.asarray(float(n_reader.size)),
        cases=np.asarray(float(n_case.size)),
        total=np.asarray(values.sum()),
        squares=np.asarray((values**2).sum()),
        by_case=np.asarray(_share(values.sum(axis=0), n_case).sum()),
        by_reader=np.asarray(_share(values.sum(axis=1), n_reader).sum()),
        case_sizes=np.asarray((n_case**2).sum()),
        reader_sizes=np.asarray((n_reader**2).sum()),
    )


def _without_reader(values: Float, mask: Float) -> _Sums:
    """(J,) sums; cases that lose their only rating drop out."""
    n_reader = mask.sum(axis=1)
    left, left_sums = mask.sum(axis=0) - mask, values.sum(axis=0) - values
    of_reader = _share(values.sum(axis=1), n_reader)
    return _Sums(
        ratings=mask.sum() - n_reader,
        readers=np.full(n_reader.size, n_reader.size - 1.0),
        cases=(left > 0.5).sum(axis=1).astype(np.float64),
        total=values.sum() - values.sum(axis=1),
        squares=(values**2).sum() - (values**2).sum(axis=1),
        by_case=_share(left_sums, left).sum(axis=1),
        by_reader=of_reader.sum() - of_reader,
        case_sizes=(left**2).sum(axis=1),
        reader_sizes=(n_reader**2).sum() - n_reader**2,
    )


def _turned(sums: _Sums) -> _Sums:
    """Sums of the transposed table, readers and cases back in their places."""
    return _Sums(
        ratings=sums.ratings,
        readers=sums.cases,
        cases=sums.readers,
        total=sums.total,
        squares=sums.squares,
        by_case=sums.by_reader,
        by_reader=sums.by_case,
        case_sizes=sums.reader_sizes,
        reader_sizes=sums.case_sizes,
    )


def _without_both(values: Float, mask: Float) -> _Sums:
    """(J, K) sums: case terms without the reader, less that of the case, and the other way."""
    n_case, n_reader = mask.sum(axis=0), mask.sum(axis=1)[:, None]
    case_left, reader_left = n_case - mask, n_reader - mask
    of_case = _share(values.sum(axis=0) - values, case_left)
    of_reader = _share(values.sum(axis=1)[:, None] - values, reader_left)

    def over(terms: Float, axis: int) -> Float:
        rest: Float = terms.sum(axis=axis, keepdims=True) - terms
        return rest

    def less_both(of_rating: Float) -> Float:
        rest: Float = (
            of_rating.sum()
            - of_rating.sum(axis=1, keepdims=True)
            - of_rating.sum(axis=0)
            + of_rating
        )
        return rest

    return _Sums(
        ratings=less_both(mask),
        readers=over((reader_left > 0.5).astype(np.float64), 0),
        cases=over((case_left > 0.5).astype(np.float64), 1),
        total=less_both(values),
        squares=less_both(values**2),
        by_case=over(of_case, 1),
        by_reader=over(of_reader, 0),
        case_sizes=over(case_left**2, 1),
        reader_sizes=over(reader_left**2, 0),
    )
