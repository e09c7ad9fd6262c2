"""The MRMC core agrees with the one-shot U-statistic, with paired t tests and with itself."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from app.statistics.realness.auc import reader_aucs, reader_aucs_of_arms
from app.statistics.table.settings import Generalisation
from app.statistics.variance.obuchowski_rockette import difference, global_test, single_arm
from app.statistics.variance.reader_means import reader_means

RNG = np.random.default_rng(20)


def kernel(real: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
    """psi[j, k, i] for readers j, real k, synthetic i."""
    difference = real[:, :, None] - synthetic[:, None, :]
    return (difference > 0) + 0.5 * (difference == 0)


def one_shot_variance(psi: np.ndarray) -> float:
    """Gallas (2006): variance of the mean of psi from eight moments, by plain loops.

    var = sum over which of reader, real and synthetic case are shared by two terms, of the number
    of such pairs of terms times their mean product, minus the mean product with nothing shared.
    """
    readers, n_real, n_synthetic = psi.shape
    total = readers * n_real * n_synthetic
    mean_square = 0.0
    nothing_shared = 0.0
    for same_reader, same_real, same_synthetic in itertools.product((True, False), repeat=3):
        products = 0.0
        pairs = 0
        for j, jj in itertools.product(range(readers), repeat=2):
            if (j == jj) != same_reader:
                continue
            for k, kk in itertools.product(range(n_real), repeat=2):
                if (k == kk) != same_real:
                    continue
                for i, ii in itertools.product(range(n_synthetic), repeat=2):
                    if (i == ii) != same_synthetic:
                        continue
                    products += psi[j, k, i] * psi[jj, kk, ii]
                    pairs += 1
        mean_square += products / total**2
        if not (same_reader or same_real or same_synthetic):
            nothing_shared = products / pairs
    return mean_square - nothing_shared


def ratings(readers: int, cases: int, mean: float, reader: np.ndarray | None = None) -> np.ndarray:
    shift = RNG.standard_normal((readers, 1)) if reader is None else reader
    case = RNG.standard_normal((1, cases))
    return np.round(mean + 0.4 * shift + case + RNG.standard_normal((readers, cases)))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_its_variance_is_the_one_shot_u_statistic_variance_when_complete(seed: int) -> None:
    rng = np.random.default_rng(seed)
    real = np.round(
        0.8
        + rng.standard_normal((3, 1))
        + 2 * rng.standard_normal((1, 5))
        + rng.standard_normal((3, 5))
    )
    synthetic = np.round(2 * rng.standard_normal((1, 4)) + rng.standard_normal((3, 4)))
    theta, covariance = reader_aucs(real, synthetic)
    arm = single_arm(theta, covariance)
    assert arm.cov2 > 0
    assert arm.variance == pytest.approx(one_shot_variance(kernel(real, synthetic)), abs=1e-12)


def test_its_variance_of_a_mean_is_the_two_way_u_statistic_variance() -> None:
    y = ratings(4, 6, 3.0)
    theta, covariance = reader_means(y)
    arm = single_arm(theta, covariance)
    assert arm.cov2 > 0
    assert arm.variance == pytest.approx(two_way_variance(y), abs=1e-12)


def two_way_variance(y: np.ndarray) -> float:
    """Square of the mean minus the mean product of ratings sharing neither reader nor case."""
    readers, cases = y.shape
    square = y.sum() ** 2 / y.size**2
    apart = y.sum() ** 2 - (y.sum(axis=0) ** 2).sum() - (y.sum(axis=1) ** 2).sum() + (y**2).sum()
    return float(square - apart / (readers * (readers - 1) * cases * (cases - 1)))


def test_reader_covariances_are_unbiased_when_ratings_are_missing() -> None:
    """Over many thinned copies of one study the mean covariance is that of independent redraws."""
    rng = np.random.default_rng(3)
    estimated, thetas = [], []
    for _ in range(4000):
        case = rng.standard_normal((1, 8))
        y = case + 0.5 * rng.standard_normal((2, 8))
        y[rng.random((2, 8)) < 0.25] = np.nan
        if (np.isfinite(y).sum(axis=1) < 2).any():
            continue
        theta, covariance = reader_means(y)
        if np.isfinite(covariance).all():
            estimated.append(covariance)
            thetas.append(theta)
    truth = np.cov(np.array(thetas).T)
    np.testing.assert_allclose(np.mean(estimated, axis=0), truth, rtol=0.06)


def test_fixed_cases_make_it_a_paired_t_test_of_reader_means() -> None:
    one, other = ratings(6, 9, 3.0), ratings(6, 7, 2.5)
    theta = np.stack((reader_means(one)[0], reader_means(other)[0]))
    contrast = difference(theta, np.zeros((2, 6, 2, 6)), generalise_to="readers")
    published = stats.ttest_rel(theta[0], theta[1])
    assert contrast.p_value == pytest.approx(published.pvalue)
    assert contrast.df == 5


def test_the_global_test_of_two_arms_is_the_square_of_the_contrast() -> None:
    shift = RNG.standard_normal((5, 1))
    real = ratings(5, 20, 1.0, shift)
    theta, covariance = reader_aucs_of_arms(
        real, [ratings(5, 18, 0.3, shift), ratings(5, 22, -0.2, shift)]
    )
    for generalise_to in ("readers_and_cases", "readers", "cases"):
        pair = difference(theta, covariance, generalise_to=generalise_to)  # type: ignore[arg-type]
        test = global_test(theta, covariance, generalise_to=generalise_to)  # type: ignore[arg-type]
        assert test.statistic == pytest.approx(pair.statistic**2)
        assert test.p_value == pytest.approx(pair.p_value)


def test_the_shared_real_arm_makes_contrasts_narrower_than_separate_real_arms() -> None:
    shift = RNG.standard_normal((6, 1))
    real = ratings(6, 25, 1.0, shift)
    theta, covariance = reader_aucs_of_arms(
        real, [ratings(6, 25, 0.0, shift), ratings(6, 25, 0.1, shift)]
    )
    apart = covariance.copy()
    apart[0, :, 1] = apart[1, :, 0] = 0.0
    assert difference(theta, covariance).variance < difference(theta, apart).variance


def test_covariance_of_arms_is_that_of_one_arm_on_its_diagonal() -> None:
    real, one, other = ratings(3, 9, 1.0), ratings(3, 8, 0.0), ratings(3, 7, 0.0)
    theta, covariance = reader_aucs_of_arms(real, [one, other])
    alone, own = reader_aucs(real, other)
    np.testing.assert_allclose(theta[1], alone)
    np.testing.assert_allclose(covariance[1, :, 1], own)


@pytest.mark.parametrize("method", ["unbiased", "delong", "jackknife"])
def test_the_three_covariances_tell_the_same_story_with_many_cases(method: str) -> None:
    shift = RNG.standard_normal((3, 1))
    real, synthetic = ratings(3, 200, 1.0, shift), ratings(3, 200, 0.0, shift)
    _, reference = reader_aucs(real, synthetic)
    _, covariance = reader_aucs(real, synthetic, method=method)  # type: ignore[arg-type]
    np.testing.assert_allclose(covariance, reference, rtol=0.02, atol=2e-6)


def by_definition(real: np.ndarray, synthetic: np.ndarray, j: int, jj: int) -> float:
    """theta_j theta_j' minus the mean product over different real and different synthetic cases."""
    psi = kernel(real, synthetic)
    psi[~np.isfinite(real[:, :, None] * synthetic[:, None, :])] = np.nan
    products = [
        psi[j, k, i] * psi[jj, kk, ii]
        for k, kk in itertools.permutations(range(real.shape[1]), 2)
        for i, ii in itertools.permutations(range(synthetic.shape[1]), 2)
    ]
    theta = np.nanmean(psi, axis=(1, 2))
    return float(theta[j] * theta[jj] - np.nanmean(products))


@pytest.mark.parametrize("binary", [True, False], ids=["joint counts", "all pairs"])
def test_unbiased_covariances_follow_their_definition_with_missing_ratings(binary: bool) -> None:
    # Two categories among 9 x 9 cases are counted jointly, distinct values visited pair by pair.
    rng = np.random.default_rng(8)
    real, synthetic = 0.5 + rng.standard_normal((3, 9)), rng.standard_normal((3, 9))
    if binary:
        real, synthetic = (real > 0).astype(float), (synthetic > 0).astype(float)
    real[0, 2] = real[1, 4] = synthetic[2, 0] = synthetic[0, 5] = np.nan
    _, covariance = reader_aucs(real, synthetic)
    for j, jj in itertools.product(range(3), repeat=2):
        assert covariance[j, jj] == pytest.approx(by_definition(real, synthetic, j, jj), abs=1e-12)


def test_it_leaves_out_a_reader_without_ratings() -> None:
    y = ratings(4, 10, 3.0)
    with_one_more = np.vstack((y, np.full((1, 10), np.nan)))
    one, other = (single_arm(*reader_means(matrix)) for matrix in (y, with_one_more))
    assert one.variance == pytest.approx(other.variance)
    assert other.n_readers == 4


def test_one_reader_says_nothing_about_other_readers() -> None:
    theta, covariance = reader_means(ratings(1, 10, 3.0))
    assert single_arm(theta, covariance).why_not == (
        "one reader, who says nothing about other readers"
    )
    alone = single_arm(theta, covariance, generalise_to="cases")
    assert alone.why_not is None
    assert math.isinf(alone.df)


def test_a_negative_covariance_counts_as_none() -> None:
    theta = np.array([0.5, 0.6, 0.7])
    covariance = np.full((3, 3), -0.01) + 0.05 * np.eye(3)
    arm = single_arm(theta, covariance)
    assert arm.cov2 == pytest.approx(-0.01)
    assert arm.variance == pytest.approx(theta.var(ddof=1) / 3)
    assert arm.df == pytest.approx(2.0)


def test_no_variance_at_all_is_named() -> None:
    arm = single_arm(np.full(3, 0.5), np.zeros((3, 3)))
    assert arm.why_not == "the variance over readers and cases is estimated as zero"


# Three readers who agree by chance: MS(R) = .0001, Var = .01, Cov2 = .004.
ALIKE = (
    np.array([0.70, 0.71, 0.72]),
    np.full((3, 3), 0.004) + 0.006 * np.eye(3),
)


def test_the_readers_mean_square_has_a_floor_where_it_is_asked_for() -> None:
    theta, covariance = ALIKE
    plain, floored = single_arm(theta, covariance), single_arm(theta, covariance, least_share=0.5)
    assert plain.variance == pytest.approx(0.0001 / 3 + 0.004)
    assert floored.variance == pytest.approx(0.5 * (0.01 - 0.004) / 3 + 0.004)
    assert floored.df == pytest.approx((0.003 + 3 * 0.004) ** 2 / (0.003**2 / 2))
    assert floored.ms_reader == plain.ms_reader


def test_a_mean_square_above_the_floor_is_used_as_it_is() -> None:
    theta, covariance = np.array([0.6, 0.7, 0.8]), ALIKE[1]
    plain, floored = single_arm(theta, covariance), single_arm(theta, covariance, least_share=0.5)
    assert (plain.variance, plain.df) == (floored.variance, floored.df)


@pytest.mark.parametrize("target", ["readers", "cases"])
def test_the_floor_does_not_touch_intervals_that_do_not_mix_readers_and_cases(
    target: Generalisation,
) -> None:
    theta, covariance = ALIKE
    plain = single_arm(theta, covariance, generalise_to=target)
    floored = single_arm(theta, covariance, generalise_to=target, least_share=0.5)
    assert (plain.variance, plain.df) == (floored.variance, floored.df)


def test_the_global_test_and_the_contrast_share_the_floor() -> None:
    theta = np.array([[0.70, 0.71, 0.72], [0.60, 0.61, 0.62]])
    covariance = np.zeros((2, 3, 2, 3))
    for arm in range(2):
        covariance[arm, :, arm, :] = ALIKE[1]
    test = global_test(theta, covariance, least_share=0.5)
    pair = difference(theta, covariance, least_share=0.5)
    assert test.denominator == pytest.approx(0.5 * (0.01 - 0.004) + 3 * 0.004)
    assert test.statistic == pytest.approx(pair.statistic**2)
    assert test.p_value == pytest.approx(pair.p_value)


def test_readers_who_are_alike_to_the_last_digit_have_no_interval_made_of_rounding() -> None:
    alike = np.array([2 / 3, np.nextafter(2 / 3, 1), 2 / 3])

    arm = single_arm(alike, np.zeros((3, 3)))

    assert arm.why_not is not None
    assert "zero" in arm.why_not
