"""Do readers change over a session? Slopes of realism, accuracy and time over position."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from app.domain.said import said
from app.statistics.table.estimate import Estimate, not_estimable
from app.statistics.table.ratings import REAL, Float, Int, Measure, RatingsTable
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.clusters import cluster_sums
from app.statistics.variance.interval import averaged_over_readers

# Slopes are told per this many presentations, so that they are readable numbers.
PRESENTATIONS = 10

_SLOPES: dict[str, tuple[Measure, str]] = {
    "realism_slope": ("realism", said("the ratings have no realism")),
    "accuracy_slope": ("verdict", said("the ratings have no verdict")),
    "log_time_slope": ("log_time", said("the ratings have no reading_time_ms")),
}


def drift(table: RatingsTable, arm: str, settings: AnalysisSettings) -> Mapping[str, Estimate]:
    """Change per 10 presentations of an arm's realism, accuracy and log reading time.

    Per reader the least-squares slope over the position of the presentation, then the mean over
    readers. ``realism_slope`` in steps of the scale, ``accuracy_slope`` as a difference of the
    share of verdicts that are right, ``log_time_slope`` in natural logarithms (0.05 = 5 % slower).
    Descriptive: one slope an arm, not adjusted for multiplicity.

    Returns
    -------
    mapping of str to Estimate
    """
    if not table.has("position"):
        missing = not_estimable(said("the ratings have no position"))
        return dict.fromkeys(_SLOPES, missing)
    position = table.matrix("position", arm) / PRESENTATIONS
    slopes: dict[str, Estimate] = {}
    for key, (measure, why) in _SLOPES.items():
        if not table.has("reading_time_ms" if measure == "log_time" else measure):
            slopes[key] = not_estimable(why)
            continue
        values = table.matrix(measure, arm)
        if measure == "verdict":
            values = 1.0 - values if table.truth_of(arm) == REAL else values
        clusters = table.clusters(arm) if table.has_clusters else None
        theta, covariance = reader_slopes(position, values, clusters)
        used = np.where(np.isfinite(position), values, np.nan)
        slopes[key] = averaged_over_readers(
            theta,
            covariance,
            [used],
            settings,
            what=said("the slope"),
            clusters=None if clusters is None else [clusters],
        )
    return slopes


def reader_slopes(x: Float, y: Float, clusters: Int | None = None) -> tuple[Float, Float]:
    """Least-squares slope of every reader and the covariance of the slopes over shared cases.

    With residuals e_jk and u_jk = (x_jk - mean x_j) e_jk / sum_k (x_jk - mean x_j)^2,
    Cov(j, j') = sum over shared k of u_jk u_j'k, times sqrt(n_j n_j' / ((n_j - 2)(n_j' - 2))): the
    heteroscedasticity-consistent (HC1) covariance.

    Parameters
    ----------
    x, y : (J, K) arrays of float
        NaN where missing.
    clusters : (K,) array of int, optional
        Of the cases: u is then summed within a cluster first.

    Returns
    -------
    theta : (J,) array of float
        NaN for a reader with fewer than three points or all at one x.
    covariance : (J, J) array of float

    References
    ----------
    MacKinnon JG, White H (1985), J Econometrics 29:305-325, doi:10.1016/0304-4076(85)90158-7.
    """
    seen = np.isfinite(x) & np.isfinite(y)
    n = seen.sum(axis=1).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_x = np.where(seen, x, 0.0).sum(axis=1) / n
        mean_y = np.where(seen, y, 0.0).sum(axis=1) / n
        dx = np.where(seen, x - mean_x[:, None], 0.0)
        dy = np.where(seen, y - mean_y[:, None], 0.0)
        spread = (dx**2).sum(axis=1)
        usable = (n >= 3) & (spread > 0)
        theta = np.where(usable, (dx * dy).sum(axis=1) / spread, np.nan)
        residual = np.where(seen, dy - theta[:, None] * dx, 0.0)
        influence = dx * residual / spread[:, None]
        inflate = np.sqrt(n / (n - 2.0))
        if clusters is not None:
            influence = cluster_sums(influence, clusters, int(clusters.max(initial=-1)) + 1)
        covariance = (influence @ influence.T) * np.outer(inflate, inflate)
    return theta, covariance
