"""How many readers and images a study needs: expected precision and power over a grid.

Every cell of the grid is simulated (:mod:`app.statistics.planning.simulation`), and every
simulated study goes through the estimators of the analysis, so that a plan promises what the
analysis will do, its degrees of freedom, its three conclusions and its states included.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np

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

Question = Literal["deception", "accuracy", "auc", "equivalence", "choice"]
QUESTIONS: tuple[Question, ...] = ("deception", "accuracy", "auc", "equivalence")

# What a phase of several pictures at a time answers.
CHOICE: tuple[Question, ...] = ("choice",)

_MOST_READERS = 200
_MOST_CASES = 2000
_FEWEST_SIMULATIONS = 20
_MOST_SIMULATIONS = 100_000
_LEAST_DIFFERENCE = 0.001
_NUMBERS_PER_CHUNK = 400_000


@dataclass(frozen=True)
class Expected:
    """What a design can be expected to say on one question.

    Attributes
    ----------
    half_width : float or None
        Mean half-width of the interval over the studies in which there is one: of the deception
        rate, the balanced accuracy and the AUC at the settings' level (95 %), of the equivalence
        test's interval at 1 - 2 alpha (90 %).
    power : float
        Share of all studies that find what is there. deception: the rate differs from the real
        images' (contrast, p < alpha); accuracy: the interval excludes 0.5; auc: the conclusion is
        ``distinguishable``; equivalence: the conclusion is ``equivalent``; choice: the interval of
        the share correct excludes 1/m. A study without an interval has found nothing.
    df : float or None
        Median degrees of freedom of the interval.
    not_estimable : float
        Share of studies without an interval.
    """

    half_width: float | None
    power: float
    df: float | None
    not_estimable: float


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
    |accuracy - 0.5|, |AUC - 0.5|, share correct - 1/m and, for equivalence, the margin left between
    the true AUC and the nearer end of the margin.
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

    @property
    def questions(self) -> tuple[Question, ...]:
        """What the study answers: one question where several pictures are shown together."""
        return CHOICE if self.layout.pictures > 1 else QUESTIONS

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
    layout = layout or StudyLayout()
    # Readers who are no sample may be one.
    least = 1 if settings.generalise_to == "cases" else 2
    readers = _grid("readers", readers, least=least, most=_MOST_READERS)
    cases = _grid("cases", cases, most=_MOST_CASES)
    layout.ensure_fits(readers[0], cases[0])
    _check_simulation(simulations, seed, target_power)
    model = solve(scenario)
    if layout.pictures == 1:
        _ensure_differences(scenario, model, settings)
    cells = []
    for j in readers:
        for k in cases:
            rng = np.random.default_rng(np.random.SeedSequence((seed, j, k)))
            cells.append(PlanCell(j, k, _cell(model, j, k, settings, simulations, rng, layout)))
            if progress is not None:
                progress(len(cells))
    return Plan(
        cells=tuple(cells),
        scenario=scenario,
        settings=settings,
        real_rate=model.real_rate,
        effects=_effects(scenario, model, settings.margin, layout),
        target_power=target_power,
        simulations=simulations,
        seed=seed,
        layout=layout,
    )


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


def _effects(
    scenario: Scenario, model: LatentModel, margin: float, layout: StudyLayout
) -> dict[Question, float]:
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
        "equivalence": margin - abs(scenario.equivalence_auc - 0.5),
    }


@dataclass(frozen=True)
class _Answer:
    """One study's answer to one question; NaN where it has no interval."""

    half_width: float
    df: float
    is_yes: bool


def _cell(
    model: LatentModel,
    readers: int,
    cases: int,
    settings: AnalysisSettings,
    simulations: int,
    rng: np.random.Generator,
    layout: StudyLayout,
) -> dict[Question, Expected]:
    if layout.pictures > 1:
        return {"choice": _choice(model, readers, cases, settings, simulations, rng, layout)}
    clusters = layout.clusters(cases) if layout.cluster_size > 1 else None
    # A chunk's size decides which numbers a study is dealt, so it hangs on the cell alone.
    at_once = max(1, _NUMBERS_PER_CHUNK // (readers * cases))
    answers: dict[Question, list[_Answer]] = {question: [] for question in QUESTIONS}
    for first in range(0, simulations, at_once):
        count = min(at_once, simulations - first)
        made = simulate_studies(
            model, readers=readers, cases=cases, studies=count, rng=rng, layout=layout
        )
        for study in range(count):
            for question, answer in _one_study(made, study, settings, clusters).items():
                answers[question].append(answer)
    return {question: _expected(of_studies) for question, of_studies in answers.items()}


def _choice(
    model: LatentModel,
    readers: int,
    sets: int,
    settings: AnalysisSettings,
    simulations: int,
    rng: np.random.Generator,
    layout: StudyLayout,
) -> Expected:
    """Share of sets in which the real picture is found, against guessing."""
    chance = 1.0 / layout.pictures
    at_once = max(1, _NUMBERS_PER_CHUNK // (readers * sets * layout.pictures))
    answers: list[_Answer] = []
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
            excludes = (
                share.low is not None
                and share.high is not None
                and (share.low > chance or share.high < chance)
            )
            answers.append(_answer(share.low, share.high, share.df, excludes))
    return _expected(answers)


def _one_study(
    made: SimulatedStudies, study: int, settings: AnalysisSettings, clusters: Int | None
) -> dict[Question, _Answer]:
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
) -> _Answer:
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
    return _answer(rate.low, rate.high, rate.df, is_yes)


def _accuracy(
    real: Float, judged: Float, settings: AnalysisSettings, clusters: _Clusters
) -> _Answer:
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
    return _answer(
        accuracy.low, accuracy.high, accuracy.df, _excludes_half(accuracy.low, accuracy.high)
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


def _auc(real: Float, synthetic: Float, settings: AnalysisSettings, clusters: _Clusters) -> _Answer:
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
    return _answer(auc.low, auc.high, auc.df, _excludes_half(auc.low, auc.high))


def _equivalence(
    real: Float, synthetic: Float, settings: AnalysisSettings, clusters: _Clusters
) -> _Answer:
    theta, covariance = _aucs(real, synthetic, settings, clusters)
    conclusion = equivalence_conclusion(
        theta, covariance, [real, synthetic], settings, clusters=clusters
    )
    return _answer(conclusion.low, conclusion.high, None, conclusion.state == "equivalent")


def _excludes_half(low: float | None, high: float | None) -> bool:
    return low is not None and high is not None and (low > 0.5 or high < 0.5)


def _answer(low: float | None, high: float | None, df: float | None, is_yes: bool) -> _Answer:
    width = math.nan if low is None or high is None else (high - low) / 2.0
    return _Answer(width, math.nan if df is None else df, is_yes)


def _expected(answers: Sequence[_Answer]) -> Expected:
    widths = np.array([answer.half_width for answer in answers])
    df = np.array([answer.df for answer in answers])
    seen, known = np.isfinite(widths), np.isfinite(df)
    return Expected(
        half_width=float(widths[seen].mean()) if seen.any() else None,
        power=float(np.mean([answer.is_yes for answer in answers])),
        df=float(np.median(df[known])) if known.any() else None,
        not_estimable=float((~seen).mean()),
    )


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
