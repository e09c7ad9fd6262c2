"""Two-way bootstrap: readers and cases are drawn anew, independently and with replacement.

A resample is a number of times each reader and each case was drawn, never a copied table, so that
statistics which are functions of weighted sums need a few matrix products for all B resamples.

Readers are drawn once for all arms and cases within each arm: the same resample of readers and of
real cases enters every arm and every contrast. A case brings all its reads, replicates included.

References
----------
Owen AB (2007), Ann Appl Stat 1:386-411, doi:10.1214/07-AOAS122 (the pigeonhole bootstrap);
Gallas BD, Bandos A, Samuelson FW, Wagner RF (2009), Commun Stat Theory Methods 38:2586-2603,
doi:10.1080/03610920802610084 (readers and cases).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.statistics.table.estimate import Estimate, not_estimable
from app.statistics.table.ratings import Float

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
    return over_readers(means, readers)


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


def over_readers(statistics: NDArray[Any], readers: Counts) -> Float:
    """Mean over the drawn readers with a value: (B, J) statistics to (B,)."""
    defined = np.isfinite(statistics)
    values = statistics if defined.all() else np.where(defined, statistics, 0.0)
    weight = readers if defined.all() else readers * defined
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: Float = np.einsum("bj,bj->b", values, weight, dtype=np.float64) / weight.sum(axis=1)
    return mean


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
