"""A file of ratings as a table of text cells: one row a rating, or what will become one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from pathlib import Path

from app.domain.errors import BadRatings

# Of what a person's ratings can be; a file with more was made to exhaust a machine.
MOST_COLUMNS = 5_000


@dataclass(frozen=True)
class Grid:
    """Headings, a list of cells for each, and where in the file every row stands.

    Attributes
    ----------
    headings : tuple of str
    columns : tuple of list of str
        Cells without blanks around them; "" where there is nothing.
    rows : sequence of int
        The number of every row in the file.
    unit : str
        What that number counts: ``line``, ``record``, ``row`` of a sheet.
    """

    headings: tuple[str, ...]
    columns: tuple[list[str], ...]
    rows: Sequence[int]
    unit: str = "line"

    def __len__(self) -> int:
        return len(self.rows)

    def where(self, row: int) -> str:
        """Such as ``line 12``, for a message."""
        return f"{self.unit} {self.rows[row]}"

    def column(self, heading: str) -> list[str]:
        """Cells below a heading, whatever its case; raises KeyError where there is none."""
        wanted = fold(heading)
        for name, cells in zip(self.headings, self.columns, strict=True):
            if fold(name) == wanted:
                return cells
        raise KeyError(heading)

    def has(self, *headings: str) -> bool:
        """Whether all of these headings are there, whatever their case."""
        there = {fold(name) for name in self.headings}
        return all(fold(name) in there for name in headings)

    def records(self) -> Iterable[dict[str, str]]:
        """Every row as a mapping of folded heading to cell."""
        names = [fold(name) for name in self.headings]
        for cells in zip(*self.columns, strict=True):
            yield dict(zip(names, cells, strict=True))


@dataclass(frozen=True)
class FileOptions:
    """What is said on the command line about a file before it is read.

    Attributes
    ----------
    sheet : str
        Of a workbook, the sheet to take; empty for the only one that holds something.
    modality : str
        Of an ROC study's file, the modality to take; empty for all.
    wide : str
        What the cells of a wide file hold, such as ``realism``; empty if its headings say so.
    columns : mapping of our column to heading
        As `--map` gives them.
    values : mapping of column to mapping of value to meaning
        As `--map-value` gives them.
    decimal : str
        ``comma`` or ``point``; empty where the numbers themselves say so.
    cases : Path, optional
        A table with one row a case, which says arm, truth or cluster.
    subgroups : tuple of str
        Headings of columns by which figures are given for parts of the cases.
    """

    sheet: str = ""
    modality: str = ""
    wide: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    decimal: str = ""
    cases: Path | None = None
    subgroups: tuple[str, ...] = ()


@dataclass(frozen=True)
class RatingSheet:
    """What a format's reader hands over.

    Attributes
    ----------
    grid : Grid
    taken_for : str
        What the file was taken for, in a clause.
    names : mapping of our column to heading
        Where the format itself says which column is which; a column of our name comes first.
    notes : tuple of str
        Sentences on what of the file is not in the table.
    settled : tuple of str
        Our columns whose mapped values the format's reader has used up.
    used : tuple of str
        Options that only some formats have and this one's reader has used: modality, wide.
    commas_part : bool
        Whether commas part the columns, so that one in a number is quoted there.
    """

    grid: Grid
    taken_for: str
    names: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    used: tuple[str, ...] = ()
    commas_part: bool = False


def fold(name: str) -> str:
    """A heading as it is compared: case, blanks and hyphens make no difference.

    >>> fold(" Reading time-MS ")
    'reading_time_ms'
    """
    return "_".join(name.casefold().replace("-", " ").replace("_", " ").split())


def grid_of_rows(
    name: str,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    numbers: Sequence[int],
    *,
    unit: str = "line",
) -> Grid:
    """A grid of a header and its rows; empty rows are left out.

    Parameters
    ----------
    name : str
        The file, for messages.
    numbers : sequence of int
        Where each row stands.

    Raises
    ------
    BadRatings
        Without a heading, for two of one name, and for a row of another width.
    """
    headings = checked_headings(name, header)
    width = len(headings)
    # Most rows have something in their first cell, so that the others need no look.
    full = [bool(row and (row[0].strip() or "".join(row).strip())) for row in rows]
    if not all(full):
        rows, numbers = list(compress(rows, full)), list(compress(numbers, full))
    if any(len(row) != width for row in rows):
        rows = [
            _fitted(name, row, number, width, unit)
            for row, number in zip(rows, numbers, strict=True)
        ]
    columns = tuple(stripped(cells) for cells in zip(*rows, strict=True))
    return Grid(headings, columns or tuple([] for _ in headings), numbers, unit)


def checked_headings(name: str, header: Sequence[str]) -> tuple[str, ...]:
    """Headings without blanks around them; raises BadRatings for none, too many, two of a name."""
    headings = tuple(heading.strip() for heading in header)
    if not any(headings):
        raise BadRatings(f"{name} is empty: give a header line and one line a rating.")
    if len(headings) > MOST_COLUMNS:
        raise BadRatings(
            f"{name} has more than {MOST_COLUMNS:,} columns: it is no file of ratings."
        )
    seen: set[str] = set()
    for heading in headings:
        if heading and fold(heading) in seen:
            raise BadRatings(f"{name} has two columns named {heading!r}: rename one.")
        seen.add(fold(heading))
    return headings


def stripped(cells: Iterable[str]) -> list[str]:
    """Cells without blanks around them."""
    return [cell.strip() for cell in cells]


def _fitted(name: str, row: Sequence[str], number: int, width: int, unit: str) -> Sequence[str]:
    """A row of the header's width; what is too much may only be empty."""
    if len(row) < width or "".join(row[width:]).strip():
        raise BadRatings(
            f"{name}: {unit} {number} has {len(row)} fields and the header {width}: mend this "
            f"{unit}."
        )
    return row[:width]


def grid_of_records(records: Sequence[Mapping[str, str]], numbers: Sequence[int]) -> Grid:
    """A grid of mappings, whose keys together are the headings; what one lacks is empty."""
    headings = tuple(dict.fromkeys(key for record in records for key in record))
    columns = tuple([record.get(name, "").strip() for record in records] for name in headings)
    return Grid(headings, columns, numbers, "record")
