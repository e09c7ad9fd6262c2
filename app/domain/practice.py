"""What a reader is told of a practice case once it was rated; the only truth that they ever get."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from app.domain.questions.answer import Answers, Mark
from app.domain.questions.question import Question

Truth = Literal["real", "synthetic"]


@dataclass(frozen=True)
class PracticeFeedback:
    """What was said of a practice case and what it is.

    `token` stands for its presentation, whose picture is shown again unless it `is_timed`, with the
    reader's own `marks`.
    """

    token: str
    position: int
    total: int
    is_timed: bool
    verdict_given: Truth | None
    truth: Truth
    marks: tuple[Mark, ...] = ()


def marks_in(answers: Answers) -> tuple[Mark, ...]:
    """Every mark among the answers, in the order in which they were set."""
    return tuple(
        one
        for value in answers.values()
        if isinstance(value, tuple)
        for one in value
        if isinstance(one, Mark)
    )


def verdict_in(questions: Sequence[Question], answers: Answers) -> Truth | None:
    """What the first verdict among the answers comes to; None where none was asked or given.

    A verdict on a scale has an even number of points; the lower half says real.
    """
    for question in questions:
        value = answers.get(question.key)
        if question.measure != "verdict" or value is None:
            continue
        if question.kind == "scale" and isinstance(value, int):
            return "real" if 2 * value < question.low + question.high else "synthetic"
        if value in ("real", "synthetic"):
            return "real" if value == "real" else "synthetic"
    return None
