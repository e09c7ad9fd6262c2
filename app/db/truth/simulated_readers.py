"""Presentations with their arms, which simulated readers answer by; a human one has none here."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.tables import Arm, Case, Image, Presentation, Reader, ShownCase


@dataclass(frozen=True)
class ShownToSimulated:
    """A presentation with its arm, for simulated readers only."""

    presentation_id: int
    arm: str
    case: str
    position: int


def presentations_with_arms(session: Session, reader: Reader) -> list[ShownToSimulated]:
    """The study proper of a simulated reader, in order; a human one gets an empty list."""
    rows = session.execute(
        select(Presentation.id, Arm.key, Case.code, Presentation.position)
        .join(ShownCase, ShownCase.presentation_id == Presentation.id)
        .join(Case, Case.id == ShownCase.case_id)
        .join(Image, Image.id == Case.image_id)
        .join(Arm, Arm.id == Image.arm_id)
        .join(Reader, Reader.id == Presentation.reader_id)
        .where(
            Reader.id == reader.id,
            Reader.kind == "simulated",
            Presentation.is_practice.is_(False),
        )
        .order_by(Presentation.position)
    )
    return [ShownToSimulated(*row) for row in rows]
