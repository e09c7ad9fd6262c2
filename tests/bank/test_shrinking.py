"""A large film is shrunk as Pillow shrinks it, to the last bit."""

import numpy as np
import pytest
from PIL import Image

from app.bank.rendition import canonical_rendition, encode_png
from app.bank.shrinking import shrunk
from app.films.film import Film, GreyLevels

# Rows and columns of the film, width and height of the picture.
SHAPES = [
    ((2500, 2500), (512, 512)),
    ((1024, 900), (450, 512)),
    ((1001, 2003), (512, 255)),
    ((701, 1400), (1, 350)),
    ((640, 640), (320, 320)),
    ((333, 999), (331, 110)),
]


def film(rows: int, columns: int) -> GreyLevels:
    """Noise with whole black and white areas, where the filter swings beyond both."""
    levels = np.random.default_rng(rows).uniform(0, 255, (rows, columns)).astype(np.float32)
    levels[: rows // 3] = 255
    levels[rows // 3 : rows // 2] = 0
    return levels


@pytest.mark.parametrize(("shape", "size"), SHAPES)
def test_a_film_is_shrunk_as_pillow_shrinks_it(
    shape: tuple[int, int], size: tuple[int, int]
) -> None:
    levels = film(*shape)
    pillow = Image.fromarray(levels).resize(size, Image.Resampling.LANCZOS)
    np.testing.assert_array_equal(shrunk(levels, *size), np.asarray(pillow))


def test_a_large_film_has_pillows_rendition() -> None:
    levels = film(1800, 1500)
    pillow = Image.fromarray(levels).resize((213, 256), Image.Resampling.LANCZOS)
    expected = np.zeros((256, 256), dtype=np.uint8)
    expected[:, 21:234] = np.clip(np.rint(np.asarray(pillow)), 0, 255)
    assert canonical_rendition(Film(levels, "PNG"), 256) == encode_png(expected)
