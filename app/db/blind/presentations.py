"""Rows of presentations: laid out once for a reader, then read one at a time.

Nothing here names an arm: the order is computed elsewhere (app/steps/lay_out_presentations.py) and
only positions and opaque tokens are handed on. The reading routes live on this module.
"""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.tables import Case, Presentation, Rating, Reader, Rendition, ShownCase


@dataclass(frozen=True)
class PendingCases:
    """The first two presentations without a rating, in order; either may be None."""

    current: Presentation | None
    following: Presentation | None


def pending_cases(session: Session, reader: Reader) -> PendingCases:
    """What the reader sees now and what comes after it."""
    found = session.scalars(
        select(Presentation)
        .outerjoin(Rating, (Rating.presentation_id == Presentation.id) & Rating.is_first.is_(True))
        .where(Presentation.reader_id == reader.id, Rating.id.is_(None))
        .order_by(Presentation.phase, Presentation.is_practice.desc(), Presentation.position)
        .limit(2)
    ).all()
    return PendingCases(
        found[0] if found else None,
        found[1] if len(found) > 1 else None,
    )


def presentation_count(session: Session, reader: Reader, *, is_practice: bool) -> int:
    """How many presentations of a kind the reader has in all."""
    return (
        session.scalar(
            select(func.count(Presentation.id)).where(
                Presentation.reader_id == reader.id, Presentation.is_practice == is_practice
            )
        )
        or 0
    )


def presentation_by_token(session: Session, reader: Reader, token: str) -> Presentation | None:
    """One of this reader's own presentations; another reader's token finds nothing."""
    return session.scalars(
        select(Presentation).where(Presentation.token == token, Presentation.reader_id == reader.id)
    ).one_or_none()


def last_rated(session: Session, reader: Reader) -> Presentation | None:
    """The presentation that was rated for the first time most recently."""
    return session.scalars(
        select(Presentation)
        .join(Rating, Rating.presentation_id == Presentation.id)
        .where(Presentation.reader_id == reader.id, Rating.is_first.is_(True))
        .order_by(Presentation.phase.desc(), Presentation.is_practice, Presentation.position.desc())
        .limit(1)
    ).one_or_none()


def rendition_of(session: Session, presentation: Presentation, size: int) -> str | None:
    """The digest of the rendition that stands for the presentation's case."""
    return session.scalars(
        select(Rendition.sha256)
        .join(Case, Case.image_id == Rendition.image_id)
        .join(ShownCase, ShownCase.case_id == Case.id)
        .where(
            ShownCase.presentation_id == presentation.id,
            ShownCase.slot == 1,
            Rendition.size == size,
        )
    ).one_or_none()
