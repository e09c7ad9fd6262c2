"""JSON and JSON Lines, and what of their values can stand in a cell."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.domain.errors import BadRatings

# What Label Studio wraps a single answer in.
_WRAPPED = ("choices", "rating", "number", "text")


def json_values(path: Path, text: str) -> list[Any]:
    """The members of a JSON list, the results of a page, or one value a line.

    Raises BadRatings for what is no JSON, nested without end, or says a key twice.
    """
    try:
        whole = json.loads(text, object_pairs_hook=_without_twins)
    except (ValueError, RecursionError) as error:
        values = _lines(path, text)
        if values is None:
            raise BadRatings(
                f"{path} begins like JSON and can't be read as it: {_said(error)}."
            ) from None
        return values
    if isinstance(whole, list):
        return whole
    results = whole.get("results") if isinstance(whole, dict) else None
    return results if isinstance(results, list) else [whole]


def cell_of(value: object) -> str:
    """A value as a cell's text; lists and objects as JSON, unless they wrap one answer.

    >>> cell_of([{"rating": 4}]), cell_of(True), cell_of(None), cell_of(3.0), cell_of({"a": 1})
    ('4', 'TRUE', '', '3', '{"a": 1}')
    """
    if isinstance(value, list) and len(value) == 1:
        return cell_of(value[0])
    if isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in _WRAPPED:
        return cell_of(next(iter(value.values())))
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, (str, int)):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def _lines(path: Path, text: str) -> list[Any] | None:
    """One value a line; None where not even the first line is one."""
    values = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            values.append(json.loads(line, object_pairs_hook=_without_twins))
        except (ValueError, RecursionError) as error:
            if not values:
                return None
            raise BadRatings(f"{path}: line {number} is no JSON: {_said(error)}.") from None
    return values


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"an object says {twice[:40]!r} twice")
    return made


def _said(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
