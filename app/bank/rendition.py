"""The canonical rendition: the one form in which an image is ever sent to a reader.

Its length depends on its size alone; docs/decisions/0010 says why.
"""

import struct
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.bank.shrinking import shrunk
from app.films.film import Film, GreyLevels

DEFAULT_SIZE: Final = 512
SMALLEST_SIZE: Final = 64
LARGEST_SIZE: Final = 4096
_STORED_BLOCK: Final = 65_535
# Pixels; below, what `shrunk` loads costs more than it saves.
_LARGE: Final = 2_000_000


def canonical_rendition(
    image: Film, size: int = DEFAULT_SIZE, resolution: int | None = None
) -> bytes:
    """An 8-bit grey PNG of `size` x `size` pixels: aspect kept, centred on black.

    8-bit images whose longer side is `size` come out pixel for pixel, unless `resolution` asks for
    less detail; see `fitted_picture`.
    """
    return on_canvas(fitted_picture(image, size, resolution), size)


def fitted_picture(
    image: Film, size: int = DEFAULT_SIZE, resolution: int | None = None
) -> NDArray[np.uint8]:
    """The image with its longer side `size`, uint8.

    With a `resolution` below `size` it is first shrunk to so many pixels, where it has more, and so
    holds no finer detail than a source of that size: what the coarsest arm of a study has.
    """
    if not SMALLEST_SIZE <= size <= LARGEST_SIZE:
        raise ValueError(f"a rendition has {SMALLEST_SIZE} to {LARGEST_SIZE} pixels, not {size}")
    pixels = image.pixels
    if max(pixels.shape) == size and (resolution is None or resolution >= size):
        # Within 0 to 255 as they are; only what is resized can lie beyond.
        return np.rint(pixels).astype(np.uint8)
    if resolution is not None and resolution < size and max(pixels.shape) > resolution:
        pixels = np.clip(_resized(pixels, *_scaled_to(image, resolution)), 0, 255)
    return _to_8_bits(_resized(pixels, *_scaled_to(image, size)))


def on_canvas(picture: NDArray[np.uint8], size: int) -> bytes:
    """The PNG of a fitted picture, centred on black."""
    height, width = picture.shape
    if height == width == size:
        return encode_png(picture)
    canvas = np.zeros((size, size), dtype=np.uint8)
    top, left = (size - height) // 2, (size - width) // 2
    canvas[top : top + height, left : left + width] = picture
    return encode_png(canvas)


def encode_png(pixels: NDArray[np.uint8]) -> bytes:
    """A PNG of exactly IHDR, IDAT and IEND whose length depends on the shape alone.

    Rows have filter 0 and the deflate stream is stored (RFC 1950, RFC 1951 section 3.2.4); neither
    is left to a library, because libraries choose by content and differ between versions.
    """
    # Decoder processes have it already; the server starts without. libdeflate's checksums take a
    # tenth of zlib's time.
    from imagecodecs import deflate_adler32

    from app.films.png import SIGNATURE, chunk, stored_blocks

    height, width = pixels.shape
    rows = np.zeros((height, width + 1), dtype=np.uint8)
    rows[:, 1:] = pixels
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    raw = rows.tobytes()
    checksum = struct.pack(">I", deflate_adler32(raw))
    return b"".join(
        (
            SIGNATURE,
            *chunk(b"IHDR", [header]),
            *chunk(b"IDAT", [b"\x78\x01", *stored_blocks(raw), checksum]),
            *chunk(b"IEND", []),
        )
    )


def rendition_length(size: int) -> int:
    """How many bytes every rendition of `size` has."""
    raw = size * (size + 1)
    blocks = -(-raw // _STORED_BLOCK)
    return 8 + 25 + (12 + 2 + raw + 5 * blocks + 4) + 12


def _scaled_to(image: Film, longer_side: int) -> tuple[int, int]:
    """Width and height of the image, its longer side so many pixels."""
    longer = max(image.width, image.height)
    return (
        max(1, round(image.width * longer_side / longer)),
        max(1, round(image.height * longer_side / longer)),
    )


def _resized(pixels: GreyLevels, width: int, height: int) -> GreyLevels:
    if pixels.shape == (height, width):
        return pixels
    # On 32-bit floats, so that rounding happens once; the filter widens when shrinking.
    if pixels.size >= _LARGE and 2 * width <= pixels.shape[1] and 2 * height <= pixels.shape[0]:
        return shrunk(pixels, width, height)
    resized = Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS)
    return np.asarray(resized)


def _to_8_bits(levels: GreyLevels) -> NDArray[np.uint8]:
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)
