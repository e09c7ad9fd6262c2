"""What the two-way jackknife promises."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from app.statistics.variance.jackknife import (
    IntervalRule,
    JackknifeInput,
    JackknifeScale,
    interaction_variance,
    jackknife_variance,
    two_way_estimate,
)


def mean_left_out(matrix: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> JackknifeInput:
    readers, cases = matrix.shape
    return JackknifeInput(
        float(matrix.mean()),
        np.array([np.delete(matrix, j, axis=0).mean() for j in range(readers)]),
        np.array([np.delete(matrix, k, axis=1).mean() for k in range(cases)]),
    )


def test_the_variance_of_a_mean_is_that_of_reader_means_plus_that_of_case_means() -> None:
    matrix = np.random.default_rng(1).normal(size=(6, 30))
    estimate = two_way_estimate(mean_left_out(matrix), (6, 30, 180), why_undefined="")
    over_readers = matrix.mean(axis=1).var(ddof=1) / 6
    over_cases = matrix.mean(axis=0).var(ddof=1) / 30
    assert estimate.se == pytest.approx(math.sqrt(over_readers + over_cases))
    assert estimate.df == pytest.approx(
        (over_readers + over_cases) ** 2 / (over_readers**2 / 5 + over_cases**2 / 29)
    )


def test_one_sample_only_uses_its_own_variance() -> None:
    matrix = np.random.default_rng(2).normal(size=(6, 30))
    readers = two_way_estimate(
        mean_left_out(matrix), (6, 30, 180), why_undefined="", generalise_to="readers"
    )
    assert readers.se == pytest.approx(matrix.mean(axis=1).std(ddof=1) / math.sqrt(6))
    assert readers.df == pytest.approx(5)
    assert "these images only" in readers.method
    cases = two_way_estimate(
        mean_left_out(matrix), (6, 30, 180), why_undefined="", generalise_to="cases"
    )
    assert cases.df == pytest.approx(29)


def test_limits_stop_at_the_end_of_the_scale() -> None:
    values = JackknifeInput(0.95, np.array([0.7, 0.99, 0.9]), np.array([0.9, 0.95, 0.99]))
    estimate = two_way_estimate(values, (3, 3, 9), why_undefined="", bounds=(0.0, 1.0))
    assert estimate.high == 1.0


def test_undefined_when_one_is_left_out_gives_the_estimate_without_an_interval() -> None:
    values = JackknifeInput(0.5, np.array([0.5, np.nan, 0.4]), np.array([0.4, 0.5, 0.6]))
    estimate = two_way_estimate(values, (3, 3, 9), why_undefined="")
    assert (estimate.estimate, estimate.low, estimate.high, estimate.se) == (0.5, None, None, None)
    assert "undefined when one reader or case is left out" in estimate.method


def test_an_undefined_estimate_says_why() -> None:
    values = JackknifeInput(math.nan, np.array([0.5, 0.4, 0.4]), np.array([0.4, 0.5]))
    estimate = two_way_estimate(values, (3, 2, 6), why_undefined="one category")
    assert estimate.state == "not estimable: one category"
    assert estimate.n_ratings == 6


def test_one_value_left_out_has_no_variance() -> None:
    assert math.isnan(jackknife_variance(np.array([1.0])))


def mean_left_out_twice(
    matrix: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> JackknifeInput:
    readers, cases = matrix.shape
    return replace(
        mean_left_out(matrix),
        without_both=np.array(
            [
                [np.delete(np.delete(matrix, j, axis=0), k, axis=1).mean() for k in range(cases)]
                for j in range(readers)
            ]
        ),
    )


def test_the_noise_of_single_readings_counts_once() -> None:
    """For a mean it is the unbiased variance (MS(R) + MS(C) - MS(RC)) / (J K)."""
    rng = np.random.default_rng(4)
    matrix = rng.normal(size=(6, 1)) + rng.normal(size=(1, 30)) + rng.normal(size=(6, 30))
    estimate = two_way_estimate(mean_left_out_twice(matrix), (6, 30, 180), why_undefined="")
    of_readers = matrix.mean(axis=1).var(ddof=1) / 6
    of_cases = matrix.mean(axis=0).var(ddof=1) / 30
    residual = matrix - matrix.mean(axis=0) - matrix.mean(axis=1)[:, None] + matrix.mean()
    shared = (residual**2).sum() / (5 * 29) / 180
    assert estimate.se == pytest.approx(math.sqrt(of_readers + of_cases - shared))
    part = of_readers - shared
    assert estimate.df == pytest.approx((part + of_cases) ** 2 / (part**2 / 5 + of_cases**2 / 29))


def test_readers_who_differ_by_no_more_than_chance_are_named() -> None:
    matrix = np.random.default_rng(1).normal(size=(4, 30))
    matrix = matrix - matrix.mean(axis=1, keepdims=True)
    values = mean_left_out_twice(matrix)
    assert values.without_both is not None
    estimate = two_way_estimate(values, (4, 30, 120), why_undefined="")
    assert "readers differ by no more than chance" in estimate.method
    assert estimate.se == pytest.approx(math.sqrt(jackknife_variance(values.without_case)))
    assert estimate.df == pytest.approx(29)
    assert interaction_variance(values.without_both) > jackknife_variance(values.without_reader)


def test_a_least_share_keeps_part_of_the_readers_variance() -> None:
    values = JackknifeInput(
        0.5, np.array([0.4, 0.5, 0.6]), np.array([0.4, 0.5, 0.6]), np.array([[0.0, 1], [1, 0]])
    )
    over = jackknife_variance(values.without_reader)
    estimate = two_way_estimate(
        values, (3, 3, 9), why_undefined="", rule=IntervalRule(least_share=0.1)
    )
    assert estimate.se == pytest.approx(math.sqrt(1.1 * over))


def test_undefined_without_both_falls_back_to_the_wide_side_and_says_so() -> None:
    values = JackknifeInput(
        0.5, np.array([0.4, 0.5, 0.6]), np.array([0.4, 0.5, 0.6]), np.array([[0.0, np.nan], [1, 0]])
    )
    estimate = two_way_estimate(values, (3, 3, 9), why_undefined="")
    assert estimate.se == pytest.approx(math.sqrt(2.0 * jackknife_variance(values.without_case)))
    assert "on the wide side" in estimate.method


@pytest.mark.parametrize(
    ("rule", "low", "high"),
    [
        (IntervalRule(), 0.8 - 0.1, 0.8 + 0.1),
        (IntervalRule("fisher"), math.tanh(math.atanh(0.8) - 0.1 / 0.36), None),
        (IntervalRule("complement"), 1 - 0.2 * math.exp(0.5), 1 - 0.2 * math.exp(-0.5)),
    ],
)
def test_limits_are_made_on_the_rules_scale(
    rule: IntervalRule, low: float, high: float | None
) -> None:
    values = JackknifeInput(0.8, np.array([0.7, 0.8, 0.9]), np.array([0.7, 0.8, 0.9]))
    wide = two_way_estimate(values, (3, 3, 9), why_undefined="")
    assert wide.df is not None
    assert wide.se is not None
    half = stats.t.ppf(0.975, wide.df) * wide.se
    # Scaled to a half-width of 0.1 on the coefficient's own scale.
    shrunk = JackknifeInput(
        0.8,
        0.8 + np.array([-0.1, 0, 0.1]) * 0.1 / half,
        0.8 + np.array([-0.1, 0, 0.1]) * 0.1 / half,
    )
    estimate = two_way_estimate(shrunk, (3, 3, 9), why_undefined="", rule=rule)
    assert estimate.low == pytest.approx(low)
    if high is not None:
        assert estimate.high == pytest.approx(high)


@pytest.mark.parametrize("scale", ["fisher", "complement"])
def test_the_end_of_the_scale_has_no_interval(scale: JackknifeScale) -> None:
    values = JackknifeInput(1.0, np.array([1.0, 0.9, 1.0]), np.array([1.0, 0.9, 1.0]))
    estimate = two_way_estimate(values, (3, 3, 9), why_undefined="", rule=IntervalRule(scale))
    assert (estimate.estimate, estimate.low) == (1.0, None)
    assert "end of its scale" in estimate.method
