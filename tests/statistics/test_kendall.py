"""What Kendall's W promises."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from textbook_agreement import SHROUT_FLEISS_1979, ratings_with_gaps

from app.statistics.agreement.kendall import complete_cases, kendall_w, kendall_w_left_out


def test_it_matches_r_on_shrout_and_fleiss_1979() -> None:
    # R irr::kendall(correct = TRUE).
    assert kendall_w(SHROUT_FLEISS_1979) == pytest.approx(0.887037037037, abs=1e-10)


def test_without_ties_it_follows_from_friedmans_chi_square() -> None:
    matrix = np.random.default_rng(1).normal(size=(5, 12))
    chi2 = stats.friedmanchisquare(*matrix.T).statistic
    assert kendall_w(matrix) == pytest.approx(chi2 / (5 * 11))


def test_with_ties_it_follows_from_friedmans_chi_square() -> None:
    matrix = ratings_with_gaps(seed=2, missing=0.0)
    chi2 = stats.friedmanchisquare(*matrix.T).statistic
    assert kendall_w(matrix) == pytest.approx(chi2 / (5 * 13))


@pytest.mark.parametrize("steps", [3, 60])
def test_leaving_one_out_is_the_study_without_it(steps: int) -> None:
    matrix = ratings_with_gaps(seed=3, missing=0.0, steps=steps, cases=40)
    left_out = kendall_w_left_out(matrix)
    assert left_out.estimate == pytest.approx(kendall_w(matrix))
    assert left_out.without_reader == pytest.approx(
        [kendall_w(np.delete(matrix, j, axis=0)) for j in range(5)]
    )
    assert left_out.without_case == pytest.approx(
        [kendall_w(np.delete(matrix, k, axis=1)) for k in range(40)]
    )


def test_full_agreement_is_one() -> None:
    assert kendall_w(np.tile(np.arange(8.0), (3, 1))) == pytest.approx(1.0)


def test_only_cases_rated_by_all_count() -> None:
    matrix = ratings_with_gaps(seed=4)
    assert kendall_w(matrix) == pytest.approx(kendall_w(complete_cases(matrix)))


def test_one_rating_for_all_cases_leaves_it_undefined() -> None:
    assert math.isnan(kendall_w(np.ones((3, 5))))
