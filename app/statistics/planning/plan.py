"""How many readers and images a study needs: expected precision and power over a grid.

Every cell of the grid is simulated (:mod:`app.statistics.planning.simulation`), and every
simulated study goes through the estimators of the analysis, so that a plan promises what the
analysis will do, its degrees of freedom, its three conclusions and its states included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import product
from typing import Any, Literal

import numpy as np

from app.statistics.planning.asked import (
    Asked,
    AskedOf,
    expected_noticing,
    expected_phases,
    expected_share,
)
from app.statistics.planning.expected import Answer, Expected, answer_of, excludes, expected_of
from app.statistics.planning.layout import StudyLayout
from app.statistics.planning.simulation import (
    LatentModel,
    Scenario,
    SimulatedStudies,
    expected_share_correct,
    simulate_choices,
    simulate_studies,
    solve,
)
from app.statistics.realness.auc import reader_aucs, reader_aucs_of_arms
from app.statistics.realness.contrasts import arms_of_means, compare_two_arms
from app.statistics.realness.detection import reader_detection
from app.statistics.realness.equivalence import equivalence_conclusion
from app.statistics.table.ratings import Float, Int, StatisticsInputError
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.interval import averaged_over_readers
from app.statistics.variance.reader_means import reader_means

Question = Literal[
    "deception", "accuracy", "auc", "equivalence", "choice", "share", "noticed", "phases"
]
QUESTIONS: tuple[Question, ...] = ("deception", "accuracy", "auc", "equivalence")

# What a phase of several pictures at a time answers.
CHOICE: tuple[Question, ...] = ("choice",)
# What is answered where something else is asked than whether films look real.
_OF_ASKED: Mapping[AskedOf, tuple[Question, ...]] = {
    "words": ("share",),
    "marks": ("share",),
    "noticing": ("noticed",),
    "phases": ("phases",),
}

_MOST_READERS = 200
_MOST_CASES = 2000
_FEWEST_SIMULATIONS = 20
_MOST_SIMULATIONS = 100_000
_LEAST_DIFFERENCE = 0.001
_NUMBERS_PER_CHUNK = 400_000


@dataclass(frozen=True)
class PlanCell:
    """One design: J readers who read K images of every arm and K real ones, or K sets.

    Each reads all of them, or a group's share.
    """

    readers: int
    cases: int
    expected: dict[Question, Expected]


@dataclass(frozen=True)
class Plan:
    """Result of :func:`plan`; cells run through the cases of the first number of readers, and on.

    ``effects`` are the differences that the questions turn on: |deception - real rate|,
    |accuracy - 0.5|, |AUC - 0.5|, share correct - 1/m, |share - against|, |AUC told - AUC untold|
    and, for equivalence, the margin left between the true AUC and the nearer end of the margin.
    """

    cells: tuple[PlanCell, ...]
    scenario: Scenario
    settings: AnalysisSettings
    real_rate: float
    effects: dict[Question, float]
    target_power: float
    simulations: int
    seed: int
    layout: StudyLayout = field(default_factory=StudyLayout)
    asked: Asked = field(default_factory=Asked)

    @property
    def questions(self) -> tuple[Question, ...]:
        """What the study answers: of single films several questions, of all else one."""
        if self.asked.of in _OF_ASKED:
            return _OF_ASKED[self.asked.of]
        return CHOICE if self.layout.pictures > 1 else QUESTIONS

    def readings(self, cell: PlanCell) -> int:
        """Readings that a design takes, in all phases."""
        phases = 2 if self.asked.of == "phases" else 1
        return phases * self.layout.readings(cell.readers, cell.cases)

    @property
    def readers(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(cell.readers for cell in self.cells))

    @property
    def cases(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(cell.cases for cell in self.cells))

    def cell(self, readers: int, cases: int) -> PlanCell:
        """The cell of a design in the grid; KeyError where there is none."""
        for cell in self.cells:
            if (cell.readers, cell.cases) == (readers, cases):
                return cell
        raise KeyError((readers, cases))

    def is_enough(self, expected: Expected) -> bool:
        """Whether the power, as printed in whole per cent, reaches the power aimed at."""
        return expected.power >= self.target_power - 0.005

    def smallest(self, question: Question) -> PlanCell | None:
        """The design with the fewest readings that reaches the target power, or None."""
        enough = [cell for cell in self.cells if cell.expected[question].power >= self.target_power]
        return min(enough, key=lambda cell: (cell.readers * cell.cases, cell.readers), default=None)

    def to_json(self) -> dict[str, Any]:
        """The plan as plain JSON values; schema in docs/planning.md."""
        scenario = asdict(self.scenario)
        components = scenario.pop("components")
        components["reader_by_case_and_error"] = self.scenario.components.reader_by_case_and_error
        scenario["real_rate"] = self.real_rate
        smallest = {question: self.smallest(question) for question in self.questions}
        return {
            "scenario": scenario,
            "components": components,
            "effects": dict(self.effects),
            "layout": asdict(self.layout),
            "asked": asdict(self.asked),
            "settings": {
                "margin": self.settings.margin,
                "level": self.settings.level,
                "generalise_to": self.settings.generalise_to,
                "target_power": self.target_power,
                "simulations": self.simulations,
                "seed": self.seed,
            },
            "grid": [
                {
                    "readers": cell.readers,
                    "cases": cell.cases,
                    **{question: asdict(cell.expected[question]) for question in self.questions},
                }
                for cell in self.cells
            ],
            "smallest": {
                question: None if cell is None else {"readers": cell.readers, "cases": cell.cases}
                for question, cell in smallest.items()
            },
        }


def plan(
    *,
    readers: Sequence[int],
    cases: Sequence[int],
    scenario: Scenario,
    settings: AnalysisSettings,
    simulations: int,
    seed: int,
    target_power: float = 0.80,
    layout: StudyLayout | None = None,
    asked: Asked | None = None,
    progress: Callable[[int], None] | None = None,
) -> Plan:
    """Expected half-width and power of every design of a grid.

    Parameters
    ----------
    readers, cases : sequence of int
        The grid: readers, and images in each arm (the real one has as many).
    scenario : Scenario
        What is true.
    settings : AnalysisSettings
        How it will be analysed.
    simulations : int
        Studies a cell. A power of 80 % from 400 has a Monte Carlo standard error of 2 points.
    seed : int
        A cell depends on the seed, its readers and its cases, and not on the rest of the grid.
    target_power : float
        What counts as enough.
    layout : StudyLayout, optional
        Groups of readers, clusters of images, pictures shown together.
    asked : Asked, optional
        Words, marks, noticing or phases in place of whether single films look real. Of noticing
        images say nothing: its grid has the first number of them only.
    progress : callable, optional
        Told how many cells are done.

    Returns
    -------
    Plan

    Raises
    ------
    StatisticsInputError
        When a number is outside its range, in one sentence.
    """
    layout, asked = layout or StudyLayout(), asked or Asked()
    asked.ensure_fits(scenario, settings, layout)
    # Readers who are no sample may be one.
    least = 1 if settings.generalise_to == "cases" else 2
    readers = _grid("readers", readers, least=least, most=_MOST_READERS)
    cases = _grid("cases", cases, most=_MOST_CASES)[: 1 if asked.of == "noticing" else None]
    layout.ensure_fits(readers[0], cases[0])
    _check_simulation(simulations, seed, target_power)
    model = solve(scenario)
    if layout.pictures == 1 and asked.of == "films":
        _ensure_differences(scenario, model, settings)
    planned = _Planned(scenario, model, settings, layout, asked, simulations)
    cells = []
    for j, k in product(readers, cases):
        rng = np.random.default_rng(np.random.SeedSequence((seed, j, k)))
        cells.append(PlanCell(j, k, _cell(planned, j, k, rng)))
        if progress is not None:
            progress(len(cells))
    return Plan(
        cells=tuple(cells),
        scenario=scenario,
        settings=settings,
        real_rate=model.real_rate,
        effects=_effects(planned),
        target_power=target_power,
        simulations=simulations,
        seed=seed,
        layout=layout,
        asked=asked,
    )


@dataclass(frozen=True)
class _Planned:
    """What every cell of the grid has in common."""

    scenario: Scenario
    model: LatentModel
    settings: AnalysisSettings
    layout: StudyLayout
    asked: Asked
    simulations: int


def _check_simulation(simulations: int, seed: int, target_power: float) -> None:
    if not _FEWEST_SIMULATIONS <= simulations <= _MOST_SIMULATIONS:
        raise StatisticsInputError(
            f"There are {simulations} simulations: give {_FEWEST_SIMULATIONS} to "
            f"{_MOST_SIMULATIONS}."
        )
    if seed < 0:
        raise StatisticsInputError(f"The seed is {seed}: give 0 or more.")
    if not 0.0 < target_power < 1.0:
        raise StatisticsInputError(
            f"The power aimed at is {target_power:g}: give a number between 0 and 1, such as 0.8."
        )


def _ensure_differences(scenario: Scenario, model: LatentModel, settings: AnalysisSettings) -> None:
    """Raise StatisticsInputError where there is nothing for a study to show."""
    if abs(scenario.equivalence_auc - 0.5) >= settings.margin:
        raise StatisticsInputError(
            f"An arm with an AUC of {scenario.equivalence_auc:g} is not equivalent within "
            f"±{settings.margin:g}: state one nearer 0.5, or a wider margin."
        )
    if abs(model.real_rate - scenario.deception) < _LEAST_DIFFERENCE:
        raise StatisticsInputError(
            f"Arm and real images are both judged real in {scenario.deception:.0%}: there is no "
            "difference to plan for; state another deception rate or real rate."
        )


def _effects(planned: _Planned) -> dict[Question, float]:
    scenario, model, layout = planned.scenario, planned.model, planned.layout
    if planned.asked.of in _OF_ASKED:
        return {_OF_ASKED[planned.asked.of][0]: planned.asked.effect(scenario)}
    if layout.pictures > 1:
        share = expected_share_correct(
            model.real - model.detected, layout.pictures, scenario.components
        )
        return {"choice": abs(share - 1.0 / layout.pictures)}
    real_rate = model.real_rate
    accuracy = (1.0 - scenario.deception + real_rate) / 2.0
    return {
        "deception": abs(scenario.deception - real_rate),
        "accuracy": abs(accuracy - 0.5),
        "auc": abs(scenario.auc - 0.5),
        "equivalence": planned.settings.margin - abs(scenario.equivalence_auc - 0.5),
    }


def _cell(
    planned: _Planned, readers: int, cases: int, rng: np.random.Generator
) -> dict[Question, Expected]:
    asked = planned.asked
    if asked.of == "noticing":
        return {"noticed": expected_noticing(asked, readers, planned.settings)}
    if asked.of != "films":
        simulate = expected_phases if asked.of == "phases" else expected_share
        made = simulate(
            asked,
            planned.scenario,
            readers=readers,
            cases=cases,
            settings=planned.settings,
            simulations=planned.simulations,
            rng=rng,
            layout=planned.layout,
        )
        return {_OF_ASKED[asked.of][0]: made}
    if planned.layout.pictures > 1:
        return {"choice": _choice(planned, readers, cases, rng)}
    return _films(planned, readers, cases, rng)


def _films(
    planned: _Planned, readers: int, cases: int, rng: np.random.Generator
) -> dict[Question, Expected]:
    """Whether single films look real: every question of the grid."""
    model, settings, layout = planned.model, planned.settings, planned.layout
    simulations = planned.simulations
    clusters = layout.clusters(cases) if layout.cluster_size > 1 else None
    # A chunk's size decides which numbers a study is dealt, so it hangs on the cell alone.
    at_once = max(1, _NUMBERS_PER_CHUNK // (readers * cases))
    answers: dict[Question, list[Answer]] = {question: [] for question in QUESTIONS}
    for first in range(0, simulations, at_once):
        count = min(at_once, simulations - first)
        made = simulate_studies(
            model, readers=readers, cases=cases, studies=count, rng=rng, layout=layout
        )
        for study in range(count):
            for question, answer in _one_study(made, study, settings, clusters).items():
                answers[question].append(answer)
    return {question: expected_of(of_studies) for question, of_studies in answers.items()}


def _choice(planned: _Planned, readers: int, sets: int, rng: np.random.Generator) -> Expected:
    """Share of sets in which the real picture is found, against guessing."""
    model, settings, layout = planned.model, planned.settings, planned.layout
    simulations, chance = planned.simulations, 1.0 / layout.pictures
    at_once = max(1, _NUMBERS_PER_CHUNK // (readers * sets * layout.pictures))
    answers: list[Answer] = []
    for first in range(0, simulations, at_once):
        count = min(at_once, simulations - first)
        correct = simulate_choices(
            model, readers=readers, sets=sets, studies=count, rng=rng, layout=layout
        )
        for study in correct:
            theta, covariance = reader_means(study)
            share = averaged_over_readers(
                theta, covariance, [study], settings, scale="logit", what="the share correct"
            )
            is_told = excludes(share.low, share.high, chance)
            answers.append(answer_of(share.low, share.high, share.df, is_told))
    return expected_of(answers)


def _one_study(
    made: SimulatedStudies, study: int, settings: AnalysisSettings, clusters: Int | None
) -> dict[Question, Answer]:
    real, judged = made.real_judged_real[study], made.detected_judged_real[study]
    # Of real images and of the arm's, counted through.
    pair = None if clusters is None else (clusters, clusters + clusters.size)
    return {
        "deception": _deception(real, judged, settings, pair),
        "accuracy": _accuracy(real, judged, settings, pair),
        "auc": _auc(made.real[study], made.detected[study], settings, pair),
        "equivalence": _equivalence(made.real[study], made.equivalent[study], settings, pair),
    }


_Clusters = tuple[Int, Int] | None


def _deception(
    real: Float, judged: Float, settings: AnalysisSettings, clusters: _Clusters
) -> Answer:
    theta, covariance = reader_means(judged, None if clusters is None else clusters[1])
    rate = averaged_over_readers(
        theta,
        covariance,
        [judged],
        settings,
        scale="logit",
        what="the rate judged real",
        clusters=None if clusters is None else clusters[1:],
    )
    arms = arms_of_means("deception.rate", ("real", "arm"), [real, judged], clusters)
    contrast = compare_two_arms(arms, "arm", "real", settings)
    is_yes = contrast.why_not is None and contrast.p_value < 1.0 - settings.level
    return answer_of(rate.low, rate.high, rate.df, is_yes)


def _accuracy(
    real: Float, judged: Float, settings: AnalysisSettings, clusters: _Clusters
) -> Answer:
    called_synthetic = [1.0 - real, 1.0 - judged]
    theta, covariance = reader_detection(called_synthetic[0], called_synthetic[1], clusters).figure(
        "balanced_accuracy"
    )
    accuracy = averaged_over_readers(
        theta,
        covariance,
        called_synthetic,
        settings,
        scale="logit",
        what="the accuracy",
        clusters=clusters,
    )
    return answer_of(
        accuracy.low, accuracy.high, accuracy.df, excludes(accuracy.low, accuracy.high, 0.5)
    )


def _aucs(
    real: Float, synthetic: Float, settings: AnalysisSettings, clusters: _Clusters
) -> tuple[Float, Float]:
    if clusters is None:
        return reader_aucs(real, synthetic, method=settings.covariance)
    theta, covariance = reader_aucs_of_arms(
        real, [synthetic], method=settings.covariance, clusters=(clusters[0], [clusters[1]])
    )
    return theta[0], covariance[0, :, 0]


def _auc(real: Float, synthetic: Float, settings: AnalysisSettings, clusters: _Clusters) -> Answer:
    theta, covariance = _aucs(real, synthetic, settings, clusters)
    auc = averaged_over_readers(
        theta,
        covariance,
        [real, synthetic],
        settings,
        scale="logit",
        what="the AUC",
        clusters=clusters,
    )
    # The conclusion is the interval's: p < alpha exactly when it excludes 0.5.
    return answer_of(auc.low, auc.high, auc.df, excludes(auc.low, auc.high, 0.5))


def _equivalence(
    real: Float, synthetic: Float, settings: AnalysisSettings, clusters: _Clusters
) -> Answer:
    theta, covariance = _aucs(real, synthetic, settings, clusters)
    conclusion = equivalence_conclusion(
        theta, covariance, [real, synthetic], settings, clusters=clusters
    )
    return answer_of(conclusion.low, conclusion.high, None, conclusion.state == "equivalent")


def _grid(name: str, values: Sequence[int], *, most: int, least: int = 2) -> tuple[int, ...]:
    numbers = tuple(sorted(set(values)))
    if not numbers:
        raise StatisticsInputError(f"No numbers of {name} are given: give some, such as 4,8,12.")
    if numbers[0] < least or numbers[-1] > most:
        wrong = numbers[0] if numbers[0] < least else numbers[-1]
        one_reader = "; --target images plans for this reader alone" if name == "readers" else ""
        why = f" (one says nothing about others{one_reader})" if wrong == 1 else ""
        raise StatisticsInputError(
            f"A design with {wrong} {name} can't be planned{why}: give {least} to {most}."
        )
    return numbers
