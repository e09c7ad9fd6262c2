"""Who noticed anything, and the same question in several phases."""

import math
from dataclasses import replace

import numpy as np
import pytest

from app.statistics.protocols.noticed import noticed
from app.statistics.protocols.phases import PhaseFigure, phase_figures
from app.statistics.protocols.single_readings import Answered, PhaseFacts, SingleReadings
from app.statistics.realness.auc import reader_aucs
from app.statistics.table.settings import AnalysisSettings
from tests.two_lengths import least_covered, lengths

NAIVE = PhaseFacts("naive", "Part 1", told=False)
TOLD = PhaseFacts("told", "Part 2", told=True)


def readings_of(
    phase: PhaseFacts,
    answered: Answered,
    *,
    readers: int = 4,
    cases: int = 20,
    shift: float = 0.0,
    seed: int = 1,
    prefix: str = "C",
) -> SingleReadings:
    """Grades or verdicts of real and synthetic films; synthetic ones lie `shift` lower."""
    rng = np.random.default_rng(seed)
    film = {(arm, k): rng.standard_normal() for arm in ("real", "M1") for k in range(cases)}
    noise = np.random.default_rng([seed, len(phase.key)])
    rows = []
    for j in range(readers):
        lean = 0.2 * noise.standard_normal()
        for (arm, k), quality in film.items():
            latent = quality + lean + noise.standard_normal() - (shift if arm != "real" else 0.0)
            graded = float(np.clip(round(3 + latent), 1, 5))
            value = float(latent < 0) if answered == "verdict" else graded
            truth = "real" if arm == "real" else "synthetic"
            rows.append((f"R{j}", f"{prefix}{k}", arm, truth, "", value, math.nan))
    return SingleReadings("asked", answered, phase, *zip(*rows, strict=True))


def _figure(figures: tuple[PhaseFigure, ...], measure: str, arm: str) -> PhaseFigure:
    return next(one for one in figures if (one.measure, one.arm) == (measure, arm))


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        # prop.test(k, n, correct = FALSE) of R; at the ends binom.test.
        (7, 17, 0.2161105679, 0.6399455736),
        (1, 10, 0.0178762131, 0.4041500268),
        (0, 8, 0.0, 0.3694166),
        (8, 8, 0.6305834, 1.0),
        (1, 1, 0.025, 1.0),
    ],
)
def test_the_share_who_noticed_is_that_of_r(k: int, n: int, low: float, high: float) -> None:
    said = {f"R{j}": j < k for j in range(n)}
    share = noticed("noticed", NAIVE, said, AnalysisSettings()).share
    assert share.estimate == pytest.approx(k / n)
    assert share.low == pytest.approx(low, abs=1e-6)
    assert share.high == pytest.approx(high, abs=1e-6)
    assert share.method.startswith("exact" if k in (0, n) else "Wilson")


def test_who_left_it_open_is_not_counted() -> None:
    result = noticed("noticed", NAIVE, {"A": True, "B": None, "C": False}, AnalysisSettings())
    assert (result.share.estimate, result.answered, result.noticing) == (0.5, 2, ("A",))


def test_nobody_answered() -> None:
    result = noticed("noticed", NAIVE, {"A": None}, AnalysisSettings())
    assert "no reader answered" in result.share.state


def test_of_these_readers_the_share_is_known() -> None:
    settings = AnalysisSettings(generalise_to="cases")
    share = noticed("noticed", NAIVE, {"A": True, "B": False}, settings).share
    assert share.low is None
    assert "no interval" in share.method


def test_the_difference_of_means_is_paired_by_reader_and_case() -> None:
    before = readings_of(NAIVE, "grade")
    after = replace(readings_of(TOLD, "grade", shift=0.8), phase=TOLD)
    # A case that one reader left out later does not enter their earlier mean either.
    left_open = after.reader.index("R0")
    after = replace(
        after, value=(*after.value[:left_open], math.nan, *after.value[left_open + 1 :])
    )
    figure = _figure(phase_figures([before, after], AnalysisSettings()), "mean", "M1")
    (difference,) = figure.differences
    assert difference.same_cases
    assert difference.is_naive_against_told
    later = dict(
        zip(zip(after.reader, after.arm, after.case, strict=True), after.value, strict=True)
    )
    per_reader = []
    for reader in before.readers:
        own = [
            later[who, arm, case] - value
            for who, arm, case, value in zip(
                before.reader, before.arm, before.case, before.value, strict=True
            )
            if (who, arm) == (reader, "M1") and (who, arm, case) in later
        ]
        per_reader.append(np.mean(own))
    assert difference.contrast.estimate == pytest.approx(np.mean(per_reader))
    assert difference.contrast.low is not None


def test_an_auc_by_phase_is_that_of_its_readers() -> None:
    before = readings_of(NAIVE, "grade", shift=0.5)
    figures = phase_figures([before, replace(before, phase=TOLD)], AnalysisSettings())
    figure = _figure(figures, "auc", "M1")
    cases = {arm: before.cases((arm,)) for arm in ("real", "M1")}
    theta, _ = reader_aucs(*(before.matrix(before.readers, cases[arm]) for arm in cases))
    assert figure.by_phase[0][1].estimate == pytest.approx(theta.mean())
    assert figure.differences[0].contrast.estimate == pytest.approx(0.0)


def test_answers_to_the_same_cases_are_told_apart_better_than_to_others() -> None:
    def width(prefix: str) -> float:
        after = readings_of(TOLD, "grade", shift=0.6, prefix=prefix)
        figures = phase_figures([readings_of(NAIVE, "grade"), after], AnalysisSettings())
        contrast = _figure(figures, "mean", "M1").differences[0].contrast
        assert contrast.low is not None
        assert contrast.high is not None
        return contrast.high - contrast.low

    assert width("C") < width("D")


def test_verdicts_have_rates_and_balanced_accuracy() -> None:
    first = readings_of(PhaseFacts("first", told=True), "verdict", shift=1.0)
    second = readings_of(PhaseFacts("second", told=True), "verdict", shift=1.0, prefix="D", seed=2)
    figures = phase_figures([first, second], AnalysisSettings())
    assert {(one.measure, one.arm) for one in figures} == {
        ("judged_real", "real"),
        ("judged_real", "M1"),
        ("balanced_accuracy", "M1"),
    }
    (difference,) = _figure(figures, "balanced_accuracy", "M1").differences
    assert not difference.same_cases
    assert not difference.is_naive_against_told
    assert difference.contrast.p_value is not None


def test_an_untold_phase_has_its_figures_though_nothing_was_asked_twice() -> None:
    grades = readings_of(NAIVE, "grade")
    verdicts = replace(readings_of(TOLD, "verdict"), question="verdict")
    figures = phase_figures([grades, verdicts], AnalysisSettings())
    assert _figure(figures, "auc", "M1").by_phase[0][0] is NAIVE
    assert _figure(figures, "balanced_accuracy", "M1").by_phase[0][0] is TOLD
    assert all(not one.differences for one in figures)


def test_one_question_in_one_phase_of_a_plain_study_is_not_told_twice() -> None:
    assert phase_figures([readings_of(PhaseFacts("main"), "grade")], AnalysisSettings()) == ()


def test_noticing_of_each_case_is_a_share_of_readings_by_arm() -> None:
    asked = replace(readings_of(NAIVE, "verdict", shift=1.0), answered="noticed", question="struck")
    told = replace(readings_of(TOLD, "verdict", shift=2.0), answered="noticed", question="struck")
    # In one phase too, since nothing else tells it.
    alone = phase_figures([asked], AnalysisSettings())
    assert {(one.measure, one.arm) for one in alone} == {("noticed", "real"), ("noticed", "M1")}
    assert all(not one.differences for one in alone)
    both = _figure(phase_figures([asked, told], AnalysisSettings()), "noticed", "M1")
    cases = asked.cases(("M1",))
    rates = [one.matrix(one.readers, cases).mean(axis=1) for one in (asked, told)]
    assert both.by_phase[0][1].estimate == pytest.approx(rates[0].mean())
    assert both.by_phase[0][1].low is not None
    (difference,) = both.differences
    assert difference.is_naive_against_told
    assert difference.contrast.estimate == pytest.approx((rates[1] - rates[0]).mean())


def test_one_reader_is_compared_over_cases() -> None:
    before, after = readings_of(NAIVE, "grade", readers=1), readings_of(TOLD, "grade", readers=1)
    figures = phase_figures([before, after], AnalysisSettings())
    contrast = _figure(figures, "mean", "M1").differences[0].contrast
    assert contrast.low is not None
    assert "this reader, images like these" in contrast.method


@pytest.mark.parametrize("studies", lengths(40, 150))
@pytest.mark.parametrize("same", [True, False])
def test_the_interval_of_a_difference_covers(same: bool, studies: int) -> None:
    covered = 0
    for seed in range(studies):
        before = readings_of(NAIVE, "grade", readers=5, seed=seed)
        after = readings_of(
            TOLD,
            "grade",
            readers=5,
            seed=seed if same else seed + 1000,
            prefix="C" if same else "D",
        )
        figures = phase_figures([before, after], AnalysisSettings())
        contrast = _figure(figures, "auc", "M1").differences[0].contrast
        covered += (contrast.low or 0.0) <= 0.0 <= (contrast.high or 0.0)
    assert covered / studies >= least_covered(studies, 0.90)
