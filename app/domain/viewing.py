"""How a case was looked at: the window, the film as it was drawn, the pointer.

A page tells it beside the answers. No reader types any of it, so whatever can't be true is missing
and never mended.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

Pointer = Literal["mouse", "pen", "touch", "none"]
POINTERS: tuple[Pointer, ...] = get_args(Pointer)
# The form's fields; a hyphen is in no question's key.
PREFIX = "viewing-"
_NUMBER = re.compile(r"[0-9]{1,5}(\.[0-9]{1,4})?")
_MOST_PIXELS = 20_000
_LEAST_WIDTH, _MOST_WIDTH = 8, 510
_MOST_LEVEL = 255
_MOST_ZOOM = 64
_FILM = ("film_side", "window", "level", "zoom", "inverted", "magnifier")


@dataclass(frozen=True)
class Viewing:
    """How one case was seen until its form was sent; None is not told, or could not be true.

    width, height  the window, in CSS pixels
    pixel_ratio    screen pixels per CSS pixel, the page's own zoom included
    film_side      side of the fitted picture as it was drawn, in CSS pixels
    pointer        what touched the page last; `none` where only keys were used
    window, level  at the end, in grey levels of the 8-bit picture
    zoom           the greatest reached, against the fitted picture; at least 1
    inverted       whether black was white at the end
    magnifier      whether the magnifier was used
    """

    width: int | None = None
    height: int | None = None
    pixel_ratio: float | None = None
    film_side: float | None = None
    pointer: Pointer | None = None
    window: float | None = None
    level: float | None = None
    zoom: float | None = None
    inverted: bool | None = None
    magnifier: bool | None = None


FIELDS: tuple[str, ...] = tuple(field.name for field in fields(Viewing))


def read_viewing(form: Mapping[str, str], *, has_film: bool) -> Viewing | None:
    """What a form says of how its case was seen; None where it says nothing that can be true.

    `has_film` is False at the end of a phase, where nothing can be said of a film.
    """

    def number(name: str, least: float, most: float) -> float | None:
        text = form.get(PREFIX + name, "")
        value = float(text) if _NUMBER.fullmatch(text) else None
        return value if value is not None and least <= value <= most else None

    def whole(name: str) -> int | None:
        value = number(name, 1, _MOST_PIXELS)
        return int(value) if value is not None and value.is_integer() else None

    def flag(name: str) -> bool | None:
        return {"0": False, "1": True}.get(form.get(PREFIX + name, ""))

    said = Viewing(
        width=whole("width"),
        height=whole("height"),
        pixel_ratio=number("pixel_ratio", 0.1, 32),
        film_side=number("film_side", 1, _MOST_PIXELS),
        pointer=next((one for one in POINTERS if one == form.get(PREFIX + "pointer")), None),
        window=number("window", _LEAST_WIDTH, _MOST_WIDTH),
        level=number("level", 0, _MOST_LEVEL),
        zoom=number("zoom", 1, _MOST_ZOOM),
        inverted=flag("inverted"),
        magnifier=flag("magnifier"),
    )
    return _possible(said, has_film=has_film)


def _possible(said: Viewing, *, has_film: bool) -> Viewing | None:
    """Without what contradicts the rest: a film where none was, or one larger than its window."""
    plain = _plain(said)
    window = min(said.width or _MOST_PIXELS, said.height or _MOST_PIXELS)
    if not has_film:
        plain |= dict.fromkeys(_FILM)
    elif said.film_side is not None and said.film_side > window:
        # The page does not scroll, so that a fitted film lies within the window.
        plain |= {"width": None, "height": None, "film_side": None}
    return None if all(value is None for value in plain.values()) else Viewing(**plain)


def _plain(viewing: Viewing) -> dict[str, Any]:
    return {name: getattr(viewing, name) for name in FIELDS}


def viewing_to_json(viewing: Viewing | None) -> str | None:
    """As it is stored: one JSON object of what is known, keys in order; None for nothing."""
    if viewing is None:
        return None
    known = {name: value for name, value in _plain(viewing).items() if value is not None}
    return json.dumps(known, sort_keys=True, separators=(",", ":"))


def viewing_from_json(text: str | None) -> Viewing | None:
    """What `viewing_to_json` wrote; a field that this version doesn't know is passed over."""
    if text is None:
        return None
    stored: dict[str, Any] = json.loads(text)
    return Viewing(**{name: stored[name] for name in FIELDS if name in stored})
