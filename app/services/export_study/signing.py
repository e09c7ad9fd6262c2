"""Exports in the browser: signed once, and good for a while for whoever has signed."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.db.studies import newest_events, record_event, study_by_slug
from app.domain.errors import Refused
from app.domain.record import EXPORT_SIGNED
from app.domain.said import said
from app.domain.signing import Signature

SIGNED_FOR = timedelta(minutes=15)


def sign_export(
    session: Session, slug: str, *, signed: Signature, now: datetime, actor: str
) -> None:
    """Record that `actor` signs for taking results out; their downloads pass for SIGNED_FOR.

    Raises NotFound for a slug that no study has, Refused while the study is not closed.
    """
    study = study_by_slug(session, slug)
    if study.status != "closed":
        raise Refused(
            said(
                "Exports name arm and truth, so they open when the study is closed; "
                "until then the study's page shows progress."
            )
        )
    record_event(
        session, study=study, actor=actor, action=EXPORT_SIGNED, now=now, detail=signed.written()
    )


def signed_until(session: Session, slug: str, *, now: datetime, actor: str) -> datetime | None:
    """Until when the downloads of `actor` pass; None where they have to sign first."""
    study = study_by_slug(session, slug)
    signed = newest_events(session, study, most=20, actions={EXPORT_SIGNED})
    last = next((event.at for event in signed if event.actor == actor), None)
    return last + SIGNED_FOR if last is not None and now - last < SIGNED_FOR else None
