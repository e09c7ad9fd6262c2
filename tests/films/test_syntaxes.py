"""One picture in every transfer syntax that archives hold is one film."""

import io
import zlib

import imagecodecs
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.encaps import encapsulate
from pydicom.uid import UID

from app.domain.errors import BadImage
from app.films.reader import read_film
from tests.bank.files import dicom

PREFIX = "1.2.840.10008.1.2."
SHADES = np.add.outer(np.arange(72) * 23, np.arange(96) * 25)
DEEP = (SHADES + np.random.default_rng(3).integers(0, 64, SHADES.shape)).astype(np.uint16)
SIGNED = DEEP.astype(np.int16) - np.int16(2048)
WINDOW = {"BitsStored": 12, "HighBit": 11, "WindowWidth": 4096}
PLAIN = dicom(DEEP, **WINDOW, WindowCenter=2048)


def with_syntax(
    syntax: str, frame: bytes, pixels: NDArray[np.generic] = DEEP, **more: int
) -> bytes:
    centre = 0 if np.issubdtype(pixels.dtype, np.signedinteger) else 2048
    header = dicom(pixels, **WINDOW | {"WindowCenter": centre} | more)
    dataset = pydicom.dcmread(io.BytesIO(header))
    # JPEG XL's and deflated frames' identifiers are younger than the library's list.
    known = {"4.110": "4.201", "8.1": "4.5"}.get(syntax, syntax)
    dataset.file_meta.TransferSyntaxUID = UID(PREFIX + ("4.90" if known == "4.5" else known))
    dataset.PixelData = encapsulate([frame])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    data = buffer.getvalue()
    if syntax == "4.110":
        data = data.replace(b"2.4.201", b"2.4.110")
    if syntax == "8.1":
        data = data.replace(
            b"\x16\x00" + (PREFIX + "4.90").encode(), b"\x16\x00" + (PREFIX + "8.1\x00").encode()
        )
    return data


def jpeg_lossless(pixels: NDArray[np.uint16], predictor: int = 1) -> bytes:
    return bytes(
        imagecodecs.jpeg_encode(pixels, lossless=True, predictor=predictor, bitspersample=12)
    )


def packed(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


LOW_BITS = (SIGNED.view(np.uint16) & 0xFFF).astype(np.uint16)
FRAMES = {
    "JPEG lossless .57": with_syntax("4.57", jpeg_lossless(DEEP, 6)),
    "JPEG lossless .70": with_syntax("4.70", jpeg_lossless(DEEP)),
    "JPEG-LS": with_syntax("4.80", bytes(imagecodecs.jpegls_encode(DEEP))),
    "JPEG 2000": with_syntax(
        "4.90", bytes(imagecodecs.jpeg2k_encode(DEEP, codecformat="j2k", reversible=True, level=0))
    ),
    "JP2 in DICOM": with_syntax(
        "4.90", bytes(imagecodecs.jpeg2k_encode(DEEP, codecformat="jp2", reversible=True, level=0))
    ),
    "HTJ2K": with_syntax("4.201", bytes(imagecodecs.htj2k_encode(DEEP, reversible=True))),
    "JPEG XL": with_syntax("4.110", bytes(imagecodecs.jpegxl_encode(DEEP, lossless=True))),
    "encapsulated and plain": with_syntax("1.98", DEEP.tobytes()),
    "JPEG-LS, high bits": with_syntax(
        "4.80", bytes(imagecodecs.jpegls_encode(DEEP << np.uint16(4))), HighBit=15
    ),
    "signed JPEG lossless": with_syntax("4.70", jpeg_lossless(LOW_BITS), SIGNED),
    "signed JPEG-LS": with_syntax("4.80", bytes(imagecodecs.jpegls_encode(LOW_BITS)), SIGNED),
    "signed JPEG 2000": with_syntax(
        "4.90",
        bytes(imagecodecs.jpeg2k_encode(SIGNED, codecformat="j2k", reversible=True, level=0)),
        SIGNED,
    ),
}


@pytest.mark.parametrize("syntax", FRAMES)
def test_a_film_is_the_same_in_every_syntax(syntax: str) -> None:
    film = read_film(FRAMES[syntax], syntax)
    np.testing.assert_allclose(film.pixels, read_film(PLAIN).pixels, atol=0.001)
    assert film.notes == ()


def test_a_near_lossless_film_is_near() -> None:
    data = with_syntax("4.81", bytes(imagecodecs.jpegls_encode(DEEP, level=2)))
    assert np.abs(read_film(data).pixels - read_film(PLAIN).pixels).max() <= 2 * 255 / 4095 + 0.01


@pytest.mark.parametrize("cut", ["preamble", "preamble and meta"])
def test_a_file_without_its_beginning_is_read(cut: str) -> None:
    dataset = pydicom.dcmread(io.BytesIO(PLAIN))
    if cut == "preamble":
        data = PLAIN[132:]
    else:
        buffer = io.BytesIO()
        pydicom.dcmwrite(buffer, pydicom.Dataset(dataset), implicit_vr=True, little_endian=True)
        data = buffer.getvalue()
        data = data[132:] if data[128:132] == b"DICM" else data
    np.testing.assert_array_equal(read_film(data).pixels, read_film(PLAIN).pixels)


def test_a_film_strip_and_pixels_elsewhere_are_refused_by_name() -> None:
    with pytest.raises(BadImage, match="MPEG"):
        read_film(with_syntax("4.100", b"\x00\x00\x01\xb3"))
    dataset = pydicom.dcmread(io.BytesIO(PLAIN))
    del dataset.PixelData
    dataset.PixelDataProviderURL = "https://example.org/film"
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    with pytest.raises(BadImage, match="pixels are elsewhere"):
        read_film(buffer.getvalue())
