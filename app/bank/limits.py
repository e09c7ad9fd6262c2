"""What a file may be at most and at least before it is decoded."""

from app.domain.errors import BadImage

LARGEST_FILE_BYTES = 256 * 2**20
LARGEST_MEGAPIXELS = 64
LARGEST_PIXELS = LARGEST_MEGAPIXELS * 1_000_000
SMALLEST_SIDE = 64
LONGEST_ASPECT = 4


def check_picture_size(name: str, width: int, height: int) -> None:
    """Raise BadImage where a header's width and height are outside the limits."""
    if width * height > LARGEST_PIXELS:
        raise BadImage(
            name, f"has {width} x {height} pixels, more than {LARGEST_MEGAPIXELS} megapixels"
        )
    if min(width, height) < SMALLEST_SIDE:
        raise BadImage(
            name, f"has {width} x {height} pixels; each side needs at least {SMALLEST_SIDE}"
        )
    if max(width, height) > LONGEST_ASPECT * min(width, height):
        raise BadImage(
            name,
            f"has {width} x {height} pixels; one side may be at most "
            f"{LONGEST_ASPECT} times the other",
        )
