"""An analysis as tables in a terminal, without what draws figures or asks a database."""

from rich.console import Console
from rich.text import Text

from app.cli.terminal_tables import print_table, wide_console
from app.report.page.analysis_sections import analysis_sections
from app.report.words.cautions import analysis_cautions
from app.report.words.conclusions import arm_sentences
from app.report.words.settling import settling_lines, settling_note
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
    print_results(console, analysis)


def print_results(console: Console, analysis: Analysis) -> None:
    """Of an analysis by arm: conclusions, what would settle the rest, tables, cautions."""
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
