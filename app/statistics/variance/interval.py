"""From an Obuchowski-Rockette analysis to an estimate with its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from scipy import special, stats

from app.domain.said import said, said_many
from app.statistics.table.estimate import Estimate, not_estimable, point_only, without_interval
from app.statistics.table.ratings import Float, Int
from app.statistics.table.settings import GENERALISATIONS, AnalysisSettings, Generalisation
from app.statistics.variance.clusters import cluster_df, in_clusters
from app.statistics.variance.exact_bound import bound_of_all, fewest_trials
from app.statistics.variance.obuchowski_rockette import LEAST_SHARE, single_arm
from app.statistics.variance.split_plot import in_groups, reader_blocks

Scale = Literal["identity", "logit", "log"]


def limits(
    estimate: float,
    se: float,
    df: float,
    *,
    level: float,
    scale: Scale = "identity",
    bounds: tuple[float, float] = (0.0, 1.0),
) -> tuple[float, float]:
    """Two-sided t limits, made on a transformed scale and carried back.

    Parameters
    ----------
    estimate, se : float
        On the scale of the estimand.
    df : float
        ``math.inf`` for a normal interval.
    level : float
        Such as 0.95.
    scale : str
        ``"logit"``: logit(theta) +- t SE/(theta (1 - theta)), for rates and AUC strictly between 0
        and 1; ``"log"``: ``estimate`` is a mean of logarithms and the limits are exponentiated.
    bounds : (float, float)
        Ends of the scale of the estimand, carried to 0 and 1 before the logit.

    Examples
    --------
    >>> low, high = limits(0.9, 0.04, 10, level=0.95, scale="logit")
    >>> round(low, 3), round(high, 3)
    (0.77, 0.96)
    """
    t = float(stats.t.ppf(0.5 + level / 2.0, df))
    if scale == "log":
        return math.exp(estimate - t * se), math.exp(estimate + t * se)
    centre, error = _carried(estimate, se, scale, bounds)
    low, high = centre - t * error, centre + t * error
    if scale == "logit":
        bottom, width = bounds[0], bounds[1] - bounds[0]
        return bottom + width * float(special.expit(low)), bottom + width * float(
            special.expit(high)
        )
    return low, high


def t_against(
    value: float,
    estimate: float,
    se: float,
    *,
    scale: Scale = "identity",
    bounds: tuple[float, float] = (0.0, 1.0),
) -> float:
    """t statistic of "the estimand is ``value``", on the scale on which the limits are made.

    |t| exceeds its quantile exactly when ``value`` lies outside :func:`limits` of the same scale.

    Parameters
    ----------
    value : float
        On the scale of the estimand; at ``scale="log"`` of its logarithm, like ``estimate``.
    estimate, se, scale, bounds
        As in :func:`limits`.

    Examples
    --------
    >>> round(t_against(0.5, 0.9, 0.04, scale="logit"), 3)
    4.944
    """
    centre, error = _carried(estimate, se, scale, bounds)
    if scale == "logit":
        value = float(special.logit((value - bounds[0]) / (bounds[1] - bounds[0])))
    return (centre - value) / error


def _carried(
    estimate: float, se: float, scale: Scale, bounds: tuple[float, float]
) -> tuple[float, float]:
    """Estimate and standard error on the scale of the limits (delta method)."""
    if scale != "logit":
        return estimate, se
    width = bounds[1] - bounds[0]
    share = (estimate - bounds[0]) / width
    return float(special.logit(share)), se / width / (share * (1.0 - share))


def averaged_over_readers(
    theta: Float,
    covariance: Float,
    matrices: Sequence[Float],
    settings: AnalysisSettings,
    *,
    scale: Scale = "identity",
    bounds: tuple[float, float] = (0.0, 1.0),
    what: str,
    clusters: Sequence[Int] | None = None,
) -> Estimate:
    """Reader-averaged estimate of readers' figures of merit.

    Parameters
    ----------
    theta : (J,) array of float
    covariance : (J, J) array of float
        Covariance of theta over cases.
    matrices : sequence of (J, K) arrays
        The ratings behind theta, for the counts.
    settings : AnalysisSettings
    scale, bounds
        As in :func:`limits`.
    what : str
        The figure of merit as named in a sentence, such as "AUC".
    clusters : sequence of (K,) arrays of int, optional
        Of the cases of each of the matrices, counted through; ``covariance`` is then over clusters.

    Returns
    -------
    Estimate
        Not estimable without ratings. One reader has an interval over cases, which says nothing of
        other readers, where readers were to be a sample. A rate, AUC or mean at the end of its
        scale for every reader has an exact bound over cases for these readers, and a caution that
        says so. Otherwise, without a variance, there is a point and ``method`` says why no more.
    """
    n_readers, n_cases, n_ratings = counts(matrices)
    rated = all(np.isfinite(matrix).any() for matrix in matrices) and n_ratings > 0
    target, whom = whom_it_speaks_for(int(np.isfinite(theta).sum()), settings.generalise_to)
    method = said("Obuchowski-Rockette, {whom}", whom=whom)
    if scale != "identity":
        method += said(", {scale} scale", scale=scale)
    blocks = reader_blocks(matrices)
    method += in_clusters(clusters, target) + in_groups(blocks[np.isfinite(theta)])
    arm = single_arm(
        theta,
        covariance,
        generalise_to=target,
        least_share=LEAST_SHARE,
        blocks=blocks,
        case_df=cluster_df(matrices, clusters),
    )
    if not rated or arm.n_readers == 0:
        return not_estimable(
            (arm.why_not or said("no reader rated enough cases")) if rated else said("no ratings"),
            method=method,
            n_readers=n_readers,
            n_cases=n_cases,
            n_ratings=n_ratings,
        )
    point = point_only(
        math.exp(arm.estimate) if scale == "log" else arm.estimate,
        method=method,
        n_readers=n_readers,
        n_cases=n_cases,
        n_ratings=n_ratings,
    )
    if scale == "logit" and arm.estimate in bounds:
        return _at_the_end(point, matrices, settings, bounds, what, clusters)
    if arm.why_not is not None:
        return replace(point, method=without_interval(method, arm.why_not))
    low, high = limits(
        arm.estimate, arm.se, arm.df, level=settings.level, scale=scale, bounds=bounds
    )
    return replace(
        point,
        low=low,
        high=high,
        se=arm.se * (point.estimate or 0.0) if scale == "log" else arm.se,
        df=None if math.isinf(arm.df) else arm.df,
    )


def whom_it_speaks_for(n_readers: int, generalise_to: Generalisation) -> tuple[Generalisation, str]:
    """What an interval can be made for with so many readers, and the words for it.

    One reader says nothing about others: the interval over cases is for this reader.
    """
    if n_readers == 1 and generalise_to != "readers":
        return "cases", said("this reader, images like these")
    return generalise_to, GENERALISATIONS[generalise_to]


def _at_the_end(
    point: Estimate,
    matrices: Sequence[Float],
    settings: AnalysisSettings,
    bounds: tuple[float, float],
    what: str,
    clusters: Sequence[Int] | None,
) -> Estimate:
    """A figure that every reader has at one end of its scale, with the exact bound."""
    bottom, top = bounds
    trials = fewest_trials(matrices, settings.generalise_to, clusters)
    room = (top - bottom) * bound_of_all(trials, level=settings.level)
    at_top = point.estimate == top
    who = said("this reader") if point.n_readers == 1 else said("these readers")
    over: str = ""
    of_whom = said("{who} and images like these", who=who)
    paired = len(matrices) > 1
    if settings.generalise_to == "readers":
        of_whom = said("readers like these and these images")
        units = said_many("{count} reader", "{count} readers", trials)
    elif clusters is None and not paired:
        units = said_many("{count} image", "{count} images", trials)
    elif clusters is None:
        units = said_many("{count} pair of images", "{count} pairs of images", trials)
    else:
        over = said(" over clusters")
        units = (
            said_many(
                "{count} pair of clusters of images", "{count} pairs of clusters of images", trials
            )
            if paired
            else said_many("{count} cluster of images", "{count} clusters of images", trials)
        )
    return replace(
        point,
        low=bottom + room if at_top else bottom,
        high=top if at_top else top - room,
        method=said("exact bound{over}, {of_whom}", over=over, of_whom=of_whom),
        caution=said(
            "{what} is at the end of its scale for every reader; the other limit "
            "is an exact bound from {units}, for {of_whom}",
            what=what,
            units=units,
            of_whom=of_whom,
        ),
    )


def counts(matrices: Sequence[Float]) -> tuple[int, int, int]:
    """Readers and cases with a rating, and ratings, in (J, K) matrices of the same readers."""
    if not matrices:
        return 0, 0, 0
    seen = [np.isfinite(matrix) for matrix in matrices]
    readers = np.zeros(seen[0].shape[0], dtype=bool)
    for mask in seen:
        readers |= mask.any(axis=1)
    cases = sum(int(mask.any(axis=0).sum()) for mask in seen)
    ratings = sum(int(mask.sum()) for mask in seen)
    return int(readers.sum()), cases, ratings
