"""How long reading takes."""

from __future__ import annotations

import math
from collections.abc import Mapping

from app.statistics.realness.contrasts import compare_two_arms, independent_arms
from app.statistics.table.estimate import Estimate, not_estimable
from app.statistics.table.ratings import Float, RatingsTable
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.interval import averaged_over_readers, counts, limits
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
        missing = not_estimable("the ratings have no reading_time_ms")
        return {"geometric_mean_ms": missing, "ratio_to_real": missing}
    matrix = table.matrix("log_time", arm)
    theta, covariance = reader_means(matrix)
    mean = averaged_over_readers(
        theta, covariance, [matrix], settings, scale="log", what="the reading time"
    )
    return {"geometric_mean_ms": mean, "ratio_to_real": _ratio(table, arm, settings)}


def _ratio(table: RatingsTable, arm: str, settings: AnalysisSettings) -> Estimate:
    if arm in table.real_arms:
        return not_estimable("this is the real arm, against which the others are held")
    if not table.real_arms:
        return not_estimable("there is no real arm")
    matrices = [
        table.matrix("log_time", arm),
        table.pooled_matrix("log_time", table.real_arms),
    ]
    figures = independent_arms(
        "time.geometric_mean_ms", ("arm", "real"), [reader_means(m) for m in matrices], scale="log"
    )
    contrast = compare_two_arms(figures, "arm", "real", settings)
    n_readers, n_cases, n_ratings = counts(matrices)
    method = "Obuchowski-Rockette difference of mean logarithms"
    if contrast.why_not is not None:
        return not_estimable(
            contrast.why_not,
            method=method,
            n_readers=n_readers,
            n_cases=n_cases,
            n_ratings=n_ratings,
        )
    return _exponentiated(contrast.estimate, contrast.se, contrast.df, method, settings, matrices)


def _exponentiated(
    estimate: float,
    se: float,
    df: float,
    method: str,
    settings: AnalysisSettings,
    matrices: list[Float],
) -> Estimate:
    low, high = limits(estimate, se, df, level=settings.level, scale="log")
    n_readers, n_cases, n_ratings = counts(matrices)
    ratio = math.exp(estimate)
    return Estimate(
        estimate=ratio,
        low=low,
        high=high,
        se=ratio * se,
        df=None if math.isinf(df) else df,
        method=method,
        n_readers=n_readers,
        n_cases=n_cases,
        n_ratings=n_ratings,
    )
