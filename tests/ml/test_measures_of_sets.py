"""What a classifier tells apart, how many different images there are, and mixes of conditions."""

import doctest

import numpy as np
import pytest

from ml.measuring import mix
from ml.measuring.mix import same_mix
from ml.measuring.two_sample import MINIMUM_IMAGES, WIDER, Z, auc_interval, told_apart, wilson
from ml.measuring.vendi import vendi, vendi_score

RNG = np.random.default_rng(3)


def test_sets_that_do_not_differ_are_not_told_apart():
    aucs = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        told = told_apart(rng.standard_normal((24, 40)), rng.standard_normal((18, 40)))
        assert told.auc_low < 0.5 < told.auc_high
        aucs.append(told.auc)
    assert np.mean(aucs) == pytest.approx(0.5, abs=0.1)


def test_sets_that_differ_are_told_apart_whatever_their_sizes_and_scales():
    scale = 10.0 ** RNG.uniform(-3, 3, 60)
    real, shifted = RNG.standard_normal((40, 60)), RNG.standard_normal((15, 60))
    shifted[:, :5] += 3
    told = told_apart(real * scale, shifted * scale)
    assert told.auc > 0.9
    assert told.auc_low > 0.5
    assert told.accuracy > 0.8
    assert (told.n_reference, told.n_images) == (40, 15)
    # The same images in the same order give the same figures.
    assert told_apart(real * scale, shifted * scale) == told


def test_a_turn_of_the_features_and_constant_ones_change_nothing():
    real, other = RNG.standard_normal((12, 30)), RNG.standard_normal((12, 30)) + 0.3
    told = told_apart(real, other)
    beside = np.ones((12, 3))
    with_constants = told_apart(np.hstack([real, beside]), np.hstack([other, beside]))
    assert with_constants.auc == pytest.approx(told.auc, abs=0.05)
    assert told_apart(real[:, ::-1], other[:, ::-1]).auc == pytest.approx(told.auc)


def test_too_few_images_are_not_asked():
    few = RNG.standard_normal((MINIMUM_IMAGES - 1, 4))
    assert told_apart(few, RNG.standard_normal((40, 4))) is None
    assert told_apart(RNG.standard_normal((40, 4)), few) is None


@pytest.mark.parametrize("auc", [0.0, 0.02, 0.5, 0.8, 0.999, 1.0])
def test_limits_solve_the_equation_they_are_defined_by(auc):
    m, n = 30, 20
    low, high = auc_interval(auc, m, n)
    assert 0 <= low <= auc <= high <= 1
    for limit in {low, high} - {0.0, 1.0}:
        larger = (m + n) / 2 - 1
        spread = 1 + larger * ((1 - limit) / (2 - limit) + limit / (1 + limit))
        variance = limit * (1 - limit) * spread / (m * n)
        assert abs(limit - auc) == pytest.approx(Z * WIDER * variance**0.5, abs=1e-6)
    assert auc_interval(1 - auc, n, m) == pytest.approx((1 - high, 1 - low), abs=1e-9)


def test_an_interval_of_a_share_is_wilsons():
    # 15 of 20: Newcombe RG, Stat Med 1998, method 3, to its four digits.
    assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_a_vendi_score_counts_what_differs():
    assert vendi_score(np.ones((7, 3))) == pytest.approx(1)
    assert vendi_score(np.eye(6)) == pytest.approx(6)
    assert vendi_score(np.repeat(np.eye(3), 4, axis=0)) == pytest.approx(3)


@pytest.mark.parametrize("cosine", [0.0, 0.3, 0.9])
def test_two_images_at_an_angle_have_the_vendi_score_of_their_eigenvalues(cosine):
    # K/2 of two unit vectors has the eigenvalues (1 + c)/2 and (1 - c)/2.
    pair = np.array([[2.0, 0.0], [3 * cosine, 3 * np.sqrt(1 - cosine**2)]])
    values = np.array([1 + cosine, 1 - cosine]) / 2
    assert vendi_score(pair) == pytest.approx(np.prod(values**-values))


def test_an_arm_is_scored_at_the_size_of_the_real_images_it_stands_beside():
    real, alike = RNG.standard_normal((8, 30)), np.ones((20, 30)) + 0.01 * np.eye(20, 30)
    score = vendi(real, alike)
    assert score.images == 8
    assert score.score == pytest.approx(1, abs=0.01)
    assert score.of_reals == pytest.approx(vendi_score(real))
    assert score.of_reals > 6
    assert vendi(real[:2], alike) is None


def test_real_images_are_taken_in_the_mix_of_the_arm():
    held = ["normal"] * 10 + ["abnormal"] * 30
    places = same_mix(held, ["normal"] * 3 + ["abnormal"] * 3)
    assert [held[place] for place in places].count("normal") == 10
    assert [held[place] for place in places].count("abnormal") == 10
    # Where the mix is the same, none is left out; where a condition lacks, none is in it.
    assert same_mix(held, held).tolist() == list(range(40))
    assert same_mix(held, ["normal", "nodule"]).tolist() == []
    # A third of 3 is 1, though it is a hair less in decimals.
    assert len(same_mix(["a"] * 7 + ["b"] * 70, ["a"] * 49 + ["b"] * 490)) == 77


def test_the_example_of_a_mix_holds():
    assert doctest.testmod(mix).failed == 0
