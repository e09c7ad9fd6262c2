"""report."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli import analysis_options as options
from app.cli.atomic_file import Force
from app.cli.opening import ACTOR, now, open_house
from app.cli.report_files import write_figures, write_report
from app.cli.report_names import PAGES, SHEETS, ensure_report_names, ensure_spoken
from app.cli.signing import Reason
from app.report.page.view import report_view
from app.services.audit_pictures import audit_pictures
from app.services.summarise_study import note_results_seen, summarise_study
from app.words.language import ENGLISH


def add_commands(program: typer.Typer) -> None:
    """Join this file's command to the program."""
    program.command("report")(report)


def report(
    slug: Annotated[str, typer.Argument(help="The study's short name.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The file to write: .html or .pdf.")
    ] = None,
    figures: options.Figures = None,
    bootstrap: Annotated[
        int, typer.Option(min=0, max=100_000, help="Two-way bootstrap resamples; 0 for none.")
    ] = 0,
    reason: Reason = "",
    tongue: options.Tongue = ENGLISH,
    force: Force = False,
) -> None:
    """Write a study's report as one HTML file or one PDF, and its figures for a paper.

    The HTML file needs nothing beside it and prints on A4. --figures writes every figure as SVG,
    PDF, PNG and TIFF at 300 dpi, and the numbers behind it as CSV.
    Of an open study too, as its design plans or for a reason: marked as interim, with a warning.
    That results are seen is recorded before they are.
    """
    if out is None and figures is None:
        raise typer.BadParameter("say what to write: --out FILE or --figures FOLDER.")
    ensure_report_names(out, figures, (*PAGES, *SHEETS), force=force)
    ensure_spoken(tongue)
    house = open_house()
    with house.database.writing() as session:
        note_results_seen(session, slug, now=now(), actor=ACTOR, reason=reason)
    with house.database.reading() as session:
        summary = summarise_study(session, slug, interim=True, bootstrap=bootstrap)
        audit = audit_pictures(session, house.store, slug)
    if summary.is_interim:
        typer.echo(
            f"warning: {slug} is {summary.status}; whoever sees results by arm now could steer "
            "the study by them. The report says INTERIM and the study's log has noted it.",
            err=True,
        )
    view = report_view(summary, audit)
    if out is not None:
        write_report(view, out, tongue, force=force)
    if figures is not None:
        write_figures(view, figures, tongue, force=force)
