"""KID, PRDC and the Fréchet distance against numbers from other implementations."""

import numpy as np
import pytest

from ml.errors import MlError
from ml.measuring.fidelity import (
    frechet_distance,
    kernel_distance,
    precision_recall_density_coverage,
    standardised,
)


@pytest.fixture(scope="module")
def two_sets():
    rng = np.random.default_rng(7)
    return rng.standard_normal((40, 6)), rng.standard_normal((30, 6)) * 0.8 + 0.3


def test_kid_equals_torchmetrics(two_sets):
    # torchmetrics 1.9.0, image.kid.poly_mmd(x[:30], y), its default cubic kernel.
    x, y = two_sets
    assert kernel_distance(x[:30], y).kid == pytest.approx(0.6513444979272558, rel=1e-12)


def test_kid_is_unbiased_for_sets_of_one_distribution():
    rng = np.random.default_rng(1)
    values = [
        kernel_distance(rng.standard_normal((12, 4)), rng.standard_normal((9, 4))).kid
        for _ in range(400)
    ]
    assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(len(values))


def test_the_jackknife_error_matches_the_spread_over_repeated_samples():
    rng = np.random.default_rng(2)
    results = [
        kernel_distance(rng.standard_normal((40, 4)), rng.standard_normal((40, 4)) + 1)
        for _ in range(200)
    ]
    spread = np.std([r.kid for r in results])
    estimated = np.mean([r.standard_error for r in results])
    assert estimated == pytest.approx(spread, rel=0.2)


def test_prdc_equals_its_authors_package(two_sets):
    # prdc 0.2 (Naeem et al.), compute_prdc(x, y, nearest_k=5).
    result = precision_recall_density_coverage(*two_sets)
    assert result.precision == pytest.approx(0.9666666666666667)
    assert result.recall == pytest.approx(0.85)
    assert result.density == pytest.approx(0.88)
    assert result.coverage == pytest.approx(0.8)


def test_frechet_distance_equals_the_matrix_square_root_formula():
    # scipy 1.17.1: |mx - my|^2 + trace(cx + cy - 2 sqrtm(cx @ cy)), the formula of Heusel et al.
    rng = np.random.default_rng(7)
    rng.standard_normal((40, 6)), rng.standard_normal((30, 6))
    x = rng.standard_normal((200, 5))
    y = rng.standard_normal((200, 5)) @ rng.standard_normal((5, 5))
    assert frechet_distance(x, y, minimum=10) == pytest.approx(11.059859042716782, rel=1e-9)


@pytest.mark.parametrize(("images", "features"), [(30, 4), (2047, 4), (3000, 3000)])
def test_fid_is_refused_where_its_covariance_would_be_rank_deficient(images, features):
    x = np.zeros((images, features))
    with pytest.raises(MlError, match="FID is refused: it needs at least"):
        frechet_distance(x, x)


def test_standardising_makes_the_result_blind_to_the_scale_of_a_feature(two_sets):
    x, y = two_sets
    loud = np.array([1, 1, 1, 1, 1, 1000.0])
    plain = kernel_distance(*standardised(x, y)).kid
    assert kernel_distance(*standardised(x * loud, y * loud)).kid == pytest.approx(plain)


def test_features_that_never_vary_are_dropped(two_sets):
    x, y = two_sets
    x = np.hstack([x, np.full((len(x), 1), 3.0)])
    y = np.hstack([y, np.full((len(y), 1), 9.0)])
    assert standardised(x, y)[0].shape[1] == 6


@pytest.mark.parametrize("n", [0, 2])
def test_kid_of_too_few_images_is_refused(n):
    with pytest.raises(MlError, match="at least 3 images"):
        kernel_distance(np.zeros((n, 3)), np.zeros((10, 3)))


def test_more_neighbours_than_images_are_refused(two_sets):
    with pytest.raises(MlError, match="needs more than 30 images"):
        precision_recall_density_coverage(*two_sets, k=30)
