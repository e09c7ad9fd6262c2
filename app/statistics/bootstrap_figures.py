"""Bootstrap intervals of the main figures of a ratings table, beside those of the main analysis."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from app.statistics.agreement import MANY_CATEGORIES
from app.statistics.agreement_krippendorff import Metric
from app.statistics.bootstrap import (
    Counts,
    Resamples,
    percentile_interval,
    resampled_alphas,
    resampled_aucs,
    resampled_means,
    two_way_resamples,
)
from app.statistics.discrimination import AUC_FROM
from app.statistics.interval import counts
from app.statistics.result import Estimate
from app.statistics.settings import GENERALISATIONS, AnalysisSettings
from app.statistics.table import Float, Measure, RatingsTable

_MEANS: dict[str, Measure] = {
    "realism.mean": "realism",
    "deception.rate": "judged_real",
}
_METRICS: tuple[Metric, ...] = ("nominal", "ordinal", "interval")


def bootstrap_figures(
    table: RatingsTable, settings: AnalysisSettings
) -> Mapping[str, Mapping[str, Estimate]]:
    """Two-way bootstrap of the main figures of every arm.

    Parameters
    ----------
    table : RatingsTable
        First reads are used.
    settings : AnalysisSettings
        ``bootstrap`` resamples (none gives empty mappings), ``seed``, ``level``. With
        ``generalise_to`` "readers" only readers are drawn, with "cases" only cases.

    Returns
    -------
    mapping of arm to mapping of figure to Estimate
        ``realism.mean``, ``deception.rate``, ``discrimination.auc_realism`` (and ``_confidence``,
        ``_score``), ``agreement.realism.krippendorff_alpha_nominal`` (and ``_ordinal``,
        ``_interval``), ``agreement.verdict.krippendorff_alpha_nominal``, as far as the table holds
        what they need; and the differences to the real arms, from the same resamples of readers
        and real cases, as ``realism.mean_difference`` and ``deception.rate_difference``.
    """
    found: dict[str, dict[str, Estimate]] = {arm: {} for arm in table.arms}
    if settings.bootstrap == 0:
        return found
    drawn = _drawn(table, settings)
    study = _undrawn(table)
    for name, measure in _MEANS.items():
        if table.has(measure):
            _add_means(found, table, name, measure, study, drawn, settings)
    for key, measure in AUC_FROM.items():
        if table.has(measure) and table.real_arms and table.synthetic_arms:
            _add_aucs(found, table, f"discrimination.{key}", measure, study, drawn, settings)
    for arm in table.arms:
        if len(table.readers) > 1 and table.has("realism"):
            _add_alphas(found, table, arm, "realism", study, drawn, settings)
        if len(table.readers) > 1 and table.has("verdict"):
            _add_alphas(found, table, arm, "verdict", study, drawn, settings)
    return found


def _drawn(table: RatingsTable, settings: AnalysisSettings) -> Resamples:
    drawn = two_way_resamples(
        len(table.readers),
        {arm: len(table.cases(arm)) for arm in table.arms},
        n_resamples=settings.bootstrap,
        seed=settings.seed,
    )
    if settings.generalise_to == "cases":
        return Resamples(np.ones_like(drawn.readers), drawn.cases)
    if settings.generalise_to == "readers":
        return Resamples(
            drawn.readers, {arm: np.ones_like(cases) for arm, cases in drawn.cases.items()}
        )
    return drawn


def _undrawn(table: RatingsTable) -> Resamples:
    """The study itself, as one resample with everything drawn once."""
    return Resamples(
        np.ones((1, len(table.readers)), dtype=np.float32),
        {arm: np.ones((1, len(table.cases(arm))), dtype=np.float32) for arm in table.arms},
    )


def _pooled(table: RatingsTable, resamples: Resamples) -> Counts:
    return np.hstack([resamples.cases[arm] for arm in table.real_arms])


def _estimate(
    study: Float, replicates: Float, matrices: list[Float], settings: AnalysisSettings
) -> Estimate:
    return percentile_interval(
        float(study[0]),
        replicates,
        level=settings.level,
        counts=counts(matrices),
        note=GENERALISATIONS[settings.generalise_to],
    )


def _add_means(
    found: dict[str, dict[str, Estimate]],
    table: RatingsTable,
    name: str,
    measure: Measure,
    study: Resamples,
    drawn: Resamples,
    settings: AnalysisSettings,
) -> None:
    def both(matrix: Float, cases: Counts, study_cases: Counts) -> tuple[Float, Float]:
        return (
            resampled_means(matrix, study.readers, study_cases),
            resampled_means(matrix, drawn.readers, cases),
        )

    real = table.pooled_matrix(measure, table.real_arms)
    of_real = both(real, _pooled(table, drawn), _pooled(table, study)) if real.size else None
    for arm in table.arms:
        matrix = table.matrix(measure, arm)
        one, many = both(matrix, drawn.cases[arm], study.cases[arm])
        found[arm][name] = _estimate(one, many, [matrix], settings)
        if of_real is not None and arm in table.synthetic_arms:
            found[arm][f"{name}_difference"] = _estimate(
                one - of_real[0], many - of_real[1], [real, matrix], settings
            )


def _add_aucs(
    found: dict[str, dict[str, Estimate]],
    table: RatingsTable,
    name: str,
    measure: Measure,
    study: Resamples,
    drawn: Resamples,
    settings: AnalysisSettings,
) -> None:
    arms = table.synthetic_arms
    real = table.pooled_matrix(measure, table.real_arms)
    synthetic = [table.matrix(measure, arm) for arm in arms]
    one, many = (
        resampled_aucs(
            real,
            synthetic,
            resamples.readers,
            _pooled(table, resamples),
            [resamples.cases[arm] for arm in arms],
        )
        for resamples in (study, drawn)
    )
    for i, arm in enumerate(arms):
        found[arm][name] = _estimate(one[i], many[i], [real, synthetic[i]], settings)


def _add_alphas(
    found: dict[str, dict[str, Estimate]],
    table: RatingsTable,
    arm: str,
    measure: Measure,
    study: Resamples,
    drawn: Resamples,
    settings: AnalysisSettings,
) -> None:
    matrix = table.matrix(measure, arm)
    categories = table.categories() if measure == "realism" else (0.0, 1.0)
    metrics: tuple[Metric, ...] = ("nominal",)
    if measure == "realism":
        metrics = _METRICS if len(categories) <= MANY_CATEGORIES else ("interval",)
    one, many = (
        resampled_alphas(
            matrix, resamples.readers, resamples.cases[arm], metrics=metrics, categories=categories
        )
        for resamples in (study, drawn)
    )
    for metric in metrics:
        found[arm][f"agreement.{measure}.krippendorff_alpha_{metric}"] = _estimate(
            one[metric], many[metric], [matrix], settings
        )
