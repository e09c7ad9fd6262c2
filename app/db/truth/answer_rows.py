"""A study's answers with everything a researcher needs beside them, streamed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
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


def answer_rows(session: Session, study: Study, *, practice: bool = False) -> Iterator[AnswerRow]:
    """One row a rating, by reader, phase and position; none of who has withdrawn or was erased."""
    newer = aliased(Rating)
    query = (
        select(
            Rating,
            Presentation,
            Reader.code,
            Reader.kind,
            ReadingSession,
            CaseSet.code,
            newer.id,
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
        )
        .order_by(Reader.code, Presentation.phase, Presentation.position, Rating.id)
        .execution_options(yield_per=_PIECE)
    )
    for piece in session.execute(query).partitions():
        said = _answers(session, [rating.id for rating, *_ in piece])
        shown = _pictures(session, [presentation.id for _, presentation, *_ in piece])
        for rating, presentation, reader, kind, sitting, set_code, newer_id in piece:
            pictures = shown.get(presentation.id, ())
            yield AnswerRow(
                reader=reader,
                reader_kind=kind,
                case=set_code or (pictures[0].case if pictures else ""),
                pictures=pictures,
                phase=presentation.phase,
                is_phase_end=presentation.is_phase_end,
                replicate=presentation.replicate,
                position=presentation.position,
                session=sitting.number,
                exposure_ms=presentation.exposure_ms,
                answers=said.get(rating.id, {}),
                shown_at=rating.shown_at,
                submitted_at=rating.submitted_at,
                reading_time_ms=rating.reading_time_ms,
                hidden_time_ms=rating.hidden_time_ms,
                viewing=viewing_from_json(rating.viewing),
                reason=rating.reason,
                grey_steps=last_check(sitting.grey_steps),
                is_superseded=newer_id is not None,
            )


def _answers(session: Session, ratings: Sequence[int]) -> dict[int, dict[str, Value]]:
    answers: dict[int, dict[str, Value]] = {}
    rows = session.execute(
        select(Answer.rating_id, Answer.question, Answer.value).where(Answer.rating_id.in_(ratings))
    )
    for rating_id, question, value in rows:
        answers.setdefault(rating_id, {})[question] = value_from_json(value)
    return answers


def _pictures(
    session: Session, presentations: Sequence[int]
) -> dict[int, tuple[ShownPicture, ...]]:
    rows = session.execute(
        select(
            ShownCase.presentation_id,
            ShownCase.slot,
            Case.code,
            Arm.key,
            Image.condition,
            Case.stratum,
            Arm.kind,
        )
        .join(Case, Case.id == ShownCase.case_id)
        .join(Image, Image.id == Case.image_id)
        .join(Arm, Arm.id == Image.arm_id)
        .where(ShownCase.presentation_id.in_(set(presentations)))
        .order_by(ShownCase.presentation_id, ShownCase.slot)
    )
    shown: dict[int, tuple[ShownPicture, ...]] = {}
    for presentation_id, slot, case, arm, condition, stratum, truth in rows:
        picture = ShownPicture(slot, case, arm, condition, stratum, truth)
        shown[presentation_id] = (*shown.get(presentation_id, ()), picture)
    return shown
