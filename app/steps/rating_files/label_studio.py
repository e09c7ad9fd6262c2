"""Label Studio's exports, as of version 1.x: JSON, JSON-MIN and CSV.

JSON has tasks with `data` and `annotations` (https://labelstud.io/guide/task_format); JSON-MIN and
CSV have one row an annotation with the task's data, the answers by the name of their control,
`annotator`, `annotation_id` and `lead_time` in seconds.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.domain.errors import BadRatings
from app.steps.rating_files.json_text import cell_of
from app.steps.rating_files.sheet import Grid, RatingSheet, fold, grid_of_records

_NAMES = {"reader": "annotator", "case": "id"}
_WORDS = "reader is annotator, case the task's id unless a column says case"


def read_label_studio(path: Path, values: list[Any]) -> RatingSheet | None:
    """JSON or JSON-MIN as a sheet; None where it isn't Label Studio's. Raises BadRatings."""
    first = values[0] if values else None
    if not isinstance(first, Mapping):
        return None
    if {"annotation_id", "annotator", "lead_time"} <= set(first):
        records, numbers = [], []
        for number, value in enumerate(values, start=1):
            record = {str(key): cell_of(one) for key, one in _mapping(path, number, value).items()}
            records.append(_timed(record))
            numbers.append(number)
        return RatingSheet(
            grid_of_records(records, numbers),
            f"an export of Label Studio, JSON-MIN ({_WORDS})",
            _NAMES,
        )
    if "data" in first and ("annotations" in first or "completions" in first):
        return _tasks(path, values)
    return None


def read_label_studio_table(grid: Grid) -> RatingSheet | None:
    """The CSV export as a sheet; None where it isn't Label Studio's."""
    if not grid.has("annotation_id", "annotator", "lead_time"):
        return None
    columns = tuple(_unwrapped(cells) for cells in grid.columns)
    plain = Grid(grid.headings, columns, grid.rows, grid.unit)
    if not grid.has("reading_time_ms"):
        times = [_milliseconds(cell) for cell in plain.column("lead_time")]
        plain = Grid((*grid.headings, "reading_time_ms"), (*columns, times), grid.rows, grid.unit)
    return RatingSheet(plain, f"an export of Label Studio, CSV ({_WORDS})", _NAMES)


def _tasks(path: Path, values: list[Any]) -> RatingSheet:
    records: list[dict[str, str]] = []
    numbers: list[int] = []
    skipped = predicted = 0
    for number, value in enumerate(values, start=1):
        task = _mapping(path, number, value)
        data = {str(key): cell_of(one) for key, one in _mapping(path, number, task["data"]).items()}
        predicted += len(task.get("predictions") or ())
        for annotation in task.get("annotations") or task.get("completions") or ():
            given = _mapping(path, number, annotation)
            if given.get("was_cancelled"):
                skipped += 1
                continue
            records.append(
                _timed(
                    {
                        "id": cell_of(task.get("id", number)),
                        **data,
                        "annotator": _annotator(given.get("completed_by")),
                        "lead_time": cell_of(given.get("lead_time")),
                        **_answers(path, number, given.get("result") or ()),
                    }
                )
            )
            numbers.append(number)
    notes = []
    if skipped:
        notes.append(f"{skipped} annotations that were skipped by their reader are left out.")
    if predicted:
        notes.append(f"{predicted} predictions of models are left out.")
    return RatingSheet(
        grid_of_records(records, numbers),
        f"an export of Label Studio, JSON ({_WORDS})",
        _NAMES,
        tuple(notes),
    )


def _answers(path: Path, number: int, results: Any) -> dict[str, str]:
    answers: dict[str, str] = {}
    for result in results:
        one = _mapping(path, number, result)
        name, kind = str(one.get("from_name", "")), str(one.get("type", ""))
        value = one.get("value")
        said = value.get(kind) if isinstance(value, Mapping) else None
        # Boxes and other marks say nothing of the whole image.
        if not name or said is None or kind not in ("choices", "rating", "number", "text"):
            continue
        if name in answers:
            raise BadRatings(
                f"{path}: record {number} answers {name!r} twice in one annotation: leave one."
            )
        answers[name] = cell_of(said)
    return answers


def _annotator(who: Any) -> str:
    if isinstance(who, Mapping):
        return cell_of(who.get("email") or who.get("id"))
    return cell_of(who)


def _timed(record: dict[str, str]) -> dict[str, str]:
    if "reading_time_ms" in {fold(name) for name in record}:
        return record
    return {**record, "reading_time_ms": _milliseconds(record.get("lead_time", ""))}


def _milliseconds(seconds: str) -> str:
    try:
        return repr(float(seconds) * 1000) if seconds else ""
    except ValueError:
        # What is no number is told where times are read.
        return seconds


def _unwrapped(cells: list[str]) -> list[str]:
    plain = {cell: _plain(cell) for cell in set(cells) if cell[:1] in ("[", "{")}
    return [plain.get(cell, cell) for cell in cells] if plain else cells


def _plain(cell: str) -> str:
    try:
        return cell_of(json.loads(cell))
    except (ValueError, RecursionError):
        return cell


def _mapping(path: Path, number: int, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadRatings(f"{path}: record {number} is not made as Label Studio's are: mend it.")
    return value
