"""Sittings and times of serving, as the checks of the record compare them."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.tables import Presentation, Rating, Reader, ReadingSession, Study
from app.domain.receipt import rating_name
from app.domain.record import served_digest


class StoredSitting(NamedTuple):
    """A sitting as its row is: whose, its 1-based number, its times, the checks in it."""

    reader: str
    number: int
    started_at: datetime
    last_active_at: datetime
    grey_steps: str | None


class ServedRating(NamedTuple):
    """Of a rating: whose, its name, the number of its sitting, the digest of when it was served."""

    reader: str
    name: str
    sitting: int
    served: str


def stored_sittings(session: Session, study: Study) -> Iterator[StoredSitting]:
    """Every sitting of a study's readers, oldest first."""
    rows = session.execute(
        select(
            Reader.code,
            ReadingSession.number,
            ReadingSession.started_at,
            ReadingSession.last_active_at,
            ReadingSession.grey_steps,
        )
        .join(Reader, Reader.id == ReadingSession.reader_id)
        .where(Reader.study_id == study.id)
        .order_by(ReadingSession.id)
    )
    for row in rows:
        yield StoredSitting(*row)


def served_ratings(session: Session, study: Study) -> Iterator[ServedRating]:
    """Every rating of a study, oldest first."""
    rows = session.execute(
        select(
            Reader.code,
            Presentation.token,
            Presentation.first_shown_at,
            Presentation.exposed_at,
            Rating.submission,
            ReadingSession.number,
        )
        .join(Presentation, Presentation.id == Rating.presentation_id)
        .join(Reader, Reader.id == Presentation.reader_id)
        .join(ReadingSession, ReadingSession.id == Rating.session_id)
        .where(Reader.study_id == study.id)
        .order_by(Rating.id)
    )
    for code, token, first_shown_at, exposed_at, submission, number in rows:
        yield ServedRating(
            code,
            rating_name(token, submission),
            number,
            served_digest(token, first_shown_at, exposed_at),
        )
