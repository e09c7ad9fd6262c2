"""The drawer of awkward files beside the checkout: what becomes of each."""

from pathlib import Path

import numpy as np
import pytest

from app.bank.rendition import canonical_rendition, rendition_length
from app.domain.errors import BadImage
from app.films.reader import read_film

DRAWER = Path(__file__).parents[2] / ".." / "shared" / "data" / "awkward"
RADIOGRAPHS = DRAWER / ".." / "nih-cxr14" / "images"

REFUSED = {
    "README.md": "is not a PNG, JPEG, JPEG 2000",
    "all_black.png": "the same grey level everywhere",
    "bad_crc.png": "is a damaged PNG file",
    "decompression_bomb_30000x30000_1bit.png": "more than 64 megapixels",
    "empty.png": "is empty",
    "one_pixel.png": "1 x 1 pixels; each side needs at least 64",
    "text_named.png": "is not a PNG, JPEG, JPEG 2000",
    "truncated.jpg": "is a damaged JPEG file",
    "truncated.png": "is a damaged PNG file",
}
# Format, width, height.
READ = {
    "cmyk.jpg": ("JPEG", 512, 512),
    "gray.webp": ("WEBP", 512, 512),
    "gray_alpha.png": ("PNG", 512, 512),
    "jpeg_exif_orientation6_leak.jpg": ("JPEG", 512, 512),
    "nonsquare.png": ("PNG", 512, 300),
    "palette.png": ("PNG", 512, 512),
    "png16_gray_from_dicom.png": ("PNG", 921, 978),
    "png_named.jpg": ("PNG", 512, 512),
    "png_text_leak.png": ("PNG", 512, 512),
}

pytestmark = pytest.mark.skipif(
    not DRAWER.is_dir(), reason="the drawer of awkward files is not beside this checkout"
)


def test_the_table_names_every_file_of_the_drawer() -> None:
    assert {path.name for path in DRAWER.iterdir()} == REFUSED.keys() | READ.keys()


@pytest.mark.parametrize("name", REFUSED)
def test_it_refuses_with_a_reason(name: str) -> None:
    with pytest.raises(BadImage) as caught:
        read_film(DRAWER / name)
    assert caught.value.file == name
    assert REFUSED[name] in caught.value.reason


@pytest.mark.parametrize("name", READ)
def test_it_reads_and_renders(name: str) -> None:
    decoded = read_film(DRAWER / name)
    assert (decoded.format, decoded.width, decoded.height) == READ[name]
    rendition = canonical_rendition(decoded)
    assert len(rendition) == rendition_length(512)
    for told in (b"tEXt", b"parameters", b"lora", b"Exif", b"eXIf", b"iTXt"):
        assert told not in rendition


def test_the_odd_encodings_of_one_radiograph_show_the_same_picture() -> None:
    source = "png_text_leak.png"
    expected = read_film(DRAWER / source).pixels
    np.testing.assert_array_equal(read_film(DRAWER / "palette.png").pixels, expected)
    for name in ("cmyk.jpg", "gray.webp"):
        difference = np.abs(read_film(DRAWER / name).pixels - expected)
        assert difference.mean() < 3, name


def test_an_orientation_tag_is_obeyed() -> None:
    turned = read_film(DRAWER / "jpeg_exif_orientation6_leak.jpg").pixels
    upright = read_film(DRAWER / "png_text_leak.png").pixels
    assert np.abs(turned - np.rot90(upright, -1)).mean() < 5


def test_each_radiograph_of_512_pixels_is_rendered_pixel_for_pixel() -> None:
    if not RADIOGRAPHS.is_dir():
        pytest.skip("the real radiographs are not beside this checkout")
    lengths = set()
    for path in sorted(RADIOGRAPHS.iterdir()):
        decoded = read_film(path)
        rendition = canonical_rendition(decoded)
        np.testing.assert_array_equal(read_film(rendition).pixels, decoded.pixels)
        lengths.add(len(rendition))
    assert lengths == {rendition_length(512)}
