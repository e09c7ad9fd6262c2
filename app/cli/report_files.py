"""A report as files: one page, one PDF, or a folder of its figures."""

from contextlib import ExitStack
from pathlib import Path

import typer

from app.cli.atomic_file import close_on_disk, ensure_free_folder, writing_atomically
from app.cli.opening import now
from app.cli.report_names import SHEETS
from app.domain.errors import Refused
from app.report.page.document import report_document
from app.report.page.figure_files import figure_files
from app.report.page.pdf import report_pdf
from app.report.page.view import ReportView
from app.settings import resource_dir
from app.words.language import ENGLISH


def write_report(view: ReportView, out: Path, tongue: str = ENGLISH, *, force: bool) -> None:
    """One file, HTML or PDF by its ending, in a language of app.words."""
    templates, static = resource_dir("templates"), resource_dir("static")
    if out.suffix.lower() in SHEETS:
        content = report_pdf(view, templates=templates, static=static, now=now(), tongue=tongue)
    else:
        content = report_document(
            view, templates=templates, static=static, now=now(), tongue=tongue
        ).encode()
    with writing_atomically(out, force=force) as file:
        file.write(content)
    typer.echo(f"Wrote {out}.")


def write_figures(view: ReportView, folder: Path, tongue: str = ENGLISH, *, force: bool) -> None:
    """Every figure as SVG, PDF, PNG and TIFF, with its numbers as CSV."""
    if not view.figures:
        raise Refused("This report has no figures, so that none were written.")
    # All are drawn before the first is written.
    drawn = dict(figure_files(view, tongue))
    ensure_free_folder(folder, force=force)
    is_new = not folder.exists()
    folder.mkdir(exist_ok=True)
    try:
        # A part of the figures would look like all of them: none takes its name, nor the place of
        # an older one, before all are on the disk.
        with ExitStack() as names:
            for name, content in drawn.items():
                file = names.enter_context(writing_atomically(folder / name, force=force))
                file.write(content)
                close_on_disk(file)
    except BaseException:
        if is_new:
            folder.rmdir()
        raise
    typer.echo(f"Wrote {len(drawn)} files of {len(view.figures)} figures to {folder}.")
