"""DICOM to grey levels, after PS3.3 C.7.6.3, C.11.1 and C.11.2."""

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from app.domain.errors import BadImage
from app.films.reader import read_film
from tests.bank.files import dicom, texture

RAMP = np.arange(4096, dtype=np.uint16).reshape(64, 64)


def test_it_keeps_8_bit_values_without_a_window() -> None:
    pixels = texture()
    decoded = read_film(dicom(pixels))
    assert decoded.format == "DICOM"
    np.testing.assert_array_equal(decoded.pixels, pixels)


def test_it_inverts_monochrome1() -> None:
    pixels = texture()
    levels = read_film(dicom(pixels, PhotometricInterpretation="MONOCHROME1")).pixels
    np.testing.assert_array_equal(levels, 255 - pixels.astype(int))


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        # PS3.3 C.11.2.1.2.1: ((x - (c - 0.5)) / (w - 1) + 0.5) * 255, here c = 2048, w = 1024.
        ("LINEAR", lambda x: ((x - 2047.5) / 1023 + 0.5) * 255),
        # C.11.2.1.3.2: ((x - c) / w + 0.5) * 255.
        ("LINEAR_EXACT", lambda x: ((x - 2048) / 1024 + 0.5) * 255),
        # C.11.2.1.3.1: 255 / (1 + exp(-4 (x - c) / w)).
        ("SIGMOID", lambda x: 255 / (1 + np.exp(-4 * (x - 2048.0) / 1024))),
    ],
)
def test_it_applies_the_window_as_the_standard_says(function: str, expected: object) -> None:
    data = dicom(
        RAMP,
        BitsStored=12,
        HighBit=11,
        WindowCenter=2048,
        WindowWidth=1024,
        VOILUTFunction=function,
    )
    formula = np.clip(expected(RAMP.astype(float)), 0, 255)  # type: ignore[operator]
    np.testing.assert_allclose(read_film(data).pixels, formula, atol=0.01)


def test_it_takes_the_first_of_several_windows() -> None:
    one = dicom(RAMP, BitsStored=12, HighBit=11, WindowCenter=1000, WindowWidth=500)
    two = dicom(RAMP, BitsStored=12, HighBit=11, WindowCenter=[1000, 9], WindowWidth=[500, 9])
    np.testing.assert_array_equal(read_film(two).pixels, read_film(one).pixels)


def test_it_rescales_before_the_window() -> None:
    plain = dicom(RAMP, BitsStored=12, HighBit=11, WindowCenter=2048, WindowWidth=1024)
    rescaled = dicom(
        RAMP,
        BitsStored=12,
        HighBit=11,
        RescaleSlope=2,
        RescaleIntercept=-100,
        WindowCenter=2048 * 2 - 100,
        WindowWidth=1024 * 2,
        VOILUTFunction="LINEAR_EXACT",
    )
    difference = np.abs(read_film(rescaled).pixels - read_film(plain).pixels)
    assert difference.max() < 0.5


def test_it_prefers_the_voi_lut_to_the_window() -> None:
    table = Dataset()
    table.LUTDescriptor = [4096, 0, 16]
    table.LUTData = (np.arange(4096, dtype=np.uint16)[::-1] * 16).tobytes()
    table["LUTData"].VR = "OW"
    data = dicom(
        RAMP, BitsStored=12, HighBit=11, VOILUTSequence=[table], WindowCenter=1, WindowWidth=2
    )
    expected = (4095 - RAMP.astype(float)) * 16 / 65_535 * 255
    np.testing.assert_allclose(read_film(data).pixels, expected, atol=0.01)


def test_it_maps_deep_values_without_a_window_and_leaves_padding_out() -> None:
    pixels = RAMP.astype(np.int16) + 1000
    pixels[:, :16] = -2000
    levels = read_film(dicom(pixels, PixelPaddingValue=-2000)).pixels
    assert not levels[:, :16].any()
    body = levels[:, 16:]
    assert body.min() == 0
    assert body.max() == 255
    assert body[32, 24] == pytest.approx(127.5, abs=3)


def test_it_shows_padding_black_in_monochrome1_too() -> None:
    pixels = RAMP.copy()
    pixels[:, :16] = 0
    data = dicom(
        pixels,
        BitsStored=12,
        HighBit=11,
        PixelPaddingValue=0,
        PhotometricInterpretation="MONOCHROME1",
    )
    levels = read_film(data).pixels
    assert not levels[:, :16].any()
    assert levels[1, 20] > 250


def test_it_makes_grey_of_colour() -> None:
    pixels = texture()
    colour = np.dstack([pixels] * 3)
    np.testing.assert_array_equal(read_film(dicom(colour)).pixels, pixels)


@pytest.mark.parametrize(
    "name",
    ["JPEG2000.dcm", "MR_small_RLE.dcm", "SC_rgb_jpeg_dcmtk.dcm"],
)
def test_it_reads_compressed_transfer_syntaxes(name: str) -> None:
    path = get_testdata_file(name, download=False)
    if path is None:
        pytest.skip(f"this pydicom does not ship {name}")
    with open(path, "rb") as file:  # noqa: PTH123 -- pydicom gives a plain string
        decoded = read_film(file.read())
    dataset = pydicom.dcmread(path)
    assert decoded.pixels.shape == (dataset.Rows, dataset.Columns)
    assert decoded.pixels.std() > 5


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (dicom(texture(), NumberOfFrames=2), "2 frames; save one"),
        (dicom(texture(), Rows=60_000, Columns=60_000), "more than 64 megapixels"),
        (dicom(texture(), Rows=3), "each side needs at least 64"),
        (dicom(texture())[:1000], "DICOM file"),
        (dicom(texture(), PhotometricInterpretation="NOBODY"), "unknown interpretation NOBODY"),
        (bytes(128) + b"DICM", "DICOM file"),
        (bytes(128) + b"DICM" + bytes(500), "DICOM file"),
    ],
)
def test_it_refuses_what_it_can_not_show_in_one_sentence(data: bytes, reason: str) -> None:
    with pytest.raises(BadImage, match=reason) as caught:
        read_film(data, "one.dcm")
    assert "\n" not in str(caught.value)


@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
def test_it_survives_any_damage_to_a_file() -> None:
    whole = dicom(texture(), WindowCenter=128, WindowWidth=256)
    damage = np.random.default_rng(5)
    complaints = []
    for _ in range(300):
        data = bytearray(whole)
        for position in damage.integers(132, 700, 4):
            data[position] = damage.integers(256)
        try:
            read_film(bytes(data))
        except BadImage as error:
            complaints.append(str(error))
    assert complaints
    assert not any("\n" in complaint for complaint in complaints)
