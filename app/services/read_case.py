"""Which case a reader sees now, as far as they may know it."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.db.blind.answers import answers_of, ratings_of
from app.db.blind.journeys import Journey, row_by_token
from app.db.blind.presentations import (
    PresentationRow,
    mark_exposed,
    mark_shown,
    pictures_of,
    presentation_count,
    reference_of_phase,
    rendition_of,
)
from app.db.blind.reader_row import ReaderRow
from app.domain.blinding import BlindedCase, BlindedDesign, CaseToRead
from app.domain.errors import NotFound, ShownAlready, TooLateToCorrect
from app.domain.journey import Standing, Step
from app.domain.said import said

NO_IMAGE = said("There is no such image.")


def standing_of(
    session: Session, reader: ReaderRow, journey: Journey, *, now: datetime
) -> Standing:
    """Where the reader stands and how far they have come in the phase at hand."""
    progress = journey.progress
    phase, due = progress.phase, progress.due
    row = journey.current or journey.last
    total = (
        presentation_count(session, reader, is_practice=False, phase=phase)
        if row is None or row.is_practice
        else row.total
    )
    # Cases are read in their order, so that a position tells how many were done.
    done = total if due is None else min(total, 0 if due.is_practice else due.position - 1)
    return Standing(
        step=progress.step(now),
        phase=phase,
        done=done,
        total=total,
        can_go_back=progress.can_go_back and reader.study_status == "open",
        ready_on=progress.ready_on,
    )


def case_to_read(
    session: Session, reader: ReaderRow, design: BlindedDesign, journey: Journey, *, now: datetime
) -> CaseToRead:
    """The first case without a rating; the time of showing is recorded. Raises NotFound."""
    if journey.current is None or journey.progress.step(now) is not Step.CASE:
        raise NotFound(said("There is no case to read now; your link leads on."))
    mark_shown(session, journey.current, now)
    case = _blinded(session, reader, design, journey, journey.current, is_correction=False)
    return CaseToRead(case, version=0, answers=None)


def case_to_correct(
    session: Session, reader: ReaderRow, design: BlindedDesign, journey: Journey, *, now: datetime
) -> CaseToRead:
    """The last rated case with its answers, for as long as no later one is rated.

    Raises TooLateToCorrect.
    """
    presentation = journey.last
    if presentation is None or not journey.progress.can_go_back or reader.study_status != "open":
        raise TooLateToCorrect(said("There is no case to go back to."))
    mark_shown(session, presentation, now)
    ratings = ratings_of(session, presentation)
    return CaseToRead(
        _blinded(session, reader, design, journey, presentation, is_correction=True),
        version=len(ratings),
        answers=answers_of(session, ratings[-1]),
    )


def case_again(
    session: Session,
    reader: ReaderRow,
    design: BlindedDesign,
    journey: Journey,
    token: str,
    *,
    is_correction: bool,
) -> BlindedCase:
    """The case of a form that is sent back to be completed; its time of showing stays.

    Raises NotFound for another reader's case.
    """
    presentation = row_by_token(session, reader, journey, token)
    if presentation is None:
        raise NotFound(said("This case is not one of yours."))
    return _blinded(session, reader, design, journey, presentation, is_correction=is_correction)


def picture_to_show(
    session: Session,
    reader: ReaderRow,
    design: BlindedDesign,
    journey: Journey,
    token: str,
    slot: int,
) -> str | None:
    """The digest of a picture that is sent as often as it is asked for; None for a timed one.

    Sent are pictures of the phase that is read: of cases shown already, of the one due and of the
    one after it. Raises NotFound for any other.
    """
    presentation = row_by_token(session, reader, journey, token)
    if presentation is None or not _may_see(reader, journey, presentation):
        raise NotFound(NO_IMAGE)
    if presentation.exposure_ms is not None:
        return None
    return _digest(session, presentation, slot, design)


def reference_to_show(
    session: Session, reader: ReaderRow, design: BlindedDesign, journey: Journey, phase: int
) -> str:
    """The digest of the picture that the cases of a phase are compared with.

    Sent only while that phase is read, its practice too until the last truth was told. Raises
    NotFound for any other, and where there is none.
    """
    progress = journey.progress
    is_read = reader.began_at is not None and phase == progress.phase
    is_ahead = progress.phase_is_ahead and not progress.feedback_is_due
    sha256 = (
        reference_of_phase(session, reader, phase, design.picture_size)
        if is_read and not is_ahead
        else None
    )
    if sha256 is None:
        raise NotFound(NO_IMAGE)
    return sha256


def expose_picture(
    session: Session,
    reader: ReaderRow,
    design: BlindedDesign,
    journey: Journey,
    token: str,
    slot: int,
    *,
    now: datetime,
) -> str:
    """The digest of a timed picture, which is sent once: when its case is due and its page shown.

    Raises NotFound for a picture whose turn has not come, ShownAlready for a second request.
    """
    presentation = row_by_token(session, reader, journey, token)
    if (
        presentation is None
        or presentation.exposure_ms is None
        or presentation.first_shown_at is None
        or not _may_see(reader, journey, presentation)
    ):
        raise NotFound(NO_IMAGE)
    sha256 = _digest(session, presentation, slot, design)
    is_due = journey.current is not None and journey.current.id == presentation.id
    if not is_due or not mark_exposed(session, presentation, slot, now):
        raise ShownAlready(said("This image was shown already; it is shown once."))
    return sha256


def _may_see(reader: ReaderRow, journey: Journey, presentation: PresentationRow) -> bool:
    progress = journey.progress
    if (
        reader.began_at is None
        or presentation.phase != progress.phase
        or (progress.phase_is_ahead and not presentation.is_practice)
    ):
        return False
    if presentation.first_shown_at is not None:
        return True
    return presentation.id in {
        row.id for row in (journey.current, journey.following) if row is not None
    }


def _digest(
    session: Session, presentation: PresentationRow, slot: int, design: BlindedDesign
) -> str:
    sha256 = rendition_of(session, presentation, slot, design.picture_size)
    if sha256 is None:
        raise NotFound(NO_IMAGE)
    return sha256


def _blinded(
    session: Session,
    reader: ReaderRow,
    design: BlindedDesign,
    journey: Journey,
    presentation: PresentationRow,
    *,
    is_correction: bool,
) -> BlindedCase:
    following = None if is_correction else _fetched_ahead(journey)
    can_go_back = journey.progress.can_go_back and reader.study_status == "open"
    with_texts = design.phase(presentation.phase).has_text_beside
    return BlindedCase(
        token=presentation.token,
        position=presentation.position,
        total=presentation.total,
        phase=presentation.phase,
        is_practice=presentation.is_practice,
        is_phase_end=presentation.is_phase_end,
        is_correction=is_correction,
        can_go_back=can_go_back and not is_correction,
        pictures=tuple(pictures_of(session, presentation, with_texts=with_texts)),
        exposure_ms=presentation.exposure_ms,
        is_exposed=presentation.exposed_at is not None,
        next_token=None if following is None else following.token,
        next_pictures=0 if following is None else following.pictures,
    )


def _fetched_ahead(journey: Journey) -> PresentationRow | None:
    """The presentation whose pictures may come early: of the same phase, and none that is timed."""
    current, following = journey.current, journey.following
    if (
        current is None
        or following is None
        or following.phase != current.phase
        or following.is_phase_end
        or following.exposure_ms is not None
    ):
        return None
    return following
