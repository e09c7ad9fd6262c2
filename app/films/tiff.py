"""TIFF beyond eight bits: any width of sample, any compression, either end of the scale white."""

import io
import logging
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import tifffile
from numpy.typing import NDArray

from app.domain.errors import BadImage
from app.domain.said import said
from app.films.limits import check_picture_size

_WHITE_IS_ZERO: Final = 0
_PALETTE: Final = 3
# Grey either way round, or RGB.
_DEEP_PHOTOMETRICS: Final = (_WHITE_IS_ZERO, 1, 2)
_PILLOW_COMPRESSIONS: Final = (1, 2, 3, 4, 5, 6, 7, 8, 32_773, 32_946, 50_000, 34_925)
_REDUCED_OR_MASK: Final = 0b101
# Pixels that differ from square by less are a printer's rounding.
_ASPECT_TOLERANCE: Final = 0.01

# What it logs of a damaged file it also raises, or it shows the picture.
logging.getLogger("tifffile").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class TiffPicture:
    """Samples, (height, width) or (height, width, samples), larger for brighter.

    None where Pillow reads the file as it should: 8 bits, common compression. `orientation` is
    the EXIF number, `aspect` a stored pixel's height over its width.
    """

    samples: NDArray[Any] | None
    orientation: int
    aspect: float


def read_tiff(data: bytes, name: str) -> TiffPicture:
    """Decode a TIFF of one picture.

    Raises BadImage for several pages or a size outside the limits, and whatever the decoder raises.
    """
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = _only_page(file, name)
        check_picture_size(name, page.imagewidth, page.imagelength)
        number = page.tags.valueof(274, default=1)
        orientation = number if isinstance(number, int) else 1
        aspect = _aspect(page)
        is_plain = page.bitspersample in (1, 2, 4, 8) and page.sampleformat in (1, 4)
        if is_plain and page.compression in _PILLOW_COMPRESSIONS and page.planarconfig == 1:
            return TiffPicture(None, orientation, aspect)
        samples = page.asarray()
        if page.axes.startswith("S"):
            samples = np.moveaxis(samples, 0, -1)
        if page.photometric == _PALETTE:
            samples = _from_palette(page, samples)
        elif page.photometric not in _DEEP_PHOTOMETRICS:
            raise BadImage(
                name,
                said(
                    "has colours of a kind that is not read at {bitspersample} bits (photometric "
                    "interpretation {photometric}); convert it to RGB or grey",
                    bitspersample=page.bitspersample,
                    photometric=int(page.photometric),
                ),
            )
        if np.iscomplexobj(samples) or samples.ndim not in (2, 3):
            raise ValueError(f"samples of {samples.dtype} in {samples.ndim} dimensions")
        if page.photometric == _WHITE_IS_ZERO:
            samples = _inverted(samples, page.bitspersample)
        if samples.dtype == np.bool_:
            samples = samples.astype(np.uint8) * np.uint8(255)
    return TiffPicture(samples, orientation, aspect)


def _only_page(file: tifffile.TiffFile, name: str) -> tifffile.TiffPage:
    # A thumbnail or a mask of the film is no picture of its own.
    every = [page for page in file.pages if isinstance(page, tifffile.TiffPage)]
    pages = [page for page in every if not page.subfiletype & _REDUCED_OR_MASK] or every[:1]
    if len(pages) != 1:
        raise BadImage(
            name,
            said("holds {n_pages} pictures; save each as a file of its own", n_pages=len(pages)),
        )
    page = pages[0]
    if page.imagedepth > 1:
        raise BadImage(
            name,
            said(
                "is a volume of {imagedepth} slices; save one as a film", imagedepth=page.imagedepth
            ),
        )
    return page


def _aspect(page: tifffile.TiffPage) -> float:
    """A pixel's height over its width, by the resolution tags; 1 where they say nothing usable."""
    across, down = (page.tags.valueof(code) for code in (282, 283))
    try:
        ratio = (across[0] / across[1]) / (down[0] / down[1])
    except (TypeError, ZeroDivisionError, IndexError):
        return 1.0
    return ratio if ratio > 0 and abs(ratio - 1) > _ASPECT_TOLERANCE else 1.0


def _from_palette(page: tifffile.TiffPage, indices: NDArray[Any]) -> NDArray[Any]:
    if page.colormap is None:
        raise ValueError("a palette that is missing")
    colours: NDArray[Any] = np.moveaxis(np.asarray(page.colormap), 0, -1)[indices]
    return colours


def _inverted(samples: NDArray[Any], bits: int) -> NDArray[Any]:
    if samples.dtype == np.bool_:
        return ~samples
    if np.issubdtype(samples.dtype, np.unsignedinteger):
        inverted: NDArray[Any] = samples.dtype.type((1 << bits) - 1) - samples
        return inverted
    # Signed and real numbers have no end that could be called white; only their order counts.
    negative = -samples.astype(np.float64)
    return negative if not np.issubdtype(samples.dtype, np.integer) else negative.astype(np.int64)
