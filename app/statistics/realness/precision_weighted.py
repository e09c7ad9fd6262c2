"""The main figures once more, with readers weighted by how precisely each is known."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.said import said
from app.statistics.realness.contrasts import ArmFigures
from app.statistics.realness.discrimination import AUC_FROM
from app.statistics.table.estimate import Estimate, not_estimable
from app.statistics.table.ratings import RatingsTable
from app.statistics.table.settings import AnalysisSettings, ConclusionMeasure
from app.statistics.variance.precision import weighted_by_precision
from app.statistics.variance.reader_means import reader_means


def precision_weighted(
    table: RatingsTable,
    arm: str,
    settings: AnalysisSettings,
    key: ConclusionMeasure,
    figures: ArmFigures | None,
) -> Mapping[str, Estimate]:
    """``auc``, ``deception_rate`` and ``realism_mean`` of an arm.

    Parameters
    ----------
    table : RatingsTable
    arm : str
    settings : AnalysisSettings
    key : str
        The AUC that the conclusions rest on.
    figures : ArmFigures or None
        That AUC of every reader and arm.

    Returns
    -------
    mapping of name to Estimate
        See :func:`app.statistics.variance.precision.weighted_by_precision`. They stand beside the
        figures in which readers weigh equally; no conclusion rests on them.
    """
    return {
        "auc": _auc(table, arm, settings, key, figures),
        "deception_rate": _rate(table, arm, settings),
        "realism_mean": _realism(table, arm, settings),
    }


def _auc(
    table: RatingsTable,
    arm: str,
    settings: AnalysisSettings,
    key: ConclusionMeasure,
    figures: ArmFigures | None,
) -> Estimate:
    if arm in table.real_arms:
        return not_estimable(said("this is the real arm"))
    if figures is None:
        return not_estimable(said("the ratings do not hold what {key} needs", key=key))
    index = figures.arms.index(arm)
    measure = AUC_FROM[key]
    return weighted_by_precision(
        figures.theta[index],
        figures.covariance[index, :, index],
        [table.pooled_matrix(measure, table.real_arms), table.matrix(measure, arm)],
        settings,
        scale="logit",
        clusters=table.clusters_of((table.real_arms, (arm,))),
    )


def _rate(table: RatingsTable, arm: str, settings: AnalysisSettings) -> Estimate:
    if not table.has("verdict"):
        return not_estimable(said("the ratings have no verdict"))
    matrix = table.matrix("judged_real", arm)
    clusters = table.clusters(arm) if table.has_clusters else None
    return weighted_by_precision(
        *reader_means(matrix, clusters),
        [matrix],
        settings,
        scale="logit",
        clusters=table.clusters_of(((arm,),)),
    )


def _realism(table: RatingsTable, arm: str, settings: AnalysisSettings) -> Estimate:
    if not table.has("realism"):
        return not_estimable(said("the ratings have no realism"))
    matrix = table.matrix("realism", arm)
    clusters = table.clusters(arm) if table.has_clusters else None
    ends = (table.realism_min or 0.0, table.realism_max or 1.0)
    return weighted_by_precision(
        *reader_means(matrix, clusters),
        [matrix],
        settings,
        scale="logit",
        bounds=ends,
        clusters=table.clusters_of(((arm,),)),
    )
