"""Rows of a form's lists: how many there are, and what their boxes are called."""

import re
from collections.abc import Iterator, Mapping

LISTS = ("questions", "phases")
_ROW = re.compile(r"(questions|phases|arms)\[([1-9]\d{0,2})\](?:\.(.*))?", re.DOTALL)
_ASKED = re.compile(r"(phases\[[1-9]\d{0,2}\]\.asked)\[([1-9]\d{0,2})\]")


def row_name(name: str, number: int) -> str:
    """What a row is called: `questions[2]`."""
    return f"{name}[{number}]"


def row_count(values: Mapping[str, str], name: str) -> int:
    """The highest number of a row of the list `name`."""
    return max((number for of, number, _ in _rows(values) if of == name), default=0)


def row_values(values: Mapping[str, str], name: str, number: int) -> dict[str, str]:
    """The boxes of one row by their path within it."""
    return {
        rest: values[f"{row_name(name, number)}.{rest}"]
        for of, own, rest in _rows(values)
        if of == name and own == number and rest
    }


def split_row(name: str) -> tuple[str, int, str] | None:
    """List, number and the rest of a name within a row; None for a name outside of rows."""
    match = _ROW.fullmatch(name)
    return None if match is None else (match[1], int(match[2]), match[3] or "")


def asked_of(name: str) -> tuple[str, int] | None:
    """Of `phases[1].asked[2]`, which says how phase 1 asks question 2, the two parts."""
    match = _ASKED.fullmatch(name)
    return None if match is None else (match[1], int(match[2]))


def _rows(values: Mapping[str, str]) -> Iterator[tuple[str, int, str]]:
    for name in values:
        row = split_row(name)
        if row is not None:
            yield row
