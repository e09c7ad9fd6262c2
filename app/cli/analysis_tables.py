"""An analysis as tables in a terminal."""

import typer
from rich.text import Text

from app.cli.terminal_tables import print_table, wide_console
from app.report.page.view import analysis_sections
from app.report.words.cautions import analysis_cautions
from app.report.words.conclusions import arm_sentences
from app.services.analyse_file import FileAnalysis


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
    for sentence in arm_sentences(analysis, {}):
        console.print()
        console.print(Text(f"{sentence.label}: {sentence.heading}", style="bold"))
        console.print(Text(sentence.text))
    cautions = analysis_cautions(analysis, {})
    for section in analysis_sections(analysis, {}, {}, cautions):
        if section.folded:
            continue
        for table in section.tables:
            print_table(console, table)
    console.print()
    for caution in cautions:
        console.print(Text.assemble((caution.lead, "bold"), " ", caution.text))


def warn_of_file(file: FileAnalysis, whose: str) -> None:
    """Say on standard error what must be known of a file before its numbers are believed."""
    typer.echo(f"{file.name}: taken for {file.taken_for}.", err=True)
    if file.is_simulated:
        typer.echo(f"warning: {whose}.", err=True)
    for caution in file.cautions:
        typer.echo(f"caution: {caution.lead} {caution.text}", err=True)
