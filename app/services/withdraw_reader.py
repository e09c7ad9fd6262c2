"""A reader takes back their part by their own link; nothing here knows an arm or an image."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.db.blind.closing import hold_open
from app.db.blind.erasure import erase_reader_rows
from app.db.blind.record import NewEvent, append_events
from app.db.blind.tables import Reader
from app.domain.blinding import BlindedDesign
from app.domain.consent import too_late
from app.domain.design.status import is_past
from app.domain.errors import Refused
from app.domain.record import WITHDRAWN


def may_withdraw(reader: Reader, design: BlindedDesign, *, now: datetime) -> bool:
    """Whether the reader's own link takes their part back now, as the consent says."""
    if reader.withdrawn_at is not None or reader.study.status != "open":
        return False
    plan = design.withdrawal
    if plan.until == "finishing":
        return reader.finished_at is None
    if plan.until == "day":
        return plan.last_day is not None and not is_past(plan.last_day, now)
    return plan.until == "closing"


def withdraw_reader(
    session: Session, reader: Reader, design: BlindedDesign, *, now: datetime
) -> None:
    """Withdraw a reader and, where the consent says so, erase their answers; recorded.

    The reader must be locked. Raises StudyNotOpen, and Refused where the consent names no such
    point or it is over.
    """
    hold_open(session, reader)
    if not may_withdraw(reader, design, now=now):
        raise Refused(too_late(design.withdrawal))
    reader.withdrawn_at = now
    detail = {"reader": reader.code, "answers": design.withdrawal.answers}
    events = [NewEvent(now, reader.code, WITHDRAWN, detail)]
    if design.withdrawal.answers == "erased":
        events.append(erase_reader_rows(session, reader, now=now, actor=reader.code).event)
    append_events(session, reader.study_id, events)
