"""One row a case or set of cases, one column for each reader and question."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.db.truth.answer_rows import AnswerRow
from app.domain.design.design import StudyDesign
from app.domain.questions.question import Question
from app.domain.questions.reading import cells_of
from app.domain.questions.registry import kind_of

_FACTS = ("study", "case", "arm", "condition", "truth", "simulated")


@dataclass(frozen=True)
class WideColumn:
    """What one reader said to one question in one phase."""

    name: str
    reader: str
    phase: int
    question: Question


def wide_columns(design: StudyDesign, readers: Sequence[str]) -> tuple[WideColumn, ...]:
    """Such as ``R01_realism``; ``R01_informed_realism`` where several phases ask it of cases."""
    columns: list[WideColumn] = []
    for question in design.questions:
        if kind_of(question).spread == "written":
            continue
        phases = [
            number
            for number, phase in enumerate(design.phases, start=1)
            if question.key in phase.questions
        ]
        for number in phases:
            stem = f"{design.phase(number).key}_" if len(phases) > 1 else ""
            columns += [
                WideColumn(f"{reader}_{stem}{question.key}", reader, number, question)
                for reader in readers
            ]
    return tuple(columns)


def wide_header(columns: Sequence[WideColumn]) -> list[str]:
    """Column names: facts of the case, then the readers' columns."""
    return [*_FACTS, *(column.name for column in columns)]


def wide_rows(
    slug: str, ratings: Sequence[AnswerRow], columns: Sequence[WideColumn], *, simulated: bool
) -> Iterator[list[object]]:
    """First readings that count, cases by arm and code; empty where a reader gave no rating."""
    cases: dict[str, AnswerRow] = {}
    given: dict[tuple[str, str, int], AnswerRow] = {}
    for row in ratings:
        if row.replicate or row.is_superseded or not row.pictures:
            continue
        cases[row.case] = row
        given[row.case, row.reader, row.phase] = row
    for case, row in sorted(cases.items(), key=lambda item: _place(item[1])):
        single = row.picture if len(row.pictures) == 1 else None
        yield [
            slug,
            case,
            single and single.arm,
            single and single.condition,
            single and single.truth,
            int(simulated),
            *(_cell(given.get((case, column.reader, column.phase)), column) for column in columns),
        ]


def _place(row: AnswerRow) -> tuple[bool, str, str]:
    """Real cases first, then by arm and code; sets by code."""
    if len(row.pictures) != 1:
        return True, "", row.case
    return row.picture.truth != "real", row.picture.arm, row.case


def _cell(row: AnswerRow | None, column: WideColumn) -> object:
    if row is None:
        return None
    return cells_of([column.question], row.answers).get(column.question.key)
