"""The outcomes of leak audits, kept in a study's log and held against the cases as they are now."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.db.studies import record_event, study_by_slug
from app.domain.design.reading import design_from_json
from app.domain.leak_verdict import LeakVerdict, verdict_to_json
from app.domain.record import AUDITED
from app.steps.audited_set import audited_set
from app.steps.kept_verdict import kept_verdict


def record_audit(
    session: Session, slug: str, verdict: LeakVerdict, *, now: datetime, actor: str
) -> None:
    """Append the outcome of an audit to the study's log."""
    record_event(
        session,
        study=study_by_slug(session, slug),
        actor=actor,
        action=AUDITED,
        now=now,
        detail=verdict_to_json(verdict),
    )


def verdict_on_cases(session: Session, slug: str) -> LeakVerdict | None:
    """The last audit of exactly the cases that the study has or would get; None without one.

    Raises BadDesign where a draft can't be drawn.
    """
    study = study_by_slug(session, slug)
    audited = audited_set(session, study, design_from_json(study.design))
    return kept_verdict(session, study, audited.sha256)
