"""Telling the readers of an open study something, and taking it back; both are recorded."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.db.studies import record_event, study_by_slug
from app.db.tables import Study
from app.db.truth.bank_contents import arms_by_key
from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_json
from app.domain.design.status import STATUS_WORDS
from app.domain.errors import Refused
from app.domain.reader_message import ReaderMessage, ensure_tells_nothing, read_message
from app.domain.record import MESSAGE_SHOWN, MESSAGE_TAKEN_BACK
from app.domain.said import said


def show_message(
    session: Session,
    slug: str,
    text: str,
    *,
    until: date | None,
    now: datetime,
    actor: str,
) -> ReaderMessage:
    """Show all readers of an open study a message, in place of the one before.

    Raises Refused for a study that is not open, BadInput for a text or a day that can't be used and
    for a text that names an arm or a model.
    """
    study = _open_study(session, slug, lock=True)
    message = ensure_can_be_shown(session, slug, text, until=until, now=now)
    study.message, study.message_until = message.text, message.until
    detail = {
        "message": message.text,
        "until": None if message.until is None else message.until.isoformat(),
    }
    record_event(session, study=study, actor=actor, action=MESSAGE_SHOWN, now=now, detail=detail)
    return message


def ensure_can_be_shown(
    session: Session, slug: str, text: str, *, until: date | None, now: datetime
) -> ReaderMessage:
    """Read the message that would be shown, and show nothing; raises as `show_message`."""
    study = _open_study(session, slug)
    message = read_message(text, until, now=now)
    design = design_from_json(study.design)
    ensure_tells_nothing(message.text, design, _names(session, design))
    return message


def take_message_back(session: Session, slug: str, *, now: datetime, actor: str) -> None:
    """Show the message no more. Raises Refused where none is shown, or the study is not open."""
    study = _open_study(session, slug, lock=True)
    if study.message is None:
        raise Refused(
            said(
                "The readers of {slug} are shown no message, so there is none to take back.",
                slug=slug,
            )
        )
    study.message = study.message_until = None
    record_event(session, study=study, actor=actor, action=MESSAGE_TAKEN_BACK, now=now, detail={})


def _open_study(session: Session, slug: str, *, lock: bool = False) -> Study:
    study = study_by_slug(session, slug, lock=lock)
    if study.status != "open":
        raise Refused(
            said(
                "The study {slug} is {status}; readers of an open one get messages.",
                slug=slug,
                status=STATUS_WORDS[study.status],
            )
        )
    return study


def _names(session: Session, design: StudyDesign) -> list[str]:
    arms = arms_by_key(session, [plan.arm for plan in design.arms])
    return [name for arm in arms.values() for name in (arm.key, arm.label, arm.bank_name)]
