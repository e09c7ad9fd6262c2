"""Readers weighted by precision: the sensitivity analysis beside readers who weigh equally."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.domain.said import said
from app.statistics.table.estimate import Estimate, not_estimable, point_only, without_interval
from app.statistics.table.ratings import Float, Int
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.clusters import cluster_df, in_clusters
from app.statistics.variance.interval import Scale, counts, limits, whom_it_speaks_for
from app.statistics.variance.obuchowski_rockette import NO_VARIANCE

_NO_VARIANCE = said("neither readers nor images vary")


def precision_weights(theta: Float, own: Float, *, fixed: bool = False) -> tuple[Float, float]:
    """Inverse-variance weights of readers, and how much readers truly differ.

    Parameters
    ----------
    theta : (J,) array of float
        Figure of every reader.
    own : (J,) array of float
        Its variance within the reader.
    fixed : bool
        These readers only: the variance between readers does not count.

    Returns
    -------
    weights : (J,) array of float
        w_j proportional to 1 / (tau^2 + own_j), adding up to 1; equal where all variances are 0.
    between : float
        tau^2 = max(s^2 - mean(own), 0) with s^2 the variance of theta (the estimator of Hedges).

    References
    ----------
    Hedges LV (1983), Psychol Bull 93:388-395, doi:10.1037/0033-2909.93.2.388.

    Examples
    --------
    The first four BCG trials of R's metafor (dat.bcg):

    >>> theta = np.array([-0.8893, -1.5854, -1.3481, -1.4416])
    >>> own = np.array([0.3256, 0.1946, 0.4154, 0.0200])
    >>> weights, between = precision_weights(theta, own)
    >>> round(between, 4), weights.round(3).tolist()
    (0.0, [0.051, 0.085, 0.04, 0.825])
    """
    between = 0.0 if theta.size < 2 else max(float(theta.var(ddof=1) - own.mean()), 0.0)
    variance = own + (0.0 if fixed else between)
    if not (variance > 0.0).all():
        return np.full(theta.size, 1.0 / theta.size), between
    weights = 1.0 / variance
    return weights / weights.sum(), between


def weighted_by_precision(
    theta: Float,
    covariance: Float,
    matrices: Sequence[Float],
    settings: AnalysisSettings,
    *,
    scale: Scale = "identity",
    bounds: tuple[float, float] = (0.0, 1.0),
    clusters: Sequence[Int] | None = None,
) -> Estimate:
    """The mean of readers' figures, each weighted by how precisely it is known.

    A reader who read more weighs more. The variance within a reader is the pooled one of a rating
    over the number of their ratings, and not their own: a reader who says the same of all images
    would seem to be without error. With weights w and Cov2 the mean covariance of two readers::

        R = sum w_j^2 (tau^2 + own_j),    V = R + Cov2,    df = V^2 / (R^2 / (J - 1))

    which for equal weights are the variance and Hillis' degrees of freedom of the main figure.
    Over G clusters of images the denominator of df has Cov2^2 / (G - 1) besides.

    Parameters
    ----------
    theta : (J,) array of float
    covariance : (J, J) array of float
        Covariance of theta over cases.
    matrices : sequence of (J, K) arrays
        The ratings behind theta: one for a mean or rate, two for an AUC.
    settings : AnalysisSettings
    scale, bounds
        As in :func:`~app.statistics.variance.interval.limits`.
    clusters : sequence of (K,) arrays of int, optional
        Of the cases of each of the matrices, over which ``covariance`` is.

    Returns
    -------
    Estimate
        ``method`` says why where there is no interval.
    """
    n_readers, n_cases, n_ratings = counts(matrices)
    target, whom = whom_it_speaks_for(int(np.isfinite(theta).sum()), settings.generalise_to)
    method = said("inverse-variance weights of readers, {whom}", whom=whom)
    if scale != "identity":
        method += said(", {scale} scale", scale=scale)
    method += in_clusters(clusters, target)
    case_df = cluster_df(matrices, clusters)
    known = np.isfinite(theta) & np.isfinite(np.diag(covariance))
    if not known.any():
        return not_estimable(said("no reader rated enough cases"), method=method)
    theta, covariance = theta[known], covariance[np.ix_(known, known)]
    own, shared = _own_variances(covariance, [matrix[known] for matrix in matrices])
    weights, between = precision_weights(theta, own, fixed=target == "cases")
    point = point_only(
        float(weights @ theta),
        method=method,
        n_readers=n_readers,
        n_cases=n_cases,
        n_ratings=n_ratings,
    )
    of_readers = float((weights**2 * (between + own)).sum())
    if target == "cases":
        variance, df = float((weights**2 * own).sum()) + shared, case_df
    elif target == "readers":
        variance, df = of_readers, theta.size - 1.0
    else:
        variance = of_readers + shared
        df = _df_of_sum(of_readers, theta.size - 1.0, shared, case_df)
    if not variance > NO_VARIANCE or (scale == "logit" and point.estimate in bounds) or df < 1.0:
        return replace(point, method=without_interval(method, _NO_VARIANCE))
    low, high = limits(
        point.estimate or 0.0, math.sqrt(variance), df, level=settings.level, scale=scale,
        bounds=bounds,
    )  # fmt: skip
    return replace(
        point,
        low=low,
        high=high,
        se=math.sqrt(variance),
        df=None if math.isinf(df) else df,
    )


def _df_of_sum(of_readers: float, df_readers: float, of_cases: float, case_df: float) -> float:
    """Satterthwaite's degrees of freedom; by shares, for the square of what hardly differs from 0
    is 0."""
    variance = of_readers + of_cases
    if not variance > 0.0 or df_readers <= 0.0 or case_df <= 0.0:
        return 0.0
    pieces = (of_readers / variance) ** 2 / df_readers + (of_cases / variance) ** 2 / case_df
    return 1.0 / pieces if pieces > 0.0 else math.inf


def _own_variances(covariance: Float, matrices: Sequence[Float]) -> tuple[Float, float]:
    """Variance within each reader, pooled and shared out by ratings, and Cov2 (not below 0)."""
    n = covariance.shape[0]
    pairs = covariance[~np.eye(n, dtype=bool)]
    pairs = pairs[np.isfinite(pairs)]
    shared = max(float(pairs.mean()), 0.0) if pairs.size else 0.0
    read = np.array([np.isfinite(matrix).sum(axis=1) for matrix in matrices], dtype=np.float64)
    size = 1.0 / (1.0 / np.maximum(read, 1.0)).sum(axis=0)
    own = np.maximum(np.diag(covariance) - shared, 0.0)
    return float((own * size).mean()) / size, shared
