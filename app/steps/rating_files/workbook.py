"""Sheets of an Excel workbook (.xlsx), with bounds on what a hostile one can cost."""

import datetime
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.errors import BadRatings
from app.films.regular_file import open_regular
from app.steps.rating_files.sheet import MOST_COLUMNS, Grid, grid_of_rows

# Unpacked; 1,000,000 rows of ten columns have about 400 MB.
LARGEST_UNPACKED = 512 * 1024 * 1024
_MOST_PARTS = 2_000
# Empty ones between others count, since they cost as much.
_MOST_CELLS = 20_000_000
_PIECE = 1 << 20
# How many times larger than packed a part may be: honest sheets reach 30.
_LARGEST_RATIO = 200
_SMALL = 1 << 20


@dataclass(frozen=True)
class Workbook:
    """The sheets that hold something, by name, in the workbook's order."""

    path: Path
    # Of each sheet the rows that hold something, by their number.
    sheets: dict[str, dict[int, list[str]]]

    def grid(self, name: str) -> Grid:
        """A sheet as a grid; its first row that holds something is the header."""
        (_, header), *rows = self.sheets[name].items()
        return grid_of_rows(
            f"{self.path}, sheet {name!r}",
            header,
            [row + [""] * (len(header) - len(row)) for _, row in rows],
            [number for number, _ in rows],
            unit="row",
        )


def is_workbook(head: bytes) -> bool:
    """Whether a file begins like a zip archive, as .xlsx does."""
    return head.startswith(b"PK\x03\x04")


def read_workbook(path: Path) -> Workbook:
    """Every sheet with its cells as text: 4 for 4.0, TRUE, a date as 2026-03-05.

    Raises
    ------
    BadRatings
        For what is no workbook, would unpack to more than `LARGEST_UNPACKED` bytes, brings
        entities of its own, has a formula without a stored result, or an error such as #N/A.
    """
    import openpyxl  # Late: other files need none of it.

    try:
        with open_regular(path) as file:
            has_formulas = _ensure_harmless(path, file)
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            sheets = {one.title: _rows(path, one) for one in book.worksheets}
            if has_formulas:
                _ensure_results(path, file, sheets)
    except BadRatings:
        raise
    except OSError:
        raise
    # The library says what is wrong with a damaged file in many kinds of errors.
    except Exception as error:
        raise BadRatings(
            f"{path} can't be read as a workbook ({type(error).__name__}): open it in a "
            "spreadsheet program and save it again as .xlsx, or as CSV."
        ) from None
    return Workbook(path, {name: rows for name, rows in sheets.items() if rows})


def _ensure_harmless(path: Path, file: Any) -> bool:
    """Refuse what unpacks without measure; says whether a sheet holds formulas."""
    has_formulas = False
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
        if len(parts) > _MOST_PARTS or not any(one.filename.startswith("xl/") for one in parts):
            raise BadRatings(f"{path} is a zip archive and no workbook: unpack it first.")
        total = sum(one.file_size for one in parts)
        for one in parts:
            swollen = one.file_size > _SMALL and (
                one.file_size > _LARGEST_RATIO * max(1, one.compress_size)
            )
            if total > LARGEST_UNPACKED or swollen:
                raise BadRatings(
                    f"{path} unpacks to {total:,} bytes, more than a file of ratings can need: "
                    "save the sheet as CSV."
                )
            if one.filename.endswith((".xml", ".rels")):
                has_formulas |= _scan(path, archive, one)
    file.seek(0)
    return has_formulas


def _scan(path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Refuse entities, with which a small part can unfold to gigabytes; look for formulas."""
    has_formulas, tail = False, b""
    with archive.open(part) as stream:
        while piece := stream.read(_PIECE):
            if not tail and piece[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise BadRatings(
                    f"{path} has parts in UTF-16, which no spreadsheet program writes."
                )
            seen = tail + piece
            if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
                raise BadRatings(f"{path} brings XML entities of its own, which are not read.")
            # Some programs write their elements with a prefix.
            has_formulas |= any(one in seen for one in (b"<f>", b"<f ", b":f>", b":f "))
            tail = seen[-16:]
    return has_formulas and part.filename.startswith("xl/worksheets/")


def _rows(path: Path, sheet: Any) -> dict[int, list[str]]:
    """Rows that hold something, without empty cells at their ends."""
    # What a sheet says of its own size is not believed.
    sheet.reset_dimensions()
    rows: dict[int, list[str]] = {}
    cells = 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells += len(row)
        if len(row) > MOST_COLUMNS or cells > _MOST_CELLS:
            raise BadRatings(
                f"{path}, sheet {sheet.title!r}: row {number} has a cell in column {len(row):,}, "
                f"and {cells:,} cells stand up to it; no file of ratings is that large."
            )
        texts = [_cell(path, sheet.title, cell) for cell in row]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            rows[number] = texts
    return rows


def _cell(path: Path, sheet: str, cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ")
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        return str(value)
    if cell.data_type == "e":
        raise BadRatings(
            f"{path}, sheet {sheet!r}: cell {cell.coordinate} holds the error {value}: mend it, or "
            "empty the cell."
        )
    return str(value).strip()


def _ensure_results(path: Path, file: Any, sheets: dict[str, dict[int, list[str]]]) -> None:
    """Refuse a formula whose result was never stored: it would be read as an empty cell."""
    import openpyxl

    file.seek(0)
    book = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(), start=1):
            read = sheets[sheet.title].get(number, [])
            for at, cell in enumerate(row):
                if cell.data_type == "f" and not "".join(read[at : at + 1]):
                    raise BadRatings(
                        f"{path}, sheet {sheet.title!r}: cell {cell.coordinate} holds a formula "
                        "whose result is not stored: open it in a spreadsheet program and save it."
                    )


def sheet_of(book: Workbook, wanted: str, needed: Sequence[str]) -> str:
    """The name of the sheet to take.

    Raises BadRatings for an empty workbook, a sheet that isn't there, and where several hold
    something and not just one of them has the columns `needed`.
    """
    names = list(book.sheets)
    if not names:
        raise BadRatings(f"{book.path} is empty: give a header row and one row a rating.")
    if wanted:
        for name in names:
            if name.casefold() == wanted.strip().casefold():
                return name
        raise BadRatings(
            f"{book.path} has no sheet {wanted!r} that holds something; it has {', '.join(names)}."
        )
    if len(names) == 1:
        return names[0]
    fitting = [name for name in names if _has(book.sheets[name], needed)]
    if len(fitting) == 1:
        return fitting[0]
    raise BadRatings(
        f"{book.path} has {len(names)} sheets: name the one with the ratings, as in "
        f"--sheet {names[0]!r}; it has {', '.join(names)}."
    )


def _has(rows: dict[int, list[str]], needed: Sequence[str]) -> bool:
    header = {cell.casefold() for cell in next(iter(rows.values()))}
    return all(name in header for name in needed)
