"""Presentations with their arms, which simulated readers answer by; a human one has none here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.tables import Arm, Case, Image, Presentation, Reader, ShownCase
from app.domain.rehearsal import SeenPicture


@dataclass(frozen=True)
class ShownToSimulated:
    """A presentation with its pictures, slot by slot, for simulated readers only."""

    presentation_id: int
    phase: int
    position: int
    is_phase_end: bool
    exposure_ms: int | None
    pictures: tuple[SeenPicture, ...]


def presentations_with_arms(session: Session, reader: Reader) -> list[ShownToSimulated]:
    """The study proper of a simulated reader, in order; a human one gets an empty list."""
    shown = session.scalars(
        select(Presentation)
        .join(Reader, Reader.id == Presentation.reader_id)
        .where(
            Reader.id == reader.id,
            Reader.kind == "simulated",
            Presentation.is_practice.is_(False),
        )
        .order_by(Presentation.phase, Presentation.position)
    ).all()
    pictures = _pictures(session, reader)
    return [
        ShownToSimulated(
            one.id,
            one.phase,
            one.position,
            one.is_phase_end,
            one.exposure_ms,
            tuple(pictures.get(one.id, ())),
        )
        for one in shown
    ]


def _pictures(session: Session, reader: Reader) -> Mapping[int, Sequence[SeenPicture]]:
    rows = session.execute(
        select(ShownCase.presentation_id, Arm.key, Case.code, Image.provenance)
        .join(Presentation, Presentation.id == ShownCase.presentation_id)
        .join(Case, Case.id == ShownCase.case_id)
        .join(Image, Image.id == Case.image_id)
        .join(Arm, Arm.id == Image.arm_id)
        .where(Presentation.reader_id == reader.id)
        .order_by(ShownCase.presentation_id, ShownCase.slot)
    )
    pictures: dict[int, list[SeenPicture]] = {}
    record: Mapping[str, Any]
    for presentation_id, arm, case, record in rows:
        pictures.setdefault(presentation_id, []).append(SeenPicture(arm, case, record))
    return pictures
