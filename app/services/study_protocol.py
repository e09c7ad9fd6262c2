"""A study's protocol as it stands in its record: the design and everything that opening froze."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.db.blind.record import head_of
from app.db.studies import events_of, study_by_slug
from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_json
from app.domain.record import OPENED


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
    opened = [event.detail for event in events_of(session, study) if event.action == OPENED]
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
