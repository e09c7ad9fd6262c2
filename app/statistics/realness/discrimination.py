"""Telling synthetic from real by grade: AUC from realism, signed confidence or score, and ROC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.domain.said import said
from app.statistics.realness.auc import reader_aucs_of_arms
from app.statistics.realness.contrasts import ArmFigures
from app.statistics.table.estimate import Estimate, not_estimable
from app.statistics.table.ratings import Float, Measure, RatingsTable
from app.statistics.table.settings import AnalysisSettings, ConclusionMeasure
from app.statistics.variance.clusters import cluster_df
from app.statistics.variance.interval import averaged_over_readers
from app.statistics.variance.split_plot import reader_blocks

# Realism first: it is asked without telling the reader that there is anything to tell apart.
AUC_FROM: dict[ConclusionMeasure, Measure] = {
    "auc_realism": "realism",
    "auc_confidence": "signed_confidence",
    "auc_score": "score",
}
_WHY_MISSING = {
    "auc_realism": said("the ratings have no realism"),
    "auc_confidence": said("the ratings have no verdict with confidence"),
    "auc_score": said("the ratings have no score"),
}


@dataclass(frozen=True)
class RocCurve:
    """Empirical ROC curve, positive = synthetic.

    ``false_alarm_rate`` and ``hit_rate`` run from (0, 0) to (1, 1), one point per cut of the scale.
    """

    false_alarm_rate: tuple[float, ...]
    hit_rate: tuple[float, ...]


def auc_figures(
    table: RatingsTable, key: ConclusionMeasure, settings: AnalysisSettings
) -> ArmFigures | None:
    """Every reader's AUC in every synthetic arm, and their covariance over cases.

    Parameters
    ----------
    table : RatingsTable
    key : str
        ``auc_realism``, ``auc_confidence`` or ``auc_score``.
    settings : AnalysisSettings

    Returns
    -------
    ArmFigures or None
        None without the column, a real arm or a synthetic arm.
    """
    measure = AUC_FROM[key]
    if not table.has(measure) or not table.real_arms or not table.synthetic_arms:
        return None
    real = table.pooled_matrix(measure, table.real_arms)
    synthetic = [table.matrix(measure, arm) for arm in table.synthetic_arms]
    clusters = None
    if table.has_clusters:
        clusters = (
            table.pooled_clusters(table.real_arms),
            [table.clusters(arm) for arm in table.synthetic_arms],
        )
    theta, covariance = reader_aucs_of_arms(
        real, synthetic, method=settings.covariance, clusters=clusters
    )
    return ArmFigures(
        f"discrimination.{key}",
        table.synthetic_arms,
        theta,
        covariance,
        largest=1.0,
        blocks=reader_blocks([real, *synthetic]),
        case_dfs=None
        if clusters is None
        else tuple(
            cluster_df([real, one], [clusters[0], codes])
            for one, codes in zip(synthetic, clusters[1], strict=True)
        ),
    )


def discrimination(
    table: RatingsTable,
    arm: str,
    settings: AnalysisSettings,
    figures: Mapping[ConclusionMeasure, ArmFigures | None],
) -> Mapping[str, Estimate]:
    """``auc_realism``, ``auc_confidence`` and ``auc_score`` of an arm against the real images.

    AUC = P(a real image is rated more realistic than a synthetic one), ties half, per reader and
    averaged; 0.5 = rated alike. Signed confidence is the confidence, negative when the image
    was called synthetic.

    Parameters
    ----------
    table : RatingsTable
    arm : str
    settings : AnalysisSettings
    figures : mapping
        :func:`auc_figures` of each key.
    """
    return {key: _auc(table, arm, settings, key, figures[key]) for key in AUC_FROM}


def roc_curves(table: RatingsTable, arm: str, measure: Measure) -> Mapping[str, RocCurve]:
    """Empirical ROC curve of every reader, and under ``""`` their vertical average.

    A reader who rated no real or no synthetic image has no curve. The average has the mean hit rate
    at each of 101 false-alarm rates; readers weigh equally.

    Parameters
    ----------
    table : RatingsTable
    arm : str
        A synthetic arm.
    measure : str
        ``"realism"``, ``"signed_confidence"`` or ``"score"``.

    Returns
    -------
    mapping of reader to RocCurve
    """
    curves: dict[str, RocCurve] = {}
    if not table.real_arms or arm in table.real_arms:
        return curves
    real = table.pooled_matrix(measure, table.real_arms)
    synthetic = table.matrix(measure, arm)
    grid = np.linspace(0.0, 1.0, 101)
    hits = []
    for reader, r, s in zip(table.readers, real, synthetic, strict=True):
        r, s = r[np.isfinite(r)], s[np.isfinite(s)]
        if r.size == 0 or s.size == 0:
            continue
        alarm, hit = _roc(r, s)
        curves[reader] = RocCurve(tuple(alarm.tolist()), tuple(hit.tolist()))
        hits.append(_hit_at(grid, alarm, hit))
    if hits:
        average = np.mean(hits, axis=0)
        curves[""] = RocCurve((0.0, *grid.tolist()), (0.0, *(float(value) for value in average)))
    return curves


def _roc(real: Float, synthetic: Float) -> tuple[Float, Float]:
    """An image is called synthetic when rated at or below the cut."""
    cuts = np.unique(np.concatenate((real, synthetic)))
    alarm = np.searchsorted(np.sort(real), cuts, "right") / real.size
    hit = np.searchsorted(np.sort(synthetic), cuts, "right") / synthetic.size
    return np.concatenate(([0.0], alarm)), np.concatenate(([0.0], hit))


def _hit_at(grid: Float, alarm: Float, hit: Float) -> Float:
    """Hit rate at given false-alarm rates; at a vertical step its upper end."""
    right = np.searchsorted(alarm, grid, "right")
    upper = np.minimum(right, alarm.size - 1)
    lower = np.maximum(right - 1, 0)
    width = alarm[upper] - alarm[lower]
    share = np.divide(grid - alarm[lower], width, out=np.zeros_like(grid), where=width > 0)
    interpolated: Float = hit[lower] + share * (hit[upper] - hit[lower])
    return interpolated


def _auc(
    table: RatingsTable,
    arm: str,
    settings: AnalysisSettings,
    key: ConclusionMeasure,
    figures: ArmFigures | None,
) -> Estimate:
    measure = AUC_FROM[key]
    if not table.has(measure):
        return not_estimable(_WHY_MISSING[key])
    if arm in table.real_arms:
        return not_estimable(said("this is the real arm, against which the others are held"))
    if figures is None:
        return not_estimable(said("there is no real arm"))
    index = figures.arms.index(arm)
    return averaged_over_readers(
        figures.theta[index],
        figures.covariance[index, :, index],
        [table.pooled_matrix(measure, table.real_arms), table.matrix(measure, arm)],
        settings,
        scale="logit",
        what=said("the AUC"),
        clusters=table.clusters_of((table.real_arms, (arm,))),
    )
