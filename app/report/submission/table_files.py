"""The report's tables as files: CSV for programs, LaTeX for a manuscript."""

import re
from collections.abc import Iterator

from app.domain.said import joined
from app.report.page.view import ReportView
from app.report.tables.table import Cell, ReportTable
from app.services.export_study.csv_text import csv_bytes
from app.words.language import ENGLISH, language

_LATEX = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "−": "$-$",
    "–": "--",
    "±": r"$\pm$",
    "×": r"$\times$",
    "∞": r"$\infty$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "′": "$'$",
    "κ": r"$\kappa$",
    "α": r"$\alpha$",
    "ρ": r"$\rho$",
    "σ": r"$\sigma$",
    "δ": r"$\delta$",
    "Δ": r"$\Delta$",
    "²": r"$^2$",
}
_SPECIAL = re.compile("|".join(map(re.escape, _LATEX)))


def tables_of(view: ReportView) -> Iterator[ReportTable]:
    """Every table of a report, in its order."""
    for section in view.sections:
        yield from section.tables


def table_files(view: ReportView, tongue: str = ENGLISH) -> Iterator[tuple[str, bytes]]:
    """Name and content of two files for each table; a name that comes twice is numbered.

    The CSV is the same in every language, LaTeX speaks `tongue`, a tag of `LANGUAGES`.
    """
    taken: dict[str, int] = {}
    for table in tables_of(view):
        plain = re.sub(r"[^a-z0-9]+", "-", table.name.lower()).strip("-")
        taken[plain] = taken.get(plain, 0) + 1
        name = plain if taken[plain] == 1 else f"{plain}-{taken[plain]}"
        yield f"{name}.csv", table_csv(table)
        yield f"{name}.tex", table_latex(table, tongue).encode()


def table_csv(table: ReportTable) -> bytes:
    """The cells as printed, and every interval in a column of its own; footnotes are last."""
    header = [table.columns[0]]
    for column in table.columns[1:]:
        header += [column, f"{column}: interval"]
    rows: list[list[str]] = []
    for row in table.rows:
        cells = [row.heading if not row.below else f"{row.heading} ({row.below})"]
        for cell in row.cells:
            cells += [cell.text, cell.interval]
        rows.append(cells)
    rows += [[note] for note in _notes(table)]
    return b"".join(csv_bytes(header, rows))


def table_latex(table: ReportTable, tongue: str = ENGLISH) -> str:
    """A table for LaTeX with the package booktabs; its footnotes stand below it."""
    say = language(tongue).say

    def told(text: str) -> str:
        return latex(say(text))

    def cell(one: Cell) -> str:
        text = f"{told(one.text)} ({told(one.interval)})" if one.interval else told(one.text)
        return f"{text}$^{{{one.mark}}}$" if one.mark else text

    columns = "l" + "r" * (len(table.columns) - 1)
    head = " & ".join(map(told, table.columns))
    body = "".join(
        f"{told(row.heading)} & {' & '.join(map(cell, row.cells))} \\\\\n" for row in table.rows
    )
    notes = "".join(f"\\par\\footnotesize {told(note)}\n" for note in _notes(table))
    return (
        "% Needs \\usepackage{booktabs}.\n"
        "\\begin{table}\n"
        f"\\caption{{{told(table.title)}}}\n"
        f"\\begin{{tabular}}{{{columns}}}\n\\toprule\n{head} \\\\\n\\midrule\n{body}"
        f"\\bottomrule\n\\end{{tabular}}\n{notes}\\end{{table}}\n"
    )


def latex(text: str) -> str:
    r"""Text for LaTeX, with what it would read as a command escaped.

    >>> latex("5 % of a_b")
    '5 \\% of a\\_b'
    """
    return _SPECIAL.sub(lambda match: _LATEX[match[0]], text)


def _notes(table: ReportTable) -> list[str]:
    return [*table.notes, *(joined((letter, reason), ": ") for letter, reason in table.reasons)]
