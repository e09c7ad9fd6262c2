"""Telling the truth of a practice case after it was rated; the only truth a reader ever gets."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.db.blind.answers import answers_of, practice_without_feedback, ratings_of
from app.db.blind.presentations import presentation_count
from app.db.tables import Reader
from app.db.truth.practice import truth_of_practice
from app.domain.errors import NotFound


@dataclass(frozen=True)
class PracticeFeedback:
    """What was said of a practice case and what it is."""

    token: str
    position: int
    total: int
    verdict_given: str | None
    truth: str


def practice_feedback(session: Session, reader: Reader) -> PracticeFeedback:
    """The feedback that is due; NotFound where none is."""
    presentation = practice_without_feedback(session, reader)
    if presentation is None:
        raise NotFound("There is no practice case to be told of.")
    said = answers_of(session, ratings_of(session, presentation)[-1]).get("verdict")
    return PracticeFeedback(
        token=presentation.token,
        position=presentation.position,
        total=presentation_count(session, reader, is_practice=True),
        verdict_given=None if said is None else str(said),
        truth=truth_of_practice(session, presentation),
    )
