"""Rows of a table of images (CSV, or JSON lines) under our names, each with the place it stands."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from app.films.headings import OWN_NAMES, Headings, RowFault, headings_of, may_be, suggestion
from app.films.meanings import NOTHING_SAID, Meanings
from app.films.tables import BadTable, opened_table
from ml.errors import MlError

OURS = ("file", "caption", "condition", "findings", "sex", "age", "patient")
FILE_COLUMNS = ("file", "file_name", "image", "filename", "path")

Row = tuple[str, Mapping[str, str]]
"""Where it stands ("line 2"), and its values by name in small letters."""


def csv_rows(path: Path, meanings: Meanings = NOTHING_SAID) -> Iterable[Row]:
    """Give a table's rows under our names; tables of public data sets are read as they come.

    Raises MlError for what is no table, or one of which nothing tells what names the files.
    """
    try:
        with opened_table(path) as table:
            headings = _headings(table.headings, meanings, path)
            _say_how(path, table.headings, headings, meanings)
            for row in table.rows:
                clean = {name.lower(): value for name, value in row.values.items()}
                yield f"line {row.line_number}", _under_our_names(clean, headings)
    except BadTable as error:
        raise MlError(str(error)) from error


def _headings(written: Sequence[str], meanings: Meanings, path: Path) -> Headings:
    columns, values = dict(meanings.columns), meanings.values
    for ours in (*columns, *values):
        if ours.casefold() not in OURS:
            raise MlError(f"--column and --value know no {ours!r}: they take {', '.join(OURS)}.")
    try:
        known = headings_of(written, columns=columns, values=values, needed=())
        if "file" not in known.columns and known.file is None:
            there = {name.casefold() for name in written}
            own = next((name for name in FILE_COLUMNS if name in there), None)
            # Where nothing is called as ours is: the sentence suggests how to say which it is.
            columns |= {"file": own} if own else {}
            known = headings_of(written, columns=columns, values=values, needed=("file",))
    except ValueError as error:
        raise MlError(f"{path} {error}") from None
    return known


def _say_how(path: Path, written: Sequence[str], headings: Headings, meanings: Meanings) -> None:
    """Tell on standard error how a table is read that isn't ours, and what may say conditions."""
    if meanings or headings.name != OWN_NAMES:
        print(f"note: {path.name} is read as {headings}.", file=sys.stderr)
    tells = "condition" in headings.columns or headings.condition is not None
    if not tells and may_be(written, "condition"):
        print(
            f"note: {path.name} has no column condition. {suggestion(written, ['condition'])}",
            file=sys.stderr,
        )


def _under_our_names(row: Mapping[str, str], headings: Headings) -> Mapping[str, str]:
    try:
        return {**row, **headings.read(row)}
    except RowFault:
        # What tells no condition is told by the folder or the caption, or asked for.
        return {**row, **replace(headings, condition=None).read(row)}


def jsonl_rows(path: Path, meanings: Meanings = NOTHING_SAID) -> Iterable[Row]:
    """Give the rows of a file with one JSON object a line; raises MlError naming a line."""
    try:
        # Not splitlines(): JSON may hold other line ends, such as U+2028, as they are.
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise MlError(f"{path} cannot be read: {error}.") from error
    rows: list[tuple[str, dict[str, str]]] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            clean = {k.lower(): str(v).strip() for k, v in row.items() if v is not None}
        except (ValueError, AttributeError) as error:
            raise MlError(f"{path}, line {number} is no JSON object: {error}.") from error
        rows.append((f"line {number}", clean))
    if not meanings:
        return rows
    # A key may be missing in a row, and its heading must be in one of them.
    headings = _headings(list(dict.fromkeys(key for _, row in rows for key in row)), meanings, path)
    return [(where, _under_our_names(row, headings)) for where, row in rows]
