"""Rows of ratings: appended, never changed."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Insert, Select, Table, bindparam, insert, select, union_all
from sqlalchemy.orm import Session

from app.db.blind.presentations import PresentationRow
from app.db.blind.reader_row import ReaderInStudy, ReaderKey
from app.db.blind.readers import Sitting
from app.db.blind.record import NewEvent, append_events
from app.db.blind.tables import Answer, Presentation, Rating
from app.domain.questions.answer import Answers, value_from_json, value_to_json
from app.domain.receipt import rating_name
from app.domain.record import ANSWERED, CORRECTED, SITTING_BEGUN, rating_seal, served_digest
from app.domain.viewing import Viewing, viewing_to_json

_RATINGS = cast(Table, Rating.__table__)
_ANSWERS = cast(Table, Answer.__table__)
_COLUMNS = (_ANSWERS.c.rating_id, _ANSWERS.c.question, _ANSWERS.c.value)
# Plain inserts: the session need not keep what nobody changes.
_INSERT_RATING = insert(_RATINGS).returning(_RATINGS.c.id)


def _bound(names: Sequence[str]) -> Select[Any]:
    return select(
        *(bindparam(name, type_=column.type) for name, column in zip(names, _COLUMNS, strict=True))
    )


@lru_cache(maxsize=64)
def _insert_answers(count: int) -> Insert:
    """One statement for all answers of a rating: each that is sent costs a round trip.

    From a union, because SQLAlchemy compiles an insert of several rows of values anew each time.
    """
    names = [["rating_id", f"question_{place}", f"value_{place}"] for place in range(count)]
    rows = [_bound(row) for row in names]
    return insert(_ANSWERS).from_select([column.name for column in _COLUMNS], union_all(*rows))


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
) -> Rating:
    """Insert one rating; the database's own constraints refuse a second first one.

    `record_rating_event` has to follow before the commit. What is returned is no part of the
    session: a rating is never changed.
    """
    values = {
        "presentation_id": presentation.id,
        "session_id": sitting.id,
        "submission": submission,
        "is_first": True if supersedes is None else None,
        "supersedes_id": None if supersedes is None else supersedes.id,
        "shown_at": presentation.shown_at,
        "submitted_at": now,
        "reading_time_ms": reading_time_ms,
        "hidden_time_ms": hidden_time_ms,
        "reason": reason,
        "viewing": viewing_to_json(viewing),
    }
    rating_id = int(session.execute(_INSERT_RATING, values).scalar_one())
    if answers:
        stored: dict[str, object] = {"rating_id": rating_id}
        for place, (question, value) in enumerate(answers.items()):
            stored[f"question_{place}"] = question
            stored[f"value_{place}"] = value_to_json(value)
        session.execute(_insert_answers(len(answers)), stored)
    return Rating(id=rating_id, **values)


def record_rating_event(
    session: Session,
    reader: ReaderInStudy,
    presentation: PresentationRow,
    rating: Rating,
    answers: Answers,
    sitting: Sitting,
    *,
    supersedes: Rating | None,
) -> str:
    """Append the rating, sealed with exactly these answers, to the study's record; the new head.

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
        rating_id=rating.id,
    )
    begun = [sitting_begun(reader, sitting.number, rating.submitted_at)] if sitting.is_new else []
    return append_events(session, reader.study_id, [*begun, answered])


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
