"""One row a case, one column for each reader and question."""

from collections.abc import Iterator, Sequence

from app.db.truth.answer_rows import AnswerRow
from app.domain.questions.question import Question
from app.domain.questions.reading import cells_of

_FACTS = ("study", "case", "arm", "condition", "truth", "simulated")


def wide_header(readers: Sequence[str], questions: Sequence[Question]) -> list[str]:
    """Column names: facts of the case, then such as ``R01_realism``."""
    return [*_FACTS, *(f"{reader}_{question.key}" for question in questions for reader in readers)]


def wide_rows(
    slug: str,
    ratings: Sequence[AnswerRow],
    readers: Sequence[str],
    questions: Sequence[Question],
    *,
    simulated: bool,
) -> Iterator[list[object]]:
    """First readings that count, cases by arm and code; empty where a reader gave no rating."""
    cases: dict[tuple[str, str], AnswerRow] = {}
    given: dict[tuple[str, str], AnswerRow] = {}
    for row in ratings:
        if row.replicate or row.is_superseded:
            continue
        cases[row.picture.arm, row.case] = row
        given[row.case, row.reader] = row
    for arm, case in sorted(cases, key=lambda key: (cases[key].picture.truth != "real", key)):
        facts = cases[arm, case].picture
        yield [
            slug,
            case,
            arm,
            facts.condition,
            facts.truth,
            int(simulated),
            *(
                cells_of([question], given[case, reader].answers).get(question.key)
                if (case, reader) in given
                else None
                for question in questions
                for reader in readers
            ),
        ]
