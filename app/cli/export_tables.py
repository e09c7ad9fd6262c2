"""A study's own export as tables in a terminal."""

from rich.console import Console
from rich.text import Text

from app.cli.analysis_tables import print_results
from app.cli.terminal_tables import print_table, wide_console
from app.report.page.choices import choice_sections
from app.report.tables.question_figures import figure_tables
from app.report.tables.questions import question_tables
from app.report.tables.sittings import sittings_table
from app.report.words.choices import choice_answers
from app.services.analyse_export import ExportAnalysis


def print_export(read: ExportAnalysis) -> None:
    """The same of a study's own files, with what was said to every question."""
    console = wide_console()
    readers = {row.reader for row in read.rows if row.reader_kind != "machine"}
    counted = sum(not row.is_superseded for row in read.rows)
    console.print(
        f"{read.design.title}: {len(readers)} readers, {len(read.arms)} arms, "
        f"{counted} ratings that count"
        + (f"; {len(read.rows) - counted} superseded" if counted < len(read.rows) else "")
        + ".",
        markup=False,
    )
    if read.analysis is not None:
        print_results(console, read.analysis)
    _print_choices(console, read)
    for table in (
        *(table for one in read.figures for table in figure_tables(one, {}, read.real)),
        *question_tables(read.questions, {}, read.real),
    ):
        print_table(console, table)
    sat = sittings_table(read.sittings, [phase.title for phase in read.design.phases])
    if sat is not None:
        print_table(console, sat)


def _print_choices(console: Console, read: ExportAnalysis) -> None:
    if read.choices is None:
        return
    console.print()
    for answer in choice_answers(read.choices, {}):
        console.print(Text.assemble((f"{answer.word}: ", "bold"), answer.line))
    for section in choice_sections(read.choices, {}, {}):
        for table in section.tables:
            print_table(console, table)
        for caution in section.cautions:
            console.print(Text.assemble((caution.lead, "bold"), " ", caution.text))
