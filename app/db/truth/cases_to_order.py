"""A study's cases with what an order is computed from: their arm and their condition."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.tables import Arm, Case, Image


@dataclass(frozen=True)
class CaseToOrder:
    """One case of an opened study."""

    id: int
    code: str
    is_practice: bool
    is_replicated: bool
    arm: str
    condition: str


def cases_to_order(session: Session, study_id: int) -> list[CaseToOrder]:
    """Every case of a study, practice included, by code."""
    rows = session.execute(
        select(Case.id, Case.code, Case.is_practice, Case.is_replicated, Arm.key, Image.condition)
        .join(Image, Image.id == Case.image_id)
        .join(Arm, Arm.id == Image.arm_id)
        .where(Case.study_id == study_id)
        .order_by(Case.code)
    )
    return [CaseToOrder(*row) for row in rows]
