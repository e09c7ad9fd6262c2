"""Taking a rating: durable once acknowledged, once however often it is sent, never overwritten."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.db.blind.answers import (
    answers_of,
    append_rating,
    practice_without_feedback,
    ratings_of,
    record_rating_event,
)
from app.db.blind.closing import hold_open
from app.db.blind.journeys import Journey, journey_after, journey_of, row_by_token
from app.db.blind.presentations import PresentationRow
from app.db.blind.reader_row import ReaderRow, mark_finished
from app.db.blind.readers import continue_sitting
from app.db.blind.record import head_with
from app.db.blind.tables import Rating, Reader
from app.db.statements import Row
from app.domain.blinding import BlindedDesign, is_name
from app.domain.document import plain_text
from app.domain.errors import (
    AlreadyRated,
    BadAnswer,
    BadForm,
    NotFound,
    NotShownYet,
    OtherAnswers,
    Refused,
    TooLateToCorrect,
)
from app.domain.journey import Step
from app.domain.questions.answer import Answers
from app.domain.questions.kinds.kind import Picture
from app.domain.questions.reading import read_answers
from app.domain.receipt import Receipt, answers_digest, form_digest, rating_name
from app.domain.record import LONGEST_REASON
from app.domain.said import said
from app.domain.viewing import read_viewing

logger = logging.getLogger("negatoscope")

# No question's key has a hyphen.
REASON = "correction-reason"
LONGEST_TIME_MS = 24 * 60 * 60 * 1000


def record_rating(
    session: Session,
    reader: ReaderRow,
    design: BlindedDesign,
    journey: Journey,
    *,
    token: str,
    submission: str,
    form: Mapping[str, str],
    now: datetime,
    ensure_open: Callable[[], None],
    go_on: Callable[[Journey], None],
    last_sitting: Sequence[Row] | None = None,
) -> Receipt:
    """Store what a form says of the presentation `token`, and acknowledge it.

    A form that was taken before is acknowledged again and changes nothing, even if the study has
    closed since; with other answers it is refused. A form served before the first rating makes the
    first one; a form served after n ratings makes a correction if those are still n and no later
    case is rated. The reader is locked before, and `ensure_open` holds their study open until this
    commits.

    `journey` and `last_sitting`, if it is given, were read under that lock.

    `go_on` is called with where the reader then stands, so that the next case can be served by the
    same transaction. The record, for which other readers wait, is written after it and committed
    at once: a receipt is only ever made of what is stored, and the session is at its end.

    Raises NotFound (another reader's case), BadForm (a form without its number), OtherAnswers,
    AlreadyRated, TooLateToCorrect, NotShownYet, StudyNotOpen, BadAnswer, and Refused for a case
    whose turn has not come.
    """
    presentation = _presentation(session, reader, journey, token)
    version = _version(submission)
    is_due = presentation is journey.current
    # What is due has no rating yet.
    earlier = [] if is_due else ratings_of(session, presentation)
    taken = next((rating for rating in earlier if rating.submission == submission), None)
    if taken is not None:
        answers = answers_of(session, taken)
        _ensure_same(session, presentation, design, form, answers)
        head = head_with(session, taken.id)
        go_on(journey)
        return _receipt(presentation, submission, answers, head, form)
    ensure_open()
    _ensure_its_turn(journey, presentation, earlier, version, now)
    answers = _answers(session, presentation, design, form)
    reading_time_ms, hidden_time_ms = _durations(form)
    corrected = earlier[-1] if earlier else None
    sitting = continue_sitting(session, reader, now, last_sitting)
    rating = append_rating(
        session,
        presentation=presentation,
        sitting=sitting,
        answers=answers,
        submission=submission,
        supersedes=corrected,
        now=now,
        reading_time_ms=reading_time_ms,
        hidden_time_ms=hidden_time_ms,
        reason=_reason(form) if corrected else None,
        viewing=read_viewing(form, has_film=not presentation.is_phase_end),
    )
    if not earlier and journey.following is None:
        mark_finished(session, reader, now)
    go_on(
        journey_after(session, reader, design, journey, now)
        if is_due
        else journey_of(session, reader, design)
    )
    recorded = record_rating_event(
        session, reader, presentation, rating, answers, sitting, supersedes=corrected
    )
    # The event's hash is told with the commit.
    session.commit()
    ((head,),) = recorded.rows or ()
    return _receipt(presentation, submission, answers, head, form)


def continue_reading(
    session: Session,
    reader: Reader,
    journey: Journey,
    *,
    seen: str,
    phase: int,
    now: datetime,
) -> None:
    """Go on after a practice case's feedback, after a break, or into a phase.

    `seen` is the step whose page was served and `phase` the phase it spoke of: a form sent twice,
    or from a page that is out of date, steps over nothing that the reader has not seen. Raises
    StudyNotOpen.
    """
    step, current = journey.progress.step(now), journey.current
    if seen != step or phase != journey.progress.phase:
        return
    hold_open(session, reader)
    if step is Step.FEEDBACK:
        told = practice_without_feedback(session, reader)
        if told is not None:
            told.feedback_seen_at = now
    elif step is Step.BREAK and current is not None:
        reader.break_taken_after = current.position - 1
    elif step is Step.PHASE:
        reader.phase_begun = phase
        # Breaks are counted within a phase.
        reader.break_taken_after = 0


def _ensure_its_turn(
    journey: Journey,
    presentation: PresentationRow,
    earlier: Sequence[Rating],
    version: int,
    now: datetime,
) -> None:
    if len(earlier) != version:
        raise AlreadyRated(
            said(
                "This case was already rated, perhaps on another page; the earlier answer was kept."
            )
        )
    if earlier:
        _ensure_correctable(journey, presentation)
        return
    is_due = journey.current is not None and journey.current.id == presentation.id
    # A break that was not taken does not make an answer wrong; nor does a check of the display that
    # fell due while the case was read.
    if not is_due or journey.progress.step(now) not in (Step.CASE, Step.BREAK, Step.DISPLAY):
        raise Refused(said("It is not this case's turn yet; your link leads to the current one."))
    if presentation.exposure_ms is not None and presentation.exposed_at is None:
        raise NotShownYet(
            said("The image of this case has not been shown yet; please look at it first.")
        )


def _ensure_correctable(journey: Journey, presentation: PresentationRow) -> None:
    progress, last = journey.progress, journey.last
    if last is None or last.id != presentation.id:
        raise TooLateToCorrect(
            said("A later case has been rated since, so this one can't be corrected any more.")
        )
    if progress.can_go_back:
        return
    if presentation.is_practice and progress.tells_truth:
        raise TooLateToCorrect(said("The truth of this practice case has been told already."))
    raise TooLateToCorrect(
        said("This part of the study is finished; its answers stay as they are.")
    )


def _presentation(
    session: Session, reader: ReaderRow, journey: Journey, token: str
) -> PresentationRow:
    presentation = row_by_token(session, reader, journey, token)
    if presentation is None:
        raise NotFound(
            said("This case is not one of yours; your own link leads back to your cases.")
        )
    return presentation


def _answers(
    session: Session, presentation: PresentationRow, design: BlindedDesign, form: Mapping[str, str]
) -> Answers:
    phase = design.phase(presentation.phase)
    shown = Picture(presentation.pictures, design.picture_size)
    return read_answers(phase.asked(at_end=presentation.is_phase_end), form, shown)


def _ensure_same(
    session: Session,
    presentation: PresentationRow,
    design: BlindedDesign,
    form: Mapping[str, str],
    stored: Answers,
) -> None:
    try:
        given: Answers | None = _answers(session, presentation, design, form)
    except BadAnswer:
        given = None
    if given is None or answers_digest(given) != answers_digest(stored):
        raise OtherAnswers(
            said(
                "This form was saved before with other answers, and those were kept; "
                "what it says now is not saved."
            )
        )


def _receipt(
    presentation: PresentationRow,
    submission: str,
    answers: Answers,
    head: str,
    form: Mapping[str, str],
) -> Receipt:
    return Receipt(
        rating=rating_name(presentation.token, submission),
        answers=answers_digest(answers),
        record=head,
        form=form_digest(form),
    )


def _version(submission: str) -> int:
    """How many ratings the case had when the form was served; raises BadForm without a number."""
    head, _, tail = submission.partition(".")
    if head.isascii() and head.isdigit() and len(head) <= 4 and is_name(tail):
        return int(head)
    raise BadForm(
        said(
            "This form came without the number it was served under, so it was not saved; "
            "please reload the page and answer again."
        )
    )


def _reason(form: Mapping[str, str]) -> str | None:
    """Why the reader corrects, where they say so; raises BadAnswer for more than fits."""
    reason = plain_text(form.get(REASON, ""))
    if len(reason) > LONGEST_REASON:
        raise BadAnswer(
            {
                REASON: said(
                    "Please give the reason in at most {most} characters.", most=LONGEST_REASON
                )
            }
        )
    return reason or None


def _durations(form: Mapping[str, str]) -> tuple[int | None, int | None]:
    """The browser's reading time and the hidden part of it, in milliseconds; missing if wrong.

    A part that is longer than the whole, or a part of nothing, says that the clock is not to be
    trusted: then neither is kept.
    """
    whole = _milliseconds(form.get("reading_time_ms", ""))
    hidden = _milliseconds(form.get("hidden_time_ms", ""))
    if hidden is not None and (whole is None or hidden > whole):
        logger.warning("a browser's reading times contradict each other; none of them was kept")
        return None, None
    return whole, hidden


def _milliseconds(text: str) -> int | None:
    """A browser's own time; whatever can't be one is missing, since no reader typed it."""
    if not (text.isascii() and text.isdigit() and len(text) <= 8):
        return None
    value = int(text)
    return value if value <= LONGEST_TIME_MS else None
