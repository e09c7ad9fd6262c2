"""Three conclusions, never "no significant difference"."""

from __future__ import annotations

import numpy as np
import pytest

from app.statistics.realness.auc import reader_aucs
from app.statistics.realness.equivalence import (
    Conclusion,
    difference_p_value,
    equivalence_conclusion,
    equivalence_p_value,
)
from app.statistics.table.ratings import StatisticsInputError
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.interval import Scale, averaged_over_readers, limits


def simulated_conclusion(
    shift: float, *, readers: int, cases: int, margin: float = 0.10, seed: int = 1
) -> Conclusion:
    rng = np.random.default_rng(seed)
    real, synthetic = (
        np.round(
            2
            * (
                mean
                + 0.6 * rng.standard_normal((1, cases))
                + 0.8 * rng.standard_normal((readers, cases))
            )
        )
        for mean in (shift, 0.0)
    )
    theta, covariance = reader_aucs(real, synthetic)
    return equivalence_conclusion(theta, covariance, [real, synthetic], AnalysisSettings())


def test_an_arm_readers_tell_apart_is_distinguishable() -> None:
    assert simulated_conclusion(1.0, readers=6, cases=60).state == "distinguishable"


def test_an_arm_readers_take_for_more_real_than_real_is_distinguishable_too() -> None:
    assert simulated_conclusion(-1.0, readers=6, cases=60).state == "distinguishable"


def test_many_readings_of_like_images_show_equivalence() -> None:
    conclusion = simulated_conclusion(0.0, readers=12, cases=400)
    assert conclusion.state == "equivalent"
    assert conclusion.low is not None
    assert conclusion.high is not None
    assert 0.4 < conclusion.low < conclusion.high < 0.6


def test_few_readings_of_like_images_are_inconclusive() -> None:
    conclusion = simulated_conclusion(0.0, readers=3, cases=15)
    assert conclusion.state == "inconclusive"
    assert conclusion.p_difference is not None
    assert conclusion.p_difference > 0.05


def test_a_small_but_certain_difference_is_distinguishable_and_within_the_margin() -> None:
    conclusion = simulated_conclusion(0.16, readers=12, cases=1500)
    assert conclusion.state == "distinguishable"
    assert conclusion.within_margin


@pytest.mark.parametrize("scale", ["identity", "logit"])
def test_equivalence_is_the_90_percent_interval_inside_the_margin(scale: Scale) -> None:
    for estimate in np.linspace(0.41, 0.59, 19):
        for se in (0.01, 0.03, 0.05, 0.08):
            low, high = limits(float(estimate), se, 12.0, level=0.90, scale=scale)
            inside = low > 0.4 and high < 0.6
            p_value = equivalence_p_value(float(estimate), se, 12.0, margin=0.1, scale=scale)
            assert (p_value < 0.05) == inside


@pytest.mark.parametrize("scale", ["identity", "logit"])
def test_a_difference_is_the_95_percent_interval_without_a_half(scale: Scale) -> None:
    told = 0
    for estimate in np.linspace(0.31, 0.97, 67):
        for se in (0.01, 0.03, 0.05, 0.08):
            low, high = limits(float(estimate), se, 7.0, level=0.95, scale=scale)
            excluded = low > 0.5 or high < 0.5
            p_value = difference_p_value(float(estimate), se, 7.0, scale=scale)
            assert (p_value < 0.05) == excluded
            told += excluded
    assert 20 < told < 248


@pytest.mark.parametrize("seed", range(20))
def test_it_is_distinguishable_exactly_when_the_reported_interval_excludes_a_half(
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    real = 0.35 + rng.standard_normal((1, 25)) + rng.standard_normal((4, 25))
    synthetic = rng.standard_normal((1, 25)) + rng.standard_normal((4, 25))
    settings = AnalysisSettings()
    theta, covariance = reader_aucs(real, synthetic)
    interval = averaged_over_readers(
        theta, covariance, [real, synthetic], settings, scale="logit", what="the AUC"
    )
    conclusion = equivalence_conclusion(theta, covariance, [real, synthetic], settings)
    assert interval.low is not None
    assert interval.high is not None
    excluded = interval.low > 0.5 or interval.high < 0.5
    assert (conclusion.state == "distinguishable") == excluded


def test_complete_separation_is_distinguishable_when_chance_could_hardly_do_it() -> None:
    real, synthetic = np.full((3, 10), 5.0), np.full((3, 10), 1.0)
    theta, covariance = reader_aucs(real, synthetic)
    conclusion = equivalence_conclusion(theta, covariance, [real, synthetic], AnalysisSettings())
    assert conclusion.state == "distinguishable"
    assert conclusion.p_difference == pytest.approx(2 * 0.5**10)
    assert (conclusion.low, conclusion.high) == (pytest.approx(0.05**0.1), 1.0)
    assert "separates the arms completely" in conclusion.why


@pytest.mark.parametrize("cases", [3, 4, 5, 6, 7, 20])
def test_at_complete_separation_interval_and_p_value_agree(cases: int) -> None:
    real, synthetic = np.full((3, cases), 5.0), np.full((3, cases + 2), 1.0)
    theta, covariance = reader_aucs(real, synthetic)
    settings = AnalysisSettings()
    conclusion = equivalence_conclusion(theta, covariance, [real, synthetic], settings)
    auc = averaged_over_readers(
        theta, covariance, [real, synthetic], settings, scale="logit", what="the AUC"
    )
    assert auc.low is not None
    assert conclusion.p_difference is not None
    assert conclusion.low is not None
    assert (
        (conclusion.p_difference < 0.05)
        == (auc.low > 0.5)
        == (conclusion.state == "distinguishable")
    )
    assert auc.low < conclusion.low < 1.0


def test_complete_separation_of_four_images_is_inconclusive() -> None:
    real, synthetic = np.full((3, 2), 5.0), np.full((3, 2), 1.0)
    theta, covariance = reader_aucs(real, synthetic)
    conclusion = equivalence_conclusion(theta, covariance, [real, synthetic], AnalysisSettings())
    assert conclusion.state == "inconclusive"
    assert conclusion.p_difference == pytest.approx(0.5)


def test_one_reader_is_inconclusive_and_says_why() -> None:
    real, synthetic = np.array([[5.0, 4, 3, 4]]), np.array([[2.0, 4, 1, 3]])
    theta, covariance = reader_aucs(real, synthetic)
    conclusion = equivalence_conclusion(theta, covariance, [real, synthetic], AnalysisSettings())
    assert conclusion.state == "inconclusive"
    assert conclusion.p_equivalence is None
    assert conclusion.why == "one reader, who says nothing about other readers"


@pytest.mark.parametrize(
    "wrong",
    [
        {"margin": 0.0},
        {"margin": 0.5},
        {"level": 1.0},
        {"bootstrap": -1},
        {"generalise_to": "everyone"},
        {"covariance": "none"},
        {"measure": "auc"},
    ],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(StatisticsInputError, match=r"[:.]"):
        AnalysisSettings(**wrong)  # type: ignore[arg-type]
