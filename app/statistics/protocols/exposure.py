"""Accuracy by the time a picture was shown, with a psychometric function through it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.domain.said import said
from app.statistics.protocols.forced_choice import (
    AgainstChance,
    against_chance,
    is_correct,
    p_against,
)
from app.statistics.protocols.psychometric import PsychometricFit, Trials, fit_psychometric
from app.statistics.protocols.set_choices import SetReading, SetReadings
from app.statistics.protocols.single_readings import SingleReadings, cluster_codes
from app.statistics.realness.detection import reader_detection
from app.statistics.table.ratings import REAL, Int
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.interval import averaged_over_readers


@dataclass(frozen=True)
class ExposureCurve:
    """Accuracy by exposure of one arm, or of all where `arm` is "".

    `points` has an entry for every duration, milliseconds first; of verdicts it is the balanced
    accuracy against real pictures of the same duration, of sets the share correct.
    """

    arm: str
    points: tuple[tuple[float, AgainstChance], ...]
    fit: PsychometricFit

    def to_json(self) -> dict[str, Any]:
        return {
            "arm": self.arm,
            "points": [{"exposure_ms": ms, **point.to_json()} for ms, point in self.points],
            "fit": self.fit.to_json(),
        }


def exposure_of_verdicts(
    readings: SingleReadings, settings: AnalysisSettings
) -> tuple[ExposureCurve, ...]:
    """A curve of all synthetic arms together, and where there are several one an arm.

    Chance is 1/2 whatever readers lean to, since hits and false alarms weigh equally.

    Returns
    -------
    tuple of ExposureCurve
        Empty without exposures, real pictures or synthetic ones.
    """
    timed = np.isfinite(readings.exposure_ms).any()
    if readings.answered != "verdict" or not timed:
        return ()
    arms = readings.synthetic_arms
    if not arms or not readings.real_arms:
        return ()
    groups = [("", arms)] + [(arm, (arm,)) for arm in arms if len(arms) > 1]
    return tuple(_of_verdicts(readings, name, some, settings) for name, some in groups)


def _of_verdicts(
    readings: SingleReadings, name: str, arms: Sequence[str], settings: AnalysisSettings
) -> ExposureCurve:
    durations = np.unique([ms for ms in readings.exposure_ms if np.isfinite(ms)])
    real, synthetic = readings.cases(readings.real_arms), readings.cases(arms)
    clusters = cluster_codes([readings], real, synthetic)
    points = []
    for ms in durations:
        genuine, made = (
            readings.matrix(readings.readers, cases, float(ms)) for cases in (real, synthetic)
        )
        of_both = None if clusters is None else (clusters[0], clusters[1])
        theta, covariance = reader_detection(genuine, made, of_both).figure("balanced_accuracy")
        share = averaged_over_readers(
            theta,
            covariance,
            [genuine, made],
            settings,
            scale="logit",
            what=said("the balanced accuracy"),
            clusters=of_both,
        )
        points.append((float(ms), AgainstChance(share, 0.5, p_against(share, 0.5, settings.level))))
    trials = _trials_of_verdicts(readings, {*real, *synthetic})
    counts = (len(readings.readers), len(real) + len(synthetic), trials.correct.size)
    return ExposureCurve(name, tuple(points), fit_psychometric(trials, 0.5, counts, settings))


def _trials_of_verdicts(readings: SingleReadings, cases: set[tuple[str, str]]) -> Trials:
    """Verdicts on some pictures, real and synthetic ones weighing equally at every duration."""
    rows = [
        n
        for n, pair in enumerate(zip(readings.arm, readings.case, strict=True))
        if pair in cases and np.isfinite(readings.exposure_ms[n]) and np.isfinite(readings.value[n])
    ]
    is_real = np.array([readings.truth[n] == REAL for n in rows])
    called_real = np.array([readings.value[n] == 0.0 for n in rows])
    exposure = np.array([readings.exposure_ms[n] for n in rows])
    weight = np.ones(len(rows))
    for ms in np.unique(exposure):
        at = exposure == ms
        for kind in (True, False):
            here = at & (is_real == kind)
            weight[here] = at.sum() / 2.0 / max(int(here.sum()), 1)
    names = [readings.cluster_of[readings.arm[n], readings.case[n]] for n in rows]
    return Trials(
        reader=_codes([readings.reader[n] for n in rows]),
        cluster=_codes(names),
        exposure_ms=exposure,
        correct=(is_real == called_real).astype(np.float64),
        weight=weight,
    )


def exposure_of_sets(
    readings: SetReadings, settings: AnalysisSettings
) -> tuple[ExposureCurve, ...]:
    """A curve of finding the real picture, and one an arm where sets show one synthetic arm each.

    Returns
    -------
    tuple of ExposureCurve
        Empty without exposures or sets of one real picture.
    """
    timed = readings.only(
        lambda row: (
            np.isfinite(row.exposure_ms) and row.side.chosen is not None and len(row.side.real) == 1
        )
    )
    if not timed.rows:
        return ()
    curves = [_of_sets(timed, "", settings)]
    one_each = all(len(set(row.side.arms)) == 2 for row in timed.rows)
    arms = {arm for row in timed.rows for arm in set(row.side.arms) - _real_arms(row)}
    if one_each and len(arms) > 1:
        for arm in sorted(arms):
            curves.append(_of_sets(timed.only(_shows(arm)), arm, settings))
    return tuple(curves)


def _shows(arm: str) -> Callable[[SetReading], bool]:
    return lambda row: arm in row.side.arms


def _lasting(ms: float) -> Callable[[SetReading], bool]:
    return lambda row: row.exposure_ms == ms


def _real_arms(row: SetReading) -> set[str]:
    return {row.side.arms[place - 1] for place in row.side.real}


def _of_sets(readings: SetReadings, arm: str, settings: AnalysisSettings) -> ExposureCurve:
    guess = 1.0 / len(readings.rows[0].side.arms)
    exposure = np.array([row.exposure_ms for row in readings.rows])
    points = [
        (
            float(ms),
            against_chance(
                readings.only(_lasting(float(ms))),
                is_correct,
                guess,
                settings,
                said("the share correct"),
            ),
        )
        for ms in np.unique(exposure)
    ]
    trials = Trials(
        reader=readings.reader_codes,
        cluster=readings.clusters[readings.case_codes],
        exposure_ms=exposure,
        correct=np.array([is_correct(row) for row in readings.rows]),
        weight=np.ones(len(readings.rows)),
    )
    counts = (len(readings.readers), len(readings.cases), len(readings.rows))
    return ExposureCurve(arm, tuple(points), fit_psychometric(trials, guess, counts, settings))


def _codes(names: Sequence[str]) -> Int:
    return np.unique(np.array(names), return_inverse=True)[1].astype(np.int64)
