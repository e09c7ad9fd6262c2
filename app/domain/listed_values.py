"""Several values in one cell of a table: semicolons between, a backslash before one within."""

import re

_PART = re.compile(r"(?:[^;\\]|\\.)*", re.DOTALL)


def listed(values: list[str]) -> str:
    r"""Values as one text, empty where all are.

    >>> listed(["P1", "", "a;b"])
    'P1;;a\\;b'
    """
    if not any(values):
        return ""
    return ";".join(re.sub(r"[;\\]", r"\\\g<0>", value) for value in values)


def values_of(cell: str, count: int) -> list[str]:
    r"""The values that `listed` made a text of; as many empty ones of an empty text.

    Raises ValueError where there are not `count`.

    >>> values_of("P1;;a\\;b", 3), values_of("", 2)
    (['P1', '', 'a;b'], ['', ''])
    """
    if not cell:
        return [""] * count
    values, at = [], 0
    while True:
        part = _PART.match(cell, at)
        end = part.end() if part else at
        values.append(re.sub(r"\\(.)", r"\1", cell[at:end], flags=re.DOTALL))
        if end >= len(cell) or cell[end] != ";":
            break
        at = end + 1
    if len(values) != count or end < len(cell):
        raise ValueError(f"{len(values)} values and not {count}")
    return values
