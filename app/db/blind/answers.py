"""Rows of ratings: appended, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import cast

from sqlalchemy import Table, bindparam, insert, select, union_all
from sqlalchemy.orm import Session

from app.db.blind.presentations import PresentationRow
from app.db.blind.reader_row import ReaderInStudy, ReaderKey
from app.db.blind.readers import Sitting
from app.db.blind.record import NewEvent, append_events
from app.db.blind.tables import Answer, Presentation, Rating
from app.db.statements import Statement, Told, later
from app.domain.questions.answer import Answers, value_from_json, value_to_json
from app.domain.receipt import rating_name
from app.domain.record import ANSWERED, CORRECTED, SITTING_BEGUN, rating_seal, served_digest
from app.domain.viewing import Viewing, viewing_to_json

_RATINGS = cast(Table, Rating.__table__)
_ANSWERS = cast(Table, Answer.__table__)
# Plain inserts: the session need not keep what nobody changes.
_INSERT_RATING = Statement(
    insert(_RATINGS)
    .inline()
    .values(
        {
            column.name: bindparam(column.name, type_=column.type)
            for column in _RATINGS.c
            if column.name not in ("id", "tombstone")
        }
    )
)


@dataclass(frozen=True)
class NewRating:
    """A rating that has been written and has no number yet, as its row will be."""

    presentation_id: int
    session_id: int
    submission: str
    is_first: bool | None
    supersedes_id: int | None
    shown_at: datetime | None
    submitted_at: datetime
    reading_time_ms: int | None
    hidden_time_ms: int | None
    reason: str | None
    viewing: str | None


@lru_cache(maxsize=64)
def _insert_answers(count: int) -> Statement:
    """One statement for all answers of a rating, which it knows by presentation and submission.

    So nobody has to ask for the rating's number before its answers are sent.
    """
    rows = [
        select(
            _RATINGS.c.id,
            bindparam(f"question_{place}", type_=_ANSWERS.c.question.type),
            bindparam(f"value_{place}", type_=_ANSWERS.c.value.type),
        ).where(
            _RATINGS.c.presentation_id == bindparam("presentation_id"),
            _RATINGS.c.submission == bindparam("submission"),
        )
        for place in range(count)
    ]
    columns = ["rating_id", "question", "value"]
    return Statement(insert(_ANSWERS).inline().from_select(columns, union_all(*rows)))


def ratings_of(session: Session, presentation: Presentation | PresentationRow) -> Sequence[Rating]:
    """Every rating of a presentation, oldest first; the last one counts."""
    return session.scalars(
        select(Rating).where(Rating.presentation_id == presentation.id).order_by(Rating.id)
    ).all()


def append_rating(
    session: Session,
    *,
    presentation: PresentationRow,
    sitting: Sitting,
    answers: Answers,
    submission: str,
    supersedes: Rating | None,
    now: datetime,
    reading_time_ms: int | None,
    hidden_time_ms: int | None,
    reason: str | None = None,
    viewing: Viewing | None = None,
) -> NewRating:
    """Insert one rating; the database's own constraints refuse a second first one.

    They do so at the latest when this commits. `record_rating_event` has to follow before.
    """
    rating = NewRating(
        presentation_id=presentation.id,
        session_id=sitting.id,
        submission=submission,
        is_first=True if supersedes is None else None,
        supersedes_id=None if supersedes is None else supersedes.id,
        shown_at=presentation.shown_at,
        submitted_at=now,
        reading_time_ms=reading_time_ms,
        hidden_time_ms=hidden_time_ms,
        reason=reason,
        viewing=viewing_to_json(viewing),
    )
    later(session, _INSERT_RATING, vars(rating))
    if answers:
        stored: dict[str, object] = {
            "presentation_id": presentation.id,
            "submission": submission,
        }
        for place, (question, value) in enumerate(answers.items()):
            stored[f"question_{place}"] = question
            stored[f"value_{place}"] = value_to_json(value)
        later(session, _insert_answers(len(answers)), stored)
    return rating


def record_rating_event(
    session: Session,
    reader: ReaderInStudy,
    presentation: PresentationRow,
    rating: NewRating,
    answers: Answers,
    sitting: Sitting,
    *,
    supersedes: Rating | None,
) -> Told:
    """Append the rating, sealed with exactly these answers, to the study's record; told its hash.

    The sitting comes before it where it is new. Last in a transaction, since every other rating of
    the study then waits for its commit.
    """
    answered = NewEvent(
        at=rating.submitted_at,
        actor=reader.code,
        action=ANSWERED if supersedes is None else CORRECTED,
        detail={
            "reader": reader.code,
            "sitting": sitting.number,
            "served": served_digest(
                presentation.token, presentation.first_shown_at, presentation.exposed_at
            ),
            "rating": rating_name(presentation.token, rating.submission),
            "seal": rating_seal(
                token=presentation.token,
                submission=rating.submission,
                supersedes=None if supersedes is None else supersedes.submission,
                answers={key: value_to_json(value) for key, value in answers.items()},
                reason=rating.reason,
                shown_at=rating.shown_at,
                submitted_at=rating.submitted_at,
                reading_time_ms=rating.reading_time_ms,
                hidden_time_ms=rating.hidden_time_ms,
                viewing=rating.viewing,
            ),
        },
        rating=(presentation.id, rating.submission),
    )
    begun = [sitting_begun(reader, sitting.number, rating.submitted_at)] if sitting.is_new else []
    return append_events(session, reader.study_id, [*begun, answered])[-1]


def sitting_begun(reader: ReaderInStudy, number: int, now: datetime) -> NewEvent:
    """The event of a sitting that has just begun."""
    detail = {"reader": reader.code, "sitting": number}
    return NewEvent(now, reader.code, SITTING_BEGUN, detail)


def answers_of(session: Session, rating: Rating) -> Answers:
    """What a rating says, by question key.

    Raises ValueError for a stored value that is none of its kind.
    """
    rows = session.execute(
        select(Answer.question, Answer.value).where(Answer.rating_id == rating.id)
    )
    return {question: value_from_json(value) for question, value in rows}


def practice_without_feedback(session: Session, reader: ReaderKey) -> Presentation | None:
    """The practice presentation that is rated and whose truth has not been acknowledged."""
    return session.scalars(
        select(Presentation)
        .join(Rating, Rating.presentation_id == Presentation.id)
        .where(
            Presentation.reader_id == reader.id,
            Presentation.is_practice.is_(True),
            Presentation.feedback_seen_at.is_(None),
            Rating.is_first.is_(True),
        )
        .order_by(Presentation.position)
        .limit(1)
    ).one_or_none()
