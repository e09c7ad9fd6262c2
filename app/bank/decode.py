"""The one path from an image file to grey levels, the same for every arm.

Limits are checked from the header before anything is decoded, and formats are told by content,
never by a file's name. The rules are written down in docs/bank-format.md.
"""

import io
import stat
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from app.bank.dicom import decode_dicom, is_dicom
from app.bank.grey_levels import GreyLevels, grey_levels_of
from app.bank.limits import (
    LARGEST_FILE_BYTES,
    LARGEST_MEGAPIXELS,
    check_picture_size,
)
from app.domain.errors import BadImage

# Formats that radiographs come in; nothing else is tried, which also keeps Pillow's
# helpers for other formats (PostScript, say) away from files we do not trust.
_FORMATS = ("PNG", "JPEG", "TIFF", "WEBP")
# Pillow spells 16-bit grey by its byte order.
_DEEP_MODES = ("I;16", "I;16L", "I;16B", "I;16N", "I", "F")
_WHITE_IS_ZERO = 0
_PHOTOMETRIC_INTERPRETATION = 262

# Pillow warns from 89 megapixels on and refuses from twice that; our own limit is lower than both.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
# Of a damaged file it either raises, which is reported, or shows the picture.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")


@dataclass(frozen=True)
class DecodedImage:
    """A picture as it is displayed, before it is made a rendition.

    `pixels` has shape (height, width), float32, 0 for black to 255 for white and not rounded;
    `format` is PNG, JPEG, TIFF, WEBP or DICOM.
    """

    pixels: GreyLevels
    format: str

    @property
    def width(self) -> int:
        """Columns, EXIF orientation applied."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Rows, EXIF orientation applied."""
        return int(self.pixels.shape[0])


def read_image_file(path: Path, name: str) -> bytes:
    """The bytes of an image file, or BadImage under `name`: missing, not a file, empty, too big."""
    try:
        status = path.stat()
        # A pipe or a device would be waited for without end.
        if not stat.S_ISREG(status.st_mode):
            raise BadImage(name, "is not a file")
        if status.st_size > LARGEST_FILE_BYTES:
            raise BadImage(
                name,
                f"has {status.st_size:,} bytes; an image file may have {LARGEST_FILE_BYTES:,}",
            )
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE_BYTES + 1)
    except FileNotFoundError:
        raise BadImage(name, "is missing") from None
    except OSError as error:
        raise BadImage(name, f"can't be read ({error.strerror})") from None
    if len(data) > LARGEST_FILE_BYTES:
        raise BadImage(name, "grew beyond the limit while it was read")
    return data


def decode_grey(source: bytes | Path, name: str = "") -> DecodedImage:
    """Decode a file's bytes (or the file itself) to grey levels; raise BadImage under `name`."""
    if isinstance(source, Path):
        name = name or source.name
        source = read_image_file(source, name)
    name = name or "image"
    if not source:
        raise BadImage(name, "is empty")
    if is_dicom(source):
        decoded = DecodedImage(decode_dicom(source, name), "DICOM")
    else:
        decoded = _decode_with_pillow(source, name)
    if decoded.pixels.min() == decoded.pixels.max():
        raise BadImage(name, "has the same grey level everywhere, so there is nothing to read")
    return decoded


def _decode_with_pillow(data: bytes, name: str) -> DecodedImage:
    image = _open(data, name)
    check_picture_size(name, *image.size)
    kind = "JPEG" if image.format == "MPO" else str(image.format)
    try:
        # A phone's JPEG may carry a preview as second picture; elsewhere it is a page or a frame.
        pages = int(getattr(image, "n_frames", 1))
        if pages > 1 and kind != "JPEG":
            raise BadImage(name, f"holds {pages} pictures; save each as a file of its own")
        if kind == "PNG":
            # Decoding skips the checksums of the image data.
            _open(data, name).verify()
        white_is_zero = (
            kind == "TIFF"
            and image.mode in _DEEP_MODES
            and image.getexif().get(_PHOTOMETRIC_INTERPRETATION) == _WHITE_IS_ZERO
        )
        image.load()
        image = ImageOps.exif_transpose(image)
        values = _grey_values(image)
    except BadImage:
        raise
    # Pillow raises whatever its parsers meet in a damaged file.
    except Exception as error:
        raise BadImage(name, f"is a damaged {kind} file ({_brief(error)})") from None
    if white_is_zero:
        # Only 8-bit TIFFs come out of Pillow already inverted.
        values = _inverted(values)
    try:
        return DecodedImage(grey_levels_of(values), kind)
    except ValueError as error:
        raise BadImage(name, str(error)) from None


def _open(data: bytes, name: str) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError:
        raise BadImage(name, f"has more than {LARGEST_MEGAPIXELS} megapixels") from None
    except Exception:
        raise BadImage(
            name, "is not a PNG, JPEG, TIFF, WebP or DICOM image, whatever its name says"
        ) from None


def _grey_values(image: Image.Image) -> NDArray[np.generic]:
    if image.mode in _DEEP_MODES:
        return np.asarray(image)
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        return _over_black(image)
    # Inks and device colours are defined by way of RGB, and luma by RGB.
    if image.mode in ("CMYK", "YCbCr", "LAB", "HSV", "P"):
        image = image.convert("RGB")
    return np.asarray(image.convert("L"))


def _inverted(values: NDArray[np.generic]) -> NDArray[np.generic]:
    if values.dtype == np.uint16:
        return np.uint16(65_535) - values.astype(np.uint16)
    return -values.astype(np.float32)


def _over_black(image: Image.Image) -> NDArray[np.uint8]:
    rgba = image.convert("RGBA")
    luma = np.asarray(rgba.convert("RGB").convert("L")).astype(np.float32)
    opacity = np.asarray(rgba.getchannel("A")).astype(np.float32)
    return np.rint(luma * opacity / 255).astype(np.uint8)


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
