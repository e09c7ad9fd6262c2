"""The coverage simulation knows the truth it holds the intervals against."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import coverage

LARGE = coverage.Cell(readers=1500, cases=300, level="typical", missing=0.0)


@pytest.fixture(scope="module")
def population() -> dict[str, np.ndarray]:
    return coverage.simulate(LARGE, coverage.arms_of("typical"), np.random.default_rng(1))


def test_its_true_rate_and_mean_are_those_of_a_large_population(
    population: dict[str, np.ndarray],
) -> None:
    arms = coverage.arms_of("typical")
    rated = np.hstack((population["rated"], population["rated_twin"]))
    assert coverage.deception_rate(arms.rated) == pytest.approx(0.65)
    assert coverage.judged_real(rated).mean() == pytest.approx(0.65, abs=0.03)
    assert coverage.realism(rated).mean() == pytest.approx(
        coverage.true_mean_realism(arms.rated), abs=0.08
    )


@pytest.mark.parametrize(("arm", "auc"), [("detected", 0.70), ("at_margin", 0.60), ("alike", 0.50)])
def test_its_true_auc_is_that_of_a_large_population(
    population: dict[str, np.ndarray], arm: str, auc: float
) -> None:
    real, synthetic = (coverage.realism(population[name])[:200] for name in ("real", arm))
    theta, _ = coverage.reader_aucs_of_arms(real, [synthetic], method="delong")
    assert theta.mean() == pytest.approx(auc, abs=0.04)


def test_a_study_does_not_depend_on_how_the_work_is_sliced() -> None:
    cell = coverage.GRID[0]
    whole = coverage.slice_of_studies((cell, 1, 0, 4))
    halves = coverage.slice_of_studies((cell, 1, 0, 2)) + coverage.slice_of_studies((cell, 1, 2, 4))
    assert whole == halves


@pytest.mark.slow
@pytest.mark.parametrize("cell", coverage.GRID[:4], ids=lambda cell: cell.name)
def test_intervals_cover_with_four_readers(cell: coverage.Cell) -> None:
    coverages = coverage.run(cell, studies=1500, seed=7, processes=1)
    for name in ("deception", "realism", "AUC"):
        # 93 to 97 %, widened by two standard errors of 1500 studies.
        assert 0.918 <= coverages[name] <= 0.982
