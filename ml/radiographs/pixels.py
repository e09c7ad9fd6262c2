"""Radiographs as training sees them: read by the reader of films that the application has too.

So a film has the same grey levels in training as in a study. Eight-bit images keep their values;
deeper ones are kept as 16 bits, so that eight bits are never a stop on the way.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from app.films.film import DEFAULT_MAPPING, GreyMapping, pixels_digest
from app.films.kinds import DICOM_SUFFIXES, picture_kind
from app.films.kinds import is_dicom as begins_as_dicom
from app.films.reader import BadImage, read_film, read_image_file

_HEAD = 400


class UnusableImage(Exception):
    """Why an image cannot be used, as the end of a sentence that begins with its name."""


@dataclass(frozen=True)
class Radiograph:
    """One grey image: (height, width) uint8 or uint16, upright as it is read on a light box."""

    pixels: NDArray[Any]
    notes: tuple[str, ...]
    """What was done to it, or is odd about it."""

    window: tuple[float, float] | None
    """Values that became black and white, of images deeper than eight bits."""

    file_sha256: str = ""
    """Of the file it was read from, which is read once."""

    @property
    def digest(self) -> str:
        """Return the sha256 of shape, depth and values: equal for copies in other formats."""
        return pixels_digest(self.pixels)


def read_radiograph(path: Path, *, grey_mapping: GreyMapping = DEFAULT_MAPPING) -> Radiograph:
    """Read one file, decoded apart under limits of memory and time.

    Parameters
    ----------
    grey_mapping : how images deeper than eight bits become grey (docs/bank-format.md)

    Raises
    ------
    UnusableImage
        If it is missing, broken, tiny, blank, or holds several pictures.
    """
    try:
        data = read_image_file(path, path.name)
        film = read_film(data, path.name, mapping=grey_mapping)
    except BadImage as error:
        raise UnusableImage(error.reason) from None
    return Radiograph(
        film.whole_levels(),
        tuple(str(note) for note in film.notes),
        film.limits,
        hashlib.sha256(data).hexdigest(),
    )


def is_dicom(path: Path) -> bool:
    """Tell DICOM by its content, or by the file's name where it begins as nothing known."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if begins_as_dicom(head) and picture_kind(head) is None:
        return True
    return head[128:132] == b"DICM" or (
        path.suffix.lower() in DICOM_SUFFIXES and picture_kind(head) is None
    )
