"""The outcome of a leak audit as the study's log holds it."""

from sqlalchemy.orm import Session

from app.db.studies import steps_of
from app.db.tables import Study
from app.domain.kept import told_again
from app.domain.leak_verdict import LeakVerdict, verdict_from_json
from app.domain.record import AUDITED, OPENED


def kept_verdict(session: Session, study: Study, set_sha256: str) -> LeakVerdict | None:
    """The last audit of exactly these cases and pictures; None where there was none."""
    for event in reversed(steps_of(session, study)):
        if event.action == AUDITED and event.detail.get("set_sha256") == set_sha256:
            return verdict_from_json(event.detail)
    return None


def acknowledgement(session: Session, study: Study) -> tuple[str, tuple[str, ...]]:
    """What was typed when the study was opened, and the marks it was about; empty without any."""
    for event in steps_of(session, study):
        if event.action == OPENED:
            return (
                str(event.detail.get("acknowledged", "")),
                told_again(
                    event.detail.get("leak_marks", ()), event.detail.get("leak_marks_made_of")
                ),
            )
    return "", ()
