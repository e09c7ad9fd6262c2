"""Looking through the bank: its arms, their films, one film large, arms beside each other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from app.bank.evaluation import EVALUATION_KEY, arm_evaluation
from app.db.truth.bank_contents import arms_by_key, bank_counts
from app.db.truth.bank_films import (
    FLAGS,
    BankFilm,
    FilmFilter,
    Flag,
    conditions_of_bank,
    films_by_id,
    films_wanted,
    flag_of,
    is_note,
    real_films_of_file,
    unread_notes,
)
from app.db.truth.bank_images import note_kinds
from app.db.truth.bank_records import keys_of_records
from app.domain.conditions import usual_first
from app.domain.document import told
from app.domain.errors import BadInput, NotFound
from app.domain.said import said
from app.films.notes import NOTE_WORDS, counted, text_of_note

__all__ = [
    "BankFilm",
    "FilmFilter",
    "arms_of_bank",
    "bank_choices",
    "compare_arms",
    "film_filter",
    "film_page",
    "one_film",
]

FILMS_A_PAGE = 48
FILMS_BESIDE = 6
MOST_COMPARED = 4
MOST_NEAREST = 3
FLAG_WORDS: Mapping[Flag, str] = {
    "memorised": said("called a copy of a training film"),
    "clear": said("compared with the training films, no copy"),
    "unknown": said("not compared with training films"),
}


@dataclass(frozen=True)
class BankArm:
    """One arm: what it is, where it comes from, and how many films of each kind it holds.

    `notes` counts films by kind of note, in words; `memorised` the films that the bank's
    evaluation calls copies, None where there is none; `unread` those whose notes weren't kept.
    """

    key: str
    label: str
    kind: str
    description: str
    training_summary: str
    licence: str
    attribution: str
    bank_name: str
    grey_mapping: str
    generated: int | None
    rejected: int | None
    rejection_rule: str
    counts: Mapping[str, int]
    notes: Mapping[str, int]
    unread: int
    memorised: int | None

    @property
    def films(self) -> int:
        """All its films."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class BankChoices:
    """What films can be filtered by: (value, words) of arms, conditions, notes and flags."""

    arms: tuple[tuple[str, str], ...]
    conditions: tuple[str, ...]
    keys: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]
    flags: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class FilmPage:
    """One page of films; `page` counts from 1 to `pages`, `total` is of all pages."""

    films: tuple[BankFilm, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class OneFilm:
    """A film with all that the bank says of it.

    `notes` are (words of their kind, text of this film), `facts` and `evaluation`
    (key, text); `nearest_file` is the training film that the
    evaluation calls nearest, empty where it names none, and `nearest` the bank's real films of that
    name: several where the name alone does not tell which.
    """

    film: BankFilm
    flag: str
    notes: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    evaluation: tuple[tuple[str, str], ...]
    nearest_file: str
    nearest: tuple[BankFilm, ...]


@dataclass(frozen=True)
class ComparedArms:
    """Arms beside each other: for each condition and arm the films of one page."""

    arms: tuple[BankArm, ...]
    conditions: tuple[str, ...]
    films: Mapping[tuple[str, str], tuple[BankFilm, ...]] = field(repr=False)
    page: int
    pages: int


def arms_of_bank(session: Session, keys: Sequence[str] | None = None) -> tuple[BankArm, ...]:
    """The arms of the bank (all of them unless `keys` names some), real ones first."""
    arms = arms_by_key(session, keys)
    counts = bank_counts(session)
    kinds = note_kinds(session, list(arms))
    unread = unread_notes(session)
    return tuple(
        BankArm(
            key=key,
            label=arm.label,
            kind=arm.kind,
            description=arm.description,
            training_summary=arm.training_summary,
            licence=arm.licence,
            attribution=arm.attribution,
            bank_name=arm.bank_name,
            grey_mapping=arm.grey_mapping,
            generated=arm.generated,
            rejected=arm.rejected,
            rejection_rule=arm.rejection_rule,
            counts={condition: count for (of, condition), count in counts.items() if of == key},
            notes={NOTE_WORDS.get(k, k): n for k, n in counted(kinds.get(key, ())).items()},
            unread=unread.get(key, 0),
            memorised=_memorised(arm.details),
        )
        for key, arm in arms.items()
    )


def _memorised(details: Mapping[str, Any]) -> int | None:
    evaluation = arm_evaluation(details, ())
    return None if evaluation is None else evaluation.memorised


def bank_choices(session: Session) -> BankChoices:
    """What the films of this bank can be filtered by."""
    arms = arms_by_key(session)
    kinds = {kind for of_arm in note_kinds(session, list(arms)).values() for kind in of_arm}
    return BankChoices(
        arms=tuple((key, arm.label) for key, arm in arms.items()),
        conditions=usual_first(conditions_of_bank(session)),
        keys=tuple(key for key in keys_of_records(session) if key not in ("condition", "")),
        notes=tuple((kind, words) for kind, words in NOTE_WORDS.items() if kind in kinds),
        flags=tuple((flag, words) for flag, words in FLAG_WORDS.items()),
    )


def film_filter(asked: Mapping[str, str]) -> FilmFilter:
    """The filter that an address asks for; raises BadInput for a note or a flag there is not."""
    values = {name: asked.get(name, "").strip() for name in ("arm", "condition", "key", "value")}
    note, flag = asked.get("note", ""), asked.get("flag", "")
    if note and not is_note(note):
        raise BadInput(
            said("There is no kind of note {note}; choose one of the list.", note=told(note))
        )
    for known in FLAGS:
        if flag == known:
            return FilmFilter(**values, note=note, flag=known)
    raise BadInput(said("There is no flag {flag}; choose one of the list.", flag=told(flag)))


def film_page(session: Session, wanted: FilmFilter, page: int) -> FilmPage:
    """One page of the films that are wanted; a page beyond the last is the last."""
    ids = films_wanted(session, wanted)
    pages = max(1, -(-len(ids) // FILMS_A_PAGE))
    page = min(max(page, 1), pages)
    first = (page - 1) * FILMS_A_PAGE
    films = films_by_id(session, ids[first : first + FILMS_A_PAGE])
    return FilmPage(tuple(films), len(ids), page, pages)


def one_film(session: Session, image_id: int) -> OneFilm:
    """A film with all that the bank says of it. Raises NotFound for a film there is not."""
    film = _film(session, image_id)
    evaluation = film.record.get(EVALUATION_KEY)
    evaluation = evaluation if isinstance(evaluation, Mapping) else {}
    file = evaluation.get("nearest_training_image")
    file = file if isinstance(file, str) else ""
    ids = real_films_of_file(session, file, most=MOST_NEAREST) if file else []
    rest = {key: value for key, value in film.record.items() if key != EVALUATION_KEY}
    flag = flag_of(film.record)
    return OneFilm(
        film=film,
        flag="" if flag == "unknown" else FLAG_WORDS[flag],
        notes=tuple(
            (NOTE_WORDS.get(note[0], note[0]), text_of_note(note)) for note in film.notes or ()
        ),
        facts=tuple(_told(rest)),
        evaluation=tuple(_told(evaluation)),
        nearest_file=file,
        nearest=tuple(films_by_id(session, ids)),
    )


def _told(record: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Each value of a record with the keys that lead to it, joined by dots."""
    for key, value in record.items():
        name = f"{above}{key}"
        if isinstance(value, Mapping):
            yield from _told(value, f"{name}.")
        elif isinstance(value, list):
            yield name, "; ".join(str(one) for one in value) or said("none")
        else:
            yield name, said("not given") if value is None else str(value)


def compare_arms(session: Session, keys: Sequence[str], page: int) -> ComparedArms:
    """Arms beside each other, a few films of each condition at a time.

    Raises BadInput for fewer than two arms or too many, NotFound for one the bank has not.
    """
    keys = list(dict.fromkeys(key for key in keys if key))
    if not 2 <= len(keys) <= MOST_COMPARED:
        raise BadInput(
            said(
                "Choose 2 to {most_compared} arms to compare, not {n_keys}.",
                most_compared=MOST_COMPARED,
                n_keys=len(keys),
            )
        )
    arms = arms_of_bank(session, keys)
    missing = set(keys) - {arm.key for arm in arms}
    if missing:
        raise NotFound(said("The bank has no arm {missing}.", missing=told(min(missing))))
    conditions = usual_first(condition for arm in arms for condition in arm.counts)
    ids = {
        (arm.key, condition): films_wanted(session, FilmFilter(arm.key, condition))
        for arm in arms
        for condition in conditions
    }
    pages = max(1, -(-max(map(len, ids.values()), default=0) // FILMS_BESIDE))
    page = min(max(page, 1), pages)
    shown = slice((page - 1) * FILMS_BESIDE, page * FILMS_BESIDE)
    films = {cell: tuple(films_by_id(session, some[shown])) for cell, some in ids.items()}
    return ComparedArms(arms, conditions, films, page, pages)


def _film(session: Session, image_id: int) -> BankFilm:
    films = films_by_id(session, [image_id])
    if not films:
        raise NotFound(said("The bank has no film {image_id}.", image_id=image_id))
    return films[0]
