"""An analysis as tables in a terminal."""

from rich.console import Console
from rich.text import Text

from app.cli.terminal_tables import print_table, wide_console
from app.report.page.choices import choice_sections
from app.report.page.view import analysis_sections
from app.report.tables.question_figures import figure_tables
from app.report.tables.questions import question_tables
from app.report.tables.sittings import sittings_table
from app.report.words.cautions import analysis_cautions
from app.report.words.choices import choice_answers
from app.report.words.conclusions import arm_sentences
from app.report.words.settling import settling_lines, settling_note
from app.services.analyse_export import ExportAnalysis
from app.services.analyse_file import FileAnalysis
from app.statistics.analysis import Analysis


def print_analysis(file: FileAnalysis) -> None:
    """Conclusions first, then every table, then what must be said beside them."""
    console = wide_console()
    analysis = file.analysis
    first = analysis.table.replicate == 0
    console.print(
        f"{len(analysis.table.readers)} readers, "
        f"{sum(len(analysis.table.cases(arm)) for arm in analysis.arms)} cases in "
        f"{len(analysis.arms)} arms, {int(first.sum())} first and {int((~first).sum())} repeated "
        f"readings" + (f"; {file.left_out} superseded left out" if file.left_out else "") + "."
    )
    _print_results(console, analysis)


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
        _print_results(console, read.analysis)
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


def _print_results(console: Console, analysis: Analysis) -> None:
    for sentence in arm_sentences(analysis, {}):
        console.print()
        console.print(Text(f"{sentence.label}: {sentence.heading}", style="bold"))
        console.print(Text(sentence.text))
    lines = settling_lines(analysis, {})
    if lines:
        console.print()
        console.print(Text("What would settle the rest", style="bold"))
        for line in (*lines, settling_note(analysis)):
            console.print(Text(line))
    cautions = analysis_cautions(analysis, {})
    for section in analysis_sections(analysis, {}, {}, cautions):
        if section.is_detail:
            continue
        for table in section.tables:
            print_table(console, table)
    console.print()
    for caution in cautions:
        console.print(Text.assemble((caution.lead, "bold"), " ", caution.text))
