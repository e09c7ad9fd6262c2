"""Reading a film: from a file or its bytes, decoded in a process apart."""

import stat
from pathlib import Path
from typing import Any

import numpy as np

from app.domain.errors import BadImage
from app.domain.said import said
from app.films.decoder import DECODERS
from app.films.film import DEFAULT_MAPPING, Film, GreyMapping
from app.films.limits import LARGEST_FILE_BYTES
from app.films.notes import Note, read_note
from app.films.regular_file import open_regular

__all__ = ["BadImage", "notes_from", "read_film", "read_image_file"]

_TASK = "app.films.answers:answer_film"


def read_film(
    source: bytes | Path, name: str = "", *, mapping: GreyMapping = DEFAULT_MAPPING
) -> Film:
    """Read a radiograph; raises BadImage under `name` (default: the file's own)."""
    if isinstance(source, Path):
        name = name or source.name
        source = read_image_file(source, name)
    name = name or "image"
    with DECODERS.one() as decoder:
        facts, pixels = decoder.ask(_TASK, {"name": name, "mapping": mapping}, source, name=name)
    return _film(facts, pixels, name)


def read_image_file(path: Path, name: str) -> bytes:
    """The bytes of an image file.

    Raises BadImage under `name` where it is missing, not a file, unreadable or too big.
    """
    try:
        status = path.stat()
        # A pipe or a device would be waited for without end.
        if not stat.S_ISREG(status.st_mode):
            raise BadImage(name, said("is not a file"))
        if status.st_size > LARGEST_FILE_BYTES:
            raise BadImage(
                name,
                said(
                    "has {st_size:,} bytes; an image file may have {largest_file_bytes:,}",
                    st_size=status.st_size,
                    largest_file_bytes=LARGEST_FILE_BYTES,
                ),
            )
        with open_regular(path) as file:
            data = file.read(LARGEST_FILE_BYTES + 1)
    except FileNotFoundError:
        raise BadImage(name, said("is missing")) from None
    except OSError as error:
        raise BadImage(name, said("can't be read ({strerror})", strerror=error.strerror)) from None
    if len(data) > LARGEST_FILE_BYTES:
        raise BadImage(name, said("grew beyond the limit while it was read"))
    return data


def _film(facts: dict[str, Any], pixels: bytes, name: str) -> Film:
    """The film of an answer, which is checked: a decoder process is not trusted with more."""
    try:
        height, width = (int(side) for side in facts["shape"])
        levels = np.frombuffer(pixels, np.float32).reshape(height, width)
        if not ((levels >= 0) & (levels <= 255)).all():
            raise ValueError("levels outside 0 to 255")
        limits = facts["limits"]
        return Film(
            pixels=levels,
            format=str(facts["format"]),
            bits=8 if facts["bits"] == 8 else 16,
            notes=notes_from(facts["notes"]),
            limits=None if limits is None else (float(limits[0]), float(limits[1])),
        )
    except (KeyError, TypeError, ValueError):
        raise BadImage(name, said("broke its decoder, as damaged or malicious files do")) from None


def notes_from(pairs: Any) -> tuple[Note, ...]:
    """Notes as `Note.written` has them; raises ValueError for what is none."""
    return tuple(read_note(one) for one in pairs)
