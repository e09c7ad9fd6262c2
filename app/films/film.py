"""A film as it is shown, and how its grey levels are to be found."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, Self

import numpy as np
from numpy.typing import NDArray

from app.domain.said import said
from app.films.notes import Note

GreyLevels = NDArray[np.float32]
GreyMapping = Literal["dicom-window", "percentile", "as-is"]

GREY_MAPPINGS: Final[tuple[GreyMapping, ...]] = ("dicom-window", "percentile", "as-is")
DEFAULT_MAPPING: Final[GreyMapping] = "dicom-window"
GREY_WORDS: Final[Mapping[str, str]] = {
    "dicom-window": said("the window in the file, else percentiles"),
    "percentile": said("percentiles"),
    "as-is": said("the whole range, as it is"),
}
"""By what deep files become grey, in the words of each mapping."""


def grey_words(mapping: str) -> str:
    """A mapping in words, and behind them its code, by which a bank and a command name it."""
    words = GREY_WORDS.get(mapping)
    return mapping if words is None else said("{words} ({code})", words=words, code=mapping)


@dataclass(frozen=True)
class Film:
    """A radiograph as it is displayed, before it is made a rendition or a training image.

    `pixels` has shape (height, width), float32, 0 for black to 255 for white and not rounded.
    `bits` is 8 where every level is one of 256 that the file held, else 16. `limits` are the
    values that became black and white where the film was windowed or stretched.
    """

    pixels: GreyLevels
    format: str
    bits: int = 8
    notes: tuple[Note, ...] = ()
    limits: tuple[float, float] | None = None

    @property
    def width(self) -> int:
        """Columns, orientation and pixel aspect applied."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Rows, orientation and pixel aspect applied."""
        return int(self.pixels.shape[0])

    @property
    def pixels_sha256(self) -> str:
        """Digest of shape and levels: equal for the same film in other containers."""
        return pixels_digest(self.whole_levels())

    def whole_levels(self) -> NDArray[np.uint8] | NDArray[np.uint16]:
        """The levels as integers, (height, width): uint8, or uint16 (0 to 65535) where deeper."""
        if self.bits == 8:
            narrow: NDArray[np.uint8] = np.rint(self.pixels).astype(np.uint8)
            return narrow
        wide: NDArray[np.uint16] = np.rint(self.pixels * np.float32(257)).astype(np.uint16)
        return wide

    def noted(self, *notes: Note) -> Self:
        """The same film with more notes."""
        return replace(self, notes=(*self.notes, *notes))


def pixels_digest(pixels: NDArray[Any]) -> str:
    """The SHA-256 of a picture's shape, depth and values, whatever file it was in."""
    head = f"{pixels.shape} {pixels.dtype}\n".encode()
    digest = hashlib.sha256(head)
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.hexdigest()
