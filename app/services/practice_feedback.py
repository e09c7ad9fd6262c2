"""Telling the truth of a practice case after it was rated; the only truth a reader ever gets."""

from sqlalchemy.orm import Session

from app.db.blind.answers import answers_of, practice_without_feedback, ratings_of
from app.db.blind.designs import blinded_design_of
from app.db.blind.presentations import presentation_count
from app.db.blind.readers import reader_by_id
from app.db.truth.practice import truth_of_practice
from app.domain.practice import PracticeFeedback, marks_in, verdict_in


def practice_feedback(session: Session, reader_id: int) -> PracticeFeedback | None:
    """The feedback that is due to a reader who was admitted; None where none is."""
    reader = reader_by_id(session, reader_id)
    if reader is None:
        return None
    design = blinded_design_of(reader.study)
    presentation = practice_without_feedback(session, reader) if design.practice_feedback else None
    if presentation is None:
        return None
    questions = design.phase(presentation.phase).questions
    answers = answers_of(session, ratings_of(session, presentation)[-1])
    return PracticeFeedback(
        token=presentation.token,
        position=presentation.position,
        total=presentation_count(session, reader, is_practice=True),
        is_timed=presentation.exposure_ms is not None,
        verdict_given=verdict_in(questions, answers),
        truth=truth_of_practice(session, presentation),
        marks=marks_in(answers),
    )
