"""What every reader did, in figures; descriptive, without intervals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from app.statistics.realness.contrasts import ArmFigures
from app.statistics.realness.detection import ReaderDetection, reader_detection
from app.statistics.table.ratings import Float, RatingsTable
from app.statistics.table.settings import ConclusionMeasure
from app.statistics.variance.reader_means import reader_means

ReaderFigures = Mapping[str, float | int | None]


def reader_figures(
    table: RatingsTable, figures: Mapping[ConclusionMeasure, ArmFigures | None]
) -> Mapping[str, Mapping[str, ReaderFigures]]:
    """Figures of every reader in every arm, first reads only.

    Parameters
    ----------
    table : RatingsTable
    figures : mapping
        AUC figures per key, as of :func:`app.statistics.realness.discrimination.auc_figures`.

    Returns
    -------
    mapping of reader to mapping of arm to mapping
        ``n_ratings``, ``realism_mean``, ``deception_rate``, ``geometric_mean_ms``; of synthetic
        arms also ``hit_rate``, ``false_alarm_rate``, ``accuracy``, ``balanced_accuracy``,
        ``d_prime``, ``criterion``, ``auc_realism``, ``auc_confidence``, ``auc_score``. None where
        there is nothing to compute it from.
    """
    by_reader: dict[str, dict[str, ReaderFigures]] = {reader: {} for reader in table.readers}
    for arm in table.arms:
        columns = _columns(table, arm, figures)
        for j, reader in enumerate(table.readers):
            by_reader[reader][arm] = {
                key: int(values[j]) if key == "n_ratings" else _number(values[j])
                for key, values in columns.items()
            }
    return by_reader


def _columns(
    table: RatingsTable, arm: str, figures: Mapping[ConclusionMeasure, ArmFigures | None]
) -> dict[str, Float]:
    realism = table.matrix("realism", arm)
    verdict = table.matrix("verdict", arm)
    rated = np.isfinite(realism) | np.isfinite(verdict) | np.isfinite(table.matrix("score", arm))
    columns: dict[str, Float] = {
        "n_ratings": rated.sum(axis=1).astype(np.float64),
        "realism_mean": reader_means(realism)[0],
        "deception_rate": reader_means(table.matrix("judged_real", arm))[0],
        "geometric_mean_ms": np.exp(reader_means(table.matrix("log_time", arm))[0]),
    }
    if arm in table.real_arms:
        return columns
    readers: ReaderDetection = reader_detection(
        table.pooled_matrix("verdict", table.real_arms)
        if table.real_arms
        else np.full((len(table.readers), 1), np.nan),
        verdict,
    )
    columns |= {
        "hit_rate": readers.hit_rate,
        "false_alarm_rate": readers.false_alarm_rate,
        "accuracy": readers.accuracy,
        "balanced_accuracy": readers.balanced_accuracy,
        "d_prime": readers.sensitivity.d_prime,
        "criterion": readers.sensitivity.criterion,
    }
    for key, arms in figures.items():
        columns[key] = (
            np.full(len(table.readers), np.nan)
            if arms is None
            else arms.theta[arms.arms.index(arm)]
        )
    return columns


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
