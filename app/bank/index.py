"""A table of images (index.csv) in place of a manifest, for folders that others distribute."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.bank.manifest import BadRecord, check_path
from app.domain.conditions import CONDITIONS, Condition, condition_of, not_a_condition
from app.domain.errors import BadTable
from app.domain.said import joined, said, sentence_of
from app.films.file_finder import FileFinder
from app.films.headings import Headings, RowFault, headings_of
from app.films.tables import TableRow, opened_table

Told = Callable[[str], None]


@dataclass(frozen=True)
class IndexRow:
    """One image of the table; `provenance` holds every other column that is not empty."""

    line_number: int
    file: str
    condition: Condition
    provenance: dict[str, str] = field(default_factory=dict)


IndexLine = IndexRow | BadRecord


def iter_index(
    directory: Path,
    index: str,
    *,
    columns: Mapping[str, str] | None = None,
    values: Mapping[str, Mapping[str, str]] | None = None,
    told: Told | None = None,
    conditions: Sequence[Condition] = CONDITIONS,
) -> Iterator[IndexLine]:
    """Each row of the table `index`, a path from `directory`; raises BadTable for the table itself.

    `columns` and `values` say what its headings and values mean, as `headings_of` takes them;
    `told` hears how it is read, `conditions` are the labels that rows may have. Files are looked
    for by name and not opened here.
    """
    if not directory.is_dir():
        raise BadTable(
            said(
                "{directory} is not a folder; give the folder that holds the images.",
                directory=directory,
            )
        )
    path = directory / index
    if not path.exists():
        raise BadTable(
            said(
                "{path} is missing; --index names a table below {directory}.",
                path=path,
                directory=directory,
            )
        )
    finder, root = FileFinder(directory), directory.resolve()
    with opened_table(path) as table:
        try:
            headings = headings_of(table.headings, columns=columns, values=values)
        except ValueError as error:
            raise BadTable(joined((str(path), sentence_of(error)))) from None
        if told is not None:
            told(said("{file} is read as {headings}", file=path.name, headings=str(headings)))
        for row in table.rows:
            yield _line(row, headings, finder, root, conditions)


def _line(
    row: TableRow,
    headings: Headings,
    finder: FileFinder,
    root: Path,
    conditions: Sequence[Condition],
) -> IndexLine:
    first = next(iter(row.values.values()), "")
    if row.fault:
        return BadRecord(row.line_number, first, row.fault)
    try:
        read = headings.read({name.casefold(): value for name, value in row.values.items()})
    except RowFault as fault:
        return BadRecord(row.line_number, first, sentence_of(fault))
    file, label = read.pop("file"), read.pop("condition")
    if not file:
        return BadRecord(row.line_number, "", said("names no file"))
    if (fault_of_path := check_path(file, root)) is not None:
        return BadRecord(row.line_number, file, fault_of_path)
    condition = condition_of(label, conditions)
    if condition is None:
        return BadRecord(row.line_number, file, not_a_condition(label, conditions))
    try:
        meant = finder.find(file)
    except ValueError as error:
        return BadRecord(row.line_number, file, sentence_of(error))
    return IndexRow(row.line_number, meant, condition, read)
