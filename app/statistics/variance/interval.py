"""From an Obuchowski-Rockette analysis to an estimate with its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from scipy import special, stats

from app.statistics.table.estimate import Estimate, not_estimable
from app.statistics.table.ratings import Float
from app.statistics.table.settings import GENERALISATIONS, AnalysisSettings
from app.statistics.variance.obuchowski_rockette import single_arm

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
    if scale == "logit":
        bottom, width = bounds[0], bounds[1] - bounds[0]
        share = (estimate - bottom) / width
        centre = special.logit(share)
        half = t * se / width / (share * (1.0 - share))
        low, high = float(special.expit(centre - half)), float(special.expit(centre + half))
        return bottom + width * low, bottom + width * high
    if scale == "log":
        return math.exp(estimate - t * se), math.exp(estimate + t * se)
    return estimate - t * se, estimate + t * se


def averaged_over_readers(
    theta: Float,
    covariance: Float,
    matrices: Sequence[Float],
    settings: AnalysisSettings,
    *,
    scale: Scale = "identity",
    bounds: tuple[float, float] = (0.0, 1.0),
    what: str,
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

    Returns
    -------
    Estimate
        Not estimable without ratings, with one reader where readers are a sample, with too few
        cases, with a variance of zero, or with a rate or AUC of 0 or 1.
    """
    n_readers, n_cases, n_ratings = counts(matrices)
    method = f"Obuchowski-Rockette, {GENERALISATIONS[settings.generalise_to]}"
    if scale != "identity":
        method += f", {scale} scale"

    def failed(why: str) -> Estimate:
        return not_estimable(
            why, method=method, n_readers=n_readers, n_cases=n_cases, n_ratings=n_ratings
        )

    if n_ratings == 0 or any(not np.isfinite(matrix).any() for matrix in matrices):
        return failed("no ratings")
    arm = single_arm(theta, covariance, generalise_to=settings.generalise_to)
    if scale == "logit" and arm.n_readers and arm.estimate in bounds:
        return failed(
            f"{what} is {arm.estimate:g} for every reader, "
            "at the end of its scale where it has no interval"
        )
    if arm.why_not is not None:
        return failed(arm.why_not)
    low, high = limits(
        arm.estimate, arm.se, arm.df, level=settings.level, scale=scale, bounds=bounds
    )
    estimate, se = arm.estimate, arm.se
    if scale == "log":
        estimate = math.exp(arm.estimate)
        se = estimate * arm.se
    return Estimate(
        estimate=estimate,
        low=low,
        high=high,
        se=se,
        df=None if math.isinf(arm.df) else arm.df,
        method=method,
        n_readers=n_readers,
        n_cases=n_cases,
        n_ratings=n_ratings,
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
