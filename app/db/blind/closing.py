"""Closing a study whose last day is over: its row and the line in its log."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.blind.designs import closing_day_of
from app.db.blind.tables import Event, Study
from app.domain.design.status import is_past

ACTOR = "closing date"


def closing_is_due(study: Study, now: datetime) -> bool:
    """Whether the study is still open though its last day is over."""
    return study.status == "open" and is_past(closing_day_of(study), now)


def studies_past_closing(session: Session, now: datetime) -> Sequence[int]:
    """The ids of the studies whose closing is due."""
    open_studies = session.scalars(select(Study).where(Study.status == "open")).all()
    return [study.id for study in open_studies if closing_is_due(study, now)]


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
    session.add(
        Event(
            study_id=study.id,
            at=now,
            actor=ACTOR,
            action="closed",
            detail={"closes_on": closes_on.isoformat()},
        )
    )
