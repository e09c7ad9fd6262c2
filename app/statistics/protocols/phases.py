"""The same question in several phases: before and after being told, or in one set and another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np

from app.domain.said import said
from app.statistics.protocols.single_readings import (
    Answered,
    PhaseFacts,
    SingleReadings,
    cluster_codes,
)
from app.statistics.realness.auc import reader_aucs_of_arms
from app.statistics.realness.contrasts import ArmFigures, Contrast, pairwise
from app.statistics.realness.detection import reader_detection
from app.statistics.table.estimate import Estimate
from app.statistics.table.ratings import Float, Int
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.clusters import cluster_df
from app.statistics.variance.interval import averaged_over_readers
from app.statistics.variance.reader_means import reader_means
from app.statistics.variance.split_plot import reader_blocks

PhaseMeasure = Literal["judged_real", "balanced_accuracy", "mean", "present", "noticed", "auc"]
# Of one arm's pictures alone, or of an arm's against the real ones.
_OF_ONE_ARM: dict[Answered, tuple[PhaseMeasure, ...]] = {
    "verdict": ("judged_real",),
    "grade": ("mean",),
    "finding": ("present",),
    "finding_grade": ("mean",),
    "noticed": ("noticed",),
    "signed_confidence": (),
}
_AGAINST_REAL: dict[Answered, tuple[PhaseMeasure, ...]] = {
    "verdict": ("balanced_accuracy",),
    "grade": ("auc",),
    "finding": (),
    "finding_grade": (),
    "noticed": (),
    "signed_confidence": ("auc",),
}


@dataclass(frozen=True)
class PhaseDifference:
    """Later minus earlier phase, paired by reader and, where cases return, by case."""

    earlier: PhaseFacts
    later: PhaseFacts
    contrast: Contrast
    same_cases: bool

    @property
    def is_naive_against_told(self) -> bool:
        """Whether readers were told in between."""
        return self.earlier.told is False and self.later.told is True

    def to_json(self) -> dict[str, Any]:
        return {
            "earlier": self.earlier.key,
            "later": self.later.key,
            "same_cases": self.same_cases,
            **self.contrast.to_json(),
        }


@dataclass(frozen=True)
class PhaseFigure:
    """One figure of one arm in every phase that asked for it, with the differences."""

    question: str
    measure: PhaseMeasure
    arm: str
    by_phase: tuple[tuple[PhaseFacts, Estimate], ...]
    differences: tuple[PhaseDifference, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "measure": self.measure,
            "arm": self.arm,
            "by_phase": [
                {"phase": phase.key, "told": phase.told, **estimate.to_json()}
                for phase, estimate in self.by_phase
            ],
            "differences": [one.to_json() for one in self.differences],
        }


@dataclass(frozen=True)
class _Part:
    """Readings of one or two phases on the same readers and pictures, one below the other."""

    theta: Float
    covariance: Float
    matrices: tuple[Float, ...]
    clusters: tuple[Int, ...] | None


def phase_figures(
    readings: Sequence[SingleReadings], settings: AnalysisSettings
) -> tuple[PhaseFigure, ...]:
    """Figures by phase of every question about single pictures, per arm.

    Verdicts: share judged real, and balanced accuracy against the real pictures; grades: mean, and
    AUC against the real pictures, which tells in an untold phase whether readers rated synthetic
    pictures differently without knowing; verdicts with confidence: AUC; findings: share called
    present and, of graded ones, mean grade; noticing asked of each case: share of readings in which
    something was noticed, in studies of one phase too. Any other question that was asked in one
    phase has its figures there where the phases of the study differ in what readers were told, so
    that both sides can be read.

    Two phases are two readings of an Obuchowski-Rockette analysis: the difference of a reader's two
    figures, averaged over readers, with the covariance that shared pictures bring. Where cases
    return, only pairs of answers enter that a reader gave to a case in both phases.

    Parameters
    ----------
    readings : sequence of SingleReadings
        In the order of the phases.
    settings : AnalysisSettings
    """
    told = {one.phase.told for one in readings}
    is_naive_design = told >= {True, False}
    figures: list[PhaseFigure] = []
    for asked in dict.fromkeys((one.question, one.answered) for one in readings):
        phases = [one for one in readings if (one.question, one.answered) == asked]
        if len(phases) > 1 or is_naive_design or asked[1] == "noticed":
            figures += _of_question(phases, settings)
    return tuple(figures)


def _of_question(phases: Sequence[SingleReadings], settings: AnalysisSettings) -> list[PhaseFigure]:
    answered = phases[0].answered
    real = tuple(sorted({arm for one in phases for arm in one.real_arms}))
    synthetic = tuple(sorted({arm for one in phases for arm in one.synthetic_arms}))
    figures = [
        _figure(phases, measure, arm, (), settings)
        for measure in _OF_ONE_ARM[answered]
        for arm in (*real, *synthetic)
    ]
    if real:
        figures += [
            _figure(phases, measure, arm, real, settings)
            for measure in _AGAINST_REAL[answered]
            for arm in synthetic
        ]
    return figures


def _figure(
    phases: Sequence[SingleReadings],
    measure: PhaseMeasure,
    arm: str,
    real: tuple[str, ...],
    settings: AnalysisSettings,
) -> PhaseFigure:
    shown = [one for one in phases if arm in one.arm]
    values = [value for one in shown for value in one.value]
    bounds = (min(values), max(values)) if measure == "mean" else (0.0, 1.0)
    return PhaseFigure(
        phases[0].question,
        measure,
        arm,
        tuple((one.phase, _estimate(one, measure, arm, real, bounds, settings)) for one in shown),
        tuple(
            _difference(earlier, later, measure, arm, real, settings)
            for earlier, later in combinations(shown, 2)
        ),
    )


def _estimate(
    one: SingleReadings,
    measure: PhaseMeasure,
    arm: str,
    real: tuple[str, ...],
    bounds: tuple[float, float],
    settings: AnalysisSettings,
) -> Estimate:
    part = _part([one], one.readers, measure, arm, real, settings)
    return averaged_over_readers(
        part.theta,
        part.covariance,
        part.matrices,
        settings,
        scale="identity" if measure == "mean" else "logit",
        bounds=bounds,
        what=said("the figure"),
        clusters=part.clusters,
    )


def _difference(
    earlier: SingleReadings,
    later: SingleReadings,
    measure: PhaseMeasure,
    arm: str,
    real: tuple[str, ...],
    settings: AnalysisSettings,
) -> PhaseDifference:
    readers = tuple(sorted({*earlier.readers, *later.readers}))
    part = _part([earlier, later], readers, measure, arm, real, settings)
    contrast = _between(part, measure, (earlier.phase.key, later.phase.key), settings)
    shared = set(earlier.cases((arm, *real))) & set(later.cases((arm, *real)))
    return PhaseDifference(earlier.phase, later.phase, contrast, bool(shared))


def auc_between_phases(
    genuine: Float,
    synthetic: Float,
    settings: AnalysisSettings,
    *,
    clusters: tuple[Int, Int] | None = None,
) -> Contrast:
    """AUC against real of the later phase minus that of the earlier one, as :func:`phase_figures`.

    Parameters
    ----------
    genuine, synthetic : (2 J, K) array of float
        Grades of real and of an arm's pictures: the J readers in the earlier phase, and below them
        the same readers in the later one; NaN where a picture was not read in a phase.
    settings : AnalysisSettings
    clusters : pair of (K,) arrays of int, optional
        Of real and of the arm's pictures.
    """
    part = _auc(genuine, synthetic, settings, clusters)
    return _between(part, "auc", ("earlier", "later"), settings)


def _between(
    part: _Part, measure: PhaseMeasure, keys: tuple[str, str], settings: AnalysisSettings
) -> Contrast:
    n = part.theta.size // 2
    figures = ArmFigures(
        measure,
        keys,
        part.theta.reshape(2, n),
        _apart(part.covariance.reshape(2, n, 2, n)),
        largest=math.inf if measure == "mean" else 1.0,
        blocks=reader_blocks([half for one in part.matrices for half in (one[:n], one[n:])]),
        case_dfs=None if part.clusters is None else (cluster_df(part.matrices, part.clusters),) * 2,
    )
    return pairwise(figures, settings)[0]


def _apart(covariance: Float) -> Float:
    """Without a shared picture two phases don't covary; undefined between them means that."""
    for one, other in ((0, 1), (1, 0)):
        covariance[one, :, other, :] = np.nan_to_num(covariance[one, :, other, :])
    return covariance


def _part(
    phases: Sequence[SingleReadings],
    readers: Sequence[str],
    measure: PhaseMeasure,
    arm: str,
    real: tuple[str, ...],
    settings: AnalysisSettings,
) -> _Part:
    stacks, cases = [], []
    for arms in ((arm,), real) if real else ((arm,),):
        of_arms = tuple(sorted({case for one in phases for case in one.cases(arms)}))
        cases.append(of_arms)
        stacks.append(_stacked([one.matrix(readers, of_arms) for one in phases]))
    clusters = cluster_codes(phases, *cases)
    if not real:
        theta, covariance = reader_means(
            1.0 - stacks[0] if measure == "judged_real" else stacks[0],
            None if clusters is None else clusters[0],
        )
        return _Part(theta, covariance, tuple(stacks), None if clusters is None else (clusters[0],))
    synthetic, genuine = stacks
    of_both = None if clusters is None else (clusters[1], clusters[0])
    if measure == "balanced_accuracy":
        theta, covariance = reader_detection(genuine, synthetic, of_both).figure(measure)
        return _Part(theta, covariance, (genuine, synthetic), of_both)
    return _auc(genuine, synthetic, settings, of_both)


def _auc(
    genuine: Float, synthetic: Float, settings: AnalysisSettings, clusters: tuple[Int, Int] | None
) -> _Part:
    thetas, covariances = reader_aucs_of_arms(
        genuine,
        [synthetic],
        method=settings.covariance,
        clusters=None if clusters is None else (clusters[0], [clusters[1]]),
    )
    return _Part(thetas[0], covariances[0, :, 0], (genuine, synthetic), clusters)


def _stacked(matrices: Sequence[Float]) -> Float:
    """Phases one below the other; where cases return, only what was answered in both stays."""
    if len(matrices) == 1:
        return matrices[0]
    both = np.isfinite(matrices[0]) & np.isfinite(matrices[1])
    if both.any():
        matrices = [np.where(both, one, np.nan) for one in matrices]
    return np.vstack(matrices)
