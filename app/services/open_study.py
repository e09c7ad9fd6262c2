"""Opening a study, which freezes it, and closing it, which ends reading."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db.blind.readers import readers_of
from app.db.studies import record_event, study_by_slug
from app.db.tables import Study
from app.db.truth.cases import shared_renditions
from app.domain.allocation import too_few_readers
from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_json
from app.domain.design.status import is_past
from app.domain.design.warnings import design_warnings
from app.domain.errors import BadDesign, Refused
from app.domain.record import CLOSED, OPENED
from app.steps.draw_cases import FrozenCases, freeze_cases
from app.steps.freeze_digests import frozen_digests
from app.steps.lay_out_presentations import lay_out_early


@dataclass(frozen=True)
class Opened:
    """What opening froze; `sets` are made of the cases, `warnings` are sentences to read."""

    cases: int
    sets: int
    practice_cases: int
    design_sha256: str
    cases_sha256: str
    warnings: tuple[str, ...]


def open_study(session: Session, slug: str, *, now: datetime, actor: str) -> Opened:
    """Draw the cases, record the digests of design and cases, lay out the readers' orders.

    Where readers share the cases among them, theirs are laid out when they begin. Raises Refused
    for a study that is no draft, BadDesign where the bank lacks what the design asks for or the
    closing date has passed.
    """
    study = study_by_slug(session, slug, lock=True)
    if study.status != "draft":
        raise Refused(f"The study {slug} is {study.status} already; only a draft can be opened.")
    design = design_from_json(study.design)
    if is_past(design.closes_on, now):
        raise BadDesign("closes_on", f"{design.closes_on} is over; name a later day, or none")
    frozen = freeze_cases(session, study, design)
    study.status = "open"
    study.opened_at = now
    readers = [
        reader
        for reader in readers_of(session, study)
        if reader.revoked_at is None and reader.kind == "human"
    ]
    for reader in readers:
        lay_out_early(session, reader, design, now=now)
    warnings = _warnings(session, study, design, frozen, invited=len(readers))
    record_event(
        session,
        study=study,
        actor=actor,
        action=OPENED,
        now=now,
        detail={
            **frozen_digests(session, study, design, frozen),
            "warnings": list(warnings),
        },
    )
    practice = sum(one.case.is_practice for one in frozen.draw.cases)
    return Opened(
        len(frozen.draw.cases) - practice,
        len(frozen.draw.sets),
        practice,
        frozen.design_sha256,
        frozen.cases_sha256,
        warnings,
    )


def _warnings(
    session: Session, study: Study, design: StudyDesign, frozen: FrozenCases, *, invited: int
) -> tuple[str, ...]:
    """What is not wrong but perhaps not meant, each as a sentence."""
    warnings = [*design_warnings(design), *frozen.draw.notes]
    shared = shared_renditions(session, study)
    if shared:
        warnings.append(
            f"{len(shared)} pictures stand for cases of more than one arm (the first is rendition "
            f"{shared[0][:12]}); readers can't be right about all of them."
        )
    few = too_few_readers(design, invited)
    return (*warnings, few) if few else tuple(warnings)


def close_study(session: Session, slug: str, *, now: datetime, actor: str) -> None:
    """End reading for good; results may be seen from now on.

    Raises Refused for a study that is not open.
    """
    study = study_by_slug(session, slug, lock=True)
    if study.status != "open":
        raise Refused(f"The study {slug} is {study.status}; only an open study can be closed.")
    study.status = "closed"
    study.closed_at = now
    record_event(session, study=study, actor=actor, action=CLOSED, now=now)
