"""What is odd about a film, or was done to it: said image by image, and counted for an arm."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.domain.kept import kept, told_again
from app.domain.said import said

NOTE_WORDS: Final = {
    "turned": said("turned or mirrored upright"),
    "inverted": said("inverted, as the header says"),
    "stretched": said("deeper than 8 bits without a usable window, so stretched by percentiles"),
    "window": said("own window or lookup table not usable as it stands"),
    "aspect": said("pixels not square, so stretched to their true shape"),
    "padding": said("padding left out of the grey levels and shown black"),
    "for-processing": said("detector data for processing, not for presentation"),
    "lateral": said("lateral view"),
    "burnt-in": said("letters burnt in, perhaps a name"),
    "colour": said("coloured, made grey by its luma"),
    "transparent": said("transparent parts laid over black"),
    "one-bit": said("black and white only"),
    "dim": said("shows only a small part of the grey scale"),
    "bits": said("bits set that the header doesn't speak of"),
    "header": said("header incomplete or against itself"),
    "enlarged": said("smaller than the rendition, so enlarged"),
    "soft": said("finer detail missing than the rendition could show, as after enlarging"),
    "same-picture": said("same pixels as another image"),
    "near-picture": said("nearly the same picture as another image"),
}
"""Every kind of note, in the words of a count ("12 images ...")."""
_LONGEST: Final = 500


@dataclass(frozen=True)
class Note:
    """One remark on one film; `kind` is a key of `NOTE_WORDS`, `text` says it of this film."""

    kind: str
    text: str

    def __post_init__(self) -> None:
        if self.kind not in NOTE_WORDS:
            raise ValueError(f"there is no kind of note {self.kind!r}")

    def __str__(self) -> str:
        return self.text

    def written(self) -> list[Any]:
        """Kind, English text and what the text is made of, as plain values of JSON."""
        return [self.kind, str(self.text), *kept([self.text])]


def read_note(written: Sequence[Any]) -> Note:
    """The note of what `Note.written` gave, or of [kind, text] as older ones were kept.

    Raises ValueError for what is neither.
    """
    kind, *_ = written
    return Note(str(kind), text_of_note(written))


def text_of_note(written: Sequence[Any]) -> str:
    """The text alone, of any kind; raises ValueError for what is no note."""
    _, text, *parts = written
    return told_again([str(text)[:_LONGEST]], parts)[0]


def counted(kinds: Iterable[str]) -> dict[str, int]:
    """How often each kind occurs, in the order of `NOTE_WORDS`; kinds unknown here come last."""
    tally: dict[str, int] = {}
    for kind in kinds:
        tally[kind] = tally.get(kind, 0) + 1
    order = {kind: place for place, kind in enumerate(NOTE_WORDS)}
    return dict(sorted(tally.items(), key=lambda item: (order.get(item[0], len(order)), item[0])))
