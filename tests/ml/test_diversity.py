"""MS-SSIM against pytorch-msssim, and what the diversity of a set promises."""

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from ml.errors import MlError
from ml.measuring.diversity import diversity, ms_ssim, scales_that_fit


def pairs(size):
    rng = np.random.default_rng(3)
    first = rng.random((2, 1, size, size))
    second = np.clip(first + 0.1 * rng.standard_normal(first.shape), 0, 1)
    blurred = gaussian_filter(first, (0, 0, 3, 3)), gaussian_filter(second, (0, 0, 2, 3))
    return [torch.tensor(x, dtype=torch.float32) for x in blurred]


@pytest.mark.parametrize(
    ("size", "expected"),
    # pytorch-msssim 1.0.0, ms_ssim(a, b, data_range=1, size_average=False).
    [(256, [0.9477576, 0.9417142]), (161, [0.9501954, 0.9441575]), (177, [0.9458209, 0.9445747])],
)
def test_ms_ssim_equals_pytorch_msssim(size, expected):
    assert ms_ssim(*pairs(size)).numpy() == pytest.approx(np.array(expected), abs=2e-6)


def test_an_image_is_wholly_similar_to_itself():
    first, _ = pairs(64)
    assert ms_ssim(first, first).numpy() == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize(("side", "scales"), [(512, 5), (161, 5), (160, 4), (64, 3), (11, 1)])
def test_small_images_get_as_many_scales_as_fit(side, scales):
    assert scales_that_fit(side) == scales


def test_images_below_the_window_are_refused():
    with pytest.raises(MlError, match="at least 11 pixels"):
        scales_that_fit(10)


def test_copies_are_less_diverse_than_different_images():
    rng = np.random.default_rng(5)
    different = gaussian_filter(rng.random((6, 48, 48)), (0, 2, 2))
    copies = np.repeat(different[:1], 6, axis=0)
    assert diversity(copies).mean_ms_ssim == pytest.approx(1.0, abs=1e-5)
    assert diversity(different).mean_ms_ssim < 0.7


def test_pairs_are_drawn_by_seed_where_there_are_too_many():
    rng = np.random.default_rng(6)
    images = gaussian_filter(rng.random((10, 24, 24)), (0, 1, 1))
    first, again = (diversity(images, max_pairs=20, seed=4) for _ in range(2))
    assert first == again
    assert first.pairs == 20
    assert diversity(images).pairs == 45


def test_one_image_has_no_diversity_to_measure():
    with pytest.raises(MlError, match="at least 2 images"):
        diversity(np.zeros((1, 32, 32)))
