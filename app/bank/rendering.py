"""From an image file to its canonical rendition: what a decoder process does for an import."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.bank.generation_text import HISTORY_KEYS, generation_history
from app.bank.manifest import check_digest, check_size
from app.bank.rendition import fitted_picture, on_canvas
from app.domain.errors import BadImage
from app.domain.said import said
from app.films.decode import decode_film
from app.films.decoder import DECODERS, Answer
from app.films.film import DEFAULT_MAPPING, Film, GreyMapping
from app.films.likeness import fingerprint
from app.films.notes import Note
from app.films.reader import notes_from, read_image_file
from app.films.sharpness import SOFT_BELOW, fine_share

_TASK = "app.bank.rendering:answer_rendering"


@dataclass(frozen=True)
class Wanted:
    """A file to be rendered, and what its record claims of it.

    `path` is opened in the decoder process, unless its `data` are at hand. `sha256` is checked
    where given, and so are `width` and `height`, in pixels as displayed. With `asks_history` the
    file is asked how it was generated.
    """

    path: Path
    name: str
    sha256: str
    width: int | None = None
    height: int | None = None
    mapping: GreyMapping = DEFAULT_MAPPING
    data: bytes = b""
    asks_history: bool = False


@dataclass(frozen=True)
class Rendering:
    """A film's rendition, the size it had in pixels, what is odd about it, how it was generated."""

    png: bytes
    width: int
    height: int
    notes: tuple[Note, ...]
    fingerprint: str
    history: dict[str, Any] = field(default_factory=dict)


def render(wanted: Wanted, size: int, resolution: int | None = None) -> Rendering:
    """Read, check and decode a file, and make its rendition of `size` pixels.

    `resolution` limits its detail, as `fitted_picture` says.

    Raises BadImage under the file's name.
    """
    arguments = {
        "path": "" if wanted.data else str(wanted.path),
        "name": wanted.name,
        "sha256": wanted.sha256,
        "claimed": [wanted.width, wanted.height],
        "mapping": wanted.mapping,
        "asks_history": wanted.asks_history,
        "size": size,
        "resolution": resolution,
    }
    with DECODERS.one() as decoder:
        facts, png = decoder.ask(_TASK, arguments, wanted.data, name=wanted.name)
    try:
        return Rendering(
            png,
            int(facts["width"]),
            int(facts["height"]),
            notes_from(facts["notes"]),
            str(facts["fingerprint"])[:64],
            _history(facts["history"]),
        )
    except (KeyError, TypeError, ValueError):
        raise BadImage(wanted.name, said("broke its decoder, as malicious files do")) from None


def answer_rendering(arguments: dict[str, Any], payload: bytes) -> Answer:
    """Runs in the decoder process; see `render`."""
    name, size = arguments["name"], arguments["size"]
    data = payload or read_image_file(Path(arguments["path"]), name)
    if not payload:
        check_digest(data, arguments["sha256"], name)
    film = decode_film(data, name, arguments["mapping"])
    width, height = arguments["claimed"]
    check_size(film, (width, height), name)
    picture = fitted_picture(film, size, arguments["resolution"])
    levels = picture if _is_as_it_was(film, picture, arguments) else film.pixels
    if arguments["resolution"] is None:
        film = film.noted(*_notes_of_detail(film, picture, size))
    facts = {
        "width": film.width,
        "height": film.height,
        "notes": [note.written() for note in film.notes],
        "fingerprint": fingerprint(levels),
        "history": generation_history(data) if arguments["asks_history"] else {},
    }
    return facts, on_canvas(picture, size)


def _is_as_it_was(film: Film, picture: NDArray[np.uint8], arguments: dict[str, Any]) -> bool:
    """Whether the picture holds the film's own levels, neither resized nor rounded."""
    is_filtered = (arguments["resolution"] or arguments["size"]) < arguments["size"]
    return film.bits == 8 and picture.shape == film.pixels.shape and not is_filtered


def _notes_of_detail(film: Film, picture: NDArray[np.uint8], size: int) -> list[Note]:
    if max(film.width, film.height) < size or fine_share(picture) >= SOFT_BELOW:
        return []
    return [
        Note(
            "soft",
            said("has less detail than {size} pixels can show, as after enlarging", size=size),
        )
    ]


def _history(said: Any) -> dict[str, Any]:
    """Checked as every answer is: known keys, and texts and numbers only."""
    return {
        key: said[key]
        for key in HISTORY_KEYS
        if isinstance(said.get(key), str | int | float) and not isinstance(said[key], bool)
    }
