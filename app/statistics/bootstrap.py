"""Two-way bootstrap: readers and cases are drawn anew, independently and with replacement.

A resample is a number of times each reader and each case was drawn, never a copied table, so that
statistics which are functions of weighted sums need a few matrix products for all B resamples.

Readers are drawn once for all arms and cases within each arm: the same resample of readers and of
real cases enters every arm and every contrast. A case brings all its reads, replicates included.
Agreement drops the pairs of a reader with his own copies
(:mod:`app.statistics.agreement_tallies`).

References
----------
Owen AB (2007), Ann Appl Stat 1:386-411, doi:10.1214/07-AOAS122 (the pigeonhole bootstrap);
Gallas BD, Bandos A, Samuelson FW, Wagner RF (2009), Commun Stat Theory Methods 38:2586-2603,
doi:10.1080/03610920802610084 (readers and cases).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.statistics.agreement_krippendorff import Metric, alpha_interval, alpha_of_coincidences
from app.statistics.agreement_tallies import coincidences
from app.statistics.agreement_weights import category_values, one_hot
from app.statistics.result import Estimate, not_estimable
from app.statistics.table import Float

# Up to this many different ratings, counting by category costs less than sorting.
_MANY_LEVELS = 64
# Numbers held at once by one step over some of the resamples; draws fit the processor's cache.
_CHUNK = 4_000_000
_DRAWS = 100_000

Counts = NDArray[np.float32]


@dataclass(frozen=True)
class Resamples:
    """How often each reader and each case was drawn.

    Attributes
    ----------
    readers : (B, J) array of float32
        Every row sums to J.
    cases : mapping of arm to (B, K) array of float32
        Every row sums to K, the arm's cases.
    """

    readers: Counts
    cases: Mapping[str, Counts]

    @property
    def n(self) -> int:
        """Number of resamples B."""
        return int(self.readers.shape[0])


def two_way_resamples(
    n_readers: int, n_cases: Mapping[str, int], *, n_resamples: int, seed: int
) -> Resamples:
    """Draw readers, and the cases of every arm, with replacement.

    Parameters
    ----------
    n_readers : int
        J.
    n_cases : mapping of arm to int
    n_resamples : int
        B.
    seed : int
        Each arm has a stream of its own, named by the arm: adding an arm does not change the
        resamples of the others.

    Examples
    --------
    >>> drawn = two_way_resamples(3, {"real": 4}, n_resamples=2, seed=1)
    >>> drawn.readers.sum(axis=1).tolist(), drawn.cases["real"].sum(axis=1).tolist()
    ([3.0, 3.0], [4.0, 4.0])
    """
    return Resamples(
        readers=_draw(n_readers, n_resamples, seed, "readers"),
        cases={arm: _draw(k, n_resamples, seed, f"cases of {arm}") for arm, k in n_cases.items()},
    )


def _draw(size: int, n_resamples: int, seed: int, stream: str) -> Counts:
    if size == 0:
        return np.zeros((n_resamples, 0), dtype=np.float32)
    key = int.from_bytes(hashlib.sha256(stream.encode()).digest()[:8], "big")
    generator = np.random.Generator(np.random.SFC64(np.random.SeedSequence((seed, key))))
    counts = np.empty((n_resamples, size), dtype=np.float32)
    step = max(1, _DRAWS // size)
    for start in range(0, n_resamples, step):
        rows = min(step, n_resamples - start)
        drawn = generator.integers(0, size, size=(rows, size), dtype=np.int32).astype(np.intp)
        drawn += np.arange(rows)[:, None] * size
        counts[start : start + rows] = np.bincount(drawn.ravel(), minlength=rows * size).reshape(
            rows, size
        )
    return counts


def resampled_means(matrix: Float, readers: Counts, cases: Counts) -> Float:
    """Mean of the readers' means (or rates) in every resample.

    Parameters
    ----------
    matrix : (J, K) array of float
        Ratings, or 0/1 verdicts; NaN where missing.
    readers : (B, J) array
    cases : (B, K) array

    Returns
    -------
    (B,) array of float
        NaN where no drawn reader rated a drawn case; a drawn reader without a drawn case does not
        count in the mean.
    """
    means = _reader_means(matrix, cases)
    return _over_readers(means, readers)


def _reader_means(matrix: Float, cases: Counts) -> NDArray[Any]:
    """(B, J) mean rating of every reader over the drawn cases."""
    seen = np.isfinite(matrix)
    values = np.where(seen, matrix, 0.0)
    sums = _product(cases, values)
    if seen.all():
        return np.asarray(sums / matrix.shape[1])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums / _product(cases, seen.astype(np.float64)))


def _product(counts: Counts, values: Float) -> NDArray[Any]:
    """counts @ values.T, in single precision where that is exact."""
    exact = values.size and bool(
        (values == np.round(values)).all() and np.abs(values).max() * values.shape[1] < 2**24
    )
    if exact:
        return counts @ values.T.astype(np.float32)
    return counts.astype(np.float64) @ values.T


def _over_readers(statistics: NDArray[Any], readers: Counts) -> Float:
    """Mean over the drawn readers with a value."""
    defined = np.isfinite(statistics)
    values = statistics if defined.all() else np.where(defined, statistics, 0.0)
    weight = readers if defined.all() else readers * defined
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: Float = np.einsum("bj,bj->b", values, weight, dtype=np.float64) / weight.sum(axis=1)
    return mean


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
    return np.array([_over_readers(of_arm, readers) for of_arm in aucs])


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
    """(B, J) AUCs from running sums over each reader's cases in order of his ratings."""
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


def resampled_alphas(
    matrix: Float,
    readers: Counts,
    cases: Counts,
    *,
    metrics: Sequence[Metric],
    categories: Sequence[float] | None = None,
) -> dict[Metric, Float]:
    """Krippendorff's alpha in every resample, without pairs of a reader with his own copies.

    Parameters
    ----------
    matrix : (J, K) array of float
    readers : (B, J) array
    cases : (B, K) array
    metrics : sequence of str
    categories : sequence of float, optional
        Steps of the scale; those seen when left out.

    Returns
    -------
    mapping of metric to (B,) array
        NaN where a resample leaves no two readers with a shared case, or one category.
    """
    found: dict[Metric, Float] = {metric: np.empty(readers.shape[0]) for metric in metrics}
    values = category_values(matrix, categories)
    counted = [metric for metric in metrics if metric != "interval"]
    indicator = one_hot(matrix, values).astype(np.float32) if counted else None
    width = matrix.shape[1] * (values.size + 4 if counted else 6)
    step = max(1, _CHUNK // (4 * max(1, width)))
    centred = (matrix - np.nanmean(matrix) if values.size else matrix).astype(np.float32)
    for start in range(0, readers.shape[0], step):
        rows = slice(start, start + step)
        if "interval" in found:
            found["interval"][rows] = alpha_interval(centred, readers[rows], cases[rows])
        if indicator is not None:
            drawn = coincidences(indicator, readers[rows], cases[rows])
            for metric in counted:
                found[metric][rows] = alpha_of_coincidences(drawn, metric, values)
    return {metric: found[metric] for metric in metrics}


def percentile_interval(
    estimate: float,
    replicates: Float,
    *,
    level: float = 0.95,
    counts: tuple[int, int, int] = (0, 0, 0),
    smallest_share: float = 0.9,
) -> Estimate:
    """Estimate with the percentile interval of its bootstrap replicates.

    Parameters
    ----------
    estimate : float
        From the study itself.
    replicates : (B,) array of float
        NaN where undefined.
    level : float
    counts : (int, int, int)
        Readers, cases and ratings.
    smallest_share : float
        Share of the resamples in which the statistic must be defined.

    Returns
    -------
    Estimate
        ``se`` is the standard deviation of the replicates. Not estimable when the estimate is
        undefined or too many replicates are.

    References
    ----------
    Efron B, Tibshirani RJ (1993), An Introduction to the Bootstrap, chapter 13,
    doi:10.1201/9780429246593.
    """
    defined = replicates[np.isfinite(replicates)]
    readers, cases, ratings = counts
    method = f"two-way bootstrap, percentile, B = {replicates.size}"
    why: str | None = None
    if not np.isfinite(estimate):
        why = "undefined in the study itself"
    elif defined.size < max(2.0, smallest_share * replicates.size):
        why = f"undefined in {replicates.size - defined.size} of {replicates.size} resamples"
    if why is not None:
        return not_estimable(
            why, method=method, n_readers=readers, n_cases=cases, n_ratings=ratings
        )
    low, high = np.quantile(defined, (0.5 - level / 2.0, 0.5 + level / 2.0))
    return Estimate(
        estimate=float(estimate),
        low=float(low),
        high=float(high),
        se=float(defined.std(ddof=1)),
        df=None,
        method=method,
        n_readers=readers,
        n_cases=cases,
        n_ratings=ratings,
    )
