"""What is known of one arm's films: how they became grey, what is odd, which are alike."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.db.truth.bank_images import notes_of_arm, same_pictures_of_arm, stored_arms
from app.domain.errors import NotFound
from app.domain.said import said
from app.films.notes import NOTE_WORDS, counted, text_of_note

MOST_NAMED = 200


@dataclass(frozen=True)
class ArmFilms:
    """One arm's films.

    `notes` counts images by kind of note, in words; `named` are the first (file, note) pairs,
    `named_count` all of them. `unread` counts images from before notes were kept. `same` names
    pairs of files of this arm and others whose pictures are equal.
    """

    key: str
    label: str
    kind: str
    description: str
    grey_mapping: str
    images: int
    unread: int
    notes: Mapping[str, int]
    named: tuple[tuple[str, str], ...]
    named_count: int
    same: tuple[tuple[str, str, str], ...]


def arm_films(session: Session, key: str) -> ArmFilms:
    """Look at an arm's films; raises NotFound where the bank has no such arm."""
    arm = stored_arms(session, [key]).get(key)
    if arm is None:
        raise NotFound(said("The bank has no arm {key!r}.", key=key))
    kinds: list[str] = []
    named: list[tuple[str, str]] = []
    images = unread = named_count = 0
    for file, notes in notes_of_arm(session, key):
        images += 1
        unread += notes is None
        kinds.extend({note[0] for note in notes or ()})
        named_count += len(notes or ())
        named.extend(
            (file, text_of_note(note)) for note in (notes or ())[: MOST_NAMED - len(named)]
        )
    return ArmFilms(
        key=arm.key,
        label=arm.label,
        kind=arm.kind,
        description=arm.description,
        grey_mapping=arm.grey_mapping,
        images=images,
        unread=unread,
        notes={NOTE_WORDS.get(kind, kind): count for kind, count in counted(kinds).items()},
        named=tuple(named),
        named_count=named_count,
        same=tuple(same_pictures_of_arm(session, key)[:MOST_NAMED]),
    )
