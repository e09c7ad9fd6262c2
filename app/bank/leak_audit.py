"""What of a rendition could tell real from synthetic without a look at anatomy.

First the file, which must tell nothing at all; then the picture, whose sharpness, brightness,
contrast and black margin differ between arms that were prepared differently.
"""

import hashlib
import struct
from dataclasses import dataclass, fields
from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.bank.rendition import rendition_length
from app.domain.said import said

# Of 255. Padding is 0; a scanner's or a lossy format's black lies a little above.
BLACK_UP_TO: Final = 8
_CHUNKS: Final = (b"IHDR", b"IDAT", b"IEND")


@dataclass(frozen=True)
class PictureMeasures:
    """A rendition in four numbers.

    `margin` is the share of its area outside the smallest box that holds everything brighter than
    black; the others are of the inside of that box: `brightness` the mean grey level (0 to 255),
    `contrast` their standard deviation, `sharpness` the mean absolute Laplacian (the four
    neighbours less four times the pixel) as a share of the contrast, which fine detail and grain
    raise and enlarging lowers.
    """

    sharpness: float
    brightness: float
    contrast: float
    margin: float


MEASURES: Final = tuple(field.name for field in fields(PictureMeasures))


def file_fault(data: bytes, sha256: str, size: int) -> str:
    """What of a stored rendition of `size` pixels is not as it should be; "" if nothing.

    Every rendition of a size has one length and the same chunks, and bytes of the digest that
    names it.
    """
    if len(data) != rendition_length(size):
        return said(
            "has {length} bytes, not {expected}",
            length=len(data),
            expected=rendition_length(size),
        )
    if _chunk_names(data) != _CHUNKS:
        return said("holds other chunks than IHDR, IDAT and IEND")
    if hashlib.sha256(data).hexdigest() != sha256:
        return said("is not the picture that was stored")
    return ""


def picture_measures(data: bytes) -> PictureMeasures:
    """Measure a rendition's PNG."""
    with Image.open(BytesIO(data)) as image:
        return measures_of(np.asarray(image))


def measures_of(pixels: NDArray[np.uint8]) -> PictureMeasures:
    """Measure a picture of shape (height, width); one that is all black is nothing but margin."""
    box = box_of(pixels)
    if box is None:
        return PictureMeasures(0.0, 0.0, 0.0, 1.0)
    inside = pixels[box].astype(np.float32)
    contrast = float(inside.std())
    return PictureMeasures(
        sharpness=_mean_absolute_laplacian(inside) / contrast if contrast else 0.0,
        brightness=float(inside.mean()),
        contrast=contrast,
        margin=1.0 - inside.size / pixels.size,
    )


def box_of(pixels: NDArray[np.uint8]) -> tuple[slice, slice] | None:
    """Rows and columns of the smallest box that holds everything brighter than black, if any."""
    lit = pixels > BLACK_UP_TO
    rows, columns = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
    if rows.size == 0:
        return None
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _mean_absolute_laplacian(levels: NDArray[np.float32]) -> float:
    if min(levels.shape) < 3:
        return 0.0
    around = levels[:-2, 1:-1] + levels[2:, 1:-1] + levels[1:-1, :-2] + levels[1:-1, 2:]
    return float(np.abs(around - 4 * levels[1:-1, 1:-1]).mean())


def _chunk_names(data: bytes) -> tuple[bytes, ...]:
    """The names of a PNG's chunks in their order, as far as they can be followed."""
    names = []
    place = 8
    while place + 8 <= len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        names.append(data[place + 4 : place + 8])
        place += 12 + length
    return tuple(names)
