"""How realistic an arm looks: mean, median, top-2-box and the whole distribution."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from app.domain.said import said
from app.statistics.table.constant_readers import constant_readers
from app.statistics.table.estimate import Estimate, not_estimable, point_only, without_interval
from app.statistics.table.ratings import Float, Int, RatingsTable
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.interval import averaged_over_readers, counts, whom_it_speaks_for
from app.statistics.variance.reader_means import reader_means

_MOST_STEPS = 11


@dataclass(frozen=True)
class CategoryShare:
    """One step of the realism scale: how often it was used."""

    category: float
    count: int
    share: float | None

    def to_json(self) -> dict[str, float | int | None]:
        return {"category": self.category, "count": self.count, "share": self.share}


def realism(table: RatingsTable, arm: str, settings: AnalysisSettings) -> Mapping[str, Estimate]:
    """``mean``, ``median`` and ``top2box`` of an arm, first reads only, readers weighing equally.

    Parameters
    ----------
    table : RatingsTable
    arm : str
    settings : AnalysisSettings

    Returns
    -------
    mapping of str to Estimate
        In units of the realism scale; ``top2box`` is a share.
    """
    if not table.has("realism"):
        missing = not_estimable(said("the ratings have no realism"))
        return {"mean": missing, "median": missing, "top2box": missing}
    matrix = table.matrix("realism", arm)
    bounds = (table.realism_min or 0.0, table.realism_max or 0.0)
    clusters = table.clusters(arm) if table.has_clusters else None
    return {
        "mean": mean_realism(matrix, settings, bounds=bounds, clusters=clusters),
        "median": median_realism(matrix, settings, clusters=clusters),
        "top2box": top2box(matrix, table.categories(), settings, clusters=clusters),
    }


def mean_realism(
    matrix: Float,
    settings: AnalysisSettings,
    *,
    bounds: tuple[float, float],
    clusters: Int | None = None,
) -> Estimate:
    """Mean realism: the mean of the readers' means.

    The interval is made on the logit of (mean - bottom) / (top - bottom) of the scale, so that it
    stays on the scale and covers near its ends; SE and df are those of the mean itself.

    Parameters
    ----------
    matrix : (J, K) array of float
    settings : AnalysisSettings
    bounds : (float, float)
        Bottom and top of the scale.
    clusters : (K,) array of int, optional
        Of the cases, as for :func:`~app.statistics.variance.reader_means.reader_means`.

    Returns
    -------
    Estimate
        With a caution where a reader gave every image the same rating: the mean of a few readers
        says little of a population in which one in seven is like this.
    """
    theta, covariance = reader_means(matrix, clusters)
    mean = averaged_over_readers(
        theta,
        covariance,
        [matrix],
        settings,
        scale="logit",
        bounds=bounds,
        what=said("mean realism"),
        clusters=None if clusters is None else [clusters],
    )
    constant = constant_readers(matrix)
    is_of_others = mean.n_readers > 1 and settings.generalise_to != "cases"
    if mean.low is None or not constant or not is_of_others:
        return mean
    return replace(
        mean,
        caution=said(
            "{constant} of {n_readers} readers gave every image the same rating; "
            "among readers of whom some do so 95 % intervals covered 88 to 93 % "
            "in simulations",
            constant=constant,
            n_readers=mean.n_readers,
        ),
    )


def top2box(
    matrix: Float,
    categories: tuple[float, ...],
    settings: AnalysisSettings,
    *,
    clusters: Int | None = None,
) -> Estimate:
    """Share of ratings in the two highest steps of the scale.

    Parameters
    ----------
    matrix : (J, K) array of float
    categories : tuple of float
        Steps of the scale, lowest first.
    settings : AnalysisSettings
    clusters : (K,) array of int, optional

    Returns
    -------
    Estimate
        Not estimable for a scale of fewer than 3 or more than 11 steps.
    """
    n_readers, n_cases, n_ratings = counts([matrix])
    if not 3 <= len(categories) <= _MOST_STEPS:
        return not_estimable(
            said(
                "top-2-box needs a scale of 3 to {most_steps} steps, this one has {n_categories}",
                most_steps=_MOST_STEPS,
                n_categories=len(categories),
            ),
            n_readers=n_readers,
            n_cases=n_cases,
            n_ratings=n_ratings,
        )
    box = np.where(np.isfinite(matrix), (matrix >= categories[-2]).astype(np.float64), np.nan)
    theta, covariance = reader_means(box, clusters)
    return averaged_over_readers(
        theta,
        covariance,
        [box],
        settings,
        scale="logit",
        what="top-2-box",
        clusters=None if clusters is None else [clusters],
    )


def median_realism(
    matrix: Float, settings: AnalysisSettings, *, clusters: Int | None = None
) -> Estimate:
    """Median of the reader-averaged distribution F(v) = mean over readers of share(rating <= v).

    The interval inverts the test F(v) = 0.5 (Woodruff): from the smallest v whose upper limit of
    F(v) reaches 0.5 to the smallest v whose lower limit does, F(v) having the interval of a rate.

    Parameters
    ----------
    matrix : (J, K) array of float
    settings : AnalysisSettings
    clusters : (K,) array of int, optional

    References
    ----------
    Woodruff RS (1952), J Am Stat Assoc 47:635-646, doi:10.1080/01621459.1952.10483443.
    """
    n_readers, n_cases, n_ratings = counts([matrix])
    _, whom = whom_it_speaks_for(n_readers, settings.generalise_to)
    method = said("Woodruff inversion, {whom}", whom=whom)
    if n_ratings == 0:
        return not_estimable(
            said("no ratings"),
            method=method,
            n_readers=n_readers,
            n_cases=n_cases,
            n_ratings=n_ratings,
        )
    shares = _SharesBelow(matrix, settings, clusters)
    estimate = shares.median()
    point = point_only(
        estimate, method=method, n_readers=n_readers, n_cases=n_cases, n_ratings=n_ratings
    )
    if n_readers == 1 and settings.generalise_to == "readers":
        why_not = said("one reader, who says nothing about other readers")
        return replace(point, method=without_interval(method, why_not))
    if n_cases == 1 and settings.generalise_to != "readers":
        why_not = said("too few cases rated to estimate the variance over cases")
        return replace(point, method=without_interval(method, why_not))
    low, high = shares.limits()
    if shares.methods and all(one.startswith("exact bound") for one in shares.methods):
        method = said(
            "Woodruff inversion of exact bounds, {partition}",
            partition=min(shares.methods).partition(", ")[2],
        )
    return replace(point, low=min(estimate, low), high=max(estimate, high), method=method)


class _SharesBelow:
    """F(v), the readers' mean share of ratings <= v, over the values v of a (J, K) matrix.

    `methods` are those by which the intervals of shares were made that were asked for.
    """

    def __init__(self, matrix: Float, settings: AnalysisSettings, clusters: Int | None) -> None:
        self._matrix, self._settings, self._clusters = matrix, settings, clusters
        self._seen = np.isfinite(matrix)
        self._values = np.unique(matrix[self._seen])
        self.methods: set[str] = set()

    def median(self) -> float:
        """The least v with F(v) >= 0.5; midway to the next one where F(v) is 0.5."""
        at = _first(self._values, lambda value: self._average(value) >= 0.5 - 1e-12)
        median = float(self._values[at])
        is_half = math.isclose(self._average(median), 0.5, abs_tol=1e-12)
        if is_half and at + 1 < self._values.size:
            return float(self._values[at] + self._values[at + 1]) / 2.0
        return median

    def limits(self) -> tuple[float, float]:
        """The least v of which the upper limit of F(v) is at least 0.5; the lower limit."""
        low = _first(self._values, lambda value: self._limit(value, 1) >= 0.5)
        high = _first(self._values, lambda value: self._limit(value, 0) >= 0.5)
        return float(self._values[low]), float(self._values[high])

    def _below(self, value: float) -> Float:
        return np.where(self._seen, (self._matrix <= value).astype(np.float64), np.nan)

    def _average(self, value: float) -> float:
        return float(np.nanmean(reader_means(self._below(value))[0]))

    def _limit(self, value: float, side: int) -> float:
        below = self._below(value)
        theta, covariance = reader_means(below, self._clusters)
        of_share = averaged_over_readers(
            theta,
            covariance,
            [below],
            self._settings,
            scale="logit",
            what=said("the share"),
            clusters=None if self._clusters is None else [self._clusters],
        )
        self.methods.add(of_share.method)
        end = (of_share.low, of_share.high)[side]
        # Without an interval (nobody, or everybody, at or below) the share itself decides.
        return float(np.nanmean(theta)) if end is None else end


def distribution(table: RatingsTable, arm: str) -> tuple[CategoryShare, ...]:
    """How often every step of the scale was used in an arm, first reads only.

    Returns
    -------
    tuple of CategoryShare
        Lowest step first; ``count`` ratings of all readers, ``share`` the mean over readers of
        their shares, None without ratings. Empty for a scale of more than 11 steps.
    """
    categories = table.categories()
    if not categories or len(categories) > _MOST_STEPS:
        return ()
    matrix = table.matrix("realism", arm)
    per_reader = np.isfinite(matrix).sum(axis=1)
    rated = per_reader > 0
    shares = []
    for category in categories:
        used = (matrix == category).sum(axis=1)
        share = float((used[rated] / per_reader[rated]).mean()) if rated.any() else None
        shares.append(CategoryShare(category, int(used.sum()), share))
    return tuple(shares)


def _first(values: Float, holds: Callable[[float], bool]) -> int:
    """Index of the first value for which a monotone condition holds; the last if for none."""
    low, high = 0, values.size - 1
    while low < high:
        middle = (low + high) // 2
        if holds(float(values[middle])):
            high = middle
        else:
            low = middle + 1
    return low
