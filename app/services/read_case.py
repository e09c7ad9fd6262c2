"""Which case a reader sees now, as far as she may know it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db.blind.answers import answers_of, practice_without_feedback, ratings_of
from app.db.blind.presentations import (
    last_rated,
    pending_cases,
    presentation_by_token,
    rendition_of,
)
from app.db.tables import Presentation, Reader
from app.domain.blinding import BlindedCase, BlindedPicture
from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_json
from app.domain.errors import NotFound, TooLateToCorrect
from app.domain.journey import Progress
from app.domain.questions.answer import Answers


@dataclass(frozen=True)
class CaseToRead:
    """A blinded case, the number of ratings it has had, and the last of them if it had one."""

    case: BlindedCase
    version: int
    answers: Answers | None


@dataclass(frozen=True)
class Standing:
    """Where a reader stands: what decides the next step, the case at hand and the one after it."""

    progress: Progress
    current: Presentation | None
    following: Presentation | None
    can_go_back: bool


def design_for(reader: Reader) -> StudyDesign:
    """The frozen design of the reader's study."""
    return design_from_json(reader.study.design)


def standing_of(session: Session, reader: Reader, design: StudyDesign) -> Standing:
    """Where the reader stands; positions tell the counts, since cases are read in their order."""
    if reader.began_at is None:
        return Standing(_progress(reader, design, 0, 0, feedback_is_due=False), None, None, False)
    pending = pending_cases(session, reader)
    current = pending.current
    if current is None:
        practised, done, left = design.practice.count, design.presentation_count, 0
    elif current.is_practice:
        practised, done, left = current.position - 1, 0, 1
    else:
        practised, done, left = design.practice.count, current.position - 1, 1
    # Once its truth was told a practice case is not answered again.
    answerable = done or (practised and not design.practice.feedback)
    return Standing(
        _progress(
            reader,
            design,
            left,
            done,
            feedback_is_due=design.practice.feedback
            and practised > 0
            and done == 0
            and practice_without_feedback(session, reader) is not None,
        ),
        current,
        pending.following,
        can_go_back=bool(answerable) and reader.study.status == "open",
    )


def case_to_read(standing: Standing, design: StudyDesign, *, now: datetime) -> CaseToRead:
    """The first case without a rating; the time of showing is recorded."""
    if standing.current is None:
        raise NotFound("There is no case left to read.")
    _mark_shown(standing.current, now)
    return CaseToRead(
        _blinded(
            standing.current,
            standing.following,
            design,
            is_correction=False,
            can_go_back=standing.can_go_back,
        ),
        version=0,
        answers=None,
    )


def case_to_correct(
    session: Session, reader: Reader, design: StudyDesign, *, now: datetime
) -> CaseToRead:
    """The last rated case with its answers, for as long as no later one is rated."""
    presentation = None
    if standing_of(session, reader, design).can_go_back:
        presentation = last_rated(session, reader)
    if presentation is None:
        raise TooLateToCorrect("There is no case to go back to.")
    _mark_shown(presentation, now)
    ratings = ratings_of(session, presentation)
    return CaseToRead(
        _blinded(presentation, None, design, is_correction=True, can_go_back=False),
        version=len(ratings),
        answers=answers_of(session, ratings[-1]),
    )


def case_again(
    session: Session, reader: Reader, design: StudyDesign, token: str, *, is_correction: bool
) -> BlindedCase:
    """The case of a form that is sent back to be completed; its time of showing stays."""
    presentation = presentation_by_token(session, reader, token)
    if presentation is None:
        raise NotFound("This case is not one of yours.")
    standing = standing_of(session, reader, design)
    return _blinded(
        presentation,
        None if is_correction else standing.following,
        design,
        is_correction=is_correction,
        can_go_back=not is_correction and standing.can_go_back,
    )


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


def _progress(
    reader: Reader, design: StudyDesign, left: int, done: int, *, feedback_is_due: bool
) -> Progress:
    return Progress(
        has_consented=reader.consented_at is not None,
        has_profile=reader.profiled_at is not None,
        has_begun=reader.began_at is not None,
        feedback_is_due=feedback_is_due,
        cases_left=left,
        cases_done=done,
        break_every=design.break_every,
        break_taken_after=reader.break_taken_after,
    )


def _mark_shown(presentation: Presentation, now: datetime) -> None:
    presentation.first_shown_at = presentation.first_shown_at or now
    presentation.shown_at = now


def _blinded(
    presentation: Presentation,
    following: Presentation | None,
    design: StudyDesign,
    *,
    is_correction: bool,
    can_go_back: bool,
) -> BlindedCase:
    is_practice = presentation.is_practice
    return BlindedCase(
        token=presentation.token,
        position=presentation.position,
        phase=presentation.phase,
        is_phase_end=presentation.is_phase_end,
        pictures=(BlindedPicture(1, None),),
        exposure_ms=presentation.exposure_ms,
        is_exposed=presentation.exposed_at is not None,
        next_pictures=0 if following is None else 1,
        total=design.practice.count if is_practice else design.presentation_count,
        is_practice=is_practice,
        is_correction=is_correction,
        can_go_back=can_go_back,
        next_token=None if following is None else following.token,
    )
