"""The truth of a practice case; the only truth that is ever told to a reader."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.tables import Arm, Case, Image, Presentation, ShownCase, Truth


def truth_of_practice(session: Session, presentation: Presentation) -> Truth:
    """`real` or `synthetic`, for a practice presentation and no other."""
    return session.scalars(
        select(Arm.kind)
        .join(Image, Image.arm_id == Arm.id)
        .join(Case, Case.image_id == Image.id)
        .join(ShownCase, ShownCase.case_id == Case.id)
        .where(ShownCase.presentation_id == presentation.id, Case.is_practice.is_(True))
    ).one()
