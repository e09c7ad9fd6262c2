"""What a file may be at most and at least, and what decoding it may cost."""

from typing import Final

from app.domain.errors import BadImage
from app.domain.said import said

LARGEST_FILE_BYTES: Final = 256 * 2**20
# Of a deflated DICOM file or frame, once inflated: as much as a file may have that is not deflated.
LARGEST_INFLATED_BYTES: Final = LARGEST_FILE_BYTES
LARGEST_MEGAPIXELS: Final = 64
LARGEST_PIXELS: Final = LARGEST_MEGAPIXELS * 1_000_000
SMALLEST_SIDE: Final = 64
LONGEST_ASPECT: Final = 4
# What one decoder process may take; a film of 64 megapixels and 16 bits needs about half of both.
DECODER_MEMORY_BYTES: Final = 2 * 2**30
DECODER_SECONDS: Final = 60.0


def check_picture_size(name: str, width: int, height: int) -> None:
    """Raise BadImage where a header's width and height are outside the limits."""
    if width * height > LARGEST_PIXELS:
        raise BadImage(
            name,
            said(
                "has {width} x {height} pixels, more than {largest_megapixels} megapixels",
                width=width,
                height=height,
                largest_megapixels=LARGEST_MEGAPIXELS,
            ),
        )
    if min(width, height) < SMALLEST_SIDE:
        raise BadImage(
            name,
            said(
                "has {width} x {height} pixels; each side needs at least {smallest_side}",
                width=width,
                height=height,
                smallest_side=SMALLEST_SIDE,
            ),
        )


def check_picture_shape(name: str, width: int, height: int) -> None:
    """Raise BadImage for a picture, as it is shown, that is far longer than it is wide."""
    if max(width, height) > LONGEST_ASPECT * min(width, height):
        raise BadImage(
            name,
            said(
                "has {width} x {height} pixels; one side may be at most {longest_aspect} "
                "times the other",
                width=width,
                height=height,
                longest_aspect=LONGEST_ASPECT,
            ),
        )
