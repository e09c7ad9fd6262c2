"""Values with a reader and a case left out together are those of the study without them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from textbook_agreement import ratings_with_gaps

from app.statistics.agreement.icc import icc, with_ratings
from app.statistics.agreement.statistics import Kind, agreement_statistics
from app.statistics.table.ratings import Float
from app.statistics.variance.henderson import henderson_left_out

SCALES: dict[Kind, tuple[float, ...]] = {
    "realism": (1.0, 2.0, 3.0, 4.0, 5.0),
    "verdict": (0.0, 1.0),
}


def study(kind: Kind, missing: float) -> Float:
    rng = np.random.default_rng(11)
    latent = rng.normal(size=(4, 1)) + rng.normal(size=(1, 9)) + rng.normal(size=(4, 9))
    matrix = np.clip(np.round(3 + latent), 1, 5) if kind == "realism" else (latent > 0) * 1.0
    matrix[rng.random(matrix.shape) < missing] = np.nan
    return with_ratings(matrix)


@pytest.mark.parametrize("missing", [0.0, 0.4])
@pytest.mark.parametrize("kind", ["realism", "verdict"])
def test_every_coefficient_without_reader_and_case(kind: Kind, missing: float) -> None:
    matrix = study(kind, missing)
    whole = agreement_statistics(matrix, kind=kind, categories=SCALES[kind])
    compared = 0
    for j in range(matrix.shape[0]):
        for k in range(matrix.shape[1]):
            rest = with_ratings(np.delete(np.delete(matrix, j, axis=0), k, axis=1))
            parts = agreement_statistics(rest, kind=kind, categories=SCALES[kind])
            for name, coefficient in whole.items():
                without = coefficient.values.without_both
                # ICCs are left out by Henderson's method, below; W is not left out twice.
                if without is None or name.startswith("icc"):
                    continue
                expected = parts[name].values.estimate
                assert without[j, k] == pytest.approx(expected, abs=1e-9, nan_ok=True), name
                compared += np.isfinite(expected)
    assert compared > 200


@pytest.mark.parametrize("form", ["1", "A1", "C1"])
def test_henderson_is_the_analysis_of_variance_of_complete_ratings(form: Any) -> None:
    matrix = study("realism", 0.0)
    left_out = henderson_left_out(matrix, (form,))[form]
    assert left_out.estimate == pytest.approx(icc(matrix, form).estimate)
    assert left_out.without_both is not None
    assert left_out.without_both[1, 3] == pytest.approx(
        icc(np.delete(np.delete(matrix, 1, axis=0), 3, axis=1), form).estimate
    )


@pytest.mark.parametrize("form", ["1", "A1", "C1"])
def test_henderson_without_reader_case_or_both_is_that_of_the_rest(form: Any) -> None:
    matrix = ratings_with_gaps(seed=4, readers=5, cases=12, missing=0.3)
    left_out = henderson_left_out(matrix, (form,))[form]
    assert left_out.without_both is not None

    def of(rest: Float) -> float:
        return henderson_left_out(with_ratings(rest), (form,))[form].estimate

    for j in range(5):
        rest = np.delete(matrix, j, axis=0)
        assert left_out.without_reader[j] == pytest.approx(of(rest))
        for k in range(12):
            assert left_out.without_both[j, k] == pytest.approx(of(np.delete(rest, k, axis=1)))
    for k in range(12):
        assert left_out.without_case[k] == pytest.approx(of(np.delete(matrix, k, axis=1)))


def test_henderson_estimates_without_bias_when_ratings_are_missing() -> None:
    rng = np.random.default_rng(3)
    estimates = []
    for _ in range(400):
        matrix = 0.8 * rng.normal(size=(6, 1)) + rng.normal(size=(1, 30)) + rng.normal(size=(6, 30))
        matrix[rng.random(matrix.shape) < 0.4] = np.nan
        left_out = henderson_left_out(with_ratings(matrix), ("C1",))["C1"]
        estimates.append(left_out.estimate)
    # Case 1, residual 1: ICC(C,1) = 0.5; a ratio of unbiased variances has some bias left.
    assert np.mean(estimates) == pytest.approx(0.5, abs=0.02)


def test_an_icc_of_nothing_over_nothing_is_undefined() -> None:
    # Without reader 6 and case 1 no reader tells two cases apart: case and residual are both 0.
    matrix = np.zeros((8, 4))
    matrix[[2, 4], 1:] = 1.0
    matrix[5, [1, 3]] = 1.0

    left_out = henderson_left_out(matrix, ("C1",))["C1"].without_both

    assert left_out is not None
    assert np.argwhere(np.isnan(left_out)).tolist() == [[5, 0]]
