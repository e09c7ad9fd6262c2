"""The mean over readers of what each of them said of the same pictures."""

from __future__ import annotations

from app.statistics.realness.contrasts import arms_of_means
from app.statistics.table.estimate import Estimate
from app.statistics.table.ratings import Float, Int
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.interval import Scale, averaged_over_readers


def averaged(
    matrix: Float,
    clusters: Int | None,
    settings: AnalysisSettings,
    *,
    what: str,
    scale: Scale = "logit",
    bounds: tuple[float, float] = (0.0, 1.0),
) -> Estimate:
    """Mean of the readers' means, with the interval of the main figures.

    Parameters
    ----------
    matrix : (J, K) array of float
        NaN where missing; 0 and 1 for a share.
    clusters : (K,) array of int or None
        Of the pictures.
    settings : AnalysisSettings
    what, scale, bounds
        As in :func:`~app.statistics.variance.interval.averaged_over_readers`.
    """
    several = None if clusters is None else [clusters]
    figures = arms_of_means("", ("",), [matrix], several)
    return averaged_over_readers(
        figures.theta[0],
        figures.covariance[0, :, 0, :],
        [matrix],
        settings,
        scale=scale,
        bounds=bounds,
        what=what,
        clusters=several,
    )
