"""Ratings that come all at once, without a page: those of simulated and of machine readers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.db.tables import Answer, Rating, ReadingSession
from app.domain.blinding import opaque_token
from app.domain.questions.answer import Answers, value_to_json


@dataclass(frozen=True)
class BroughtRating:
    """The first and only rating of a presentation."""

    presentation_id: int
    answers: Answers
    shown_at: datetime | None
    submitted_at: datetime
    reading_time_ms: int | None


def insert_ratings(
    session: Session, sitting: ReadingSession, brought: Sequence[BroughtRating]
) -> int:
    """Insert first ratings with their answers; return how many."""
    if not brought:
        return 0
    ids = session.scalars(
        insert(Rating).returning(Rating.id, sort_by_parameter_order=True),
        [
            {
                "presentation_id": one.presentation_id,
                "session_id": sitting.id,
                "submission": f"0.{opaque_token()}",
                "is_first": True,
                "shown_at": one.shown_at,
                "submitted_at": one.submitted_at,
                "reading_time_ms": one.reading_time_ms,
                "hidden_time_ms": None if one.reading_time_ms is None else 0,
            }
            for one in brought
        ],
    ).all()
    answers = [
        {"rating_id": rating_id, "question": key, "value": value_to_json(value)}
        for rating_id, one in zip(ids, brought, strict=True)
        for key, value in one.answers.items()
    ]
    if answers:
        session.execute(insert(Answer), answers)
    return len(brought)
