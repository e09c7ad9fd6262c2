"""Two-way bootstrap intervals of the main figures, beside those of the core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.statistics.agreement.krippendorff import Metric
from app.statistics.agreement.resampled_alpha import resampled_alphas
from app.statistics.realness.discrimination import AUC_FROM
from app.statistics.realness.resampled_auc import resampled_aucs
from app.statistics.table.estimate import Estimate
from app.statistics.table.ratings import Float, Measure, RatingsTable
from app.statistics.table.settings import AnalysisSettings, ConclusionMeasure
from app.statistics.variance.bootstrap import (
    Resamples,
    Strata,
    percentile_interval,
    resampled_means,
    two_way_resamples,
)
from app.statistics.variance.split_plot import reader_blocks

_MEANS: dict[str, Measure] = {"realism.mean": "realism", "deception.rate": "judged_real"}
_RATED: tuple[Measure, ...] = ("realism", "score", "verdict")
_ALPHAS: dict[str, tuple[Measure, Metric]] = {
    "agreement.realism.krippendorff_alpha_ordinal": ("realism", "ordinal"),
    "agreement.realism.krippendorff_alpha_interval": ("realism", "interval"),
    "agreement.verdict.krippendorff_alpha_nominal": ("verdict", "nominal"),
}


def bootstrapped_figures(measure: ConclusionMeasure) -> tuple[str, ...]:
    """Figures with a bootstrap interval, as family.estimand: among AUCs that of the conclusion."""
    return (*_MEANS, f"discrimination.{measure}", *_ALPHAS)


def bootstrap(
    table: RatingsTable,
    settings: AnalysisSettings,
    estimates: Mapping[str, Mapping[str, Estimate]],
) -> Mapping[str, Mapping[str, Estimate]]:
    """Percentile intervals over resamples of the whole study.

    Readers and cases are drawn independently; readers, and the real cases of every AUC, are the
    same in all arms. Cases of one cluster are drawn together, and groups of readers with cases of
    their own apart. What is not a sample (``generalise_to``) is kept as it is.

    Parameters
    ----------
    table : RatingsTable
    settings : AnalysisSettings
        ``bootstrap`` > 0 resamples, drawn from ``seed``.
    estimates : mapping of arm to mapping of family.estimand to Estimate
        The figures of the study itself, named as by :func:`bootstrapped_figures`. One that can't be
        estimated has no bootstrap either.

    Returns
    -------
    mapping of arm to mapping of family.estimand to Estimate
        The same figures with percentile limits.
    """
    strata = _strata(table)
    resamples = _resamples(table, settings, strata)
    aucs = _auc_replicates(table, resamples, estimates)
    limits: dict[str, dict[str, Estimate]] = {}
    for arm, figures in estimates.items():
        limits[arm] = {}
        for name, estimate in figures.items():
            if estimate.estimate is None:
                method = f"two-way bootstrap, B = {resamples.n}{strata.words}"
                kept = replace(estimate, method=method)
                limits[arm][name] = kept
                continue
            limits[arm][name] = percentile_interval(
                estimate.estimate,
                aucs[name, arm]
                if (name, arm) in aucs
                else _replicates(table, arm, resamples, name),
                level=settings.level,
                counts=(estimate.n_readers, estimate.n_cases, estimate.n_ratings),
                drawn=strata.words,
            )
    return limits


def _strata(table: RatingsTable) -> Strata:
    """Clusters of the table, and groups of readers who share no case with others."""
    rated = {arm: _has_rating(table, arm) for arm in table.arms}
    of_readers = reader_blocks([np.where(seen, 1.0, np.nan) for seen in rated.values()])
    # A reader with cases of their own is no group to be drawn within.
    if np.unique(of_readers).size == of_readers.size:
        of_readers = np.zeros_like(of_readers)
    return Strata(
        of_readers,
        {arm: table.clusters(arm) for arm in table.arms},
        {arm: of_readers[seen.argmax(axis=0)] for arm, seen in rated.items()},
    )


def _has_rating(table: RatingsTable, arm: str) -> NDArray[np.bool_]:
    """(J, K) whether a reader gave a case any rating at the first read."""
    seen = np.zeros((len(table.readers), len(table.cases(arm))), dtype=bool)
    for measure in _RATED:
        seen |= np.isfinite(table.matrix(measure, arm))
    return seen


def _resamples(table: RatingsTable, settings: AnalysisSettings, strata: Strata) -> Resamples:
    drawn = two_way_resamples(
        len(table.readers),
        {arm: len(table.cases(arm)) for arm in table.arms},
        n_resamples=settings.bootstrap,
        seed=settings.seed,
        strata=strata,
    )
    if settings.generalise_to == "cases":
        everybody = np.ones_like(drawn.readers)
        return replace(drawn, readers=everybody, drawn_readers=everybody)
    if settings.generalise_to == "readers":
        return replace(drawn, cases={arm: np.ones_like(n) for arm, n in drawn.cases.items()})
    return drawn


def _replicates(table: RatingsTable, arm: str, resamples: Resamples, name: str) -> Float:
    cases = resamples.cases[arm]
    if name in _MEANS:
        return resampled_means(table.matrix(_MEANS[name], arm), resamples.readers, cases)
    measure, metric = _ALPHAS[name]
    return resampled_alphas(
        table.matrix(measure, arm),
        resamples.drawn_readers,
        cases,
        metrics=(metric,),
        categories=table.categories() if measure == "realism" else (0.0, 1.0),
    )[metric]


def _auc_replicates(
    table: RatingsTable, resamples: Resamples, estimates: Mapping[str, Mapping[str, Estimate]]
) -> dict[tuple[str, str], Float]:
    """(B,) AUCs by name and arm, all arms of a name from the same draws of real cases."""
    by_arm: dict[tuple[str, str], Float] = {}
    for key, measure in AUC_FROM.items():
        name = f"discrimination.{key}"
        arms = [
            arm
            for arm, figures in estimates.items()
            if name in figures and figures[name].is_estimated
        ]
        if not arms:
            continue
        replicates = resampled_aucs(
            table.pooled_matrix(measure, table.real_arms),
            [table.matrix(measure, arm) for arm in arms],
            resamples.readers,
            np.hstack([resamples.cases[arm] for arm in table.real_arms]),
            [resamples.cases[arm] for arm in arms],
        )
        by_arm |= {(name, arm): of_arm for arm, of_arm in zip(arms, replicates, strict=True)}
    return by_arm
