"""Moving the last day of reading of an open study, with a reason; its frozen design stays."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.db.blind.closing import closing_is_due
from app.db.blind.designs import closing_day_of
from app.db.studies import record_event, study_by_slug
from app.domain.design.reading import design_from_json
from app.domain.design.status import STATUS_WORDS, is_past
from app.domain.document import can_be_stored, plain_text
from app.domain.errors import BadInput, Refused
from app.domain.record import LAST_DAY_MOVED, LONGEST_REASON
from app.domain.said import said


@dataclass(frozen=True)
class LastDayMoved:
    """From which day, None where there was none, to which."""

    before: date | None
    after: date


def move_last_day(
    session: Session, slug: str, day: date, *, reason: str, now: datetime, actor: str
) -> LastDayMoved:
    """Let an open study close by itself after another day than its design names; recorded.

    Design and digest stay as they were frozen; the report tells of the move. Nothing reopens a
    study whose last day is over.

    Raises Refused for a study that is not open or whose last day is over, BadInput for a day that
    is past, the same as before or earlier than readers may withdraw, and for a missing reason.
    """
    why = _reason(reason)
    study = study_by_slug(session, slug, lock=True)
    if study.status != "open":
        raise Refused(
            said(
                "The study {slug} is {status}; the last day of an open one is moved.",
                slug=slug,
                status=STATUS_WORDS[study.status],
            )
        )
    before = closing_day_of(study)
    if closing_is_due(study.status, before, now):
        raise Refused(
            said(
                "The last day of {slug}, {before}, is over, and nothing reopens a study.",
                slug=slug,
                before=before,
            )
        )
    if is_past(day, now):
        raise BadInput(said("{day} is over; name today or a later day.", day=day))
    if day == before:
        raise BadInput(said("{day} is the last day already; nothing was moved.", day=day))
    promised = design_from_json(study.design).withdrawal.last_day
    if promised is not None and day < promised:
        raise BadInput(
            said(
                "Readers were told that they may withdraw until {promised}, and a closed "
                "study lets nobody; name that day or a later one.",
                promised=promised,
            )
        )
    study.last_day = day
    record_event(
        session,
        study=study,
        actor=actor,
        action=LAST_DAY_MOVED,
        now=now,
        detail={
            "from": None if before is None else before.isoformat(),
            "to": day.isoformat(),
            "reason": why,
        },
    )
    return LastDayMoved(before, day)


def _reason(text: str) -> str:
    reason = plain_text(text)
    if not reason:
        raise BadInput(said("Say why the last day is moved; the report prints it."))
    if len(reason) > LONGEST_REASON or not can_be_stored(reason):
        raise BadInput(
            said(
                "A reason has at most {longest_reason} characters that can be stored.",
                longest_reason=LONGEST_REASON,
            )
        )
    return reason
