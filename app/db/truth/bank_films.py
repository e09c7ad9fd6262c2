"""The films of the bank one by one, as an investigator looks through them; no reader gets here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import Select, String, cast, func, select
from sqlalchemy.orm import Session

from app.db.code_points import by_code_point
from app.db.tables import Arm, Image, Rendition
from app.domain.bank_image import record_text
from app.films.notes import NOTE_WORDS, text_of_note

Flag = Literal["", "memorised", "clear", "unknown"]
FLAGS: tuple[Flag, ...] = get_args(Flag)


@dataclass(frozen=True)
class FilmFilter:
    """Which films are wanted; an empty string asks for nothing.

    `key` and `value` are a key of the records and what it says there (any text without a `value`);
    `note` is a kind of note; `flag` says whether a film was called a copy of a training film,
    compared and not called one, or not compared.
    """

    arm: str = ""
    condition: str = ""
    key: str = ""
    value: str = ""
    note: str = ""
    flag: Flag = ""


@dataclass(frozen=True)
class BankFilm:
    """One film of the bank; `renditions` are digests by size in pixels.

    `notes` is None for a film from before notes were kept.
    """

    id: int
    arm: str
    arm_label: str
    kind: str
    sha256: str
    condition: str
    source_file: str
    width: int
    height: int
    record: Mapping[str, Any]
    notes: Sequence[Sequence[Any]] | None
    renditions: Mapping[int, str]

    @property
    def note_texts(self) -> tuple[str, ...]:
        """What was noted, each the end of a sentence that any language can say."""
        return tuple(text_of_note(note) for note in self.notes or ())

    @property
    def largest(self) -> str:
        """The digest of its largest rendition; empty where it has none."""
        return self.renditions[max(self.renditions)] if self.renditions else ""


def films_wanted(session: Session, wanted: FilmFilter) -> list[int]:
    """The ids of the films that are wanted, by arm and in the order in which they came in."""
    if not wanted.key and not wanted.flag:
        return list(session.scalars(_narrowed(select(Image.id), wanted)))
    # In Python, since a value may be of any type and the databases read JSON each in its own way.
    rows = session.execute(
        _narrowed(select(Image.id, Image.provenance), wanted).execution_options(yield_per=1000)
    )
    return [image for image, record in rows if _says(record, wanted)]


def films_by_id(session: Session, ids: Sequence[int]) -> list[BankFilm]:
    """These films, in the order of `ids`; those that are not there are left out."""
    rows = session.execute(
        select(Arm.key, Arm.label, Arm.kind, Image)
        .join(Image, Image.arm_id == Arm.id)
        .where(Image.id.in_(ids))
    )
    renditions: dict[int, dict[int, str]] = {}
    for image_id, size, sha256 in session.execute(
        select(Rendition.image_id, Rendition.size, Rendition.sha256).where(
            Rendition.image_id.in_(ids)
        )
    ):
        renditions.setdefault(image_id, {})[size] = sha256
    films = {
        image.id: BankFilm(
            id=image.id,
            arm=key,
            arm_label=label,
            kind=kind,
            sha256=image.sha256,
            condition=image.condition,
            source_file=image.source_file,
            width=image.width,
            height=image.height,
            record=image.provenance,
            notes=image.notes,
            renditions=renditions.get(image.id, {}),
        )
        for key, label, kind, image in rows
    }
    return [films[one] for one in ids if one in films]


def real_films_of_file(session: Session, file: str, *, most: int) -> list[int]:
    """Ids of real films that came from the file `file`, by the very name a record gives it."""
    return list(
        session.scalars(
            select(Image.id)
            .join(Arm, Arm.id == Image.arm_id)
            .where(Arm.kind == "real", Image.source_file == file)
            .order_by(Image.id)
            .limit(most)
        )
    )


def conditions_of_bank(session: Session) -> list[str]:
    """Every condition that some film has, by name."""
    return list(session.scalars(select(Image.condition).distinct().order_by(Image.condition)))


def unread_notes(session: Session) -> dict[str, int]:
    """How many films of each arm came in before notes were kept."""
    rows = session.execute(
        select(Arm.key, func.count())
        .join(Image, Image.arm_id == Arm.id)
        .where(Image.notes.is_(None))
        .group_by(Arm.key)
    )
    return dict(rows.all())


def _narrowed(query: Select[Any], wanted: FilmFilter) -> Select[Any]:
    query = query.join(Arm, Arm.id == Image.arm_id).order_by(
        Arm.kind, by_code_point(Arm.key), Image.id
    )
    if wanted.arm:
        query = query.where(Arm.key == wanted.arm)
    if wanted.condition:
        query = query.where(Image.condition == wanted.condition)
    if wanted.note:
        # Notes are kept as [[kind, text, ...], ...], and a quote within a text is written \".
        query = query.where(cast(Image.notes, String).contains(f'["{wanted.note}", '))
    return query


def _says(record: Mapping[str, Any], wanted: FilmFilter) -> bool:
    if wanted.key:
        text = record_text(record.get(wanted.key))
        if not text or (wanted.value and text != wanted.value):
            return False
    return not wanted.flag or flag_of(record) == wanted.flag


def flag_of(record: Mapping[str, Any]) -> Flag:
    """What the record says of a copy of a training film; anything but yes or no is unknown."""
    evaluation = record.get("evaluation")
    said = evaluation.get("memorised") if isinstance(evaluation, Mapping) else None
    if not isinstance(said, bool):
        return "unknown"
    return "memorised" if said else "clear"


def is_note(kind: str) -> bool:
    """Whether there is such a kind of note."""
    return kind in NOTE_WORDS
