"""Which sizes of renditions were made from another by remedies; the installation's record knows."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bank.remedies import Remedies
from app.db.tables import Event
from app.domain.record import REMEDIED


def remedies_of_size(session: Session, size: int) -> tuple[int, Remedies] | None:
    """The size that renditions of `size` were made from, and how; None where they were imported."""
    details = session.scalars(
        select(Event.detail)
        .where(Event.study_id.is_(None), Event.action == REMEDIED)
        .order_by(Event.number.desc())
    )
    for detail in details:
        if detail.get("size") == size:
            done = Remedies(
                bool(detail["crop_margin"]), bool(detail["grey_range"]), detail["resolution"]
            )
            return int(detail["from_size"]), done
    return None
