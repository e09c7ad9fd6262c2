"""How often an arm passes for real."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.said import said
from app.statistics.realness.detection import detection_of, why_no_detection
from app.statistics.table.estimate import Estimate, not_estimable
from app.statistics.table.ratings import RatingsTable
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.interval import averaged_over_readers
from app.statistics.variance.reader_means import reader_means


def deception(table: RatingsTable, arm: str, settings: AnalysisSettings) -> Mapping[str, Estimate]:
    """``rate`` judged real, and ``hype_infinity``.

    ``rate`` is the share of the arm's images judged real, averaged over readers; read it beside the
    same rate of the real arm, because on its own it measures the readers' leaning.
    ``hype_infinity`` is the error rate on a balanced mix of this arm and real images,
    (1 - hit rate + false-alarm rate) / 2: 0.5 is chance, more is taken for real more often than
    real images are.

    References
    ----------
    Zhou S et al. (2019), HYPE: a benchmark for human eye perceptual evaluation of generative
    models, NeurIPS 32, arXiv:1904.01121.
    """
    if not table.has("verdict"):
        missing = not_estimable(said("the ratings have no verdict"))
        return {"rate": missing, "hype_infinity": missing}
    matrix = table.matrix("judged_real", arm)
    theta, covariance = reader_means(matrix, table.clusters(arm) if table.has_clusters else None)
    rate = averaged_over_readers(
        theta,
        covariance,
        [matrix],
        settings,
        scale="logit",
        what=said("the rate judged real"),
        clusters=table.clusters_of(((arm,),)),
    )
    why = why_no_detection(table, arm)
    if why is not None:
        return {"rate": rate, "hype_infinity": not_estimable(why)}
    real = table.pooled_matrix("verdict", table.real_arms)
    synthetic = table.matrix("verdict", arm)
    accuracy, spread = detection_of(table, arm).figure("balanced_accuracy")
    return {
        "rate": rate,
        "hype_infinity": averaged_over_readers(
            1.0 - accuracy,
            spread,
            [real, synthetic],
            settings,
            scale="logit",
            what=said("the error rate"),
            clusters=table.clusters_of((table.real_arms, (arm,))),
        ),
    }
