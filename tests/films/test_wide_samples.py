"""The same deep film gives the same grey levels from every container; no sample is cut."""

import io
import struct
import zlib

import imagecodecs
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from app.domain.errors import BadImage
from app.films.film import GreyLevels
from app.films.reader import read_film
from tests.bank.files import dicom, saved

FILM = (np.random.default_rng(7).integers(0, 4096, (80, 96))).astype(np.uint16)
LOW, HIGH = np.percentile(FILM, [0.5, 99.5])
RIGHT = np.clip((FILM - LOW) * 255 / (HIGH - LOW), 0, 255)


def png(samples: NDArray[np.uint16]) -> bytes:
    return bytes(imagecodecs.png_encode(samples))


def tiff(samples: NDArray[np.generic], **options: object) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, samples, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def opaque(samples: NDArray[np.uint16]) -> NDArray[np.uint16]:
    return np.full_like(samples, 65_535)


COLOUR = np.stack([FILM] * 3, axis=-1)
CONTAINERS = {
    "grey PNG": png(FILM),
    "grey PNG with alpha": png(np.stack([FILM, opaque(FILM)], axis=-1)),
    "RGB PNG": png(COLOUR),
    "RGBA PNG": png(np.concatenate([COLOUR, opaque(FILM)[..., None]], axis=-1)),
    "PNG by Pillow": saved(FILM),
    "PGM": b"P5\n# a comment\n96 80\n4095\n" + FILM.astype(">u2").tobytes(),
    "PPM": b"P6 96 80 4095\n" + COLOUR.astype(">u2").tobytes(),
    "TIFF": tiff(FILM),
    "TIFF, big endian": tiff(FILM, byteorder=">"),
    "TIFF, 32 bits": tiff(FILM.astype(np.uint32)),
    "TIFF, 32 bits far up": tiff(FILM.astype(np.uint32) + 4_000_000_000),
    "TIFF, signed": tiff(FILM.astype(np.int32) - 2048),
    "TIFF, float": tiff(FILM.astype(np.float32) / 4096),
    "TIFF, double": tiff(FILM.astype(np.float64)),
    "TIFF, RGB": tiff(COLOUR, photometric="rgb"),
    "TIFF, planes": tiff(np.moveaxis(COLOUR, -1, 0), photometric="rgb", planarconfig="separate"),
    "TIFF, white is zero": tiff(np.uint16(65_535) - FILM, photometric="miniswhite"),
    "TIFF, JPEG XL": tiff(FILM, compression="jpegxl", compressionargs={"lossless": True}),
    "JPEG lossless": bytes(imagecodecs.jpeg_encode(FILM, lossless=True, bitspersample=12)),
    "JPEG-LS": bytes(imagecodecs.jpegls_encode(FILM)),
    "JPEG 2000": bytes(imagecodecs.jpeg2k_encode(FILM, reversible=True, level=0)),
    "HTJ2K": bytes(imagecodecs.htj2k_encode(FILM, reversible=True)),
    "JPEG XL": bytes(imagecodecs.jpegxl_encode(FILM, lossless=True)),
    "DICOM": dicom(FILM, BitsStored=12, HighBit=11),
    "DICOM, high bits": dicom(FILM << 4, BitsStored=12, HighBit=15),
    "DICOM, 32 bits": dicom(FILM.astype(np.uint32)),
    "DICOM, RGB": dicom(COLOUR),
}


@pytest.mark.parametrize("container", CONTAINERS)
def test_the_same_film_has_the_same_levels(container: str) -> None:
    film = read_film(CONTAINERS[container], container)
    np.testing.assert_allclose(film.pixels, RIGHT, atol=0.01)
    assert [note.kind for note in film.notes] == ["stretched"]
    assert film.whole_levels().dtype == np.uint16


def test_transparent_parts_are_black_and_do_not_count() -> None:
    opacity = opaque(FILM)
    opacity[:20] = 0
    samples = FILM.copy()
    samples[:20] = 60_000
    film = read_film(png(np.stack([samples, opacity], axis=-1)))
    low, high = np.percentile(FILM[20:], [0.5, 99.5])
    right = np.clip((FILM[20:] - low) * 255 / (high - low), 0, 255)
    np.testing.assert_allclose(film.pixels[20:], right, atol=0.01)
    assert film.pixels[:20].max() == 0


def test_widened_eight_bits_are_narrowed_in_colour_too() -> None:
    narrow = (FILM >> 4).astype(np.uint16)
    film = read_film(png(np.stack([narrow * 257] * 3, axis=-1)))
    np.testing.assert_array_equal(film.pixels, narrow)
    assert film.bits == 8


def test_tiff_resolution_makes_pixels_square() -> None:
    assert read_film(tiff(FILM, resolution=(200, 100))).pixels.shape == (160, 96)
    assert read_film(tiff(FILM, resolution=(100, 200))).pixels.shape == (80, 192)
    eight = (FILM >> 4).astype(np.uint8)
    assert read_film(tiff(eight, resolution=(200, 100))).pixels.shape == (160, 96)


def test_bits_beyond_the_stored_ones_are_left_out_and_noted() -> None:
    film = read_film(dicom(FILM | np.uint16(0x8000), BitsStored=12, HighBit=11))
    np.testing.assert_allclose(film.pixels, RIGHT, atol=0.01)
    assert [note.kind for note in film.notes] == ["bits", "stretched"]


def test_as_is_lays_deep_values_over_the_range_of_their_type() -> None:
    def levels(data: bytes) -> GreyLevels:
        return read_film(data, mapping="as-is").pixels

    deep = FILM * np.uint16(16)
    np.testing.assert_allclose(levels(png(deep)), deep * (255 / 65_535), atol=0.01)
    shares = deep.astype(np.float32) / 65_535
    np.testing.assert_allclose(levels(tiff(shares)), shares * 255, atol=0.01)
    film = read_film(png(FILM), mapping="as-is")
    assert [note.kind for note in film.notes] == ["dim"]


@pytest.mark.parametrize("damage", ["checksum", "cut", "short"])
def test_a_damaged_deep_png_is_told(damage: str) -> None:
    data = bytearray(png(FILM))
    if damage == "checksum":
        data[data.index(b"IDAT") + 40] ^= 1
    elif damage == "cut":
        del data[-30:]
    else:
        # A row more than there are in the stream, under a right checksum.
        place = data.index(b"IHDR") + 4
        data[place + 4 : place + 8] = struct.pack(">I", 81)
        data[place + 13 : place + 17] = struct.pack(">I", zlib.crc32(data[place - 4 : place + 13]))
    with pytest.raises(BadImage, match="is a damaged PNG file"):
        read_film(bytes(data))
