"""REML variances: at the minimum, on the boundary only where they belong there, and as lme4's."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from restricted_likelihood import dense_restricted_deviance

from app.statistics.agreement.icc import icc, with_ratings
from app.statistics.table.ratings import Float
from app.statistics.variance.components import (
    NoVarianceComponentsError,
    VarianceComponents,
    one_way_components,
    restricted_deviance,
    variance_components,
)
from tests.two_lengths import some_now

# Made by lme4_variances.R, which lies beside it.
with (Path(__file__).parent / "lme4_variances.csv").open(newline="") as file:
    LME4 = tuple(csv.DictReader(file))


def ratings_of(row: dict[str, str]) -> Float:
    return np.array(
        [
            [math.nan if digit == "." else float(digit) for digit in reader]
            for reader in row["ratings"].split("|")
        ]
    )


def random_study(seed: int) -> Float:
    rng = np.random.default_rng(seed)
    readers, cases = int(rng.integers(2, 9)), int(rng.integers(6, 40))
    of_reader, of_case = rng.choice([0.0, 0.2, 0.5, 1.0, 2.0], size=2)
    latent = (
        rng.normal(size=(readers, 1)) * of_reader
        + rng.normal(size=(1, cases)) * of_case
        + rng.normal(size=(readers, cases))
    )
    ratings = np.clip(np.round(3.0 + latent), 1.0, 5.0)
    ratings[rng.random(ratings.shape) < rng.choice([0.05, 0.15, 0.3, 0.5])] = np.nan
    return with_ratings(ratings)


def criterion(matrix: Float, components: VarianceComponents) -> float:
    """REML criterion as lme4 counts it."""
    n = int(np.isfinite(matrix).sum())
    dense = dense_restricted_deviance(
        matrix, components.case, components.reader, components.residual
    )
    return (n - 1) * math.log(2.0 * math.pi) + dense


def ratios(components: VarianceComponents) -> Float:
    return np.array([components.case, components.reader]) / components.residual


@pytest.mark.parametrize("index", some_now(range(len(LME4)), range(0, len(LME4), 3)))
def test_variances_and_criterion_are_those_of_lme4(index: int) -> None:
    row = LME4[index]
    matrix = ratings_of(row)
    components = variance_components(matrix)
    assert criterion(matrix, components) == pytest.approx(float(row["criterion"]), abs=1e-5)
    expected = [float(row[name]) for name in ("case", "reader", "residual")]
    assert [components.case, components.reader, components.residual] == pytest.approx(
        expected, abs=2e-3 * sum(expected)
    )


def test_the_studies_of_lme4_hold_variances_of_zero_and_small_ones() -> None:
    of_readers = np.array([float(row["reader"]) for row in LME4])
    assert (of_readers == 0.0).sum() > 20
    assert ((of_readers > 0.0) & (of_readers < 0.05)).sum() > 10


@pytest.mark.parametrize("seed", some_now(range(60), range(12)))
def test_no_point_of_a_fine_grid_has_a_smaller_deviance(seed: int) -> None:
    matrix = random_study(seed)
    components = variance_components(matrix)
    at = restricted_deviance(matrix, ratios(components)).value
    steps = (0.0, *np.geomspace(1e-3, 100.0, 21))
    grid = min(
        restricted_deviance(matrix, np.array([of_case, of_reader])).value
        for of_case in steps
        for of_reader in steps
    )
    assert at <= grid + 1e-7


@pytest.mark.parametrize("seed", range(60))
def test_on_the_boundary_the_deviance_grows_and_elsewhere_it_is_flat(seed: int) -> None:
    matrix = random_study(seed)
    optimum = ratios(variance_components(matrix))
    gradient = restricted_deviance(matrix, optimum).gradient
    for ratio, slope in zip(optimum, gradient, strict=True):
        if ratio == 0.0:
            assert slope >= -1e-6
        else:
            assert slope * ratio == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("seed", range(20))
def test_the_gradient_is_that_of_the_deviance(seed: int) -> None:
    matrix = random_study(seed)
    at = np.random.default_rng(seed).uniform(0.05, 2.0, size=2)
    step = 1e-5
    numeric = [
        (
            restricted_deviance(matrix, at + step * way).value
            - restricted_deviance(matrix, at - step * way).value
        )
        / (2.0 * step)
        for way in np.eye(2)
    ]
    assert restricted_deviance(matrix, at).gradient == pytest.approx(numeric, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("seed", range(20))
def test_one_way_variances_are_at_their_minimum(seed: int) -> None:
    matrix = random_study(seed)
    components = one_way_components(matrix)
    at = restricted_deviance(matrix, np.array([components.case / components.residual, 0.0])).value
    assert at <= 1e-8 + min(
        restricted_deviance(matrix, np.array([ratio, 0.0])).value
        for ratio in (0.0, *np.geomspace(1e-3, 100.0, 60))
    )


def test_a_small_agreement_is_not_printed_as_none() -> None:
    """A search over roots of the ratios stays on the bound here, and gives 0."""
    row = LME4[3]
    assert icc(ratings_of(row), "A1").estimate == pytest.approx(
        float(row["case"]) / sum(float(row[name]) for name in ("case", "reader", "residual")),
        abs=1e-3,
    )
    stuck = [row for row in LME4 if 1e-3 < float(row["case"]) < 0.1]
    assert stuck
    for row in stuck:
        assert (icc(ratings_of(row), "A1").estimate or 0.0) > 0.0


def test_an_exact_fit_has_the_variances_of_its_effects_and_no_residual() -> None:
    case, reader = np.array([0.0, 1, 2, 3, 5]), np.array([0.0, 1, 3])
    matrix = reader[:, None] + case[None, :]
    matrix[0, 1] = matrix[2, 4] = np.nan
    components = variance_components(matrix)
    assert components.residual == 0.0
    assert components.case == pytest.approx(case.var(ddof=1))
    assert components.reader == pytest.approx(reader.var(ddof=1))
    assert icc(matrix, "C1").estimate == 1.0


def test_readers_who_share_no_case_and_leave_no_residual_are_refused_with_the_reason() -> None:
    n = np.nan
    matrix = np.array(
        [[1.0, 2, 4, n, n, n], [2, 3, 5, n, n, n], [n, n, n, 1, 2, 4], [n, n, n, 3, 4, 6]]
    )
    with pytest.raises(NoVarianceComponentsError, match="groups that share no case"):
        variance_components(matrix)
    assert "groups that share no case" in icc(matrix, "A1").state


@pytest.mark.parametrize("form", ["1", "A1", "C1"])
def test_one_way_and_two_way_agree_with_anova_where_nothing_is_missing(form: Any) -> None:
    rng = np.random.default_rng(5)
    matrix = rng.normal(size=(4, 1)) + rng.normal(size=(1, 30)) + rng.normal(size=(4, 30))
    by_reml, by_anova = icc(matrix, form, always_reml=True), icc(matrix, form)
    assert by_reml.estimate == pytest.approx(by_anova.estimate, abs=1e-6)
