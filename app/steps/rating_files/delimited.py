"""Text with delimiters: commas, semicolons, tabs or bars; UTF-8, UTF-16 or Windows-1252."""

import csv
import io
import re
from pathlib import Path

from app.domain.errors import BadRatings
from app.films.tables import named_delimiter
from app.steps.rating_files.sheet import Grid, checked_headings, grid_of_rows, stripped

_WORDS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_ENCODINGS = {"utf-8": "UTF-8", "cp1252": "Windows-1252"}
# A tab that parts columns is gone by the time that cells are looked at.
_BLANKS = re.compile(r"[ \x0b\x0c\x1c-\x1f]")


def delimited_grid(path: Path, text: str) -> tuple[Grid, str]:
    """The table in a text, and its delimiter.

    The first line decides: free text in the rows would mislead. Excel's own `sep=;` is obeyed.

    Raises BadRatings as `grid_of_rows` does, and for quotes that don't close.
    """
    first, _, rest = text.partition("\n")
    delimiter = named_delimiter(first)
    before = 0 if delimiter is None else 1
    if delimiter is None:
        delimiter = max(_WORDS, key=first.count)
        rest = text
    plain = _without_quotes(path, rest, delimiter, before)
    if plain is not None:
        return plain, delimiter
    lines = csv.reader(io.StringIO(rest, newline=""), delimiter=delimiter, strict=True)
    rows, numbers = [], []
    try:
        for row in lines:
            rows.append(row)
            numbers.append(lines.line_num + before)
    except csv.Error as error:
        raise BadRatings(f"{path}, line {lines.line_num + before}: {error}.") from None
    header = rows[0] if rows else []
    return grid_of_rows(str(path), header, rows[1:], numbers[1:]), delimiter


def _without_quotes(path: Path, text: str, delimiter: str, before: int) -> Grid | None:
    """The table by its delimiters alone, in a fifth of the time; None where it isn't that plain.

    That is: no quotes, no empty line, and as many delimiters in every line as in the first.
    """
    if '"' in text:
        return None
    text = text.rstrip("\n")
    lines = text.split("\n")
    if {line.count(delimiter) for line in lines} != {lines[0].count(delimiter)}:
        return None
    nothing = f"{delimiter} \t"
    if not all(line.strip(nothing) for line in lines) or ("\t" in text and delimiter != "\t"):
        return None
    headings = checked_headings(str(path), lines[0].split(delimiter))
    cells = text.replace("\n", delimiter).split(delimiter)
    width = len(headings)
    of_columns = (cells[width + at :: width] for at in range(width))
    has_blanks = not text.isascii() or _BLANKS.search(text)
    columns = tuple(map(stripped, of_columns) if has_blanks else of_columns)
    return Grid(headings, columns, range(2 + before, len(lines) + 1 + before))


def table_words(delimiter: str, encoding: str) -> str:
    """Such as ``semicolons, Windows-1252``.

    >>> table_words(";", "cp1252")
    'semicolons, Windows-1252'
    """
    said = _ENCODINGS.get(encoding, "UTF-16" if encoding.startswith("utf-16") else encoding)
    return f"{_WORDS.get(delimiter, f'delimiter {delimiter!r}')}, {said}"
