"""A film is shown as its patient faces the reader, however it was stored."""

import io

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.sequence import Sequence

from app.films.reader import read_film
from tests.bank.files import dicom

# Rows to the patient's left, columns to the feet, wider than high; no symmetry.
UPRIGHT = np.add.outer(np.arange(72) * 2, np.arange(100)).astype(np.uint8)
UPRIGHT[:9, :20] = 255
STORED: dict[tuple[str, str], NDArray[np.uint8]] = {
    ("L", "F"): UPRIGHT,
    ("R", "F"): UPRIGHT[:, ::-1],
    ("L", "H"): UPRIGHT[::-1],
    ("R", "H"): UPRIGHT[::-1, ::-1],
    ("F", "L"): UPRIGHT.T,
    ("F", "R"): UPRIGHT[:, ::-1].T,
    ("H", "L"): UPRIGHT[::-1].T,
    ("H", "R"): UPRIGHT[::-1, ::-1].T,
}
COSINES = {
    "L": [1, 0, 0],
    "R": [-1, 0, 0],
    "F": [0, 0, -1],
    "H": [0, 0, 1],
}


def stored(directions: tuple[str, str], **attributes: object) -> bytes:
    return dicom(np.ascontiguousarray(STORED[directions]), **attributes)


@pytest.mark.parametrize("directions", STORED)
def test_all_eight_orientations_are_put_upright(directions: tuple[str, str]) -> None:
    film = read_film(stored(directions, PatientOrientation=list(directions)))
    np.testing.assert_array_equal(film.pixels, UPRIGHT)
    turned = [note.text for note in film.notes if note.kind == "turned"]
    assert len(turned) == (directions != ("L", "F"))


@pytest.mark.parametrize("directions", STORED)
def test_image_orientation_says_the_same(directions: tuple[str, str]) -> None:
    across, down = directions
    film = read_film(stored(directions, ImageOrientationPatient=[*COSINES[across], *COSINES[down]]))
    np.testing.assert_array_equal(film.pixels, UPRIGHT)


def test_an_enhanced_image_says_it_in_its_functional_groups() -> None:
    plane, group = Dataset(), Dataset()
    plane.ImageOrientationPatient = [*COSINES["R"], *COSINES["F"]]
    group.PlaneOrientationSequence = Sequence([plane])
    film = read_film(stored(("R", "F"), SharedFunctionalGroupsSequence=Sequence([group])))
    np.testing.assert_array_equal(film.pixels, UPRIGHT)


def test_oblique_letters_are_read_by_the_first() -> None:
    film = read_film(stored(("R", "F"), PatientOrientation=["RA", "FP"]))
    np.testing.assert_array_equal(film.pixels, UPRIGHT)


@pytest.mark.parametrize("value", [["L", "R"], ["X", "F"], ["L", ""]])
def test_an_orientation_that_can_not_be_turns_nothing_and_is_noted(value: list[str]) -> None:
    film = read_film(stored(("L", "F"), PatientOrientation=value))
    np.testing.assert_array_equal(film.pixels, UPRIGHT)
    assert [note.kind for note in film.notes] == ["header"]


@pytest.mark.parametrize("value", ["", ["", ""]])
def test_an_empty_orientation_says_nothing(value: object) -> None:
    film = read_film(stored(("L", "F"), PatientOrientation=value))
    assert film.notes == ()


def test_a_lateral_view_keeps_its_front_and_is_noted() -> None:
    film = read_film(stored(("L", "H"), PatientOrientation=["A", "H"], ViewPosition="LL"))
    np.testing.assert_array_equal(film.pixels, UPRIGHT)
    assert [note.kind for note in film.notes] == ["turned", "lateral"]


@pytest.mark.parametrize(
    ("attributes", "shape"),
    [
        ({"PixelAspectRatio": [2, 1]}, (144, 100)),
        ({"PixelAspectRatio": [1, 2]}, (72, 200)),
        ({"PixelSpacing": [0.2, 0.1]}, (144, 100)),
        ({"ImagerPixelSpacing": [0.1, 0.15]}, (72, 150)),
        ({"PixelSpacing": [0.143, 0.1435]}, (72, 100)),
    ],
)
def test_pixels_are_shown_square(attributes: dict[str, object], shape: tuple[int, int]) -> None:
    film = read_film(stored(("L", "F"), **attributes))
    assert film.pixels.shape == shape
    assert [note.kind for note in film.notes] == ["aspect"] * (shape != (72, 100))


def test_the_aspect_turns_with_the_picture() -> None:
    data = stored(("F", "L"), PatientOrientation=["F", "L"], PixelAspectRatio=[2, 1])
    film = read_film(data)
    assert film.pixels.shape == (72, 200)


def test_a_decimal_comma_in_a_spacing_is_read() -> None:
    data = stored(("L", "F"), PixelSpacing=["0.20", "0.10"])
    assert read_film(data.replace(b"0.20\\0.10", b"0,20\\0,10")).pixels.shape == (144, 100)
    assert pydicom.dcmread(io.BytesIO(data)).PixelSpacing == [0.2, 0.1]
