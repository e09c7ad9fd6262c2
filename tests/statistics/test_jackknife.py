"""What the two-way jackknife promises."""

from __future__ import annotations

import math

import numpy as np
import pytest

from app.statistics.variance.jackknife import JackknifeInput, jackknife_variance, two_way_estimate


def mean_left_out(matrix: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> JackknifeInput:
    readers, cases = matrix.shape
    return JackknifeInput(
        float(matrix.mean()),
        np.array([np.delete(matrix, j, axis=0).mean() for j in range(readers)]),
        np.array([np.delete(matrix, k, axis=1).mean() for k in range(cases)]),
    )


def test_the_variance_of_a_mean_is_that_of_reader_means_plus_that_of_case_means() -> None:
    matrix = np.random.default_rng(1).normal(size=(6, 30))
    found = two_way_estimate(mean_left_out(matrix), (6, 30, 180), why_undefined="")
    over_readers = matrix.mean(axis=1).var(ddof=1) / 6
    over_cases = matrix.mean(axis=0).var(ddof=1) / 30
    assert found.se == pytest.approx(math.sqrt(over_readers + over_cases))
    assert found.df == pytest.approx(
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
    found = two_way_estimate(values, (3, 3, 9), why_undefined="", bounds=(0.0, 1.0))
    assert found.high == 1.0


def test_undefined_when_one_is_left_out_gives_the_estimate_without_an_interval() -> None:
    values = JackknifeInput(0.5, np.array([0.5, np.nan, 0.4]), np.array([0.4, 0.5, 0.6]))
    found = two_way_estimate(values, (3, 3, 9), why_undefined="")
    assert (found.estimate, found.low, found.high, found.se) == (0.5, None, None, None)
    assert "undefined when one reader or case is left out" in found.method


def test_an_undefined_estimate_says_why() -> None:
    values = JackknifeInput(math.nan, np.array([0.5, 0.4, 0.4]), np.array([0.4, 0.5]))
    found = two_way_estimate(values, (3, 2, 6), why_undefined="one category")
    assert found.state == "not estimable: one category"
    assert found.n_ratings == 6


def test_one_value_left_out_has_no_variance() -> None:
    assert math.isnan(jackknife_variance(np.array([1.0])))
