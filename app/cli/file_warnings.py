"""What must be known of a file of ratings before its numbers are believed."""

import typer

from app.services.analyse_file import FileAnalysis


def warn_of_file(file: FileAnalysis, whose: str) -> None:
    """Say on standard error what the file was taken for, and every caution."""
    typer.echo(f"{file.name}: taken for {file.taken_for}.", err=True)
    if file.is_simulated:
        typer.echo(f"warning: {whose}.", err=True)
    for caution in file.cautions:
        typer.echo(f"caution: {caution.lead} {caution.text}", err=True)
