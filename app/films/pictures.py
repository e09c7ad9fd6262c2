"""Picture files: PNG, JPEG in all its forms, JPEG 2000, JPEG XL, WebP, AVIF, BMP and PGM.

Eight-bit files go through Pillow, deeper ones through the codecs, so that no sample is cut to
eight bits on its way. Sizes are checked before pixels are decoded.
"""

import io
import re
import warnings
from dataclasses import dataclass, replace
from typing import Any, Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from app.domain.errors import BadImage
from app.domain.said import said
from app.films.codestreams import jpeg2000_head, jpeg_head, stream_pixels
from app.films.grey import luma
from app.films.kinds import PictureKind, why_not_read
from app.films.limits import LARGEST_MEGAPIXELS, check_picture_size
from app.films.notes import Note
from app.films.png import bit_depth, is_plain_grey, png_chunks, png_samples

# Nothing else is tried, which also keeps Pillow's helpers for other formats (PostScript, say)
# away from files we do not trust.
_PILLOW_FORMATS: Final = ("PNG", "JPEG", "TIFF", "WEBP", "AVIF", "BMP", "PPM")
_ORIENTATION: Final = 0x0112
# By which channels may differ on average (of 255) and still be called grey.
_GREY_CHROMA: Final = 2.0
_BASELINE_FRAMES: Final = (0xC0, 0xC1, 0xC2)

# Pillow warns from 89 megapixels on and refuses from twice that; our own limit is lower than both.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
# Of a damaged file it either raises, which is reported, or shows the picture.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")


@dataclass(frozen=True)
class Picture:
    """What a picture file holds.

    `values` is (height, width), of any numeric type, larger for brighter; `transparent` marks
    pixels that are to be black whatever they hold; `aspect` is a pixel's height over its width.
    """

    values: NDArray[Any]
    notes: tuple[Note, ...] = ()
    transparent: NDArray[np.bool_] | None = None
    aspect: float = 1.0


def read_picture(data: bytes, kind: PictureKind, name: str) -> Picture:
    """Decode a picture file's bytes; raises BadImage under `name`."""
    try:
        return _read(data, kind, name)
    except (BadImage, MemoryError):
        raise
    # Decoders raise whatever their parsers meet in a damaged file.
    except Exception as error:
        brief = " ".join(str(error).split())[:120] or type(error).__name__
        raise BadImage(
            name, said("is a damaged {kind} file ({brief})", kind=kind, brief=brief)
        ) from None


def _read(data: bytes, kind: PictureKind, name: str) -> Picture:
    if kind == "TIFF":
        return _tiff(data, name)
    if kind == "PNG" and bit_depth(data) == 16:
        chunks = png_chunks(data)
        check_picture_size(name, *chunks.size)
        _check_alone(chunks.frames, kind, name)
        exif = chunks.first(b"eXIf")
        return _upright(png_samples(data, chunks), _orientation(exif) if exif else 1)
    if kind == "PNG" and (grey := _plain_grey_png(data, name)) is not None:
        return Picture(grey)
    if kind == "JPEG" or kind == "JPEG-LS":
        head = jpeg_head(data)
        check_picture_size(name, head.width, head.height)
        if kind == "JPEG-LS" or head.bits != 8 or head.frame not in _BASELINE_FRAMES:
            return _upright(stream_pixels(data), _orientation(head.exif))
    if kind == "JPEG 2000":
        siz = jpeg2000_head(data)
        check_picture_size(name, siz.width, siz.height)
        return _upright(stream_pixels(data), 1)
    if kind == "JPEG XL":
        # Its header is packed bit by bit; the decoder's memory limit stands in for the check.
        return _upright(_checked(stream_pixels(data), name), 1)
    if kind == "AVIF" and _is_deep_avif(data):
        _check_alone(int(getattr(_open(data, name), "n_frames", 1)), kind, name)
        return _upright(np.asarray(imagecodecs.avif_decode(data)), 1)
    if kind == "PNM" and (deep := _deep_pnm(data, name)) is not None:
        return _upright(deep, 1)
    return _with_pillow(data, kind, name)


def _plain_grey_png(data: bytes, name: str) -> NDArray[Any] | None:
    """The pixels of an 8-bit grey PNG, (height, width); None for what Pillow must look at."""
    try:
        chunks = png_chunks(data)
        if not is_plain_grey(chunks):
            return None
        check_picture_size(name, *chunks.size)
        return png_samples(data, chunks)
    except BadImage:
        raise
    except Exception:
        # Damaged, or with bytes behind its rows: Pillow says what it makes of it.
        return None


def _with_pillow(data: bytes, kind: PictureKind, name: str) -> Picture:
    image = _open(data, name)
    _check_alone(int(getattr(image, "n_frames", 1)), kind, name)
    if kind == "PNG":
        # Decoding skips the checksums of the image data.
        _open(data, name).verify()
    image.load()
    turned = image.getexif().get(_ORIENTATION, 1) in range(2, 9)
    image = ImageOps.exif_transpose(image)
    notes = [Note("turned", said("turned upright as its EXIF orientation says"))] if turned else []
    return Picture(_grey_values(image, notes), tuple(notes))


def _tiff(data: bytes, name: str) -> Picture:
    # Loaded when a TIFF comes, as pydicom is for DICOM.
    from app.films.tiff import read_tiff

    read = read_tiff(data, name)
    if read.samples is None:
        # Eight bits and no more: Pillow knows its colours (YCbCr, CIELAB, inks).
        picture = _with_pillow(data, "TIFF", name)
    else:
        picture = _upright(read.samples, read.orientation)
    # Turned by a quarter, what was a pixel's height is its width.
    aspect = 1 / read.aspect if read.orientation >= 5 else read.aspect
    return replace(picture, aspect=aspect)


def _open(data: bytes, name: str) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data), formats=_PILLOW_FORMATS)
    except Image.DecompressionBombError:
        raise BadImage(
            name,
            said(
                "has more than {largest_megapixels} megapixels",
                largest_megapixels=LARGEST_MEGAPIXELS,
            ),
        ) from None
    except Exception:
        raise BadImage(name, why_not_read(data)) from None
    check_picture_size(name, *image.size)
    return image


def _check_alone(pages: int, kind: PictureKind, name: str) -> None:
    # A phone's JPEG may carry a preview as second picture; elsewhere it is a page or a frame.
    if pages > 1 and kind != "JPEG":
        raise BadImage(
            name, said("holds {pages} pictures; save each as a file of its own", pages=pages)
        )


def _checked(samples: NDArray[Any], name: str) -> NDArray[Any]:
    check_picture_size(name, samples.shape[1], samples.shape[0])
    return samples


def _upright(samples: NDArray[Any], orientation: int) -> Picture:
    """Make samples of shape (height, width) or (height, width, 1 to 4) one grey picture."""
    notes: list[Note] = []
    transparent = None
    if samples.ndim == 3 and samples.shape[2] in (2, 4):
        samples, opacity = samples[..., :-1], samples[..., -1]
        if (opacity < np.iinfo(opacity.dtype).max).any():
            notes.append(Note("transparent", said("has transparent parts, which are shown black")))
            samples, transparent = _over_black(samples, opacity)
    if samples.ndim == 3:
        samples = luma(samples) if samples.shape[2] == 3 else samples[..., 0]
    if orientation in range(2, 9):
        notes.append(Note("turned", said("turned upright as its EXIF orientation says")))
        samples = turned(samples, orientation)
        transparent = None if transparent is None else turned(transparent, orientation)
    return Picture(np.ascontiguousarray(samples), tuple(notes), transparent)


def turned(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Undo an EXIF orientation (2 to 8) of an array whose first axes are rows and columns."""
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels[:, ::-1] if orientation in (2, 3, 6, 7) else pixels


def _orientation(exif: bytes) -> int:
    parsed = Image.Exif()
    try:
        parsed.load(exif)
        return int(parsed.get(_ORIENTATION, 1))
    except Exception:
        # An EXIF block that can't be parsed turns nothing, as in a viewer.
        return 1


def _over_black(
    samples: NDArray[Any], opacity: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    share = opacity.astype(np.float64) / np.iinfo(opacity.dtype).max
    laid = np.rint(samples.astype(np.float64) * share[..., None]).astype(samples.dtype)
    # What can't be seen at all is no part of the film, and must not decide its contrast.
    return laid, opacity == 0


def _grey_values(image: Image.Image, notes: list[Note]) -> NDArray[Any]:
    """Grey of an image of 8 bits a sample, or Pillow's deep grey."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return np.asarray(image)
    if image.mode == "1":
        notes.append(Note("one-bit", said("is black and white only, one bit a pixel")))
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        return _pillow_over_black(image, notes)
    # Inks and device colours are defined by way of RGB, and luma by RGB.
    if image.mode in ("CMYK", "YCbCr", "LAB", "HSV", "P"):
        image = image.convert("RGB")
    if image.mode == "RGB":
        _note_colour(image, notes)
    return np.asarray(image.convert("L"))


def _pillow_over_black(image: Image.Image, notes: list[Note]) -> NDArray[np.uint8]:
    rgba = image.convert("RGBA")
    colours = rgba.convert("RGB")
    _note_colour(colours, notes)
    levels = np.asarray(colours.convert("L")).astype(np.float32)
    opacity = np.asarray(rgba.getchannel("A")).astype(np.float32)
    if opacity.min() < 255:
        notes.append(Note("transparent", said("has transparent parts, which are laid over black")))
    return np.rint(levels * opacity / 255).astype(np.uint8)


def _note_colour(image: Image.Image, notes: list[Note]) -> None:
    # A thumbnail's chroma is the picture's, at a hundredth of the work.
    small = image.reduce(max(1, min(image.size) // 64))
    colours = np.asarray(small).astype(np.int16)
    chroma = float((colours.max(axis=2) - colours.min(axis=2)).mean())
    if chroma > _GREY_CHROMA:
        notes.append(
            Note(
                "colour",
                said("is coloured (chroma {chroma:.0f} of 255), shown as its luma", chroma=chroma),
            )
        )


def _is_deep_avif(data: bytes) -> bool:
    # The av1C box: after marker and version, profile and level; then the depth's two bits.
    place = data.find(b"av1C")
    return place >= 0 and len(data) > place + 6 and bool(data[place + 6] & 0x40)


def _deep_pnm(data: bytes, name: str) -> NDArray[np.uint16] | None:
    """A binary PGM or PPM of more than 8 bits, (height, width) or (height, width, 3).

    None for any other: Pillow would widen the one to 16 bits and cut the other to 8.
    """
    space = rb"(?:\s|#[^\n]*\n)+"
    head = re.match(rb"P([56])" + space + (rb"(\d+)" + space) * 2 + rb"(\d+)\s", data)
    if head is None or not 255 < int(head[4]) < 65_536:
        return None
    width, height, samples = int(head[2]), int(head[3]), 1 if head[1] == b"5" else 3
    check_picture_size(name, width, height)
    count = width * height * samples
    if len(data) - head.end() < 2 * count:
        raise ValueError("it is cut short")
    values = np.frombuffer(data, ">u2", count, head.end()).astype(np.uint16)
    return values.reshape((height, width, 3) if samples == 3 else (height, width))
