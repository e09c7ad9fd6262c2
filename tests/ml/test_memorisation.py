"""Copies of training images are found; honest images are not called copies."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, shift

from ml.errors import MlError
from ml.measuring.memorisation import compared, memorisation, shifted_correlation, yardstick


def films(seed, count):
    """Draw smooth fields that share a common shape, as chest films share their anatomy."""
    rng = np.random.default_rng(seed)
    common = gaussian_filter(np.random.default_rng(0).standard_normal((64, 64)), 8) * 40
    own = gaussian_filter(rng.standard_normal((count, 64, 64)), (0, 4, 4)) * 10
    return 0.5 + 0.1 * (common + own)


def latents(images):
    return np.stack([compared(i, side=16).ravel() for i in images])


@pytest.fixture(scope="module")
def training():
    images = films(1, 30)
    return images, latents(images), [f"train-{i}.png" for i in range(30)]


def judge(images, training):
    return memorisation(images, latents(images), *training, yardstick(*training[:2]))


@pytest.mark.parametrize(
    "disguise",
    [
        lambda x: x,
        lambda x: x + 0.01 * np.random.default_rng(9).standard_normal(x.shape),
        lambda x: x * 0.9 + 0.02,
        lambda x: shift(x, (1, -1), mode="nearest"),
    ],
    ids=["exact", "noisy", "other exposure", "shifted"],
)
def test_a_copy_is_flagged_and_its_original_named(disguise, training):
    (neighbour,) = judge(disguise(training[0][11])[None], training)
    assert neighbour.flagged
    assert neighbour.nearest == "train-11.png"
    assert neighbour.nearest_in_latents == "train-11.png"
    assert neighbour.correlation_percentile == 100


def test_new_images_are_rarely_flagged(training):
    flagged = [n.flagged for n in judge(films(2, 60), training)]
    assert np.mean(flagged) <= 0.05


def test_the_threshold_comes_from_the_training_images_own_neighbours(training):
    correlation = shifted_correlation(training[0], training[0])
    np.fill_diagonal(correlation, -1)
    measured = yardstick(*training[:2])
    assert measured.correlation == np.percentile(correlation.max(axis=1), 95)
    assert yardstick(*training[:2], percentile=50).correlation < measured.correlation


def test_correlation_equals_pearsons_when_nothing_is_shifted():
    rng = np.random.default_rng(4)
    x, y = rng.random((2, 8, 8)), rng.random((3, 8, 8))
    expected = np.corrcoef(x.reshape(2, -1), y.reshape(3, -1))[:2, 2:]
    assert shifted_correlation(x, y, largest_shift=0) == pytest.approx(expected)


def test_a_shifted_copy_correlates_wholly():
    image = films(8, 1)
    moved = np.roll(image, (2, -3), axis=(1, 2))
    assert shifted_correlation(image, moved)[0, 0] == pytest.approx(1.0)


def test_a_constant_image_resembles_nothing(training):
    (neighbour,) = judge(np.full((1, 64, 64), 0.5), training)
    assert neighbour.correlation == 0
    assert not neighbour.flagged


def test_too_few_training_images_are_refused(training):
    with pytest.raises(MlError, match="at least 3 training images"):
        yardstick(training[0][:2], training[1][:2])
