"""Every transfer syntax of the DICOM standard is read, or refused by name; the table is whole.

Two kinds are refused: film strips (MPEG-2, MPEG-4, HEVC, SMPTE ST 2110), which are no single
picture, and JPIP, where the file holds an address in place of pixels. docs/bank-format.md says so.
"""

import io

import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom._uid_dict import UID_dictionary
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset, write_file_meta_info
from pydicom.uid import UID

from app.domain.errors import BadImage
from app.films.reader import read_film
from tests.bank.files import saved
from tests.films.test_syntaxes import DEEP, FRAMES, PLAIN, PREFIX, packed, with_syntax

FLAT = (DEEP >> 4).astype(np.uint8)
EIGHT_BITS = {"BitsStored": 8, "HighBit": 7, "WindowCenter": 128, "WindowWidth": 256}
YOUNGER = ("1.2.4.110", "1.2.4.111", "1.2.4.112", "1.2.8.1")
"""Than the dictionary of the library that reads headers."""


def native(syntax: str) -> bytes:
    """The film uncompressed, written in that syntax."""
    dataset = pydicom.dcmread(io.BytesIO(PLAIN))
    dataset.file_meta.TransferSyntaxUID = UID(syntax)
    if syntax.endswith("1.2.2"):
        dataset.PixelData = DEEP.astype(">u2").tobytes()
    buffer = io.BytesIO()
    little, implicit = not syntax.endswith("1.2.2"), syntax.endswith("10008.1.2")
    pydicom.dcmwrite(buffer, dataset, little_endian=little, implicit_vr=implicit)
    return buffer.getvalue()


def run_length_encoded() -> bytes:
    dataset = pydicom.dcmread(io.BytesIO(PLAIN))
    dataset.compress(UID(PREFIX + "5"), generate_instance_uid=False)
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    return buffer.getvalue()


def lossy_jpeg_2000(syntax: str) -> bytes:
    encoded = imagecodecs.jpeg2k_encode(DEEP, codecformat="j2k", level=80)
    return with_syntax(syntax, bytes(encoded))


def high_throughput(syntax: str) -> bytes:
    return with_syntax(syntax, bytes(imagecodecs.htj2k_encode(DEEP, reversible=True)))


def jpeg_xl(identifier: str) -> bytes:
    written = b"1.2.840.10008.1.2.4." + identifier.encode()
    return FRAMES["JPEG XL"].replace(b"1.2.840.10008.1.2.4.110", written)


LOSSLESS = {
    "1.2": native(PREFIX.removesuffix(".")),
    "1.2.1": PLAIN,
    "1.2.1.98": FRAMES["encapsulated and plain"],
    "1.2.1.99": native(PREFIX + "1.99"),
    "1.2.2": native(PREFIX + "2"),
    "1.2.5": run_length_encoded(),
    "1.2.8.1": with_syntax("8.1", packed(DEEP.tobytes())),
    "1.2.4.57": FRAMES["JPEG lossless .57"],
    "1.2.4.70": FRAMES["JPEG lossless .70"],
    "1.2.4.80": FRAMES["JPEG-LS"],
    "1.2.4.90": FRAMES["JPEG 2000"],
    "1.2.4.110": FRAMES["JPEG XL"],
    "1.2.4.111": jpeg_xl("111"),
    "1.2.4.112": jpeg_xl("112"),
    **{f"1.2.4.{number}": high_throughput(f"4.{number}") for number in (201, 202, 203)},
}
LOSSY = {
    "1.2.4.50": with_syntax("4.50", saved(FLAT, "JPEG", quality=95), FLAT, **EIGHT_BITS),
    "1.2.4.51": with_syntax(
        "4.51", bytes(imagecodecs.jpeg_encode(DEEP, level=95, bitspersample=12))
    ),
    "1.2.4.81": with_syntax("4.81", bytes(imagecodecs.jpegls_encode(DEEP, level=2))),
    **{f"1.2.4.{number}": lossy_jpeg_2000(f"4.{number}") for number in (91, 92, 93)},
}
FILM_STRIPS = (
    *(f"1.2.4.{number}{end}" for number in range(100, 107) for end in ("", ".1")),
    *("1.2.4.107", "1.2.4.108", "1.2.7.1", "1.2.7.2", "1.2.7.3"),
)
ELSEWHERE = ("1.2.4.94", "1.2.4.95", "1.2.4.204", "1.2.4.205")


def test_the_table_names_every_syntax_of_the_standard() -> None:
    current = {
        uid.removeprefix("1.2.840.10008.")
        for uid, (_name, kind, _info, retired, _keyword) in UID_dictionary.items()
        if kind == "Transfer Syntax" and (retired != "Retired" or uid.endswith("1.2.2"))
    }
    told = [*LOSSLESS, *LOSSY, *FILM_STRIPS, *ELSEWHERE]
    assert len(told) == len(set(told))
    assert current | set(YOUNGER) == set(told)


@pytest.mark.parametrize("syntax", LOSSLESS)
def test_a_film_without_loss_is_the_same_film(syntax: str) -> None:
    film = read_film(LOSSLESS[syntax], syntax)
    np.testing.assert_allclose(film.pixels, read_film(PLAIN).pixels, atol=0.001)


@pytest.mark.parametrize("syntax", LOSSY)
def test_a_film_with_loss_is_nearly_the_same_film(syntax: str) -> None:
    film = read_film(LOSSY[syntax], syntax)
    assert np.abs(film.pixels - read_film(PLAIN).pixels).max() <= 12


def referring(syntax: str) -> bytes:
    """A file in that syntax with a header and no pixels, its data set deflated where it should."""
    dataset = pydicom.dcmread(io.BytesIO(PLAIN))
    meta = dataset.file_meta
    del dataset.PixelData
    meta.TransferSyntaxUID = UID(f"1.2.840.10008.{syntax}")
    head, body = io.BytesIO(), DicomBytesIO()
    write_file_meta_info(head, meta)
    body.is_little_endian, body.is_implicit_VR = True, False
    write_dataset(body, dataset)
    is_deflated = syntax in ("1.2.4.95", "1.2.4.205")
    content = packed(body.getvalue()) if is_deflated else body.getvalue()
    return b"\x00" * 128 + b"DICM" + head.getvalue() + content


@pytest.mark.parametrize("syntax", FILM_STRIPS)
def test_a_film_strip_is_refused_by_name(syntax: str) -> None:
    with pytest.raises(BadImage, match=r"is a film strip .*; save a frame as a file"):
        read_film(referring(syntax), syntax)


@pytest.mark.parametrize("syntax", ELSEWHERE)
def test_a_file_whose_pixels_are_elsewhere_is_refused_by_name(syntax: str) -> None:
    with pytest.raises(BadImage, match=r"whose pixels are elsewhere \(JPIP\); fetch them first"):
        read_film(referring(syntax), syntax)
