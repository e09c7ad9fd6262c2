"""A machine's answers as they come in a file, JSON or CSV; not yet checked against a study."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.errors import BadInput
from app.domain.said import said

# Columns of a CSV file and keys of a JSON entry beside the answers.
TIME = "reading_time_ms"


@dataclass(frozen=True)
class BroughtEntry:
    """What the file says of one entry, by question key; `where` names the place in the file."""

    where: str
    entry: str
    answers: Mapping[str, Any]
    reading_time_ms: object


@dataclass(frozen=True)
class BroughtAnswers:
    """A file of answers: the digest of the set that it names, and its entries in their order.

    In a table (`are_cells`) answers are cells as an export writes them.
    """

    set_sha256: str
    entries: tuple[BroughtEntry, ...]
    are_cells: bool


def read_machine_answers(name: str, data: bytes) -> BroughtAnswers:
    """The answers of a file, by the ending of its name; raises BadInput."""
    readers: Mapping[str, Callable[[str, str], BroughtAnswers]] = {
        ".json": _from_json,
        ".csv": _from_csv,
    }
    for ending, read in readers.items():
        if name.lower().endswith(ending):
            try:
                return read(name, data.decode("utf-8-sig"))
            except UnicodeDecodeError:
                raise BadInput(said("{name} is not text in UTF-8.", name=name)) from None
    raise BadInput(
        said("{name} ends neither in .json nor in .csv; name it after what it holds.", name=name)
    )


def _from_json(name: str, text: str) -> BroughtAnswers:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(said("{name} is not JSON: {error}.", name=name, error=error)) from None
    entries = data.get("answers") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        raise BadInput(said('{name} must be a table {{"set": ..., "answers": [...]}}.', name=name))
    return BroughtAnswers(
        str(data.get("set", "")),
        tuple(_json_entry(name, number, one) for number, one in enumerate(entries, start=1)),
        are_cells=False,
    )


def _json_entry(name: str, number: int, data: object) -> BroughtEntry:
    where = f"answers[{number}]"
    if not isinstance(data, dict) or not isinstance(data.get("answers"), dict):
        raise BadInput(
            said(
                '{name}: {where} must be a table {{"entry": ..., "answers": {{...}}}}.',
                name=name,
                where=where,
            )
        )
    other = sorted(set(data) - {"entry", "answers", TIME})
    if other:
        raise BadInput(
            said(
                "{name}: {where} has {other!r}; it may have entry, answers and {time}.",
                name=name,
                where=where,
                other=other[0],
                time=TIME,
            )
        )
    return BroughtEntry(where, str(data.get("entry", "")), data["answers"], data.get(TIME))


def _from_csv(name: str, text: str) -> BroughtAnswers:
    rows = csv.DictReader(io.StringIO(text), restkey="", strict=True)
    try:
        listed = list(rows)
    except csv.Error as error:
        raise BadInput(said("{name} is not a CSV file: {error}.", name=name, error=error)) from None
    columns = rows.fieldnames or []
    if "set" not in columns or "entry" not in columns or len(set(columns)) < len(columns):
        raise BadInput(
            said("{name} must have the columns set and entry, and each column once.", name=name)
        )
    entries = []
    for number, row in enumerate(listed, start=2):
        if "" in row or None in row.values():
            raise BadInput(
                said(
                    "{name}: line {number} has more or fewer cells than there are columns.",
                    name=name,
                    number=number,
                )
            )
        entries.append(
            BroughtEntry(
                f"line {number}",
                row["entry"],
                {key: cell for key, cell in row.items() if key not in ("set", "entry", TIME)},
                row.get(TIME) or None,
            )
        )
    named = {row["set"] for row in listed}
    if len(named) > 1:
        raise BadInput(
            said(
                "{name} names {n_named} sets in its column set; a file has one.",
                name=name,
                n_named=len(named),
            )
        )
    return BroughtAnswers(next(iter(named), ""), tuple(entries), are_cells=True)
