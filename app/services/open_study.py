"""Opening a study, which freezes it, and closing it, which ends reading."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db.blind.readers import readers_of
from app.db.studies import record_event, study_by_slug
from app.db.truth.cases import shared_renditions
from app.domain.design.reading import design_from_json
from app.domain.errors import Refused
from app.steps.draw_cases import freeze_cases
from app.steps.lay_out_presentations import lay_out_presentations


@dataclass(frozen=True)
class Opened:
    """What opening froze; `warnings` are sentences an investigator should read."""

    cases: int
    practice_cases: int
    design_sha256: str
    cases_sha256: str
    warnings: tuple[str, ...]


def open_study(session: Session, slug: str, *, now: datetime, actor: str) -> Opened:
    """Draw the cases, record the digests of design and cases, lay out the readers' orders."""
    study = study_by_slug(session, slug, lock=True)
    if study.status != "draft":
        raise Refused(f"The study {slug} is {study.status} already; only a draft can be opened.")
    design = design_from_json(study.design)
    frozen = freeze_cases(session, study, design)
    study.status = "open"
    study.opened_at = now
    for reader in readers_of(session, study):
        if reader.revoked_at is None:
            lay_out_presentations(session, reader, design)
    practice = sum(case.is_practice for case in frozen.drawn)
    shared = shared_renditions(session, study)
    warnings = (
        (
            f"{len(shared)} pictures stand for cases of more than one arm (the first is rendition "
            f"{shared[0][:12]}); readers can't be right about all of them.",
        )
        if shared
        else ()
    )
    record_event(
        session,
        study=study,
        actor=actor,
        action="opened",
        now=now,
        detail={
            "design_sha256": frozen.design_sha256,
            "cases_sha256": frozen.cases_sha256,
            "warnings": list(warnings),
        },
    )
    return Opened(
        len(frozen.drawn) - practice, practice, frozen.design_sha256, frozen.cases_sha256, warnings
    )


def close_study(session: Session, slug: str, *, now: datetime, actor: str) -> None:
    """End reading for good; results may be seen from now on."""
    study = study_by_slug(session, slug, lock=True)
    if study.status != "open":
        raise Refused(f"The study {slug} is {study.status}; only an open study can be closed.")
    study.status = "closed"
    study.closed_at = now
    record_event(session, study=study, actor=actor, action="closed", now=now)
