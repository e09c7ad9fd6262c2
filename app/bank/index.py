"""A table of images (index.csv) in place of a manifest, for folders that others distribute."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TextIO

from app.bank.manifest import BadRecord, check_path
from app.domain.conditions import CONDITIONS, Condition
from app.domain.errors import BadBank

REQUIRED_COLUMNS: Final = ("file", "condition")
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True)
class IndexRow:
    """One image of the table; `provenance` holds every other column that is not empty."""

    line_number: int
    file: str
    condition: Condition
    provenance: dict[str, str] = field(default_factory=dict)


IndexLine = IndexRow | BadRecord


def iter_index(directory: Path, index: str) -> Iterator[IndexLine]:
    """Each row of the table `index`, a path from `directory`; raises BadBank for the table itself.

    Comma, semicolon or tab is told by the heading. Files are not opened here.
    """
    if not directory.is_dir():
        raise BadBank(f"{directory} is not a folder; give the folder that holds the images.")
    path = directory / index
    try:
        # newline="" leaves line ends inside quotes to the csv module.
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _rows(file, path, directory.resolve())
    except FileNotFoundError:
        raise BadBank(f"{path} is missing; --index names a table below {directory}.") from None
    except UnicodeDecodeError:
        raise BadBank(f'{path} is not UTF-8; save it as "CSV UTF-8".') from None
    except csv.Error as error:
        raise BadBank(f"{path} can't be read as a table: {error}.") from None
    except OSError as error:
        raise BadBank(f"{path} can't be read: {error.strerror}.") from None


def _rows(file: TextIO, path: Path, root: Path) -> Iterator[IndexLine]:
    heading = file.readline()
    file.seek(0)
    delimiter = max(_DELIMITERS, key=heading.count)
    reader = csv.reader(file, delimiter=delimiter)
    columns = [name.strip().lower() for name in next(reader, [])]
    missing = [name for name in REQUIRED_COLUMNS if name not in columns]
    if missing:
        raise BadBank(
            f"{path} has no column {' and no column '.join(missing)}; "
            f"its first line must name the columns, among them {' and '.join(REQUIRED_COLUMNS)}."
        )
    repeated = sorted({name for name in columns if name and columns.count(name) > 1})
    if repeated:
        raise BadBank(f"{path} has the column {repeated[0]} twice.")
    for values in reader:
        if any(value.strip() for value in values):
            yield _row(reader.line_num, columns, values, root)


def _row(number: int, columns: list[str], values: list[str], root: Path) -> IndexLine:
    if len(values) > len(columns) and any(values[len(columns) :]):
        return BadRecord(number, values[0], f"has {len(values)} values for {len(columns)} columns")
    row = {name: value.strip() for name, value in zip(columns, values, strict=False) if name}
    file = row.pop("file", "")
    condition = row.pop("condition", "").lower()
    if not file:
        return BadRecord(number, "", "names no file")
    if any("\x00" in text for text in (file, *row.values())):
        return BadRecord(number, file.replace("\x00", ""), "has a NUL character")
    if (fault := check_path(file, root)) is not None:
        return BadRecord(number, file, fault)
    if condition not in CONDITIONS:
        return BadRecord(number, file, f"condition must be normal or abnormal, not {condition!r}")
    provenance = {name: value for name, value in row.items() if value}
    return IndexRow(number, file, condition, provenance)
