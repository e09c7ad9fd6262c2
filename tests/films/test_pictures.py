"""What the one decoder path makes of each kind of file."""

import io
import os
import resource
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.domain.errors import BadImage
from app.films.limits import LARGEST_FILE_BYTES
from app.films.reader import read_film
from tests.bank.files import saved, saved_image, texture


def test_it_keeps_8_bit_grey_as_it_is() -> None:
    pixels = texture()
    for kind, options in [
        ("PNG", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("WEBP", {"lossless": True}),
    ]:
        decoded = read_film(saved(pixels, kind, **options))
        assert decoded.format == kind
        assert (decoded.width, decoded.height) == (80, 96)
        np.testing.assert_array_equal(decoded.pixels, pixels)


def test_it_reads_a_jpeg_within_the_loss_of_jpeg() -> None:
    rows, columns = np.mgrid[0:96, 0:80]
    pixels = (rows + columns).astype(np.uint8)
    decoded = read_film(saved(pixels, "JPEG", quality=95))
    assert np.abs(decoded.pixels - pixels).max() <= 4


def test_it_takes_equal_colour_channels_for_grey() -> None:
    pixels = texture()
    colour = np.dstack([pixels] * 3)
    np.testing.assert_array_equal(read_film(saved(colour)).pixels, pixels)


def test_it_weighs_colours_by_bt601() -> None:
    colour = np.zeros((64, 64, 3), dtype=np.uint8)
    colour[:32] = 255, 0, 0
    colour[32:] = 0, 255, 0
    pixels = read_film(saved(colour)).pixels
    assert pixels[0, 0] == round(0.299 * 255)
    assert pixels[40, 0] == round(0.587 * 255)


def test_it_reads_a_palette_by_its_colours() -> None:
    pixels = texture()
    image = Image.fromarray(255 - pixels, mode="P")
    image.putpalette([level for index in range(256) for level in (255 - index,) * 3])
    np.testing.assert_array_equal(read_film(saved_image(image)).pixels, pixels)


def test_it_lays_transparency_over_black() -> None:
    pixels = texture()
    alpha = np.full_like(pixels, 255)
    alpha[:, :40] = 0
    alpha[:, 40] = 128
    levels = read_film(
        saved_image(Image.merge("LA", [Image.fromarray(x) for x in (pixels, alpha)]))
    )
    assert not levels.pixels[:, :40].any()
    np.testing.assert_array_equal(levels.pixels[:, 41:], pixels[:, 41:])
    np.testing.assert_allclose(levels.pixels[:, 40], pixels[:, 40] * (128 / 255), atol=0.5)


def test_it_lays_a_transparent_grey_level_over_black() -> None:
    pixels = texture()
    levels = read_film(saved(pixels, transparency=200)).pixels
    np.testing.assert_array_equal(levels, np.where(pixels == 200, 0, pixels))


def test_it_reads_inks() -> None:
    pixels = texture()
    image = Image.fromarray(np.dstack([pixels] * 3)).convert("CMYK")
    levels = read_film(saved_image(image, "TIFF")).pixels
    np.testing.assert_array_equal(levels, pixels)


def test_it_turns_a_picture_as_exif_says() -> None:
    pixels = texture()
    image = Image.fromarray(pixels)
    exif = Image.Exif()
    exif[0x0112] = 6
    decoded = read_film(saved_image(image, "PNG", exif=exif))
    assert (decoded.width, decoded.height) == (96, 80)
    np.testing.assert_array_equal(decoded.pixels, np.rot90(pixels, -1))


def test_it_turns_a_grey_png_whose_text_says_so_and_leaves_other_texts_alone() -> None:
    pixels = texture(70, 90)
    for keyword, text, expected in (
        ("parameters", "a chest, Steps: 20", pixels),
        ("XML:com.adobe.xmp", '<x tiff:Orientation="3"/>', pixels[::-1, ::-1]),
    ):
        texts = PngInfo()
        texts.add_itxt(keyword, text)
        film = read_film(saved(pixels, pnginfo=texts), "film")
        np.testing.assert_array_equal(film.pixels, expected)
        assert [note.kind for note in film.notes] == ["turned"] * (keyword != "parameters")


def test_a_grey_png_with_bytes_behind_its_rows_is_shown_as_viewers_show_it() -> None:
    pixels = texture(70, 90)
    rows = np.hstack([np.zeros((70, 1), np.uint8), pixels]).tobytes() + b"more"
    whole = saved(pixels)
    content = zlib.compress(rows)
    checksum = struct.pack(">I", zlib.crc32(b"IDAT" + content))
    start, end = whole.index(b"IDAT") - 4, whole.index(b"IEND") - 4
    chunk = struct.pack(">I", len(content)) + b"IDAT" + content + checksum
    film = read_film(whole[:start] + chunk + whole[end:], "film")
    np.testing.assert_array_equal(film.pixels, pixels)


def test_it_narrows_8_bit_values_that_were_widened() -> None:
    pixels = texture()
    wide = pixels.astype(np.uint16) * 257
    for kind in ("PNG", "TIFF"):
        np.testing.assert_array_equal(read_film(saved(wide, kind)).pixels, pixels)


def test_it_maps_deep_values_by_percentiles_and_not_by_the_full_range() -> None:
    twelve_bit = np.linspace(0, 4095, 100 * 100).reshape(100, 100).astype(np.uint16)
    twelve_bit[0, 0] = 65_535
    levels = read_film(saved(twelve_bit)).pixels
    assert levels.min() == 0
    assert levels.max() == 255
    # The middle value lies in the middle although a hot pixel is sixteen times higher.
    assert levels[50, 0] == pytest.approx(127.5, abs=1)
    assert len(np.unique(levels)) > 256


def test_it_inverts_a_deep_tiff_whose_white_is_zero() -> None:
    ramp = np.linspace(0, 60_000, 64 * 64).reshape(64, 64).astype(np.uint16)
    plain = read_film(saved(ramp, "TIFF")).pixels
    inverted = read_film(saved(ramp, "TIFF", tiffinfo={262: 0})).pixels
    np.testing.assert_allclose(inverted, 255 - plain, atol=0.1)


def test_it_reads_floating_point_tiff_and_refuses_what_is_no_number() -> None:
    ramp = np.linspace(-1, 1, 64 * 64, dtype=np.float32).reshape(64, 64)
    levels = read_film(saved(ramp, "TIFF")).pixels
    assert levels[32, 0] == pytest.approx(127.5, abs=1)
    ramp[3, 3] = np.nan
    with pytest.raises(BadImage, match="not finite numbers"):
        read_film(saved(ramp, "TIFF"))


def test_it_reads_one_bit_as_black_and_white() -> None:
    pixels = texture() > 127
    levels = read_film(saved_image(Image.fromarray(pixels))).pixels
    np.testing.assert_array_equal(levels, pixels * 255)


def test_it_tells_formats_by_content(tmp_path: Path) -> None:
    path = tmp_path / "png-in-truth.jpg"
    path.write_bytes(saved(texture()))
    assert read_film(path).format == "PNG"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"not an image at all", "is not a PNG, JPEG, JPEG 2000"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n", "is a PostScript file"),
        (saved(texture(), "GIF"), "convert it to 8- or 16-bit PNG, for instance with ImageMagick"),
        (saved(texture())[:2000], "is a damaged PNG file"),
        (saved(texture(), "JPEG")[:2000], "is a damaged JPEG file"),
        (saved(texture(), "TIFF")[:2000], "is a damaged TIFF file"),
        (saved(texture(63, 64)), "64 x 63 pixels; each side needs at least 64"),
        (saved(texture(1, 1)), "1 x 1 pixels"),
        (saved(texture(64, 257)), "at most 4 times the other"),
        (saved(np.zeros((64, 64), np.uint8)), "the same grey level everywhere"),
        (saved(np.full((64, 64), 40_000, np.uint16)), "the same grey level everywhere"),
    ],
)
def test_it_refuses_what_is_no_radiograph_and_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(BadImage) as caught:
        read_film(data, "images/one.png")
    assert caught.value.file == "images/one.png"
    assert reason in caught.value.reason
    assert "\n" not in str(caught.value)


def test_it_refuses_a_wrong_checksum_that_decoders_skip() -> None:
    data = bytearray(saved(texture()))
    end = data.rindex(b"IEND") - 4
    data[end - 1] ^= 1  # the last byte of the checksum of the image data
    with Image.open(io.BytesIO(data)) as image:
        image.load()
    with pytest.raises(BadImage, match="damaged PNG"):
        read_film(bytes(data))


def test_it_refuses_several_pictures_in_one_file() -> None:
    pages = [Image.fromarray(texture(seed=seed)) for seed in range(3)]
    for kind in ("TIFF", "WEBP", "PNG"):
        data = saved_image(pages[0], kind, save_all=True, append_images=pages[1:])
        with pytest.raises(BadImage, match="holds 3 pictures"):
            read_film(data)


def test_it_refuses_a_bomb_before_decoding_it() -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    for side in (9_000, 30_000):
        header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
        body = zlib.compress(bytes(10_000_000))
        bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.process_time()
        with pytest.raises(BadImage, match="more than 64 megapixels"):
            read_film(bomb)
        assert time.process_time() - began < 0.5  # decoding 81 megapixels takes longer
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KiB


def test_it_refuses_what_is_not_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(BadImage, match="is not a file"):
        read_film(tmp_path / "pipe.png")
    with pytest.raises(BadImage, match="is missing"):
        read_film(tmp_path / "nowhere.png")
    with (tmp_path / "huge.png").open("wb") as file:
        file.truncate(LARGEST_FILE_BYTES + 1)
    with pytest.raises(BadImage, match="an image file may have 268,435,456"):
        read_film(tmp_path / "huge.png")


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_it_survives_any_damage_to_a_file(kind: str) -> None:
    whole = saved(texture(), kind)
    damage = np.random.default_rng(7)
    complaints = []
    for attempt in range(300):
        data = bytearray(whole)
        # Headers lie at the beginning, those of TIFF behind its pixels as well.
        reach = len(data) if attempt % 2 else 400
        for position in damage.integers(0, reach, 4):
            data[position] = damage.integers(256)
        try:
            read_film(bytes(data[: None if attempt % 5 else reach // 2]))
        except BadImage as error:
            complaints.append(str(error))
    assert complaints
    assert not any("\n" in complaint for complaint in complaints)
