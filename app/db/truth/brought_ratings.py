"""Ratings that come all at once, without a page: those of simulated and of machine readers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.db.blind.record import NewEvent, append_events
from app.db.tables import Answer, Presentation, Rating, Reader, ReadingSession
from app.domain.blinding import opaque_token
from app.domain.questions.answer import Answers, value_to_json
from app.domain.receipt import rating_name
from app.domain.record import ANSWERED, rating_seal


@dataclass(frozen=True)
class BroughtRating:
    """The first and only rating of a presentation."""

    presentation_id: int
    answers: Answers
    shown_at: datetime | None
    submitted_at: datetime
    reading_time_ms: int | None


def insert_ratings(
    session: Session,
    reader: Reader,
    sitting: ReadingSession,
    brought: Sequence[BroughtRating],
    *,
    now: datetime,
) -> int:
    """Insert first ratings with their answers and record them; return how many."""
    if not brought:
        return 0
    submissions = [f"0.{opaque_token()}" for _ in brought]
    ids = session.scalars(
        insert(Rating).returning(Rating.id, sort_by_parameter_order=True),
        [
            {
                "presentation_id": one.presentation_id,
                "session_id": sitting.id,
                "submission": submission,
                "is_first": True,
                "shown_at": one.shown_at,
                "submitted_at": one.submitted_at,
                "reading_time_ms": one.reading_time_ms,
                "hidden_time_ms": _hidden_time(one),
            }
            for submission, one in zip(submissions, brought, strict=True)
        ],
    ).all()
    answers = [
        {"rating_id": rating_id, "question": key, "value": value_to_json(value)}
        for rating_id, one in zip(ids, brought, strict=True)
        for key, value in one.answers.items()
    ]
    if answers:
        session.execute(insert(Answer), answers)
    tokens = dict(
        session.execute(
            select(Presentation.id, Presentation.token).where(Presentation.reader_id == reader.id)
        ).all()
    )
    append_events(
        session,
        reader.study_id,
        [
            _event(reader, tokens[one.presentation_id], submission, rating_id, one, now)
            for rating_id, submission, one in zip(ids, submissions, brought, strict=True)
        ],
    )
    return len(brought)


def _event(
    reader: Reader,
    token: str,
    submission: str,
    rating_id: int,
    one: BroughtRating,
    now: datetime,
) -> NewEvent:
    seal = rating_seal(
        token=token,
        submission=submission,
        supersedes=None,
        answers={key: value_to_json(value) for key, value in one.answers.items()},
        reason=None,
        shown_at=one.shown_at,
        submitted_at=one.submitted_at,
        reading_time_ms=one.reading_time_ms,
        hidden_time_ms=_hidden_time(one),
        viewing=None,
    )
    detail = {"reader": reader.code, "rating": rating_name(token, submission), "seal": seal}
    return NewEvent(now, reader.code, ANSWERED, detail, rating_id)


def _hidden_time(one: BroughtRating) -> int | None:
    return None if one.reading_time_ms is None else 0
