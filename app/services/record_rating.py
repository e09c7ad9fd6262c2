"""Taking a rating: durable once acknowledged, once however often it is sent, never overwritten."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from app.db.blind.answers import append_rating, practice_without_feedback, ratings_of
from app.db.blind.presentations import last_rated, pending_cases, presentation_by_token
from app.db.blind.readers import current_session
from app.db.tables import Reader
from app.domain.blinding import opaque_token
from app.domain.design.design import StudyDesign
from app.domain.design.status import ensure_open
from app.domain.errors import AlreadyRated, NotFound, Refused, TooLateToCorrect
from app.domain.questions.kinds.kind import Picture
from app.domain.questions.reading import read_answers

Outcome = Literal["first", "correction", "repeat"]
LONGEST_TIME_MS = 24 * 60 * 60 * 1000


def new_submission(version: int) -> str:
    """The name of one served form: how many ratings its case had, and 128 random bits."""
    return f"{version}.{opaque_token()}"


def record_rating(
    session: Session,
    reader: Reader,
    design: StudyDesign,
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
    (another reader's case), AlreadyRated, TooLateToCorrect, StudyNotOpen, BadAnswer.
    """
    presentation = presentation_by_token(session, reader, token)
    if presentation is None:
        raise NotFound("This case is not one of yours; your own link leads back to your cases.")
    version, submission = _version(submission)
    earlier = ratings_of(session, presentation)
    if any(rating.submission == submission for rating in earlier):
        return "repeat"
    ensure_open(reader.study.status)
    shown = Picture(1, design.rendition_size)
    answers = read_answers(design.questions_of(design.phase(presentation.phase)), form, shown)
    if len(earlier) != version:
        raise AlreadyRated(
            "This case was already rated, perhaps on another page; the earlier answer was kept."
        )
    pending = pending_cases(session, reader)
    if earlier:
        last = last_rated(session, reader)
        if last is None or last.id != presentation.id:
            raise TooLateToCorrect(
                "A later case has been rated since, so this one can't be corrected any more."
            )
        if presentation.is_practice and design.practice.feedback:
            raise TooLateToCorrect("The truth of this practice case has been told already.")
    elif (
        reader.began_at is None or pending.current is None or pending.current.id != presentation.id
    ):
        raise Refused("It is not this case's turn yet; your link leads to the current one.")
    append_rating(
        session,
        presentation=presentation,
        sitting=current_session(session, reader, now),
        answers=answers,
        submission=submission,
        supersedes=earlier[-1] if earlier else None,
        now=now,
        reading_time_ms=_milliseconds(form.get("reading_time_ms", "")),
        hidden_time_ms=_milliseconds(form.get("hidden_time_ms", "")),
    )
    if earlier:
        return "correction"
    if pending.following is None:
        reader.finished_at = now
    return "first"


def continue_reading(
    session: Session, reader: Reader, design: StudyDesign, *, now: datetime
) -> None:
    """Go on after a practice case's feedback or after a break."""
    if design.practice.feedback:
        told = practice_without_feedback(session, reader)
        if told is not None:
            told.feedback_seen_at = now
            return
    current = pending_cases(session, reader).current
    if current is not None and not current.is_practice:
        reader.break_taken_after = current.position - 1


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
