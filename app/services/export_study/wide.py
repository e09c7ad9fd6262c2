"""One row a case, one column for each reader and question."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_FACTS = ("study", "case", "arm", "condition", "truth", "simulated")


def wide_header(readers: Sequence[str], questions: Sequence[str]) -> list[str]:
    """Column names: facts of the case, then such as ``R01_realism``."""
    return [*_FACTS, *(f"{reader}_{question}" for question in questions for reader in readers)]


def wide_rows(
    slug: str,
    ratings: Sequence[Mapping[Any, Any]],
    readers: Sequence[str],
    questions: Sequence[str],
    *,
    simulated: bool,
) -> Iterator[list[object]]:
    """First readings that count, cases by arm and code; empty where a reader gave no rating."""
    cases: dict[tuple[str, str], Mapping[Any, Any]] = {}
    given: dict[tuple[str, str], Mapping[Any, Any]] = {}
    for row in ratings:
        if row["replicate"] or row["superseded_by"] is not None:
            continue
        cases[row["arm"], row["case"]] = row
        given[row["case"], row["reader"]] = row
    for arm, case in sorted(cases, key=lambda key: (cases[key]["truth"] != "real", key)):
        facts = cases[arm, case]
        yield [
            slug,
            case,
            arm,
            facts["condition"],
            facts["truth"],
            int(simulated),
            *(
                given[case, reader][question] if (case, reader) in given else None
                for question in questions
                for reader in readers
            ),
        ]
