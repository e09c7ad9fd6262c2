"""What is asked in a planned study beside whether single films look real, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from app.statistics.planning.expected import Expected, answer_of, excludes, expected_of
from app.statistics.planning.layout import StudyLayout
from app.statistics.planning.simulation import (
    Scenario,
    latent_distance,
    rating_thresholds,
    simulate_phases,
    simulate_presence,
)
from app.statistics.protocols.noticed import noticed
from app.statistics.protocols.phases import auc_between_phases
from app.statistics.protocols.single_readings import PhaseFacts
from app.statistics.table.ratings import Int, StatisticsInputError
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.interval import averaged_over_readers
from app.statistics.variance.reader_means import reader_means

AskedOf = Literal["films", "words", "marks", "noticing", "phases"]
ASKED: tuple[AskedOf, ...] = ("films", "words", "marks", "noticing", "phases")
_NUMBERS_PER_CHUNK = 400_000
_LEAST_DIFFERENCE = 0.001


@dataclass(frozen=True)
class Asked:
    """What the planned study asks.

    Attributes
    ----------
    of : str
        ``films``: whether each looks real, or which of several is real. ``words``, ``marks``:
        which artefacts a reader names, or where they put marks. ``noticing``: once of each reader,
        whether anything struck them. ``phases``: whether films look real before readers are told,
        and after.
    share : float
        Of the readings of the arm's images that name a word or hold a mark; of readers who notice.
    against : float
        The share that the interval is to exclude: that on real images; half of all readers.
    naive_auc : float
        True AUC before readers are told; the scenario's is that after.
    same_cases : bool
        The images of the first phase return in the second.

    Raises
    ------
    StatisticsInputError
        When a share or an AUC is outside its range, or there is no difference.
    """

    of: AskedOf = "films"
    share: float = 0.30
    against: float = 0.10
    naive_auc: float = 0.50
    same_cases: bool = False

    def __post_init__(self) -> None:
        if self.of not in ASKED:
            raise StatisticsInputError(
                f"A study that asks of {self.of!r} can't be planned: use one of {', '.join(ASKED)}."
            )
        if self.of in ("words", "marks", "noticing"):
            for name, value in (("share", self.share), ("share to be told from", self.against)):
                if not 0.0 < value < 1.0:
                    raise StatisticsInputError(
                        f"The {name} is {value:g}: give a number between 0 and 1."
                    )
            if abs(self.share - self.against) < _LEAST_DIFFERENCE:
                raise StatisticsInputError(
                    f"Both shares are {self.share:g}: there is no difference to plan for; state "
                    "another."
                )
        if self.of == "phases" and not 0.0 < self.naive_auc < 1.0:
            raise StatisticsInputError(
                f"The AUC before readers are told is {self.naive_auc:g}: give a number between 0 "
                "and 1, 0.5 for images that are rated alike."
            )

    def ensure_fits(
        self, scenario: Scenario, settings: AnalysisSettings, layout: StudyLayout
    ) -> None:
        """Raise StatisticsInputError where scenario, target or layout can't go with it."""
        if self.of != "films" and layout.pictures > 1:
            raise StatisticsInputError(
                f"Pictures shown together are planned alone: plan the {self.of} with single ones."
            )
        if self.of == "noticing" and layout != StudyLayout():
            raise StatisticsInputError(
                "Noticing is asked once of each reader: leave out groups and clusters."
            )
        if self.of == "noticing" and settings.generalise_to == "cases":
            raise StatisticsInputError(
                "Noticing is a share of readers: plan for readers like these, since of these "
                "readers alone it is known."
            )
        if self.of == "phases" and abs(scenario.auc - self.naive_auc) < _LEAST_DIFFERENCE:
            raise StatisticsInputError(
                f"The AUC is {self.naive_auc:g} before and after readers are told: there is no "
                "difference to plan for; state another."
            )

    def effect(self, scenario: Scenario) -> float:
        """The difference that the study is to see."""
        if self.of == "phases":
            return abs(scenario.auc - self.naive_auc)
        return abs(self.share - self.against)


def expected_share(
    asked: Asked,
    scenario: Scenario,
    *,
    readers: int,
    cases: int,
    settings: AnalysisSettings,
    simulations: int,
    rng: np.random.Generator,
    layout: StudyLayout,
) -> Expected:
    """Share of readings of the arm's images that name a word or hold a mark, as reports give it."""
    clusters = layout.clusters(cases) if layout.cluster_size > 1 else None
    at_once = max(1, _NUMBERS_PER_CHUNK // (readers * cases))
    answers = []
    for first in range(0, simulations, at_once):
        made = simulate_presence(
            scenario.components,
            asked.share,
            readers=readers,
            cases=cases,
            studies=min(at_once, simulations - first),
            rng=rng,
            layout=layout,
        )
        for study in made:
            theta, covariance = reader_means(study, clusters)
            share = averaged_over_readers(
                theta,
                covariance,
                [study],
                settings,
                scale="logit",
                what="the share",
                clusters=None if clusters is None else [clusters],
            )
            is_told = excludes(share.low, share.high, asked.against)
            answers.append(answer_of(share.low, share.high, share.df, is_told))
    return expected_of(answers)


def expected_noticing(asked: Asked, readers: int, settings: AnalysisSettings) -> Expected:
    """Share of readers who notice: exact, over every number of readers who may."""
    answers, weights = [], []
    for count in range(readers + 1):
        said = {f"R{place}": place < count for place in range(readers)}
        share = noticed("noticed", PhaseFacts("main"), said, settings).share
        is_told = excludes(share.low, share.high, asked.against)
        answers.append(answer_of(share.low, share.high, None, is_told))
        weights.append(float(stats.binom.pmf(count, readers, asked.share)))
    return expected_of(answers, weights)


def expected_phases(
    asked: Asked,
    scenario: Scenario,
    *,
    readers: int,
    cases: int,
    settings: AnalysisSettings,
    simulations: int,
    rng: np.random.Generator,
    layout: StudyLayout,
) -> Expected:
    """AUC of realism after readers are told minus that before, paired by reader."""
    components, thresholds = scenario.components, rating_thresholds(scenario.steps)
    distances = (
        latent_distance(asked.naive_auc, thresholds, components),
        latent_distance(scenario.auc, thresholds, components),
    )
    clusters = _clusters(asked, cases, layout)
    at_once = max(1, _NUMBERS_PER_CHUNK // (readers * cases))
    answers = []
    for first in range(0, simulations, at_once):
        both = simulate_phases(
            components,
            thresholds,
            distances,
            readers=readers,
            cases=cases,
            studies=min(at_once, simulations - first),
            rng=rng,
            layout=layout,
            same_cases=asked.same_cases,
        )
        for real, synthetic in zip(*both, strict=True):
            one = auc_between_phases(real, synthetic, settings, clusters=clusters)
            answers.append(answer_of(one.low, one.high, one.df, excludes(one.low, one.high, 0.0)))
    return expected_of(answers)


def _clusters(asked: Asked, cases: int, layout: StudyLayout) -> tuple[Int, Int] | None:
    if layout.cluster_size == 1:
        return None
    of_phase = layout.clusters(cases)
    count = int(of_phase.max()) + 1
    own = of_phase if asked.same_cases else np.concatenate((of_phase, of_phase + count))
    return own, own + int(own.max()) + 1
