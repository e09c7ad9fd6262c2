"""Renditions: nothing but the picture, and nothing about the picture in their length."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from app.bank.rendition import canonical_rendition, encode_png, fitted_picture, rendition_length
from app.films.film import Film
from app.films.reader import read_film
from app.films.sharpness import fine_share
from tests.bank.files import dicom, saved, texture


def pixels_of(rendition: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(rendition)))


def chunks_of(png: bytes) -> list[tuple[bytes, bytes]]:
    chunks, position = [], 8
    while position < len(png):
        (length,) = struct.unpack(">I", png[position : position + 4])
        kind = png[position + 4 : position + 8]
        body = png[position + 8 : position + 8 + length]
        (checksum,) = struct.unpack(">I", png[position + 8 + length : position + 12 + length])
        assert checksum == zlib.crc32(kind + body)
        chunks.append((kind, body))
        position += 12 + length
    return chunks


CONTENTS = {
    "noise": texture(512, 512),
    "smooth": np.tile(np.linspace(0, 255, 512).astype(np.uint8), (512, 1)),
    "nearly black": np.eye(512, dtype=np.uint8),
    "stripes": np.tile(np.array([0, 255], dtype=np.uint8), (512, 256)),
    "wide": texture(200, 512),
    "tall": texture(512, 130),
    "small": texture(64, 64),
    "large": texture(1500, 1200),
}


@pytest.mark.parametrize("size", [64, 300, 512, 1024])
def test_its_length_tells_nothing_about_the_picture(size: int) -> None:
    lengths = {
        name: len(canonical_rendition(read_film(saved(pixels)), size))
        for name, pixels in CONTENTS.items()
    }
    assert set(lengths.values()) == {rendition_length(size)}


def test_it_has_no_chunk_but_the_three_and_no_filter() -> None:
    for pixels in CONTENTS.values():
        data = saved(pixels)
        rendition = canonical_rendition(read_film(data))
        chunks = chunks_of(rendition)
        assert [kind for kind, _ in chunks] == [b"IHDR", b"IDAT", b"IEND"]
        assert chunks[0][1] == struct.pack(">IIBBBBB", 512, 512, 8, 0, 0, 0, 0)
        rows = np.frombuffer(zlib.decompress(chunks[1][1]), np.uint8).reshape(512, 513)
        assert not rows[:, 0].any()


def test_equal_pictures_give_equal_bytes_whatever_file_they_came_in() -> None:
    pixels = texture(512, 512)
    files = [
        saved(pixels),
        saved(pixels, optimize=True, dpi=(300, 300)),
        saved(np.dstack([pixels] * 3)),
        saved(pixels.astype(np.uint16) * 257),
        saved(pixels, "TIFF"),
        saved(pixels, "WEBP", lossless=True),
        dicom(pixels),
        dicom(255 - pixels, PhotometricInterpretation="MONOCHROME1"),
    ]
    assert len({canonical_rendition(read_film(data)) for data in files}) == 1


def test_it_keeps_every_pixel_of_a_picture_that_has_the_size() -> None:
    pixels = texture(512, 512)
    np.testing.assert_array_equal(pixels_of(canonical_rendition(read_film(saved(pixels)))), pixels)


def test_it_keeps_the_aspect_and_centres_on_black() -> None:
    pixels = texture(300, 512)
    shown = pixels_of(canonical_rendition(read_film(saved(pixels))))
    np.testing.assert_array_equal(shown[106:406], pixels)
    assert not shown[:106].any()
    assert not shown[406:].any()


def test_it_never_mirrors_or_turns() -> None:
    pixels = np.zeros((200, 200), dtype=np.uint8)
    pixels[10:60, 120:190] = 250
    shown = pixels_of(canonical_rendition(read_film(saved(pixels)), 100))
    assert shown[5:30, 60:95].mean() > 240
    assert shown[50:].max() < 20
    assert shown[:, :50].max() < 20


def test_it_averages_when_it_shrinks() -> None:
    # Every second column white: sampling single columns would give black or white.
    pixels = np.tile(np.array([0, 255], dtype=np.uint8), (1024, 512))
    shown = pixels_of(canonical_rendition(read_film(saved(pixels))))
    assert np.abs(shown[:, 8:-8].astype(int) - 127).max() <= 1


def test_it_rounds_only_once() -> None:
    levels = np.full((1024, 1024), 100.25, dtype=np.float32)
    levels[:, ::2] = 100.65
    levels[0, 0] = 0
    shown = pixels_of(canonical_rendition(Film(levels, "PNG")))
    # The mean is 100.45; rounding before resizing would give 100.5 and then 100 or 101.
    assert (shown[8:, 8:] == 100).all()


def test_it_refuses_a_size_that_makes_no_sense() -> None:
    image = read_film(saved(texture()))
    for size in (0, 63, 4097):
        with pytest.raises(ValueError, match="64 to 4096"):
            canonical_rendition(image, size)


def test_its_png_is_read_by_others() -> None:
    pixels = texture(200, 300)
    np.testing.assert_array_equal(pixels_of(encode_png(pixels)), pixels)


def test_a_resolution_takes_finer_detail_away_and_no_more() -> None:
    noise = np.random.default_rng(4).normal(128, 30, (512, 512)).clip(0, 255).astype(np.float32)
    fine, coarse = Film(noise, "PNG"), Film(noise, "PNG")
    full = fitted_picture(fine, 256)
    limited = fitted_picture(fine, 256, 64)
    assert fine_share(full) > 10 * fine_share(limited)
    shrunk = Image.fromarray(noise).resize((64, 64), Image.Resampling.LANCZOS)
    source = Film(np.clip(np.asarray(shrunk), 0, 255), "PNG")
    np.testing.assert_array_equal(limited, fitted_picture(source, 256))
    np.testing.assert_array_equal(fitted_picture(coarse, 256, 256), full)
