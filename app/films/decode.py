"""The one path from a file's bytes to a film, the same for every arm and for training.

Runs in a decoder process (`reader.py`). The rules are written down in docs/bank-format.md.
"""

from app.domain.errors import BadImage
from app.domain.said import said
from app.films.film import DEFAULT_MAPPING, Film, GreyLevels, GreyMapping
from app.films.grey import StoredValues
from app.films.kinds import has_preamble, is_dicom, picture_kind, why_not_read
from app.films.limits import check_picture_shape, check_picture_size
from app.films.pictures import read_picture
from app.films.plain_grey import plain_levels
from app.films.shape import squared


def decode_film(data: bytes, name: str, mapping: GreyMapping = DEFAULT_MAPPING) -> Film:
    """Decode a file's bytes; raises BadImage under `name`."""
    if not data:
        raise BadImage(name, said("is empty"))
    # DICOM first: its preamble may make the same file a TIFF as well.
    kind = None if has_preamble(data) else picture_kind(data)
    if kind is None and is_dicom(data):
        # pydicom takes half a second to load, which an import of PNG files need not wait for.
        from app.films.dicom import read_dicom

        film = read_dicom(data, name, mapping)
    elif kind is None:
        raise BadImage(name, why_not_read(data))
    else:
        picture = read_picture(data, kind, name)
        notes = list(picture.notes)
        try:
            stored = StoredValues(picture.values)
            levels, limits, is_eight_bit = plain_levels(stored, mapping, notes, picture.transparent)
        except ValueError as error:
            raise BadImage(name, str(error)) from None
        shaped = squared(levels, picture.aspect, notes)
        bits = 8 if is_eight_bit and shaped is levels else 16
        film = Film(shaped, kind, bits, tuple(notes), limits)
    check_picture_size(name, film.width, film.height)
    check_picture_shape(name, film.width, film.height)
    if _is_flat(film.pixels):
        raise BadImage(
            name, said("has the same grey level everywhere, so there is nothing to read")
        )
    return film


def _is_flat(levels: GreyLevels) -> bool:
    # Of nearly every film, one pixel in many already tells.
    thinned = levels[::61, ::61]
    return bool(thinned.min() == thinned.max() and levels.min() == levels.max())
