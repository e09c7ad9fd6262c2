"""Taking a rating: durable once acknowledged, once however often it is sent, never overwritten."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from app.db.blind.answers import append_rating, practice_without_feedback, ratings_of
from app.db.blind.journeys import Journey, journey_of
from app.db.blind.presentations import pictures_of, presentation_by_token
from app.db.blind.readers import current_session
from app.db.blind.tables import Presentation, Rating, Reader
from app.domain.blinding import BlindedDesign, new_submission
from app.domain.design.status import ensure_open
from app.domain.errors import AlreadyRated, NotFound, NotShownYet, Refused, TooLateToCorrect
from app.domain.journey import Step
from app.domain.questions.answer import Answers
from app.domain.questions.kinds.kind import Picture
from app.domain.questions.reading import read_answers

Outcome = Literal["first", "correction", "repeat"]
LONGEST_TIME_MS = 24 * 60 * 60 * 1000


def record_rating(
    session: Session,
    reader: Reader,
    design: BlindedDesign,
    *,
    token: str,
    submission: str,
    form: Mapping[str, str],
    now: datetime,
) -> Outcome:
    """Store what a form says of the presentation `token`.

    A form that was taken before is a "repeat" and changes nothing, even if the study has closed
    since. A form served before the first rating makes the first one; a form served after n
    ratings makes a correction if those are still n and no later case is rated. Raises NotFound
    (another reader's case), AlreadyRated, TooLateToCorrect, NotShownYet, StudyNotOpen, BadAnswer,
    and Refused for a case whose turn has not come.
    """
    presentation = presentation_by_token(session, reader, token)
    if presentation is None:
        raise NotFound("This case is not one of yours; your own link leads back to your cases.")
    version, submission = _version(submission)
    earlier = ratings_of(session, presentation)
    if any(rating.submission == submission for rating in earlier):
        return "repeat"
    ensure_open(reader.study.status)
    journey = journey_of(session, reader, design)
    _ensure_its_turn(journey, presentation, earlier, version, now)
    append_rating(
        session,
        presentation=presentation,
        sitting=current_session(session, reader, now),
        answers=_answers(session, presentation, design, form),
        submission=submission,
        supersedes=earlier[-1] if earlier else None,
        now=now,
        reading_time_ms=_milliseconds(form.get("reading_time_ms", "")),
        hidden_time_ms=_milliseconds(form.get("hidden_time_ms", "")),
    )
    if earlier:
        return "correction"
    if journey.following is None:
        reader.finished_at = now
    return "first"


def continue_reading(
    session: Session, reader: Reader, design: BlindedDesign, *, seen: str, phase: int, now: datetime
) -> None:
    """Go on after a practice case's feedback, after a break, or into a phase.

    `seen` is the step whose page was served and `phase` the phase it spoke of: a form sent twice,
    or from a page that is out of date, steps over nothing that the reader has not seen.
    """
    journey = journey_of(session, reader, design)
    step, current = journey.progress.step(now), journey.current
    if seen != step or phase != journey.progress.phase:
        return
    if step is Step.FEEDBACK:
        told = practice_without_feedback(session, reader)
        if told is not None:
            told.feedback_seen_at = now
    elif step is Step.BREAK and current is not None:
        reader.break_taken_after = current.position - 1
    elif step is Step.PHASE:
        ensure_open(reader.study.status)
        reader.phase_begun = phase
        # Breaks are counted within a phase.
        reader.break_taken_after = 0


def _ensure_its_turn(
    journey: Journey,
    presentation: Presentation,
    earlier: Sequence[Rating],
    version: int,
    now: datetime,
) -> None:
    if len(earlier) != version:
        raise AlreadyRated(
            "This case was already rated, perhaps on another page; the earlier answer was kept."
        )
    if earlier:
        _ensure_correctable(journey, presentation)
        return
    is_due = journey.current is not None and journey.current.id == presentation.id
    # A break that was not taken does not make an answer wrong.
    if not is_due or journey.progress.step(now) not in (Step.CASE, Step.BREAK):
        raise Refused("It is not this case's turn yet; your link leads to the current one.")
    if presentation.exposure_ms is not None and presentation.exposed_at is None:
        raise NotShownYet("The image of this case has not been shown yet; please look at it first.")


def _ensure_correctable(journey: Journey, presentation: Presentation) -> None:
    progress, last = journey.progress, journey.last
    if last is None or last.id != presentation.id:
        raise TooLateToCorrect(
            "A later case has been rated since, so this one can't be corrected any more."
        )
    if progress.can_go_back:
        return
    if presentation.is_practice and progress.tells_truth:
        raise TooLateToCorrect("The truth of this practice case has been told already.")
    raise TooLateToCorrect("This part of the study is finished; its answers stay as they are.")


def _answers(
    session: Session, presentation: Presentation, design: BlindedDesign, form: Mapping[str, str]
) -> Answers:
    phase = design.phase(presentation.phase)
    shown = Picture(len(pictures_of(session, presentation)), design.picture_size)
    return read_answers(phase.asked(at_end=presentation.is_phase_end), form, shown)


def _version(submission: str) -> tuple[int, str]:
    """How many ratings the case had when the form was served; a form without a name is new."""
    head, _, tail = submission.partition(".")
    if head.isascii() and head.isdigit() and len(head) <= 4 and 16 <= len(tail) <= 40:
        return int(head), submission
    return 0, new_submission(0)


def _milliseconds(text: str) -> int | None:
    """A browser's own time; whatever can't be one is missing, since no reader typed it."""
    if not (text.isascii() and text.isdigit() and len(text) <= 8):
        return None
    value = int(text)
    return value if value <= LONGEST_TIME_MS else None
