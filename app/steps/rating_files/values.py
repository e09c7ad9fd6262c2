"""What the cells of a column mean: words, numbers with points or commas, and mapped values."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from app.domain.errors import BadRatings
from app.statistics.table.ratings import Float
from app.steps.rating_files.columns import COLUMNS

MISSING = ("", "NA", "NaN", "nan", "null", "None", ".")
_FORMULA_SHIELD = re.compile(r"^'(?=[=+\-@\t\r\n])")
# A rating, score or time beyond it was never given by anybody, and overflows when squared.
LARGEST = 1e12
_DECIMAL_COMMA = re.compile(r"^[+-]?\d*,\d+$")
_DECIMAL_POINT = re.compile(r"^[+-]?\d*\.\d+(e[+-]?\d+)?$", re.IGNORECASE)
_THOUSANDS = re.compile(r"^[+-]?[1-9]\d{0,2}(,\d{3})+$")
_DATE = re.compile(r"^\d{4}-\d\d-\d\d|^\d{1,2}[-. ][A-Za-z]{3}$")

Reader = Callable[[str], float | None]


def value_map(triples: Iterable[tuple[str, str]]) -> dict[str, dict[str, str]]:
    """``[("realism", "Very realistic=4")]`` as mappings. Raises ValueError, one sentence."""
    values: dict[str, dict[str, str]] = {}
    for ours, pair in triples:
        value, equals, meaning = pair.rpartition("=")
        if not equals or not meaning.strip():
            raise ValueError(f'{pair!r} is not VALUE=MEANING, as in "Very realistic=4"')
        if ours not in COLUMNS:
            raise ValueError(f"{ours!r} is not a column; map values of one of {', '.join(COLUMNS)}")
        known = values.setdefault(ours, {})
        if fold_value(value) in {fold_value(one) for one in known}:
            raise ValueError(f"{value!r} of {ours} is mapped twice")
        known[value.strip()] = meaning.strip()
    return values


def fold_value(cell: str) -> str:
    """A value as it is compared with a mapped one: case and blanks make no difference.

    >>> fold_value(" Very  Realistic "), fold_value("1.0")
    ('very realistic', '1')
    """
    folded = " ".join(cell.casefold().split())
    return folded.removesuffix(".0") if folded.removesuffix(".0").lstrip("+-").isdigit() else folded


def mapped(
    cells: list[str], meanings: Mapping[str, str], *, exactly: bool = False
) -> tuple[list[str], tuple[str, ...]]:
    """Cells with mapped values in the place of theirs, and the mapped values that no cell has.

    Names are compared `exactly`, since r1 and R1 may be two.
    """
    if not meanings:
        return cells, ()
    fold: Callable[[str], str] = str.strip if exactly else fold_value
    folded = {fold(value): meaning for value, meaning in meanings.items()}
    seen = {cell: folded.get(fold(cell), cell) for cell in set(cells)}
    there = {fold(cell) for cell in seen}
    unused = tuple(value for value in meanings if fold(value) not in there)
    return [seen[cell] for cell in cells], unused


def first_bad(
    cells: Sequence[str], read: Reader, *, required: bool = False
) -> tuple[Float, int | None]:
    """Values of a column, NaN where missing, and the first row that can't be read, or None.

    Every different cell is read once.
    """
    values: dict[str, float] = {}
    bad: set[str] = set()
    for cell in dict.fromkeys(cells):
        if cell in MISSING:
            values[cell] = math.nan
            if required:
                bad.add(cell)
            continue
        value = read(_FORMULA_SHIELD.sub("", cell) if cell[:1] == "'" else cell)
        values[cell] = math.nan if value is None else value
        if value is None:
            bad.add(cell)
    column = np.fromiter(map(values.__getitem__, cells), dtype=np.float64, count=len(cells))
    if not bad:
        return column, None
    return column, next(row for row, cell in enumerate(cells) if cell in bad)


def with_points(
    name: str, ours: str, cells: list[str], decimal: str, delimiter_is_comma: bool
) -> tuple[list[str], bool]:
    """Numbers with decimal points, and whether they came with commas.

    Parameters
    ----------
    name, ours : str
        File and column, for messages.
    decimal : str
        ``comma`` or ``point`` where somebody said so, else "".
    delimiter_is_comma : bool
        Whether commas part the file's columns, so that 1,234 is more likely a thousand.

    Raises
    ------
    BadRatings
        Where a column has both, or commas that can be read in two ways, and nobody said which.
    """
    if decimal == "comma":
        cells = _without_points(name, ours, cells)
    commas = [cell for cell in dict.fromkeys(cells) if "," in cell]
    if not commas:
        return cells, False
    numbers = [cell for cell in commas if _DECIMAL_COMMA.match(cell) or _THOUSANDS.match(cell)]
    if not numbers:
        # Words with commas, such as "Yes, real", are told where values are read.
        return cells, False
    if not decimal:
        points = [cell for cell in dict.fromkeys(cells) if _DECIMAL_POINT.match(cell)]
        if points:
            raise BadRatings(
                f"{name} has {ours} {numbers[0]!r} and {points[0]!r}: say which marks decimals, as "
                "in --decimal comma, and mend the others."
            )
        if all(_THOUSANDS.match(cell) for cell in numbers):
            likelier = "point" if delimiter_is_comma else "comma"
            raise BadRatings(
                f"{name} has {ours} {numbers[0]!r}, which can be read in two ways: say --decimal "
                f"{likelier}, or --decimal {'comma' if likelier == 'point' else 'point'}."
            )
        decimal = "comma"
    if decimal == "comma":
        plain = {cell: cell.replace(",", ".") for cell in numbers if _DECIMAL_COMMA.match(cell)}
    else:
        plain = {cell: cell.replace(",", "") for cell in numbers if _THOUSANDS.match(cell)}
    return [plain.get(cell, cell) for cell in cells], decimal == "comma"


def _without_points(name: str, ours: str, cells: list[str]) -> list[str]:
    """Numbers whose points part thousands, as where a comma marks decimals."""
    plain = {}
    for cell in dict.fromkeys(cells):
        if _DECIMAL_POINT.match(cell):
            if not _THOUSANDS.match(cell.replace(".", ",")):
                raise BadRatings(
                    f"{name} has {ours} {cell!r}, where --decimal says that commas mark decimals: "
                    "mend it."
                )
            plain[cell] = cell.replace(".", "")
    return [plain.get(cell, cell) for cell in cells] if plain else cells


def any_number(cell: str) -> float | None:
    """A number within reason; None for anything else."""
    try:
        value = float(cell)
    except ValueError:
        return None
    # Underscores are Python's, not a table's.
    return value if abs(value) <= LARGEST and "_" not in cell else None


def _not_negative(cell: str) -> float | None:
    value = any_number(cell)
    return None if value is None or value < 0 else value


def _positive(cell: str) -> float | None:
    value = _not_negative(cell)
    # A browser that tells 0 has measured nothing.
    return None if value is None else value or math.nan


def _verdict(cell: str) -> float | None:
    return {"real": 0.0, "synthetic": 1.0}.get(cell.lower())


def _replicate(cell: str) -> float | None:
    value = any_number(cell)
    return value if value is not None and value >= 0 and value == round(value) else None


def _presentation(cell: str) -> float | None:
    value = _replicate(cell)
    return None if value is None or value < 1 else value - 1


READERS: Mapping[str, Reader] = {
    "realism": any_number,
    "score": any_number,
    "verdict": _verdict,
    "confidence": _not_negative,
    "replicate": _replicate,
    "presentation": _presentation,
    "position": _not_negative,
    "reading_time_ms": _positive,
}
_WANTED: Mapping[str, str] = {
    "realism": "use a number, or leave it empty",
    "score": "use a number, or leave it empty",
    "verdict": "use real or synthetic",
    "confidence": "use a number from 0 upwards, or leave it empty",
    "replicate": "use 0 for the first read, 1 for the second",
    "presentation": "use 1 for the first read, 2 for the second",
    "position": "use a number from 0 upwards, or leave it empty",
    "reading_time_ms": "use milliseconds above 0, or leave it empty",
}


def complaint(ours: str, cell: str) -> str:
    """What is wrong with a cell of a column of ours and what to do, as a clause."""
    if cell in MISSING:
        return f"has no {ours}: number the reads of a case"
    said = f"has {ours} {cell[:40]!r}"
    if _DATE.match(cell):
        return (
            f"{said}, a date, which spreadsheets make of what looks like one: {_WANTED[ours]}, and "
            "give the column the format of text"
        )
    meaning = {"verdict": "synthetic", "realism": "4", "score": "75"}.get(ours)
    if meaning is None or any_number(cell) is not None:
        return f"{said}: {_WANTED[ours]}"
    return (
        f'{said}: {_WANTED[ours]}, or say what it means, as in --map-value {ours} "{cell[:40]}='
        f'{meaning}"'
    )
