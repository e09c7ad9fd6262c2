"""A study's record to be read: its newest events, and the protocol as opening froze it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.db.blind.record import head_of
from app.db.studies import newest_events, steps_of, study_by_slug
from app.db.tables import Chain
from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_json
from app.domain.record import OPENED, RecordedEvent

RECORD_PAGE = 100


@dataclass(frozen=True)
class StudyProtocol:
    """What can be registered; `opening` is empty for a draft, `head` the record's of this moment.

    `design_text` is the JSON whose SHA-256 is the design's.
    """

    slug: str
    title: str
    status: str
    opened_at: datetime | None
    design: StudyDesign
    design_text: str
    opening: Mapping[str, Any]
    head: str


def study_protocol(session: Session, slug: str) -> StudyProtocol:
    """Raises NotFound for a slug that no study has."""
    study = study_by_slug(session, slug)
    opened = [event.detail for event in steps_of(session, study) if event.action == OPENED]
    return StudyProtocol(
        slug=study.slug,
        title=study.title,
        status=study.status,
        opened_at=study.opened_at,
        design=design_from_json(study.design),
        design_text=study.design,
        opening=opened[-1] if opened else {},
        head=head_of(session, study.id),
    )


@dataclass(frozen=True)
class RecordPage:
    """Some events, newest first, of a record with so many and with this head."""

    events: Sequence[RecordedEvent]
    length: int
    head: str


def recorded_page(
    session: Session, slug: str, *, actions: Collection[str] | None = None, before: int = 0
) -> RecordPage:
    """At most RECORD_PAGE events of a study, newest first.

    Of some `actions` only, where they are given; with a number below `before`, unless it is 0.
    Raises NotFound for a slug that no study has.
    """
    study = study_by_slug(session, slug)
    rows = newest_events(session, study, most=RECORD_PAGE, actions=actions, before=before)
    chain = session.get(Chain, study.id)
    return RecordPage(
        tuple(
            RecordedEvent(row.number, row.at, row.actor, row.action, row.detail, row.salt)
            for row in rows
        ),
        0 if chain is None else chain.length,
        "" if chain is None else chain.head,
    )
