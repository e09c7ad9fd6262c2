"""A table as rows of cells, the same for a page, a printed document and a terminal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.domain.said import after, joined, said
from app.report.words.numbers import NONE, STYLES, Style, interval, why_not
from app.statistics.table.estimate import Estimate


@dataclass(frozen=True)
class Cell:
    """What stands in a table: a text, below it its interval, and what must be said of them.

    `why` says why there is no number, `no_interval` why there is no more than a number, `caution`
    what to hold against one; `mark` is the letter of the footnote that carries it.
    """

    text: str
    interval: str = ""
    why: str = ""
    mark: str = ""
    caution: str = ""
    no_interval: str = ""
    is_words: bool = False


@dataclass(frozen=True)
class Row:
    """A row: its heading, a smaller line below that, and its cells."""

    heading: str
    cells: tuple[Cell, ...]
    below: str = ""
    is_real: bool = False


@dataclass(frozen=True)
class ReportTable:
    """A table with its footnotes; `columns` are the headings, that of the rows first.

    `reasons` are the lettered footnotes: why a number is missing, or what to hold against it.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()


def table(
    name: str,
    title: str,
    columns: Sequence[str],
    rows: Sequence[Row],
    notes: Sequence[str] = (),
) -> ReportTable:
    """Join rows to a table and letter its footnotes."""
    letters: dict[str, str] = {}
    for row in rows:
        for cell in row.cells:
            footnote = _footnote(cell)
            if footnote and footnote not in letters:
                letters[footnote] = _letter(len(letters))
    return ReportTable(
        name=name,
        title=title,
        columns=tuple(columns),
        rows=tuple(
            replace(
                row,
                cells=tuple(
                    replace(cell, mark=letters.get(_footnote(cell), "")) for cell in row.cells
                ),
            )
            for row in rows
        ),
        notes=tuple(note for note in notes if note),
        reasons=tuple((letter, footnote) for footnote, letter in letters.items()),
    )


def _footnote(cell: Cell) -> str:
    if cell.why:
        return said("Not estimable: {why}.", why=cell.why)
    clauses = ((said("No interval"), cell.no_interval), (said("Caution"), cell.caution))
    return joined(
        (said("{what}: {text}.", what=what, text=text) for what, text in clauses if text), " "
    )


def estimate_cell(estimate: Estimate, style: Style = "plain") -> Cell:
    """An estimate with its interval below it."""
    if estimate.estimate is None:
        why = why_not(estimate)
        # The real arm is what the others are held against: nothing is missing there.
        return Cell("ref.") if why.startswith("this is the real arm") else Cell(NONE, why=why)
    return Cell(
        STYLES[style](estimate.estimate),
        interval(estimate.low, estimate.high, style),
        caution=estimate.caution,
        no_interval=why_no_interval(estimate.low, estimate.method),
    )


def why_no_interval(low: float | None, method: str) -> str:
    """The reason that a method gives for having no interval; empty where there is one."""
    return after(method, "no interval: ") if low is None else ""


def words(text: str) -> Cell:
    """A cell of words, set flush left."""
    return Cell(text, is_words=True)


def _letter(index: int) -> str:
    return chr(ord("a") + index) if index < 26 else f"a{index - 25}"
