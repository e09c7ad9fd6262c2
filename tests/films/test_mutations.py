"""Damaged files of every codec are read or refused by name; nothing else ever happens.

Twenty mutations a codec run with every test; `make test-all` runs eighty of each, of which two of
JPEG-LS keep its decoder busy for half a minute.
"""

import io
from contextlib import suppress

import imagecodecs
import numpy as np
import pydicom
import pytest
import tifffile
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import UID

from app.domain.errors import BadImage
from app.films.reader import read_film
from tests.bank.files import dicom, saved

SHADES = np.add.outer(np.arange(72) * 20, np.arange(96) * 25)
DEEP = (SHADES + np.random.default_rng(3).integers(0, 99, SHADES.shape)).astype(np.uint16)
FLAT = (DEEP >> 4).astype(np.uint8)
PREFIX = "1.2.840.10008.1.2."


def tiff(**options: object) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, DEEP, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def encapsulated(syntax: str, frame: bytes) -> bytes:
    dataset = pydicom.dcmread(io.BytesIO(dicom(DEEP, BitsStored=12, HighBit=11)))
    dataset.file_meta.TransferSyntaxUID = UID(PREFIX + syntax)
    dataset.PixelData = encapsulate([frame])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    return buffer.getvalue()


def rle() -> bytes:
    dataset = pydicom.dcmread(io.BytesIO(dicom(DEEP, BitsStored=12, HighBit=11)))
    dataset.compress(UID(PREFIX + "5"), generate_instance_uid=False)
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    return buffer.getvalue()


STREAMS = {
    "JPEG 12-bit": bytes(imagecodecs.jpeg_encode(DEEP, level=95, bitspersample=12)),
    "JPEG lossless": bytes(imagecodecs.jpeg_encode(DEEP, lossless=True, bitspersample=12)),
    "JPEG-LS": bytes(imagecodecs.jpegls_encode(DEEP)),
    "JPEG 2000": bytes(imagecodecs.jpeg2k_encode(DEEP, codecformat="j2k", reversible=True)),
    "HTJ2K": bytes(imagecodecs.htj2k_encode(DEEP, reversible=True)),
    "JPEG XL": bytes(imagecodecs.jpegxl_encode(DEEP, lossless=True)),
}
FILES = {
    "PNG": saved(FLAT),
    "deep PNG": saved(DEEP),
    "JPEG": saved(FLAT, "JPEG"),
    "WebP": saved(FLAT, "WEBP"),
    "AVIF": saved(FLAT, "AVIF"),
    "BMP": saved(FLAT, "BMP"),
    "palette PNG": saved(np.asarray(Image.fromarray(FLAT))),
    "PGM": b"P5 96 72 4095\n" + DEEP.astype(">u2").tobytes(),
    **{f"TIFF {name}": tiff(compression=name) for name in ("zlib", "lzw", "zstd", "jpegxl", None)},
    "TIFF, tiles": tiff(tile=(32, 32), compression="lzma", predictor=True),
    **STREAMS,
    "DICOM": dicom(DEEP, BitsStored=12, HighBit=11, WindowCenter=1000, WindowWidth=2000),
    "DICOM RLE": rle(),
    "DICOM JPEG extended": encapsulated("4.51", STREAMS["JPEG 12-bit"]),
    "DICOM JPEG lossless": encapsulated("4.70", STREAMS["JPEG lossless"]),
    "DICOM JPEG-LS": encapsulated("4.80", STREAMS["JPEG-LS"]),
    "DICOM JPEG 2000": encapsulated("4.90", STREAMS["JPEG 2000"]),
    "DICOM HTJ2K": encapsulated("4.201", STREAMS["HTJ2K"]),
}


def mutated(data: bytes, seed: int) -> bytes:
    """Bytes changed, cut out, repeated or cut off; headers are hit more often than pixels."""
    draw = np.random.default_rng(seed)
    changed = bytearray(data)
    for _ in range(int(draw.integers(1, 12))):
        reach = len(changed) if draw.random() < 0.5 else min(len(changed), 400)
        changed[int(draw.integers(reach))] = int(draw.integers(256))
    start = int(draw.integers(len(changed)))
    length = int(draw.integers(1, 200))
    way = draw.random()
    if way < 0.2:
        del changed[start : start + length]
    elif way < 0.4:
        changed[start:start] = changed[start : start + length]
    elif way < 0.5:
        del changed[start:]
    return bytes(changed)


def survive(codec: str, mutations: range) -> None:
    for number in mutations:
        data = mutated(FILES[codec], number)
        # Anything else that is raised fails the test.
        with suppress(BadImage):
            film = read_film(data, "film")
            assert np.isfinite(film.pixels).all()


@pytest.mark.parametrize("codec", FILES)
def test_twenty_mutations_are_read_or_refused(codec: str) -> None:
    assert read_film(FILES[codec], codec).pixels.shape == (72, 96)
    survive(codec, range(20))


@pytest.mark.slow
@pytest.mark.parametrize("codec", FILES)
def test_eighty_mutations_are_read_or_refused(codec: str) -> None:
    survive(codec, range(80))
