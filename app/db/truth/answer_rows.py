"""A study's answers with everything a researcher needs beside them, streamed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, select, true
from sqlalchemy.orm import Session, aliased

from app.db.tables import (
    Answer,
    Arm,
    Case,
    CaseSet,
    Image,
    Presentation,
    Rating,
    Reader,
    ReaderKind,
    ReadingSession,
    ShownCase,
    Study,
    Truth,
)
from app.domain.grey_steps import GreySteps, last_check
from app.domain.questions.answer import Answers, Value, value_from_json
from app.domain.viewing import Viewing, viewing_from_json

# Ratings whose answers and pictures are fetched together; memory stays flat however many there are.
_PIECE = 500


@dataclass(frozen=True)
class ShownPicture:
    """One picture of a presentation: where it stood and what it is."""

    slot: int
    case: str
    arm: str
    condition: str
    stratum: str
    truth: Truth


@dataclass(frozen=True)
class AnswerRow:
    """One rating with its answers, superseded ones included.

    `case` is the code of the case, or of the set where several pictures were shown; empty at the
    end of a phase, which shows none. `position` is 1-based within practice or phase, times are in
    milliseconds, `exposure_ms` is None where the reader looked as long as they liked. `grey_steps`
    is the last check of the display in the rating's sitting, `reason` why it corrects another.
    """

    reader: str
    reader_kind: ReaderKind
    case: str
    pictures: tuple[ShownPicture, ...]
    phase: int
    is_phase_end: bool
    replicate: int
    position: int
    session: int
    exposure_ms: int | None
    answers: Answers
    shown_at: datetime | None
    submitted_at: datetime
    reading_time_ms: int | None
    hidden_time_ms: int | None
    viewing: Viewing | None
    reason: str | None
    grey_steps: GreySteps | None
    is_superseded: bool

    @property
    def picture(self) -> ShownPicture:
        """The picture, where one is shown at a time."""
        return self.pictures[0]


def answer_rows(
    session: Session, study: Study, *, practice: bool = False, reader: str | None = None
) -> Iterator[AnswerRow]:
    """One row a rating, by reader, phase and position; none of who has withdrawn or was erased.

    With `reader` those of that code alone.
    """
    query = _rated(study, practice=practice, reader=reader)
    cases = _shown_once(session, study)
    for piece in session.execute(query).partitions():
        said = _answers(session, [row.rating for row in piece])
        shown = _pictures(session, cases, [row.presentation for row in piece])
        for row in piece:
            yield _answer_row(row, said.get(row.rating, {}), shown.get(row.presentation, ()))


def _rated(study: Study, *, practice: bool, reader: str | None) -> Select[*tuple[Any, ...]]:
    """Columns and no mapped objects: a large study has hundreds of thousands of ratings."""
    newer = aliased(Rating)
    return (
        select(
            Rating.id.label("rating"),
            Presentation.id.label("presentation"),
            Reader.code.label("reader"),
            Reader.kind,
            CaseSet.code.label("set_code"),
            Presentation.phase,
            Presentation.is_phase_end,
            Presentation.replicate,
            Presentation.position,
            ReadingSession.number.label("sitting"),
            ReadingSession.grey_steps,
            Presentation.exposure_ms,
            Rating.shown_at,
            Rating.submitted_at,
            Rating.reading_time_ms,
            Rating.hidden_time_ms,
            Rating.viewing,
            Rating.reason,
            newer.id.label("newer"),
        )
        .join(Presentation, Presentation.id == Rating.presentation_id)
        .join(Reader, Reader.id == Presentation.reader_id)
        .join(ReadingSession, ReadingSession.id == Rating.session_id)
        .outerjoin(CaseSet, CaseSet.id == Presentation.set_id)
        .outerjoin(newer, newer.supersedes_id == Rating.id)
        .where(
            Reader.study_id == study.id,
            Presentation.is_practice == practice,
            Reader.withdrawn_at.is_(None),
            Reader.erased_at.is_(None),
            Reader.code == reader if reader is not None else true(),
        )
        .order_by(Reader.code, Presentation.phase, Presentation.position, Rating.id)
        .execution_options(yield_per=_PIECE)
    )


def _answer_row(
    row: Row[*tuple[Any, ...]], answers: Mapping[str, Value], pictures: tuple[ShownPicture, ...]
) -> AnswerRow:
    return AnswerRow(
        reader=row.reader,
        reader_kind=row.kind,
        case=row.set_code or (pictures[0].case if pictures else ""),
        pictures=pictures,
        phase=row.phase,
        is_phase_end=row.is_phase_end,
        replicate=row.replicate,
        position=row.position,
        session=row.sitting,
        exposure_ms=row.exposure_ms,
        answers=answers,
        shown_at=row.shown_at,
        submitted_at=row.submitted_at,
        reading_time_ms=row.reading_time_ms,
        hidden_time_ms=row.hidden_time_ms,
        viewing=viewing_from_json(row.viewing),
        reason=row.reason,
        grey_steps=last_check(row.grey_steps),
        is_superseded=row.newer is not None,
    )


def _answers(session: Session, ratings: Sequence[int]) -> dict[int, dict[str, Value]]:
    answers: dict[int, dict[str, Value]] = {}
    rows = session.execute(
        select(Answer.rating_id, Answer.question, Answer.value).where(Answer.rating_id.in_(ratings))
    )
    for rating_id, question, value in rows:
        answers.setdefault(rating_id, {})[question] = _value(value)
    return answers


# Most answers are one of a few, and no value can be changed.
_value = lru_cache(maxsize=4096)(value_from_json)


def _shown_once(session: Session, study: Study) -> dict[int, ShownPicture]:
    """Every case of the study by its number, as the picture in the first place."""
    rows = session.execute(
        select(Case.id, Case.code, Arm.key, Image.condition, Case.stratum, Arm.kind)
        .join(Image, Image.id == Case.image_id)
        .join(Arm, Arm.id == Image.arm_id)
        .where(Case.study_id == study.id)
    )
    return {
        number: ShownPicture(1, code, arm, condition, stratum, truth)
        for number, code, arm, condition, stratum, truth in rows
    }


def _pictures(
    session: Session, cases: Mapping[int, ShownPicture], presentations: Sequence[int]
) -> dict[int, tuple[ShownPicture, ...]]:
    rows = session.execute(
        select(ShownCase.presentation_id, ShownCase.slot, ShownCase.case_id)
        .where(ShownCase.presentation_id.in_(set(presentations)))
        .order_by(ShownCase.presentation_id, ShownCase.slot)
    )
    shown: dict[int, tuple[ShownPicture, ...]] = {}
    for presentation_id, slot, case_id in rows:
        picture = cases[case_id] if slot == 1 else replace(cases[case_id], slot=slot)
        shown[presentation_id] = (*shown.get(presentation_id, ()), picture)
    return shown
