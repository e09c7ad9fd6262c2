"""Tables of images as spreadsheets, hospitals and data sets write them."""

import codecs
import csv
import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, cast

from app.domain.errors import BadTable
from app.domain.said import said
from app.films.regular_file import open_regular

__all__ = ["BadTable", "Table", "TableRow", "named_delimiter", "opened_table", "table_text"]

_DELIMITERS: Final = (",", ";", "\t", "|")
_PIECE: Final = 1 << 20
# Of a table, unpacked or not; the largest public one (MIMIC-CXR) has 60 MB.
_LARGEST_BYTES: Final = 2 * 2**30


@dataclass(frozen=True)
class TableRow:
    """One row: the last line it takes in the file, and its values under their headings."""

    line_number: int
    values: dict[str, str]
    fault: str = ""


@dataclass(frozen=True)
class Table:
    """A table's headings, as written, and its rows, which can be gone through once."""

    headings: tuple[str, ...]
    rows: Iterator[TableRow]


@contextmanager
def opened_table(path: Path) -> Iterator[Table]:
    """Open a table: comma, semicolon, tab or bar; UTF-8, UTF-16 or Windows-1252; also gzipped.

    Excel's first line `sep=;` is obeyed. Raises BadTable for what is no table, or one without
    a row, when its rows are gone through.
    """
    try:
        # newline="" leaves line ends inside quotes to the csv module.
        with (
            _opened(path) as raw,
            io.TextIOWrapper(raw, encoding=_encoding(path), newline="") as file,
        ):
            yield _table(file, path)
    except FileNotFoundError:
        raise BadTable(said("{path} is missing.", path=path)) from None
    except UnicodeDecodeError:
        raise BadTable(said('{path} is no text; save it as "CSV UTF-8".', path=path)) from None
    except csv.Error as error:
        raise BadTable(
            said("{path} can't be read as a table: {error}.", path=path, error=error)
        ) from None
    except (OSError, EOFError) as error:
        raise BadTable(said("{path} can't be read: {error}.", path=path, error=error)) from None


def table_text(path: Path, *, largest: int = _LARGEST_BYTES) -> tuple[str, str]:
    """The whole text of a table, and the encoding it was read by, as `opened_table` tells it.

    Raises BadTable for what is no text or has more than `largest` bytes, unpacked or not; OSError
    for what can't be opened.
    """
    encoding = _encoding(path)
    try:
        with _opened(path) as file:
            content = file.read(largest + 1)
        if len(content) > largest:
            raise BadTable(
                said("{path} is larger than {largest:,} bytes.", path=path, largest=largest)
            )
        return content.decode(encoding), encoding.removesuffix("-sig")
    except UnicodeDecodeError:
        raise BadTable(said('{path} is no text; save it as "CSV UTF-8".', path=path)) from None
    except (EOFError, gzip.BadGzipFile) as error:
        raise BadTable(said("{path} can't be read: {error}.", path=path, error=error)) from None


def named_delimiter(first_line: str) -> str | None:
    """What Excel's own line `sep=;` names as the delimiter; None where the line is another."""
    line = first_line.strip().strip('"')
    if not line.lower().startswith("sep="):
        return None
    said = line[4:]
    return "\t" if said in ("", "\\t") else said[0]


def _opened(path: Path) -> IO[bytes]:
    file = open_regular(path)
    is_packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    return cast(IO[bytes], gzip.GzipFile(fileobj=file)) if is_packed else file


def _encoding(path: Path) -> str:
    """The encoding by the mark at the beginning, else UTF-8 where every byte fits, else 1252."""
    with _opened(path) as file:
        head = file.read(4096)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if head.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        # Western text in UTF-16 has a NUL in every second place.
        if head[1::2].count(0) > len(head) // 4:
            return "utf-16-le"
        if head[0::2].count(0) > len(head) // 4:
            return "utf-16-be"
        decoder = codecs.getincrementaldecoder("utf-8")()
        read, piece = 0, head
        try:
            while piece:
                decoder.decode(piece)
                read += len(piece)
                if read > _LARGEST_BYTES:
                    raise BadTable(
                        said(
                            "{path} is larger than {largest_bytes:,} bytes.",
                            path=path,
                            largest_bytes=_LARGEST_BYTES,
                        )
                    )
                piece = file.read(_PIECE)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _table(file: io.TextIOWrapper, path: Path) -> Table:
    first = file.readline()
    named = named_delimiter(first)
    lines_before = 0 if named is None else 1
    if named is None:
        file.seek(0)
    reader = csv.reader(file, delimiter=named or max(_DELIMITERS, key=first.count))
    headings = tuple(name.strip() for name in next(reader, []))
    folded = [name.casefold() for name in headings if name]
    if not folded:
        raise BadTable(said("{path} is empty; its first line must name the columns.", path=path))
    repeated = sorted({name for name in folded if folded.count(name) > 1})
    if repeated:
        raise BadTable(
            said("{path} has the column {repeated} twice.", path=path, repeated=repeated[0])
        )
    return Table(headings, _rows(reader, headings, path, lines_before))


def _rows(
    reader: Any, headings: tuple[str, ...], path: Path, lines_before: int
) -> Iterator[TableRow]:
    count = 0
    for values in reader:
        if not any(value.strip() for value in values):
            continue
        count += 1
        number = reader.line_num + lines_before
        row = {name: value.strip() for name, value in zip(headings, values, strict=False) if name}
        fault = ""
        if len(values) > len(headings) and any(values[len(headings) :]):
            fault = said(
                "has {values} values for {columns} columns",
                values=len(values),
                columns=len(headings),
            )
        elif any("\x00" in value for value in values):
            fault = said("has a NUL character")
            row = {name: value.replace("\x00", "") for name, value in row.items()}
        yield TableRow(number, row, fault)
    if not count:
        raise BadTable(said("{path} has a heading and no row below it.", path=path))
