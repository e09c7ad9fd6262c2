"""Which case a reader sees now, as far as she may know it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db.presentation_rows import (
    last_rated,
    pending_cases,
    presentation_by_token,
    presentation_count,
    rendition_of,
)
from app.db.rating_rows import (
    current_rating,
    practice_without_feedback,
    rated_count,
    rating_count,
)
from app.db.tables import Presentation, Reader
from app.domain.blinding import BlindedCase
from app.domain.errors import NotFound, TooLateToCorrect
from app.domain.journey import Progress
from app.domain.scales import Answers
from app.domain.study import StudyDesign, design_from_json


@dataclass(frozen=True)
class CaseToRead:
    """A blinded case, the number of ratings it has had, and the last of them if it had one."""

    case: BlindedCase
    version: int
    answers: Answers | None


def design_for(reader: Reader) -> StudyDesign:
    """The frozen design of the reader's study."""
    return design_from_json(reader.study.design)


def progress_of(session: Session, reader: Reader, design: StudyDesign) -> Progress:
    """The facts that decide what the reader is shown next."""
    begun = reader.began_at is not None
    pending = pending_cases(session, reader) if begun else None
    return Progress(
        has_consented=reader.consented_at is not None,
        has_profile=reader.profiled_at is not None,
        has_begun=begun,
        feedback_is_due=begun
        and design.practice.feedback
        and practice_without_feedback(session, reader) is not None,
        cases_left=0 if pending is None or pending.current is None else 1,
        cases_done=rated_count(session, reader, is_practice=False) if begun else 0,
        break_every=design.break_every,
        break_taken_after=reader.break_taken_after,
    )


def case_to_read(
    session: Session, reader: Reader, design: StudyDesign, *, now: datetime
) -> CaseToRead:
    """The first case without a rating; the time of showing is recorded."""
    pending = pending_cases(session, reader)
    if pending.current is None:
        raise NotFound("There is no case left to read.")
    following = pending.following
    return CaseToRead(
        _blinded(
            session,
            reader,
            pending.current,
            following,
            is_correction=False,
            can_go_back=_correctable(session, reader, design) is not None,
        ),
        version=_mark_shown(session, pending.current, now),
        answers=None,
    )


def case_to_correct(
    session: Session, reader: Reader, design: StudyDesign, *, now: datetime
) -> CaseToRead:
    """The last rated case with its answers, for as long as no later one is rated."""
    presentation = _correctable(session, reader, design)
    if presentation is None:
        raise TooLateToCorrect("There is no case to go back to.")
    rating = current_rating(session, presentation)
    return CaseToRead(
        _blinded(session, reader, presentation, None, is_correction=True, can_go_back=False),
        version=_mark_shown(session, presentation, now),
        answers=None
        if rating is None
        else Answers(
            rating.realism,
            rating.verdict,  # type: ignore[arg-type]
            rating.confidence,
            rating.comment,
        ),
    )


def case_again(
    session: Session, reader: Reader, design: StudyDesign, token: str, *, is_correction: bool
) -> BlindedCase:
    """The case of a form that is sent back to be completed; its time of showing stays."""
    presentation = presentation_by_token(session, reader, token)
    if presentation is None:
        raise NotFound("This case is not one of yours.")
    pending = pending_cases(session, reader)
    can_go_back = not is_correction and _correctable(session, reader, design) is not None
    following = None if is_correction else pending.following
    return _blinded(
        session,
        reader,
        presentation,
        following,
        is_correction=is_correction,
        can_go_back=can_go_back,
    )


def can_correct(session: Session, reader: Reader, design: StudyDesign) -> bool:
    """Whether the reader has a last case that she may still go back to."""
    return reader.study.status == "open" and _correctable(session, reader, design) is not None


def rendition_for(session: Session, reader: Reader, size: int, token: str) -> str:
    """The digest of the picture behind a token: the reader's own, up to the one to come next."""
    presentation = presentation_by_token(session, reader, token)
    if presentation is None or reader.began_at is None:
        raise NotFound("There is no such image.")
    if presentation.first_shown_at is None:
        pending = pending_cases(session, reader)
        allowed = {item.id for item in (pending.current, pending.following) if item is not None}
        if presentation.id not in allowed:
            raise NotFound("There is no such image.")
    sha256 = rendition_of(session, presentation, size)
    if sha256 is None:
        raise NotFound("There is no such image.")
    return sha256


def _correctable(session: Session, reader: Reader, design: StudyDesign) -> Presentation | None:
    last = last_rated(session, reader)
    # Once its truth was told a practice case is not answered again.
    if last is None or (last.is_practice and design.practice.feedback):
        return None
    return last


def _mark_shown(session: Session, presentation: Presentation, now: datetime) -> int:
    presentation.first_shown_at = presentation.first_shown_at or now
    presentation.shown_at = now
    return rating_count(session, presentation)


def _blinded(
    session: Session,
    reader: Reader,
    presentation: Presentation,
    following: Presentation | None,
    *,
    is_correction: bool,
    can_go_back: bool,
) -> BlindedCase:
    return BlindedCase(
        token=presentation.token,
        position=presentation.position,
        total=presentation_count(session, reader, is_practice=presentation.is_practice),
        is_practice=presentation.is_practice,
        is_correction=is_correction,
        can_go_back=can_go_back,
        next_token=None if following is None else following.token,
    )
