"""Rows as CSV that no spreadsheet runs, made piece by piece."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

# What spreadsheets begin a formula with, also as wide as a Chinese character, after any spaces.
# Some programs split a cell at a line break, so every line is looked at, by whatever it is broken.
_BEFORE_FORMULA = re.compile(
    r"(\A|[\r\n\v\f\x85\u2028\u2029])(?=[ \t\xa0\u3000]*[=+\-@\uff1d\uff0b\uff0d\uff20])"
)
Rows = Iterable[Sequence[object]]


def csv_cell(value: object) -> object:
    """A cell as it is written: UTC moments in ISO 8601, no text that a spreadsheet would run."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, str):
        return _without_formulas(value)
    return value


def _without_formulas(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would run, and before white space."""
    shielded = _BEFORE_FORMULA.sub(r"\1'", text)
    return f"'{shielded}" if shielded.startswith(("\t", "\r", "\n")) else shielded


def csv_bytes(header: Sequence[str], rows: Rows) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([csv_cell(value) for value in row])
        if text.tell() > 64 * 1024:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()
