"""How realistic an arm looks: mean, median, top-2-box and the whole distribution."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from app.domain.said import said
from app.statistics.table.estimate import Estimate, not_estimable
from app.statistics.table.ratings import Float, Int, RatingsTable
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.interval import averaged_over_readers, counts, whom_it_speaks_for
from app.statistics.variance.reader_means import reader_means

_MOST_STEPS = 11
_FEWEST_TO_BE_CONSTANT = 5


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


def constant_readers(matrix: Float) -> int:
    """How many readers of five images or more gave all of them one rating.

    Parameters
    ----------
    matrix : (J, K) array of float
    """
    rated = [ratings[np.isfinite(ratings)] for ratings in matrix]
    return sum(row.size >= _FEWEST_TO_BE_CONSTANT and bool(np.ptp(row) == 0) for row in rated)


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

    def failed(why: str) -> Estimate:
        return not_estimable(
            why, method=method, n_readers=n_readers, n_cases=n_cases, n_ratings=n_ratings
        )

    if n_ratings == 0:
        return failed(said("no ratings"))
    made_by: set[str] = set()
    seen = np.isfinite(matrix)
    values = np.unique(matrix[seen])

    def share(value: float) -> Float:
        return np.where(seen, (matrix <= value).astype(np.float64), np.nan)

    def average(value: float) -> float:
        return float(np.nanmean(reader_means(share(value))[0]))

    def limit(value: float, side: int) -> float:
        below = share(value)
        theta, covariance = reader_means(below, clusters)
        of_share = averaged_over_readers(
            theta,
            covariance,
            [below],
            settings,
            scale="logit",
            what=said("the share"),
            clusters=None if clusters is None else [clusters],
        )
        made_by.add(of_share.method)
        ends = (of_share.low, of_share.high)
        # Without an interval (nobody, or everybody, at or below) the share itself decides.
        end = ends[side]
        return float(np.nanmean(theta)) if end is None else end

    middle = _first(values, lambda value: average(value) >= 0.5 - 1e-12)
    estimate = float(values[middle])
    if middle + 1 < values.size and math.isclose(average(estimate), 0.5, abs_tol=1e-12):
        estimate = float(values[middle] + values[middle + 1]) / 2.0
    low: float | None = None
    high: float | None = None
    if n_readers == 1 and settings.generalise_to == "readers":
        method += "; no interval: " + said("one reader, who says nothing about other readers")
    elif n_cases == 1 and settings.generalise_to != "readers":
        method += "; no interval: " + said(
            "too few cases rated to estimate the variance over cases"
        )
    else:
        low = min(estimate, float(values[_first(values, lambda value: limit(value, 1) >= 0.5)]))
        high = max(estimate, float(values[_first(values, lambda value: limit(value, 0) >= 0.5)]))
        if made_by and all(one.startswith("exact bound") for one in made_by):
            method = said(
                "Woodruff inversion of exact bounds, {partition}",
                partition=min(made_by).partition(", ")[2],
            )
    return Estimate(
        estimate=estimate,
        low=low,
        high=high,
        se=None,
        df=None,
        method=method,
        n_readers=n_readers,
        n_cases=n_cases,
        n_ratings=n_ratings,
    )


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
