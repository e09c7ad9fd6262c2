"""How readers get on: what they rated on which day, in what time, and where they stand.

Nothing here knows an arm or an answer; whoever watches over a study is shown all of it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.blind.reader_row import ReaderKey
from app.db.blind.tables import Presentation, Rating, Reader, Study
from app.domain.certificate import ReadingSpan


class FirstRating(NamedTuple):
    """When a reader first rated a case, and the time it took; None where no browser told it."""

    reader: str
    submitted_at: datetime
    reading_time_ms: int | None


class PartOfReading(NamedTuple):
    """One phase of one reader, or their practice: presentations laid out and rated."""

    reader: str
    phase: int
    is_practice: bool
    total: int
    rated: int


def first_ratings(session: Session, study: Study) -> Sequence[FirstRating]:
    """One row a case that somebody rated, practice and ends of phases left out, by time.

    Those of people who have neither withdrawn nor been erased.
    """
    rows = session.execute(
        select(Reader.code, Rating.submitted_at, Rating.reading_time_ms)
        .join(Presentation, Presentation.reader_id == Reader.id)
        .join(Rating, Rating.presentation_id == Presentation.id)
        .where(
            Reader.study_id == study.id,
            Reader.kind != "machine",
            Reader.withdrawn_at.is_(None),
            Reader.erased_at.is_(None),
            Presentation.is_practice.is_(False),
            Presentation.is_phase_end.is_(False),
            Rating.is_first.is_(True),
        )
        .order_by(Rating.submitted_at, Rating.id)
    )
    return [FirstRating(*row) for row in rows]


def reading_span(session: Session, reader: ReaderKey) -> ReadingSpan:
    """How many cases a reader has read, and when; practice and ends of phases left out."""
    row = session.execute(
        select(func.count(Rating.id), func.min(Rating.submitted_at), func.max(Rating.submitted_at))
        .join(Presentation, Presentation.id == Rating.presentation_id)
        .where(
            Presentation.reader_id == reader.id,
            Presentation.is_practice.is_(False),
            Presentation.is_phase_end.is_(False),
            Rating.is_first.is_(True),
        )
    ).one()
    return ReadingSpan(*row)


def parts_of_reading(session: Session, study: Study) -> Sequence[PartOfReading]:
    """Practice and phases of every reader in the order in which they are read."""
    rows = session.execute(
        select(
            Reader.code,
            Presentation.phase,
            Presentation.is_practice,
            func.count(Presentation.id),
            func.count(Rating.id),
        )
        .join(Presentation, Presentation.reader_id == Reader.id)
        .outerjoin(Rating, (Rating.presentation_id == Presentation.id) & Rating.is_first.is_(True))
        .where(Reader.study_id == study.id)
        .group_by(Reader.code, Presentation.phase, Presentation.is_practice)
        .order_by(Reader.code, Presentation.phase, Presentation.is_practice.desc())
    )
    return [PartOfReading(*row) for row in rows]
