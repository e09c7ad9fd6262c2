"""From an image file to its canonical rendition: what a decoder process does for an import."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.bank.manifest import check_digest, check_size
from app.bank.rendition import canonical_rendition
from app.domain.errors import BadImage
from app.films.decode import decode_film
from app.films.decoder import DECODERS, Answer
from app.films.film import DEFAULT_MAPPING, GreyMapping
from app.films.likeness import fingerprint
from app.films.notes import Note
from app.films.reader import notes_from, read_image_file

_TASK = "app.bank.rendering:answer_rendering"


@dataclass(frozen=True)
class Wanted:
    """A file to be rendered, and what its record claims of it.

    `path` is opened in the decoder process, unless its `data` are at hand. `sha256` is checked
    where given, and so are `width` and `height`, in pixels as displayed.
    """

    path: Path
    name: str
    sha256: str
    width: int | None = None
    height: int | None = None
    mapping: GreyMapping = DEFAULT_MAPPING
    data: bytes = b""


@dataclass(frozen=True)
class Rendering:
    """A film's rendition, the size it had in pixels, and what is odd about it."""

    png: bytes
    width: int
    height: int
    notes: tuple[Note, ...]
    fingerprint: str


def render(wanted: Wanted, size: int) -> Rendering:
    """Read, check and decode a file, and make its rendition of `size` pixels.

    Raises BadImage under the file's name.
    """
    arguments = {
        "path": "" if wanted.data else str(wanted.path),
        "name": wanted.name,
        "sha256": wanted.sha256,
        "claimed": [wanted.width, wanted.height],
        "mapping": wanted.mapping,
        "size": size,
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
        )
    except (KeyError, TypeError, ValueError):
        raise BadImage(wanted.name, "broke its decoder, as malicious files do") from None


def answer_rendering(arguments: dict[str, Any], payload: bytes) -> Answer:
    """Runs in the decoder process; see `render`."""
    name, size = arguments["name"], arguments["size"]
    data = payload or read_image_file(Path(arguments["path"]), name)
    if not payload:
        check_digest(data, arguments["sha256"], name)
    film = decode_film(data, name, arguments["mapping"])
    width, height = arguments["claimed"]
    check_size(film, (width, height), name)
    facts = {
        "width": film.width,
        "height": film.height,
        "notes": [[note.kind, note.text] for note in film.notes],
        "fingerprint": fingerprint(film.pixels),
    }
    return facts, canonical_rendition(film, size)
