"""audit-study."""

import typer
from rich.text import Text

from app.cli.opening import Slug, open_house
from app.cli.terminal_tables import print_table, wide_console
from app.report.tables.shortcuts import shortcut_table
from app.report.words.shortcuts import file_sentence, shortcut_sentences
from app.services.audit_pictures import audit_pictures


def add_commands(program: typer.Typer) -> None:
    """Join this file's command to the program."""
    program.command("audit-study")(audit)


def audit(slug: Slug) -> None:
    """Say what tells a study's arms apart without a look at anatomy; before opening it, best.

    Looks at the files and measures the pictures of the cases; of a draft, of those that opening
    would draw. Exits with 1 where a file is missing or unlike the others: a browser can tell that.
    """
    house = open_house()
    with house.database.reading() as session:
        pictures = audit_pictures(session, house.store, slug)
    console = wide_console()
    print_table(console, shortcut_table(pictures))
    console.print()
    for lead, text in shortcut_sentences(pictures):
        console.print(Text.assemble((lead, "bold"), " ", text))
    for fault in pictures.faults:
        typer.echo(fault, err=True)
    typer.echo(file_sentence(pictures), err=bool(pictures.faults))
    if pictures.faults:
        raise typer.Exit(1)
