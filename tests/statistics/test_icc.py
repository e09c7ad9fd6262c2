"""What the intraclass correlations promise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from restricted_likelihood import dense_restricted_deviance
from scipy import optimize
from textbook_agreement import SHROUT_FLEISS_1979, ratings_with_gaps

from app.domain.said import after
from app.statistics.agreement.icc import icc, iccs
from app.statistics.table.ratings import Float
from app.statistics.variance.components import variance_components

SINGLE = ("1", "A1", "C1")
AVERAGE = ("1k", "Ak", "Ck")


def test_it_matches_shrout_and_fleiss_1979() -> None:
    # The paper prints .17, .29, .71 and .44, .62, .91.
    coefficients = iccs(SHROUT_FLEISS_1979, SINGLE + AVERAGE)  # type: ignore[arg-type]
    printed = {"1": 0.17, "A1": 0.29, "C1": 0.71, "1k": 0.44, "Ak": 0.62, "Ck": 0.91}
    assert {
        form: round(estimate.estimate or 0, 2) for form, estimate in coefficients.items()
    } == printed


@pytest.mark.parametrize(
    ("form", "limits"),
    [
        # R irr::icc.
        ("1", (-0.132932324875, 0.722560062328)),
        ("A1", (0.0187865133747, 0.761084369649)),
        ("C1", (0.342464765034, 0.945858259955)),
    ],
)
def test_its_limits_match_r(form: Any, limits: tuple[float, float]) -> None:
    coefficient = icc(SHROUT_FLEISS_1979, form)
    assert (coefficient.low, coefficient.high) == pytest.approx(limits, abs=1e-7)


def test_the_limits_of_the_mean_of_all_readers_step_up_those_of_one() -> None:
    # psych and pingouin do so too; irr::icc has degrees of freedom of its own for ICC(A,k).
    single, average = (0.0187865133747, 0.761084369649), icc(SHROUT_FLEISS_1979, "Ak")
    stepped = [4 * limit / (1 + 3 * limit) for limit in single]
    assert [average.low, average.high] == pytest.approx(stepped, abs=1e-7)


@pytest.mark.parametrize("form", SINGLE + AVERAGE)
def test_reml_and_anova_are_the_same_for_complete_data(form: Any) -> None:
    matrix = ratings_with_gaps(seed=1, missing=0.0, cases=25)
    by_anova, by_reml = icc(matrix, form), icc(matrix, form, always_reml=True)
    assert by_anova.method.startswith("ANOVA")
    assert by_reml.method.startswith("REML")
    for part in ("estimate", "low", "high"):
        assert getattr(by_reml, part) == pytest.approx(getattr(by_anova, part), abs=1e-5)


def test_reml_maximises_the_restricted_likelihood_written_out_in_full() -> None:
    matrix = ratings_with_gaps(seed=2, readers=4, cases=12)
    matrix = matrix + np.array([[0.0], [1.0], [2.0], [4.0]])
    components = variance_components(matrix)

    def deviance(logs: Float) -> float:
        return dense_restricted_deviance(matrix, *np.exp(logs))

    start = np.log([components.case, components.reader, components.residual])
    best = optimize.minimize(
        deviance, start + 0.3, method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12}
    )
    assert [components.case, components.reader, components.residual] == pytest.approx(
        np.exp(best.x), rel=1e-4
    )


def test_a_variance_on_the_boundary_is_zero() -> None:
    matrix = ratings_with_gaps(seed=2, readers=4, cases=12)
    components = variance_components(matrix)
    assert components.reader == 0.0
    at = dense_restricted_deviance(matrix, components.case, 0.0, components.residual)
    assert at < dense_restricted_deviance(matrix, components.case, 0.02, components.residual)
    assert at < dense_restricted_deviance(matrix, components.case * 1.1, 0.0, components.residual)
    assert at < dense_restricted_deviance(matrix, components.case * 0.9, 0.0, components.residual)


def test_more_readers_than_cases_give_the_same_variances_turned_round() -> None:
    matrix = ratings_with_gaps(seed=3, readers=4, cases=12)
    one, other = variance_components(matrix), variance_components(matrix.T)
    assert (one.case, one.reader) == pytest.approx((other.reader, other.case), rel=1e-4)


def test_a_negative_variance_stays_negative_in_anova_and_is_zero_in_reml() -> None:
    # Cases differ less than chance lets them.
    matrix = np.array([[1.0, 2, 3, 4], [4, 3, 2, 1], [2, 3, 2, 3]])
    assert (icc(matrix, "C1").estimate or 0) < 0
    assert icc(matrix, "C1", always_reml=True).estimate == pytest.approx(0, abs=1e-8)


def test_readers_alike_but_for_their_level_are_consistent_without_an_interval() -> None:
    matrix = np.arange(6.0)[None] + np.array([[0.0], [1.0], [3.0]])
    coefficient = icc(matrix, "C1")
    assert (coefficient.estimate, coefficient.low) == (1.0, None)
    assert after(coefficient.method, "no interval: ") == "no residual variance"
    assert (icc(matrix, "A1").estimate or 0) < 1


@pytest.mark.parametrize(
    ("matrix", "why"),
    [
        (np.array([[1.0, 2, 3]]), "one reader: agreement needs two"),
        (np.array([[1.0], [2.0]]), "one case: correlation needs two"),
        (np.full((3, 3), 2.0), "every rating is the same"),
        (np.array([[1.0, np.nan], [np.nan, 2]]), "no case was rated by two readers"),
        (np.full((2, 2), np.nan), "no ratings"),
    ],
)
def test_it_says_why_it_is_not_estimable(matrix: Float, why: str) -> None:
    assert icc(matrix, "A1").state == f"not estimable: {why}"
