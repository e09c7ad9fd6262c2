"""Text with delimiters: commas, semicolons, tabs or bars; UTF-8, UTF-16 or Windows-1252."""

import csv
import io
from pathlib import Path

from app.domain.errors import BadRatings
from app.films.tables import named_delimiter
from app.steps.rating_files.sheet import Grid, grid_of_rows

_WORDS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_ENCODINGS = {"utf-8": "UTF-8", "cp1252": "Windows-1252"}


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


def table_words(delimiter: str, encoding: str) -> str:
    """Such as ``semicolons, Windows-1252``.

    >>> table_words(";", "cp1252")
    'semicolons, Windows-1252'
    """
    said = _ENCODINGS.get(encoding, "UTF-16" if encoding.startswith("utf-16") else encoding)
    return f"{_WORDS.get(delimiter, f'delimiter {delimiter!r}')}, {said}"
