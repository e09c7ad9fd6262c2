"""The one list of formats: which file is what, told by its content."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from app.domain.errors import BadRatings, BadTable
from app.films.regular_file import open_regular
from app.films.tables import table_text
from app.steps.rating_files.columns import NEEDED
from app.steps.rating_files.delimited import delimited_grid, table_words
from app.steps.rating_files.grand_challenge import read_grand_challenge, read_grand_challenge_table
from app.steps.rating_files.imrmc import read_imrmc
from app.steps.rating_files.json_text import cell_of, json_values
from app.steps.rating_files.label_studio import read_label_studio, read_label_studio_table
from app.steps.rating_files.potato import read_potato, read_potato_table
from app.steps.rating_files.rjafroc import read_mrmc_table, read_rjafroc_workbook
from app.steps.rating_files.sheet import FileOptions, Grid, RatingSheet, grid_of_records
from app.steps.rating_files.wide import read_wide
from app.steps.rating_files.workbook import is_workbook, read_workbook, sheet_of

# A row of ratings has about 80 bytes.
LARGEST: Final = 256 * 1024 * 1024

# Each is asked in this order and answers None where a file is not its own.
OF_JSON: Final[tuple[Callable[[Path, list[Any]], RatingSheet | None], ...]] = (
    read_label_studio,
    read_potato,
    read_grand_challenge,
)
OF_TABLES: Final[tuple[Callable[[str, Grid, FileOptions], RatingSheet | None], ...]] = (
    lambda name, grid, options: read_label_studio_table(grid),
    lambda name, grid, options: read_grand_challenge_table(name, grid),
    lambda name, grid, options: read_potato_table(grid),
    read_mrmc_table,
    read_wide,
)


def read_rating_file(path: Path, options: FileOptions) -> RatingSheet:
    """Any file of ratings as a sheet that says what it was taken for.

    Raises
    ------
    BadRatings
        In one sentence: a folder, too large, no text, broken, and what its format refuses.
    OSError
        For a file that can't be opened, or is a pipe or a device.
    """
    sheet = _read(path, options)
    for option, said in (("modality", options.modality), ("wide", options.wide)):
        if said and option not in sheet.used:
            raise BadRatings(
                f"{path} was taken for {sheet.taken_for}, of which --{option} says nothing: "
                "leave it out."
            )
    return sheet


def _read(path: Path, options: FileOptions) -> RatingSheet:
    if path.is_dir():
        raise BadRatings(f"{path} is a folder: name a file of ratings.")
    with open_regular(path) as file:
        head = file.read(4)
    if is_workbook(head):
        return _workbook(path, options)
    if options.sheet:
        raise BadRatings(f"{path} is no workbook, so it has no sheet {options.sheet!r}.")
    try:
        text, encoding = table_text(path, largest=LARGEST)
    except BadTable as error:
        raise BadRatings(str(error)) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x00" in text:
        raise BadRatings(f"{path} holds NUL characters: save it as CSV in UTF-8.")
    if text.lstrip()[:1] in ("{", "["):
        return _json(path, text, options)
    study = read_imrmc(path, text, options)
    if study is not None:
        return study
    grid, delimiter = delimited_grid(path, text)
    sheet = _table(str(path), grid, options, table_words(delimiter, encoding))
    return replace(sheet, commas_part=delimiter == ",")


def read_table_of_cases(path: Path) -> Grid:
    """A table with one row a case, of any delimiter and encoding, or a workbook's only sheet.

    Raises BadRatings and OSError as `read_rating_file` does.
    """
    with open_regular(path) as file:
        head = file.read(4)
    if is_workbook(head):
        book = read_workbook(path)
        return book.grid(sheet_of(book, "", ("case",)))
    try:
        text, _ = table_text(path, largest=LARGEST)
    except BadTable as error:
        raise BadRatings(str(error)) from None
    if "\x00" in text:
        raise BadRatings(f"{path} holds NUL characters: save it as CSV in UTF-8.")
    return delimited_grid(path, text.replace("\r\n", "\n").replace("\r", "\n"))[0]


def _workbook(path: Path, options: FileOptions) -> RatingSheet:
    book = read_workbook(path)
    if not options.sheet:
        study = read_rjafroc_workbook(book, options)
        if study is not None:
            return study
    name = sheet_of(book, options.sheet, NEEDED)
    many = f" of {len(book.sheets)}" if len(book.sheets) > 1 else ""
    return _table(str(path), book.grid(name), options, f"sheet {name!r}{many} of a workbook")


def _json(path: Path, text: str, options: FileOptions) -> RatingSheet:
    values = json_values(path, text)
    for read in OF_JSON:
        sheet = read(path, values)
        if sheet is not None:
            return sheet
    for number, value in enumerate(values, start=1):
        if not isinstance(value, dict):
            raise BadRatings(
                f"{path}: record {number} is no object of columns and values: give one a rating."
            )
    grid = grid_of_records(
        [{str(key): cell_of(one) for key, one in value.items()} for value in values],
        range(1, len(values) + 1),
    )
    return _table(str(path), grid, options, "JSON records")


def _table(name: str, grid: Grid, options: FileOptions, words: str) -> RatingSheet:
    for read in OF_TABLES:
        sheet = read(name, grid, options)
        if sheet is not None:
            return replace(sheet, taken_for=f"{sheet.taken_for}; {words}")
    return RatingSheet(grid, f"a tidy table, one row a rating ({words})")
