"""A report's table in a terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.report.tables.table import Cell, ReportTable
from app.words.language import ENGLISH, language

# Narrower than this a table of ten columns can't be read; pipes and files get this width.
_LEAST_WIDTH = 150

# The terminal speaks English, and so do a study's questions where it gives English words.
_SAY = language(ENGLISH).say


def wide_console() -> Console:
    """A console in which a table of ten columns can be read."""
    console = Console(highlight=False)
    if console.is_terminal and console.width >= _LEAST_WIDTH:
        return console
    return Console(highlight=False, width=_LEAST_WIDTH)


def print_table(console: Console, table: ReportTable) -> None:
    """A table with its reasons and notes."""
    console.print()
    console.print(_rich(table))
    for letter, footnote in table.reasons:
        console.print(Text(f"{letter}  {_SAY(footnote)}", style="dim"))
    for note in table.notes:
        console.print(Text(_SAY(note), style="dim"))


def _rich(table: ReportTable) -> Table:
    made = Table(title=_SAY(table.title), title_justify="left", title_style="bold", show_edge=False)
    words = [bool(table.rows) and cell.is_words for cell in table.rows[0].cells]
    made.add_column(Text(_SAY(table.columns[0])), overflow="fold")
    for heading, is_words in zip(table.columns[1:], words, strict=True):
        made.add_column(Text(_SAY(heading)), justify="left" if is_words else "right")
    for row in table.rows:
        made.add_row(Text(_SAY(row.heading)), *(_cell(cell) for cell in row.cells))
    return made


def _cell(cell: Cell) -> Text:
    text = Text(_SAY(cell.text) + (f" {cell.mark}" if cell.mark else ""))
    if cell.interval:
        text.append(f"\n{cell.interval}", style="dim")
    return text
