"""Potato's output: `annotations.jsonl` and CSV of version 2, `annotated_instances` of version 1.

Both have one record a reader and instance. Labels are schema, label and value: as JSON below
`labels` (2) or `label_annotations` (1), in tables under headings such as `realism.scale_4` (2) or
`realism:::scale_4` (1). https://potatoannotator.readthedocs.io/en/latest/data-export/export_formats/
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.domain.errors import BadRatings
from app.steps.rating_files.json_text import cell_of
from app.steps.rating_files.sheet import Grid, RatingSheet, fold, grid_of_records

_LABELS = ("labels", "label_annotations")
_READERS = ("user_id", "user")
_CASES = ("instance_id", "id")
_TICKED = ("true", "on", "yes")
_KINDS = {"human": "human", "tool": "machine", "llm": "machine"}
_STEP = re.compile(r"^scale_(-?\d+)$")


def read_potato(path: Path, values: list[Any]) -> RatingSheet | None:
    """JSON Lines as a sheet; None where they aren't Potato's. Raises BadRatings."""
    first = values[0] if values else None
    if not isinstance(first, Mapping):
        return None
    labels = next((one for one in _LABELS if one in first), None)
    case = next((one for one in _CASES if one in first), None)
    if labels is None or case is None:
        return None
    if not any(one in first for one in _READERS):
        raise BadRatings(
            f"{path} is Potato's and has no user_id, so nobody knows who said what: export it as "
            "CSV, or with a newer version."
        )
    choices: dict[str, set[str]] = {}
    for number, value in enumerate(values, start=1):
        if not isinstance(value, Mapping) or not isinstance(value.get(labels), Mapping):
            raise BadRatings(f"{path}: record {number} is not made as Potato's are: mend it.")
        for schema, said in value[labels].items():
            choices.setdefault(schema, set()).update(said if isinstance(said, Mapping) else ())
    records = []
    for value in values:
        reader = next((value[one] for one in _READERS if one in value), "")
        record = {"user_id": cell_of(reader), "instance_id": cell_of(value.get(case))}
        origin = value.get("annotator_origin")
        if isinstance(origin, Mapping):
            record["reader_kind"] = _kind(cell_of(origin.get("kind")))
        for schema, said in value[labels].items():
            record[str(schema)] = _said(said, is_choice=len(choices[schema]) > 1)
        records.append(record)
    return _sheet(grid_of_records(records, range(1, len(records) + 1)), "JSON Lines")


def read_potato_table(grid: Grid) -> RatingSheet | None:
    """CSV or TSV as a sheet; None where it isn't Potato's."""
    reader = next((one for one in _READERS if grid.has(one)), None)
    mark = ":::" if any(":::" in one for one in grid.headings) else "."
    schemas: dict[str, list[tuple[str, list[str]]]] = {}
    others: dict[str, list[str]] = {}
    for heading, cells in zip(grid.headings, grid.columns, strict=True):
        schema, between, label = heading.partition(mark)
        if between and not label.startswith("_"):
            schemas.setdefault(schema, []).append((label, cells))
        elif heading:
            others[heading] = cells
    if reader is None or not grid.has("instance_id") or not schemas:
        return None
    columns = {
        fold(name) if fold(name) in (reader, "instance_id") else name: cells
        for name, cells in others.items()
    }
    columns["user_id"] = columns.pop(reader)
    for schema, labels in schemas.items():
        # A column of the schema itself is the final answer, where several labels were stored.
        final = others.get(schema, [""] * len(grid))
        columns[schema] = [
            chosen
            or _said(
                {label: cells[row] for label, cells in labels if cells[row]},
                is_choice=len(labels) > 1,
            )
            for row, chosen in enumerate(final)
        ]
    if "annotator_origin" in columns:
        columns["reader_kind"] = [_kind(cell) for cell in columns.pop("annotator_origin")]
        columns.pop("annotator_origin_detail", None)
    plain = Grid(tuple(columns), tuple(columns.values()), grid.rows, grid.unit)
    return _sheet(plain, "a table")


def _sheet(grid: Grid, made_as: str) -> RatingSheet:
    return RatingSheet(
        grid,
        f"output of Potato, {made_as} (reader is user_id, case instance_id)",
        {"reader": "user_id", "case": "instance_id"},
    )


def _kind(kind: str) -> str:
    return _KINDS.get(kind, kind)


def _said(labels: Any, *, is_choice: bool) -> str:
    """What was answered: of a schema with several labels the label, else what stands under it.

    A label's value may be a tick, the label again or the number of its key, so that only the label
    says what a choice was; a number or a text has one label, such as `slider` or `text_box`.
    """
    if not isinstance(labels, Mapping):
        return cell_of(labels)
    answers = []
    for label, value in labels.items():
        cell = cell_of(value)
        if not cell or cell.lower() == "false":
            continue
        answer = str(label) if is_choice or cell.lower() in _TICKED else cell
        step = _STEP.match(answer)
        answers.append(step[1] if step else answer)
    return "; ".join(answers)
