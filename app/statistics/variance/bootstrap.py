"""Two-way bootstrap: readers and cases are drawn anew, independently and with replacement.

A resample is a number of times each reader and each case was drawn, never a copied table, so that
statistics which are functions of weighted sums need a few matrix products for all B resamples.

Readers are drawn once for all arms and cases within each arm: the same resample of readers and of
real cases enters every arm and every contrast. A case brings all its reads, replicates included.

Cases that belong together are drawn together, as one cluster, in all arms that share it. Where
groups of readers read cases of their own (a split-plot), readers are drawn within their group and
clusters within those that the same groups read: what a study fixed stays as it was. Of a group of
r readers r - 1 are drawn, and each weighs r / (r - 1): drawing r of so few would make the spread of
readers' means too small by (r - 1) / r.

References
----------
Field CA, Welsh AH (2007), J R Stat Soc B 69:369-390, doi:10.1111/j.1467-9868.2007.00593.x
(clusters); Rao JNK, Wu CFJ (1988), J Am Stat Assoc 83:231-241, doi:10.1080/01621459.1988.10478591
(within groups);
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

from app.domain.said import said
from app.statistics.table.estimate import Estimate, not_estimable
from app.statistics.table.ratings import Float, Int

_DRAWS = 100_000

Counts = NDArray[np.float32]


@dataclass(frozen=True)
class Resamples:
    """How often each reader and each case was drawn.

    Attributes
    ----------
    readers : (B, J) array of float32
        Weight of every reader in a mean over readers. Every row sums to J; without groups of
        readers it is the number of draws.
    cases : mapping of arm to (B, K) array of float32
        Draws of every case. Where none belong together every row sums to K, the arm's cases.
    drawn_readers : (B, J) array of float32
        Draws of every reader, for statistics of pairs of readers.
    """

    readers: Counts
    cases: Mapping[str, Counts]
    drawn_readers: Counts

    @property
    def n(self) -> int:
        """Number of resamples B."""
        return int(self.readers.shape[0])


def two_way_resamples(
    n_readers: int,
    n_cases: Mapping[str, int],
    *,
    n_resamples: int,
    seed: int,
    strata: Strata | None = None,
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
        resamples of the others, unless clusters are in both.
    strata : Strata, optional
        Clusters of cases and groups of readers; without, every case stands alone and all readers
        are one group.

    Examples
    --------
    >>> drawn = two_way_resamples(3, {"real": 4}, n_resamples=2, seed=1)
    >>> drawn.readers.sum(axis=1).tolist(), drawn.cases["real"].sum(axis=1).tolist()
    ([3.0, 3.0], [4.0, 4.0])
    """
    if strata is None:
        firsts = np.cumsum([0, *n_cases.values()])
        clusters = {
            arm: np.arange(n) + k for (arm, n), k in zip(n_cases.items(), firsts[:-1], strict=True)
        }
        strata = Strata(
            np.zeros(n_readers, dtype=np.int64),
            clusters,
            {arm: np.zeros(n, dtype=np.int64) for arm, n in n_cases.items()},
        )
    drawn, weights = _draw_readers(strata.readers, n_resamples, seed)
    return Resamples(weights, _draw_cases(strata, n_resamples, seed), drawn)


@dataclass(frozen=True)
class Strata:
    """What is drawn together, and among what.

    Attributes
    ----------
    readers : (J,) array of int
        Group of every reader.
    clusters : mapping of arm to (K,) array of int
        Cluster of every case, counted through over the arms.
    cases : mapping of arm to (K,) array of int
        Group of the readers of every case; any number for a case that nobody read.
    """

    readers: Int
    clusters: Mapping[str, Int]
    cases: Mapping[str, Int]

    @property
    def words(self) -> str:
        """Words of a method; empty where cases stand alone and readers are one group."""
        groups = (
            said(", readers within {n_groups} groups", n_groups=self.n_groups)
            if self.n_groups > 1
            else ""
        )
        return groups + (said(", images by cluster") if self.have_clusters else "")

    @property
    def n_groups(self) -> int:
        """Groups of readers."""
        return int(np.unique(self.readers).size)

    @property
    def have_clusters(self) -> bool:
        """Whether any cluster holds two cases."""
        codes = np.concatenate([np.zeros(0, dtype=np.int64), *self.clusters.values()])
        return bool(np.unique(codes).size < codes.size)


def _draw_readers(groups: Int, n_resamples: int, seed: int) -> tuple[Counts, Counts]:
    """Draws of every reader within their group, and their weights in a mean, (B, J) each."""
    named = np.unique(groups)
    if named.size < 2:
        drawn = _draw(groups.size, n_resamples, seed, "readers")
        return drawn, drawn
    drawn = np.zeros((n_resamples, groups.size), dtype=np.float32)
    weights = np.zeros_like(drawn)
    for group in named:
        members = np.flatnonzero(groups == group)
        stream = f"readers of group {group}"
        drawn[:, members] = _draw(members.size, n_resamples, seed, stream)
        fewer = max(members.size - 1, 1)
        some = _draw(members.size, n_resamples, seed, f"{stream}, one fewer", draws=fewer)
        weights[:, members] = some * (members.size / fewer)
    return drawn, weights


def _draw_cases(strata: Strata, n_resamples: int, seed: int) -> dict[str, Counts]:
    """(B, K) draws of the cases of every arm: clusters among those of the same arms and groups."""
    several = strata.n_groups > 1
    places: dict[int, set[str]] = {}
    for arm, codes in strata.clusters.items():
        for code, group in zip(codes.tolist(), strata.cases[arm].tolist(), strict=True):
            places.setdefault(code, set()).add(f"{arm}, group {group}" if several else arm)
    members: dict[str, list[int]] = {}
    for code, named in places.items():
        members.setdefault(" and ".join(sorted(named)), []).append(code)
    drawn = {
        stratum: (
            np.array(codes),
            _draw(len(codes), n_resamples, seed, f"cases of {stratum}"),
        )
        for stratum, codes in members.items()
    }
    return {arm: _of_arm(codes, drawn, n_resamples) for arm, codes in strata.clusters.items()}


def _of_arm(codes: Int, drawn: Mapping[str, tuple[Int, Counts]], n_resamples: int) -> Counts:
    """(B, K) draws of an arm's cases, from those of the clusters of every stratum."""
    counts = np.zeros((n_resamples, codes.size), dtype=np.float32)
    for named, draws in drawn.values():
        # The cases of an arm that stand alone are a stratum of their own, in their order.
        if np.array_equal(named, codes):
            return draws
        order = np.argsort(named)
        place = order[np.minimum(np.searchsorted(named, codes, sorter=order), named.size - 1)]
        here = named[place] == codes
        counts[:, here] = draws[:, place[here]]
    return counts


def _draw(size: int, n_resamples: int, seed: int, stream: str, draws: int | None = None) -> Counts:
    """(B, size) how often each was drawn in `draws` draws, as many as there are when left out."""
    draws = size if draws is None else draws
    if size == 0:
        return np.zeros((n_resamples, 0), dtype=np.float32)
    key = int.from_bytes(hashlib.sha256(stream.encode()).digest()[:8], "big")
    generator = np.random.Generator(np.random.SFC64(np.random.SeedSequence((seed, key))))
    counts = np.empty((n_resamples, size), dtype=np.float32)
    step = max(1, _DRAWS // size)
    for start in range(0, n_resamples, step):
        rows = min(step, n_resamples - start)
        drawn = generator.integers(0, size, size=(rows, draws), dtype=np.int32).astype(np.intp)
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
        return np.asarray(sums / cases.sum(axis=1, keepdims=True))
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
    drawn: str = "",
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
    drawn : str
        What was drawn among what, for ``method``: the words of :class:`Strata`.

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
    method = said(
        "two-way bootstrap, percentile, B = {size}{drawn}", size=replicates.size, drawn=drawn
    )
    why: str | None = None
    if not np.isfinite(estimate):
        why = said("undefined in the study itself")
    elif defined.size < max(2.0, smallest_share * replicates.size):
        why = said(
            "undefined in {value} of {size} resamples",
            value=replicates.size - defined.size,
            size=replicates.size,
        )
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
