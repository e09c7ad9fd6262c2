"""What a program measures of a picture: each measure answers to what it is named for."""

from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from app.bank.leak_audit import picture_measures
from app.bank.picture_measures import AUDIT_MEASURES, audit_measures, audit_measures_of
from app.bank.rendition import encode_png

SIDE = 256


def film(seed: int = 0) -> NDArray[np.uint8]:
    """Smooth grey of 40 to 200 with a little grain, as of a film."""
    rng = np.random.default_rng(seed)
    smooth = ndimage.gaussian_filter(rng.normal(size=(SIDE, SIDE)), 12)
    levels = 120 + 400 * smooth + rng.normal(0, 3, (SIDE, SIDE))
    return np.clip(np.rint(levels), 30, 215).astype(np.uint8)


def test_the_first_four_are_those_of_exports() -> None:
    data = encode_png(film())
    four, twelve = picture_measures(data), audit_measures(data)
    assert AUDIT_MEASURES[:4] == ("sharpness", "brightness", "contrast", "margin")
    assert all(getattr(four, name) == getattr(twelve, name) for name in AUDIT_MEASURES[:4])


def test_letters_near_an_edge_are_counted_and_a_clip_in_the_middle_is_not() -> None:
    assert audit_measures_of(film()).signs == 0
    image = Image.fromarray(film())
    draw = ImageDraw.Draw(image)
    draw.text((8, 8), "R", fill=255, font_size=24)
    assert audit_measures_of(np.asarray(image)).signs == 1
    draw.text((8, 40), "7 2", fill=255, font_size=24)
    assert audit_measures_of(np.asarray(image)).signs == 3
    middle = film()
    middle[120:130, 122:130] = 255
    assert audit_measures_of(middle).signs == 0


def test_the_histogram_is_measured_by_range_clipping_and_levels() -> None:
    pixels = film()
    flat = (pixels // 2).astype(np.uint8)
    assert audit_measures_of(flat).range == pytest.approx(
        audit_measures_of(pixels).range / 2, abs=2
    )
    assert audit_measures_of(flat).greys == np.unique(flat).size
    assert audit_measures_of(pixels).clipping == 0
    harder = np.clip((pixels.astype(int) - 120) * 4 + 120, 0, 255).astype(np.uint8)
    inside = harder[harder.any(axis=1)][:, harder.any(axis=0)]
    assert audit_measures_of(harder).clipping == pytest.approx(
        np.isin(inside, (0, 255)).mean(), abs=0.01
    )
    assert audit_measures_of(harder).edges != audit_measures_of(pixels).edges


def test_grain_is_measured_in_grey_levels() -> None:
    rng = np.random.default_rng(2)
    grain = np.rint(128 + rng.normal(0, 8, (SIDE, SIDE))).astype(np.uint8)
    assert audit_measures_of(grain).noise == pytest.approx(8, rel=0.03)


def test_jpeg_leaves_a_grid_that_other_files_have_not() -> None:
    def saved(pixels: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
        file = BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=quality)
        return np.asarray(Image.open(file))

    plain = [audit_measures_of(film(seed)).blocks for seed in range(6)]
    coarse = [audit_measures_of(saved(film(seed), 40)).blocks for seed in range(6)]
    assert max(plain) < 0.1
    assert min(coarse) > 3 * max(plain)


def test_the_slope_tells_white_noise_from_smoothed() -> None:
    rng = np.random.default_rng(4)
    white = rng.normal(128, 30, (SIDE, SIDE))
    assert audit_measures_of(np.clip(white, 20, 235).astype(np.uint8)).slope == pytest.approx(
        0, abs=0.25
    )
    smooth = 128 + 200 * ndimage.gaussian_filter(white - 128, 2) / 30
    assert audit_measures_of(np.clip(smooth, 20, 235).astype(np.uint8)).slope < -2


def test_black_and_tiny_pictures_have_numbers_too() -> None:
    black = audit_measures_of(np.zeros((64, 64), np.uint8))
    assert (black.margin, black.greys, black.noise, black.slope) == (1, 0, 0, 0)
    dot = np.zeros((64, 64), np.uint8)
    dot[30, 30] = 200
    measured = audit_measures_of(dot)
    assert all(np.isfinite(getattr(measured, name)) for name in AUDIT_MEASURES)
    even = audit_measures_of(np.full((64, 64), 90, np.uint8))
    assert all(np.isfinite(getattr(even, name)) for name in AUDIT_MEASURES)
