"""Whether a study takes answers, and closing it when its last day is over."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from app.db.blind.designs import closing_day_of
from app.db.blind.reader_row import ReaderAndStatus
from app.db.blind.record import NewEvent, append_event
from app.db.blind.tables import Study
from app.domain.design.status import Status, ensure_open, is_past
from app.domain.errors import HasWithdrawn
from app.domain.record import CLOSED
from app.domain.said import said

ACTOR = "closing date"
_STUDIES = cast(Table, Study.__table__)
_STATUS = select(_STUDIES.c.status).where(_STUDIES.c.id == bindparam("id"))
_STATUS_SHARED = _STATUS.with_for_update(read=True)
_STATUS_ALONE = _STATUS.with_for_update()


def hold_open(session: Session, reader: ReaderAndStatus, *, alone: bool = False) -> None:
    """Raise StudyNotOpen unless the reader's study is open, and keep it so until this commits.

    HasWithdrawn, which is a kind of it, where the reader takes no part any more.

    The reader is locked before (`reader_row`): the order everywhere is reader, then study.
    Readers hold the study together and closing waits for them; `alone` is for what locks it for
    itself later, since two who share a lock would each wait for the other to give it up.
    """
    # A draft is opened by somebody who holds the study and wants the readers: nothing to wait for.
    ensure_goes_on(reader)
    query = _STATUS_ALONE if alone else _STATUS_SHARED
    ensure_open(session.execute(query, {"id": reader.study_id}).scalar_one())


def ensure_goes_on(reader: ReaderAndStatus) -> None:
    """Raise StudyNotOpen where the study takes no answers as the row was read, or not theirs."""
    if reader.withdrawn_at is not None:
        raise HasWithdrawn(said("You have withdrawn from this study, so nothing more is saved."))
    ensure_open(reader.study_status)


def closing_is_due(status: Status, closes_on: date | None, now: datetime) -> bool:
    """Whether a study is still open though its last day is over."""
    return status == "open" and is_past(closes_on, now)


def studies_past_closing(session: Session, now: datetime) -> Sequence[int]:
    """The ids of the studies whose closing is due."""
    open_studies = session.scalars(select(Study).where(Study.status == "open")).all()
    return [
        study.id
        for study in open_studies
        if closing_is_due(study.status, closing_day_of(study), now)
    ]


def close_by_date(session: Session, study_id: int, now: datetime) -> None:
    """Close the study and log it, unless somebody else has done so meanwhile."""
    study = session.scalars(
        select(Study)
        .where(Study.id == study_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    closes_on = closing_day_of(study)
    if study.status != "open" or closes_on is None or not is_past(closes_on, now):
        return
    study.status = "closed"
    study.closed_at = now
    closed = NewEvent(now, ACTOR, CLOSED, {"closes_on": closes_on.isoformat()})
    append_event(session, study.id, closed)
