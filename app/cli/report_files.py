"""A report as files: one page, one PDF, or a folder of its figures."""

import hashlib
from pathlib import Path

import typer

from app.cli.atomic_file import writing_atomically
from app.cli.opening import now
from app.domain.errors import BadInput, Refused
from app.report.page.document import report_document
from app.report.page.figure_files import figure_files
from app.report.page.pdf import report_pdf
from app.report.page.view import ReportView
from app.settings import resource_dir

PAGES, SHEETS = (".html", ".htm"), (".pdf",)


def ensure_report_names(out: Path | None, figures: Path | None, endings: tuple[str, ...]) -> None:
    """Raise BadInput, before anything is computed, for what could not be written after it."""
    if out is not None and out.suffix.lower() not in endings:
        named = " or ".join(one for one in endings if one != ".htm")
        raise BadInput(f"{out.name} is not the name of a report: let it end in {named}.")
    for path in (out, figures):
        if path is not None and not path.parent.is_dir():
            raise BadInput(f"{path}: there is no folder {path.parent}; make it first.")
    if figures is not None and figures.exists() and not figures.is_dir():
        raise BadInput(f"{figures} is a file; name a folder for the figures.")


def write_report(view: ReportView, out: Path) -> None:
    """One file, HTML or PDF by its ending."""
    parts = {
        "templates": resource_dir("templates"),
        "static": resource_dir("static"),
    }
    if out.suffix.lower() in SHEETS:
        content = report_pdf(view, **parts, now=now())
    else:
        content = report_document(view, **parts, now=now()).encode()
    with writing_atomically(out) as file:
        file.write(content)
    typer.echo(f"Wrote {out}.")


def write_figures(view: ReportView, folder: Path) -> None:
    """Every figure as SVG, PDF, PNG and TIFF, with its numbers as CSV."""
    if not view.figures:
        raise Refused("This report has no figures, so that none were written.")
    # All are drawn before the first is written.
    drawn = dict(figure_files(view))
    folder.mkdir(exist_ok=True)
    for name, content in drawn.items():
        with writing_atomically(folder / name) as file:
            file.write(content)
    typer.echo(f"Wrote {len(drawn)} files of {len(view.figures)} figures to {folder}.")


def sha256_of(path: Path) -> str:
    """Of a file's bytes, as the report names it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
