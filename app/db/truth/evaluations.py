"""What the bank says of the images drawn for a study; the reading pages can't reach this file."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.tables import Arm, Case, Image, Study


def case_evaluations(session: Session, study: Study) -> dict[str, list[Any]]:
    """The ``evaluation`` kept with the image of every case, by arm; practice is left out.

    As the bank wrote it, so of any type, and None where there is none: one entry a case. It is
    taken out here and not by the query, because SQLite would make 1 of a true and an infinity,
    which is no JSON, of a very long number.
    """
    rows = session.execute(
        select(Arm.key, Image.provenance)
        .join(Image, Image.arm_id == Arm.id)
        .join(Case, Case.image_id == Image.id)
        .where(Case.study_id == study.id, Case.is_practice.is_(False))
        .order_by(Case.code)
        .execution_options(yield_per=500)
    )
    evaluations: dict[str, list[Any]] = {}
    for arm, provenance in rows:
        evaluations.setdefault(arm, []).append(provenance.get("evaluation"))
    return evaluations
