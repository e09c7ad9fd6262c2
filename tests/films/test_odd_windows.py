"""A window or table that can't be used never kills a film: the next is taken, and it is said."""

import io
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom import Dataset
from pydicom.sequence import Sequence

from app.films.reader import read_film
from tests.bank.files import dicom

RAMP = np.arange(4096, dtype=np.uint16).reshape(64, 64)
STRETCHED = np.clip((RAMP - 20.475) * 255 / (4074.525 - 20.475), 0, 255)


def twelve(pixels: Any = RAMP, **attributes: Any) -> bytes:
    return dicom(pixels, BitsStored=12, HighBit=11, **attributes)


def table(values: Any, first: int = 0, bits: int = 12, kind: str = "OW") -> Dataset:
    item = Dataset()
    data = np.asarray(values)
    item.add_new("LUTDescriptor", "US", [data.size % 65_536, first % 65_536, bits])
    item.add_new("LUTData", kind, data.tobytes() if kind == "OW" else data.tolist())
    return item


def kinds(film: Any) -> list[str]:
    return [note.kind for note in film.notes]


@pytest.mark.parametrize(
    ("centre", "width"),
    [(0, 0), (2048, 0.5), (100_000, 50), (-5000, 100), (2048, -4096)],
)
def test_without_a_usable_window_percentiles_are_taken(centre: float, width: float) -> None:
    film = read_film(twelve(WindowCenter=centre, WindowWidth=width))
    np.testing.assert_allclose(film.pixels, STRETCHED, atol=0.01)
    assert kinds(film) == ["window", "stretched"]


def test_the_next_window_is_taken_where_the_first_is_of_no_use() -> None:
    film = read_film(twelve(WindowCenter=[0, 1000], WindowWidth=[0, 500]))
    right = read_film(twelve(WindowCenter=1000, WindowWidth=500))
    np.testing.assert_array_equal(film.pixels, right.pixels)
    assert (kinds(film), kinds(right)) == (["window"], [])


def test_a_decimal_comma_is_read_as_a_point() -> None:
    plain = twelve(WindowCenter="2000.5", WindowWidth="1000.5")
    comma = plain.replace(b"2000.5", b"2000,5").replace(b"1000.5", b"1000,5")
    assert comma != plain
    np.testing.assert_array_equal(read_film(comma).pixels, read_film(plain).pixels)


def test_a_window_that_is_no_number_is_no_window() -> None:
    data = twelve(WindowCenter="2000", WindowWidth="1000").replace(b"1000", b"WIDE")
    assert kinds(read_film(data)) == ["stretched"]


def test_an_exact_window_may_be_narrower_than_one() -> None:
    pixels = (RAMP / 4095).astype(np.float32)
    dataset = pydicom.dcmread(io.BytesIO(dicom(RAMP.astype(np.uint32))))
    del dataset.PixelData
    dataset.FloatPixelData = pixels.tobytes()
    dataset.WindowCenter, dataset.WindowWidth = 0.5, 0.5
    dataset.VOILUTFunction = "LINEAR_EXACT"
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    film = read_film(buffer.getvalue())
    np.testing.assert_allclose(film.pixels, np.clip((pixels - 0.25) * 510, 0, 255), atol=0.01)


@pytest.mark.parametrize(
    "group", ["SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"]
)
def test_a_window_in_the_functional_groups_is_taken(group: str) -> None:
    window, item = Dataset(), Dataset()
    window.WindowCenter, window.WindowWidth = 1000, 500
    item.FrameVOILUTSequence = Sequence([window])
    film = read_film(twelve(**{group: Sequence([item])}))
    right = read_film(twelve(WindowCenter=1000, WindowWidth=500))
    np.testing.assert_array_equal(film.pixels, right.pixels)


def test_a_rescale_in_the_functional_groups_is_taken() -> None:
    change, item = Dataset(), Dataset()
    change.RescaleSlope, change.RescaleIntercept = 2, -1000
    item.PixelValueTransformationSequence = Sequence([change])
    film = read_film(
        twelve(SharedFunctionalGroupsSequence=Sequence([item]), WindowCenter=3096, WindowWidth=8192)
    )
    right = np.clip((RAMP * 2.0 - 1000 - 3095.5) / 8191 + 0.5, 0, 1) * 255
    np.testing.assert_allclose(film.pixels, right, atol=0.01)


def test_a_table_of_8_bits_may_be_packed_two_a_word() -> None:
    entries = (np.arange(4096) // 16).astype(np.uint8)
    film = read_film(twelve(VOILUTSequence=Sequence([table(entries, bits=8)])))
    np.testing.assert_allclose(film.pixels, RAMP // 16, atol=0.01)


def test_a_modality_table_of_12_bits_is_applied() -> None:
    entries = np.minimum(np.arange(4096) * 2, 4095).astype(np.uint16)
    film = read_film(
        twelve(ModalityLUTSequence=Sequence([table(entries)]), WindowCenter=2048, WindowWidth=4096)
    )
    right = np.clip((entries.reshape(64, 64) - 2047.5) / 4095 + 0.5, 0, 1) * 255
    np.testing.assert_allclose(film.pixels, right, atol=0.01)


def test_a_table_that_says_more_bits_than_it_fills_is_not_shown_dark() -> None:
    entries = np.arange(4096, dtype=np.uint16)
    film = read_film(twelve(VOILUTSequence=Sequence([table(entries, bits=16)])))
    np.testing.assert_allclose(film.pixels, RAMP * (255 / 4095), atol=0.01)
    assert kinds(film) == ["window"]


def test_a_table_that_can_not_be_used_gives_way_to_the_window() -> None:
    empty = Dataset()
    empty.LUTExplanation = "nothing"
    film = read_film(twelve(VOILUTSequence=Sequence([empty]), WindowCenter=1000, WindowWidth=500))
    right = read_film(twelve(WindowCenter=1000, WindowWidth=500))
    np.testing.assert_array_equal(film.pixels, right.pixels)
    assert kinds(film) == ["window"]


@pytest.mark.parametrize("kind", ["US", "SS"])
def test_padding_is_left_out_whatever_type_its_number_has(kind: str) -> None:
    pixels = RAMP.astype(np.int16) - 100
    pixels[:8] = -2000
    data = dicom(pixels)
    dataset = pydicom.dcmread(io.BytesIO(data))
    dataset.add_new("PixelPaddingValue", kind, -2000 if kind == "SS" else 65_536 - 2000)
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    film = read_film(buffer.getvalue())
    low, high = np.percentile(pixels[8:], [0.5, 99.5])
    right = np.clip((pixels[8:] - low) * 255 / (high - low), 0, 255)
    np.testing.assert_allclose(film.pixels[8:], right, atol=0.01)
    assert film.pixels[:8].max() == 0
    assert kinds(film) == ["stretched", "padding"]


@pytest.mark.parametrize("shape", ["IDENTITY", "INVERSE"])
@pytest.mark.parametrize("interpretation", ["MONOCHROME1", "MONOCHROME2"])
def test_the_presentation_shape_inverts_once(interpretation: str, shape: str) -> None:
    data = twelve(
        PhotometricInterpretation=interpretation,
        PresentationLUTShape=shape,
        WindowCenter=2048,
        WindowWidth=4096,
    )
    plain = read_film(twelve(WindowCenter=2048, WindowWidth=4096)).pixels
    is_inverted = interpretation == "MONOCHROME1" or shape == "INVERSE"
    film = read_film(data)
    np.testing.assert_allclose(film.pixels, 255 - plain if is_inverted else plain, atol=0.01)
    assert ("inverted" in kinds(film)) == is_inverted


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        ({"PresentationIntentType": "FOR PROCESSING"}, "for-processing"),
        ({"BurnedInAnnotation": "YES"}, "burnt-in"),
        ({"ViewPosition": "LL"}, "lateral"),
        ({"ViewPosition": "PA"}, ""),
        ({"PresentationIntentType": "FOR PRESENTATION", "BurnedInAnnotation": "NO"}, ""),
    ],
)
def test_what_is_odd_about_a_film_is_noted(attributes: dict[str, Any], kind: str) -> None:
    film = read_film(twelve(WindowCenter=2048, WindowWidth=4096, **attributes))
    assert kinds(film) == ([kind] if kind else [])


def test_the_three_grey_mappings_differ_as_they_say() -> None:
    data = twelve(WindowCenter=1000, WindowWidth=500)
    window = read_film(data).pixels
    np.testing.assert_allclose(window, np.clip((RAMP - 750.0) * 255 / 499, 0, 255), atol=0.6)
    stretched = read_film(data, mapping="percentile").pixels
    np.testing.assert_allclose(stretched, STRETCHED, atol=0.01)
    as_is = read_film(data, mapping="as-is").pixels
    np.testing.assert_allclose(as_is, RAMP * (255 / 4095), atol=0.01)
