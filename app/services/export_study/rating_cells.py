"""One rating as the cells of a row of ratings.csv."""

from collections.abc import Sequence

from app.db.truth.answer_rows import AnswerRow
from app.domain.questions.question import Question
from app.domain.questions.reading import cells_of


def rating_cells(slug: str, row: AnswerRow, questions: Sequence[Question]) -> list[object]:
    """The values in the order of `rating_columns`."""
    said = cells_of(questions, row.answers)
    return [
        slug,
        row.reader,
        row.case,
        row.picture.arm,
        row.picture.condition,
        row.picture.truth,
        row.replicate,
        row.position,
        row.session,
        *(said.get(question.key) for question in questions),
        row.shown_at,
        row.submitted_at,
        row.reading_time_ms,
        row.hidden_time_ms,
        int(row.is_superseded),
        int(row.reader_kind == "simulated"),
    ]
