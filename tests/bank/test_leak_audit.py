"""What of a rendition could tell real from synthetic: files must not, pictures are measured."""

import hashlib

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from app.bank.leak_audit import file_fault, measures_of, picture_measures
from app.bank.rendition import canonical_rendition, encode_png
from app.films.film import Film

SIZE = 64


def noise(side: int = SIZE, *, seed: int = 0) -> NDArray[np.uint8]:
    """Grey from 20 to 235, every pixel its own."""
    return np.random.default_rng(seed).integers(20, 236, (side, side), dtype=np.uint8)


def named(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_rendition_has_no_fault_whatever_it_shows() -> None:
    for pixels in (noise(), np.zeros((SIZE, SIZE), np.uint8), np.full((SIZE, SIZE), 255, np.uint8)):
        data = encode_png(pixels)
        assert file_fault(data, named(data), SIZE) == ""


def test_a_file_of_another_length_is_a_fault() -> None:
    data = encode_png(noise())
    assert "has 100 bytes, not" in file_fault(data[:100], named(data[:100]), SIZE)
    assert "bytes, not" in file_fault(data, named(data), SIZE + 1)


def test_a_file_with_another_chunk_is_a_fault_even_at_the_same_length() -> None:
    data = encode_png(noise())
    renamed = data.replace(b"IDAT", b"tEXt")
    assert len(renamed) == len(data)
    assert file_fault(renamed, named(renamed), SIZE).startswith("holds other chunks")


def test_a_file_that_was_exchanged_is_a_fault() -> None:
    assert "not the picture" in file_fault(
        encode_png(noise()), named(encode_png(noise(seed=1))), SIZE
    )


def test_the_margin_is_the_share_outside_what_is_lit() -> None:
    pixels = np.zeros((100, 100), np.uint8)
    pixels[20:70, 10:90] = noise(80)[:50]
    measures = measures_of(pixels)
    assert measures.margin == pytest.approx(1 - 50 * 80 / 100**2)
    inside = pixels[20:70, 10:90]
    assert measures.brightness == pytest.approx(inside.mean(), rel=1e-5)
    assert measures.contrast == pytest.approx(inside.std(), rel=1e-5)


def test_black_that_is_not_quite_zero_is_margin_too() -> None:
    pixels = np.full((50, 50), 8, np.uint8)
    pixels[10:40, 10:40] = 9
    assert measures_of(pixels).margin == pytest.approx(1 - 30 * 30 / 50**2)


def test_nothing_but_black_is_nothing_but_margin() -> None:
    measures = measures_of(np.zeros((SIZE, SIZE), np.uint8))
    assert (measures.sharpness, measures.brightness, measures.contrast, measures.margin) == (
        0,
        0,
        0,
        1,
    )
    assert measures_of(np.full((SIZE, SIZE), 90, np.uint8)).sharpness == 0


def test_sharpness_by_hand() -> None:
    # Columns of 50 and 150: |left + right + up + down - 4 pixel| is 200 everywhere, the SD 50.
    stripes = np.tile(np.array([50, 150], np.uint8), (8, 4))
    assert measures_of(stripes).sharpness == pytest.approx(200 / 50)
    # A ramp is as bright and has no second difference.
    ramp = np.tile(np.arange(20, 28, dtype=np.uint8), (8, 1))
    assert measures_of(ramp).sharpness == 0


def test_enlarging_makes_soft_and_windowing_does_not() -> None:
    small, large = noise(32).astype(np.float32), noise(128).astype(np.float32)

    def sharpness(pixels: NDArray[np.float32]) -> float:
        return picture_measures(canonical_rendition(Film(pixels, "PNG"), SIZE)).sharpness

    assert sharpness(small) < 0.6 * sharpness(large)
    assert sharpness(large * 0.5 + 20) == pytest.approx(sharpness(large), rel=0.03)


def test_a_picture_is_measured_as_its_pixels_are() -> None:
    pixels = noise()
    assert picture_measures(encode_png(pixels)) == measures_of(pixels)
    # The padding of a source that is not square is margin.
    tall = np.asarray(Image.fromarray(noise(64)).resize((32, 64))).astype(np.float32)
    measures = picture_measures(canonical_rendition(Film(tall, "PNG"), SIZE))
    assert measures.margin == pytest.approx(0.5, abs=0.02)
