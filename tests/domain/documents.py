"""Short designs and questions as documents, for tests of the core."""

from typing import Any

from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_mapping
from app.domain.document import Problems, Table
from app.domain.questions.document import read_questions
from app.domain.questions.question import Question


def values(**changes: Any) -> dict[str, Any]:
    """A document of format 2 over two arms of 2 + 2 cases that asks for realism."""
    return {
        "format": 2,
        "title": "Trial study",
        "arms": [
            {"arm": "real", "cases": {"normal": 2, "abnormal": 2}},
            {"arm": "M0", "cases": {"normal": 2, "abnormal": 2}},
        ],
        "questions": [{"measure": "realism"}],
    } | changes


def design(**changes: Any) -> StudyDesign:
    """That document, read."""
    return design_from_mapping(values(**changes))


def questions(*rows: dict[str, Any]) -> tuple[Question, ...]:
    """Questions read from their tables; raises BadDesign with every problem."""
    problems = Problems()
    read = read_questions(Table("", {"questions": list(rows)}, problems))
    problems.raise_if_any()
    return read


def question(**row: Any) -> Question:
    """One question read from its table."""
    return questions(row)[0]
