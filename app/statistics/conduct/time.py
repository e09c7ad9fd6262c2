"""How long reading takes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from app.domain.said import said
from app.statistics.realness.contrasts import arms_of_means, compare_two_arms
from app.statistics.table.estimate import Estimate, not_estimable, point_only, without_interval
from app.statistics.table.ratings import RatingsTable
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.interval import (
    averaged_over_readers,
    counts,
    limits,
    whom_it_speaks_for,
)
from app.statistics.variance.reader_means import reader_means


def time(table: RatingsTable, arm: str, settings: AnalysisSettings) -> Mapping[str, Estimate]:
    """``geometric_mean_ms`` of an arm and ``ratio_to_real``.

    Reading times are skewed, so they are averaged as logarithms: per reader, then over readers,
    then exponentiated. First reads only.

    Returns
    -------
    mapping of str to Estimate
        ``geometric_mean_ms`` in milliseconds; ``ratio_to_real`` = geometric mean of this arm over
        that of the real images, above 1 when this arm takes longer.
    """
    if not table.has("reading_time_ms"):
        missing = not_estimable(said("the ratings have no reading_time_ms"))
        return {"geometric_mean_ms": missing, "ratio_to_real": missing}
    matrix = table.matrix("log_time", arm)
    theta, covariance = reader_means(matrix, table.clusters(arm) if table.has_clusters else None)
    mean = averaged_over_readers(
        theta,
        covariance,
        [matrix],
        settings,
        scale="log",
        what=said("the reading time"),
        clusters=table.clusters_of(((arm,),)),
    )
    return {"geometric_mean_ms": mean, "ratio_to_real": _ratio(table, arm, settings)}


def _ratio(table: RatingsTable, arm: str, settings: AnalysisSettings) -> Estimate:
    if arm in table.real_arms:
        return not_estimable(said("this is the real arm, against which the others are held"))
    if not table.real_arms:
        return not_estimable(said("there is no real arm"))
    matrices = [
        table.matrix("log_time", arm),
        table.pooled_matrix("log_time", table.real_arms),
    ]
    clusters = [table.clusters(arm), table.pooled_clusters(table.real_arms)]
    figures = arms_of_means(
        "time.geometric_mean_ms",
        ("arm", "real"),
        matrices,
        clusters if table.has_clusters else None,
        scale="log",
    )
    difference = compare_two_arms(figures, "arm", "real", settings)
    n_readers, n_cases, n_ratings = counts(matrices)
    _, whom = whom_it_speaks_for(difference.n_readers, settings.generalise_to)
    method = said("Obuchowski-Rockette difference of mean logarithms, {whom}", whom=whom)
    if not math.isfinite(difference.estimate):
        return not_estimable(
            difference.why_not or said("no reader has times of both"),
            method=method,
            n_readers=n_readers,
            n_cases=n_cases,
            n_ratings=n_ratings,
        )
    ratio = math.exp(difference.estimate)
    point = point_only(
        ratio,
        method=method,
        n_readers=n_readers,
        n_cases=n_cases,
        n_ratings=n_ratings,
    )
    if difference.why_not is not None:
        return replace(point, method=without_interval(method, difference.why_not))
    low, high = limits(
        difference.estimate, difference.se, difference.df, level=settings.level, scale="log"
    )
    df = None if math.isinf(difference.df) else difference.df
    return replace(point, low=low, high=high, se=ratio * difference.se, df=df)
