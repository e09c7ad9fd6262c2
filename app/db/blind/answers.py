"""Rows of ratings: appended, never changed."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.db.tables import Presentation, Rating, Reader, ReadingSession
from app.domain.blinding import opaque_token
from app.domain.rehearsal import SimulatedAnswer
from app.domain.scales import Answers


def ratings_of(session: Session, presentation: Presentation) -> Sequence[Rating]:
    """Every rating of a presentation, oldest first; the last one counts."""
    return session.scalars(
        select(Rating).where(Rating.presentation_id == presentation.id).order_by(Rating.id)
    ).all()


def append_rating(
    session: Session,
    *,
    presentation: Presentation,
    sitting: ReadingSession,
    answers: Answers,
    submission: str,
    supersedes: Rating | None,
    now: datetime,
    reading_time_ms: int | None,
    hidden_time_ms: int | None,
) -> Rating:
    """Insert one rating; the database's own constraints refuse a second first one."""
    rating = Rating(
        presentation_id=presentation.id,
        session_id=sitting.id,
        submission=submission,
        is_first=True if supersedes is None else None,
        supersedes_id=None if supersedes is None else supersedes.id,
        realism=answers.realism,
        verdict=answers.verdict,
        confidence=answers.confidence,
        comment=answers.comment,
        shown_at=presentation.shown_at,
        submitted_at=now,
        reading_time_ms=reading_time_ms,
        hidden_time_ms=hidden_time_ms,
    )
    session.add(rating)
    session.flush()
    return rating


def practice_without_feedback(session: Session, reader: Reader) -> Presentation | None:
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


def insert_simulated_ratings(
    session: Session,
    sitting: ReadingSession,
    rows: Iterable[tuple[int, SimulatedAnswer, datetime, datetime]],
) -> int:
    """Insert first ratings: (presentation id, answer, shown at, submitted at); return the count."""
    values = [
        {
            "presentation_id": presentation_id,
            "session_id": sitting.id,
            "submission": f"0.{opaque_token()}",
            "is_first": True,
            "realism": said.answers.realism,
            "verdict": said.answers.verdict,
            "confidence": said.answers.confidence,
            "comment": said.answers.comment,
            "shown_at": shown_at,
            "submitted_at": submitted_at,
            "reading_time_ms": said.reading_time_ms,
            "hidden_time_ms": 0,
        }
        for presentation_id, said, shown_at, submitted_at in rows
    ]
    session.execute(insert(Rating), values)
    return len(values)
