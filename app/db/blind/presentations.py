"""Rows of presentations, read one at a time; the reading pages live on this module.

Nothing here names an arm: orders are computed and stored elsewhere, and only positions and opaque
tokens are handed on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db.blind.tables import (
    Case,
    PhaseReference,
    Presentation,
    Rating,
    Reader,
    Rendition,
    ShownCase,
)
from app.domain.blinding import BlindedPicture, is_name


@dataclass(frozen=True)
class PendingCases:
    """The first two presentations without a rating, in order; either may be None."""

    current: Presentation | None
    following: Presentation | None


def pending_cases(session: Session, reader: Reader) -> PendingCases:
    """What the reader sees now and what comes after it."""
    rows = session.scalars(
        select(Presentation)
        .outerjoin(Rating, (Rating.presentation_id == Presentation.id) & Rating.is_first.is_(True))
        .where(Presentation.reader_id == reader.id, Rating.id.is_(None))
        .order_by(Presentation.phase, Presentation.is_practice.desc(), Presentation.position)
        .limit(2)
    ).all()
    return PendingCases(
        rows[0] if rows else None,
        rows[1] if len(rows) > 1 else None,
    )


def presentation_count(
    session: Session, reader: Reader, *, is_practice: bool, phase: int | None = None
) -> int:
    """How many presentations the reader has, in all or in a phase; ends of phases not counted."""
    query = select(func.count(Presentation.id)).where(
        Presentation.reader_id == reader.id,
        Presentation.is_practice == is_practice,
        Presentation.is_phase_end.is_(False),
    )
    if phase is not None:
        query = query.where(Presentation.phase == phase)
    return session.scalar(query) or 0


def presentation_by_token(session: Session, reader: Reader, token: str) -> Presentation | None:
    """One of this reader's own presentations; None for another reader's token."""
    if not is_name(token):
        return None
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


def pictures_of(session: Session, presentation: Presentation) -> Sequence[BlindedPicture]:
    """The pictures of a presentation by place, with the text beside each."""
    rows = session.execute(
        select(ShownCase.slot, Case.beside)
        .join(Case, Case.id == ShownCase.case_id)
        .where(ShownCase.presentation_id == presentation.id)
        .order_by(ShownCase.slot)
    )
    return [BlindedPicture(slot, beside) for slot, beside in rows]


def rendition_of(session: Session, presentation: Presentation, slot: int, size: int) -> str | None:
    """The digest of the rendition that stands in a slot of the presentation."""
    return session.scalars(
        select(Rendition.sha256)
        .join(Case, Case.image_id == Rendition.image_id)
        .join(ShownCase, ShownCase.case_id == Case.id)
        .where(
            ShownCase.presentation_id == presentation.id,
            ShownCase.slot == slot,
            Rendition.size == size,
        )
    ).one_or_none()


def reference_of_phase(session: Session, reader: Reader, phase: int, size: int) -> str | None:
    """The digest of the rendition that the reader compares every picture of a phase with."""
    return session.scalars(
        select(Rendition.sha256)
        .join(PhaseReference, PhaseReference.image_id == Rendition.image_id)
        .where(
            PhaseReference.study_id == reader.study_id,
            PhaseReference.phase == phase,
            Rendition.size == size,
        )
    ).one_or_none()


def mark_exposed(session: Session, presentation: Presentation, slot: int, now: datetime) -> bool:
    """Note that a timed picture is sent; False where it was sent before, by whatever process."""
    marked = session.scalars(
        update(ShownCase)
        .where(
            ShownCase.presentation_id == presentation.id,
            ShownCase.slot == slot,
            ShownCase.exposed_at.is_(None),
        )
        .values(exposed_at=now)
        .returning(ShownCase.slot)
    ).all()
    if not marked:
        return False
    presentation.exposed_at = presentation.exposed_at or now
    return True
