"""Answers of a grand-challenge.org reader study, as its API gives them (2025): JSON or CSV.

One record an answer, with creator, question, display_set and answer; questions and display sets are
addresses that end in their key. https://grand-challenge.org/documentation/reader-studies/
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from app.domain.errors import BadRatings
from app.steps.rating_files.json_text import cell_of
from app.steps.rating_files.sheet import Grid, RatingSheet, grid_of_records

_NEEDED = ("answer", "creator", "question", "display_set")


def read_grand_challenge(path: Path, values: list[Any]) -> RatingSheet | None:
    """Answers in JSON as a sheet; None where they aren't such. Raises BadRatings."""
    first = values[0] if values else None
    if not isinstance(first, Mapping) or not set(_NEEDED) <= set(first):
        return None
    answers = []
    for number, value in enumerate(values, start=1):
        if not isinstance(value, Mapping) or not set(_NEEDED) <= set(value):
            raise BadRatings(
                f"{path}: record {number} is no answer of grand-challenge: it lacks one of "
                f"{', '.join(_NEEDED)}."
            )
        answers.append(
            (number, {name: _cell(name, value[name]) for name in value if name != "values"})
        )
    return _sheet(str(path), answers, "JSON", "record")


def read_grand_challenge_table(name: str, grid: Grid) -> RatingSheet | None:
    """Answers in CSV as a sheet; None where they aren't such. Raises BadRatings."""
    if not grid.has(*_NEEDED) or not grid.has("pk"):
        return None
    return _sheet(name, list(zip(grid.rows, grid.records(), strict=True)), "CSV", grid.unit)


def _cell(name: str, value: Any) -> str:
    # Some clients put the question itself in the place of its address.
    if name == "question" and isinstance(value, Mapping):
        value = value.get("question_text") or value.get("pk")
    return cell_of(value)


def _sheet(
    name: str, answers: Iterable[tuple[int, dict[str, str]]], made_as: str, unit: str
) -> RatingSheet:
    rows: dict[tuple[str, str], dict[str, str]] = {}
    numbers: list[int] = []
    references = 0
    for number, answer in answers:
        if answer.get("is_ground_truth", "").lower() == "true":
            references += 1
            continue
        reader, case = answer["creator"].strip(), _key(answer["display_set"])
        question = _key(answer["question"])
        if (reader, case) not in rows:
            rows[reader, case] = {"creator": reader, "display_set": case}
            numbers.append(number)
        if question in rows[reader, case]:
            raise BadRatings(
                f"{name}: {unit} {number} answers question {question!r} of display set {case!r} by "
                f"{reader!r} again: leave one of the two."
            )
        rows[reader, case][question] = answer["answer"].strip().strip('"')
    note = f"{references} answers that are the study's ground truth are left out."
    records = grid_of_records(list(rows.values()), numbers)
    return RatingSheet(
        Grid(records.headings, records.columns, numbers, unit),
        f"answers of grand-challenge, {made_as} (reader is creator, case the display set)",
        {"reader": "creator", "case": "display_set"},
        (note,) if references else (),
    )


def _key(address: str) -> str:
    """The last part of an address; what is none stays."""
    text = address.strip()
    return text.rstrip("/").rsplit("/", 1)[-1] if text.startswith("http") else text
