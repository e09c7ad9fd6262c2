"""Films come upright and in full depth out of every format, DICOM's odd ones included."""

import numpy as np
import pytest
from chest_fixtures import chest, corners, write_dicom
from PIL import Image

from ml.radiographs.pixels import UnusableImage, read_radiograph
from ml.radiographs.sources import parse_reading

FILM = chest(4, dtype=np.uint16)


def read_dicom(tmp_path, *, grey_mapping="dicom-window", pixels=FILM, **tags):
    write_dicom(tmp_path / "film.dcm", pixels, **tags)
    return read_radiograph(tmp_path / "film.dcm", grey_mapping=grey_mapping)


def assert_upright(pixels):
    top_left, *others = corners(pixels)
    assert top_left > 1.3 * max(others)


def test_a_plain_dicom_film_comes_as_it_is(tmp_path):
    film = read_dicom(tmp_path)
    assert film.pixels.dtype == np.uint16
    assert film.pixels.shape == FILM.shape
    assert_upright(film.pixels)


def test_monochrome1_is_turned_to_white_bones(tmp_path):
    plain = read_dicom(tmp_path).pixels.astype(int)
    inverted = read_dicom(tmp_path, pixels=65535 - FILM, photometric="MONOCHROME1")
    assert np.abs(inverted.pixels - plain).max() <= 2
    assert "was inverted, as MONOCHROME1 says" in inverted.notes


def test_columns_that_run_to_the_patients_right_are_turned_back(tmp_path):
    film = read_dicom(tmp_path, pixels=FILM[:, ::-1], PatientOrientation=["R", "F"])
    assert_upright(film.pixels)
    assert any("was stored mirrored" in note for note in film.notes)
    assert_upright(read_dicom(tmp_path, PatientOrientation=["L", "F"]).pixels)


def test_rows_that_run_to_the_head_are_turned_back(tmp_path):
    film = read_dicom(tmp_path, pixels=FILM[::-1], PatientOrientation=["L", "H"])
    assert_upright(film.pixels)


def test_the_window_is_the_files_own_unless_percentiles_are_asked_for(tmp_path):
    # DICOM PS3.3 C.11.2.1.2.1: for centre 32768 and width 20001 the line runs from
    # c - 0.5 - (w - 1) / 2 = 22767.5 to c - 0.5 + (w - 1) / 2 = 42767.5.
    tags = {"WindowCenter": 32768, "WindowWidth": 20001}
    film = read_dicom(tmp_path, **tags)
    assert film.window == (22767.5, 42767.5)
    share = ((FILM - 22767.5) / 20000).clip(0, 1)
    assert np.abs(film.pixels / 65535 - share).max() < 1e-4
    assert film.window != read_dicom(tmp_path, grey_mapping="percentile", **tags).window


def test_without_a_window_of_its_own_percentiles_serve(tmp_path):
    stretched = read_dicom(tmp_path, grey_mapping="percentile")
    assert read_dicom(tmp_path).window == stretched.window


def test_a_lateral_view_and_burnt_in_letters_are_noted(tmp_path):
    film = read_dicom(tmp_path, ViewPosition="LL", BurnedInAnnotation="YES")
    assert any("lateral view (LL)" in note for note in film.notes)
    assert any("letters burnt in" in note for note in film.notes)


def test_a_broken_dicom_file_is_refused_in_one_line(tmp_path):
    write_dicom(tmp_path / "film.dcm", FILM)
    whole = (tmp_path / "film.dcm").read_bytes()
    (tmp_path / "film.dcm").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnusableImage, match="is a DICOM file") as raised:
        read_radiograph(tmp_path / "film.dcm")
    assert "\n" not in str(raised.value)


def test_eight_bits_keep_their_values(tmp_path):
    film = chest(2)
    for name in ("film.png", "film.tiff", "film.bmp"):
        Image.fromarray(film).save(tmp_path / name)
        radiograph = read_radiograph(tmp_path / name)
        assert np.array_equal(radiograph.pixels, film)
        assert radiograph.window is None


def test_a_turned_photograph_is_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.rot90(chest(2))).save(tmp_path / "film.png", exif=exif)
    assert_upright(read_radiograph(tmp_path / "film.png").pixels)


def test_colour_is_made_grey_and_noted(tmp_path):
    colours = np.stack([chest(1), chest(1) // 2, chest(1) // 4], axis=2)
    Image.fromarray(colours).save(tmp_path / "film.png")
    film = read_radiograph(tmp_path / "film.png")
    assert film.pixels.ndim == 2
    assert any("is coloured (chroma" in note for note in film.notes)


def test_equal_pixels_have_equal_digests_in_every_format(tmp_path):
    digests = set()
    for name in ("film.png", "film.tiff", "film.bmp"):
        Image.fromarray(chest(3)).save(tmp_path / name)
        digests.add(read_radiograph(tmp_path / name).digest)
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Patient's Sex: F\nPatient's Age: 027Y\nnormal\n", ("F", 27, "normal")),
        (
            "Patient's Sex: M\r\nPatient's Age: 031Y\r\ncavitary nodular infiltrate in RUL\r\n",
            ("M", 31, "cavitary nodular infiltrate in RUL"),
        ),
        (
            "Patient's Sex: O\nPatient's Age: 008M\nnormal",
            (None, pytest.approx(8 / 12, 0.01), "normal"),
        ),
        ("male 45yrs\nbilateral PTB\n", ("M", 45, "bilateral PTB")),
        (
            "female, 33 yrs\nPTB in the right\nupper field\n",
            ("F", 33, "PTB in the right upper field"),
        ),
        ("", (None, None, "")),
    ],
)
def test_clinical_readings_are_read_in_both_hospitals_forms(text, expected):
    assert parse_reading(text) == expected
