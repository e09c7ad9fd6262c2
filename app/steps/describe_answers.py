"""What readers said to every question, by phase and arm: counts and distributions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.db.tables import ReaderKind
from app.db.truth.answer_rows import AnswerRow
from app.domain.design.design import StudyDesign
from app.domain.questions.answer import Value
from app.domain.questions.kinds.choices import NONE
from app.domain.questions.question import Question
from app.domain.questions.reading import is_asked
from app.domain.questions.registry import kind_of
from app.statistics.protocols.distribution import (
    Distribution,
    distribution_of_grades,
    distribution_of_words,
)
from app.statistics.protocols.marks import MarkCounts, mark_counts
from app.statistics.protocols.sides import SideChoice, SideCounts, side_counts

# A scale with more points is told by its centre, not point by point.
_MOST_LISTED = 11
Description = Distribution | MarkCounts | SideCounts


@dataclass(frozen=True)
class DescribedQuestion:
    """One question in one phase.

    `by_arm` has an entry for each arm whose pictures the question was asked of; what is asked once
    at the end of a phase, or of several pictures at a time, has the one entry "".
    `readers` counts those who were asked.
    """

    question: Question
    phase: int
    phase_title: str
    is_phase_end: bool
    reader_kind: ReaderKind
    readers: int
    by_arm: Mapping[str, Description]


def describe_answers(
    design: StudyDesign, rows: Sequence[AnswerRow], arms: Sequence[str]
) -> tuple[DescribedQuestion, ...]:
    """Every question of every phase, first readings that count; machines apart from people."""
    counted = [row for row in rows if not row.is_superseded and row.replicate == 0]
    described: list[DescribedQuestion] = []
    for kind in ("human", "simulated", "machine"):
        of_kind = [row for row in counted if row.reader_kind == kind]
        for number, phase in enumerate(design.phases, start=1):
            for at_end in (False, True):
                said = [
                    row for row in of_kind if row.phase == number and row.is_phase_end == at_end
                ]
                if not said:
                    continue
                parts = _parts(said, arms)
                described += [
                    DescribedQuestion(
                        question=question,
                        phase=number,
                        phase_title=phase.title,
                        is_phase_end=at_end,
                        reader_kind=said[0].reader_kind,
                        readers=len({row.reader for row in said}),
                        by_arm=_by_arm(question, parts),
                    )
                    for question in design.questions_of(phase, at_end=at_end)
                ]
    return tuple(described)


def _parts(rows: Sequence[AnswerRow], arms: Sequence[str]) -> dict[str, list[AnswerRow]]:
    """Rows by arm in the order of `arms`; all under "" where several pictures or none were shown.

    Made once for all questions: a large study has hundreds of thousands of rows.
    """
    if any(len(row.pictures) != 1 for row in rows):
        return {"": list(rows)}
    parts: dict[str, list[AnswerRow]] = {arm: [] for arm in arms}
    for row in rows:
        arm = row.picture.arm
        if arm in parts:
            parts[arm].append(row)
    return {arm: of_arm for arm, of_arm in parts.items() if of_arm}


def _by_arm(question: Question, parts: Mapping[str, list[AnswerRow]]) -> dict[str, Description]:
    describe = _describer(question)
    return {
        arm: describe([row for row in rows if is_asked(question, row.answers)])
        for arm, rows in parts.items()
    }


def _describer(question: Question) -> Callable[[Sequence[AnswerRow]], Description]:
    def values(rows: Sequence[AnswerRow]) -> list[Value | None]:
        return [row.answers.get(question.key) for row in rows]

    kind = kind_of(question)
    if kind.spread == "grades":
        listed = len(question.points) <= _MOST_LISTED
        return lambda rows: distribution_of_grades(
            [value if isinstance(value, int) else None for value in values(rows)],
            question.points,
            listed=listed,
        )
    if kind.spread == "sides":
        return lambda rows: side_counts([_choice(question, row) for row in rows])
    if kind.spread == "places":
        return lambda rows: mark_counts(
            [len(value) if isinstance(value, tuple) else None for value in values(rows)]
        )
    if kind.spread == "written":
        return lambda rows: distribution_of_words(
            [("written",) if value else None for value in values(rows)], ("written",)
        )
    words = [word for word in kind.cells(question) or () if word != NONE or not question.none_label]
    return lambda rows: distribution_of_words(
        [_words(value) for value in values(rows)], words, none=NONE if question.none_label else ""
    )


def _words(value: Value | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    return tuple(str(one) for one in value) if isinstance(value, tuple) else (str(value),)


def _choice(question: Question, row: AnswerRow) -> SideChoice:
    chosen = row.answers.get(question.key)
    return SideChoice(
        arms=tuple(picture.arm for picture in row.pictures),
        real=tuple(picture.slot for picture in row.pictures if picture.truth == "real"),
        chosen=chosen if isinstance(chosen, int) else None,
    )
