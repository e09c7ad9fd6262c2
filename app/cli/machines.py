"""blinded-set and import-answers: a study read by machines."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.opening import ACTOR, now, open_house
from app.films.regular_file import read_regular
from app.services.blinded_set import write_blinded_set
from app.services.import_answers import import_answers

Slug = Annotated[str, typer.Argument(help="The study's short name, as create-study printed it.")]


def add_commands(program: typer.Typer) -> None:
    """Join this file's commands to the program."""
    program.command("blinded-set")(blinded_set)
    program.command("import-answers")(bring_answers)


def blinded_set(
    slug: Slug,
    out: Annotated[Path, typer.Option(help="The folder to make; it must not exist yet.")],
) -> None:
    """Write an opened study for a machine reader: pictures, texts and questions, no truth."""
    house = open_house()
    written = write_blinded_set(house.database, house.store, slug, out, now=now(), actor=ACTOR)
    typer.echo(f"Wrote {written.entries} entries with {written.pictures} pictures to {out}.")
    typer.echo(f"set {written.sha256}")


def bring_answers(
    slug: Slug,
    file: Annotated[Path, typer.Argument(help="The answers, .json or .csv (see its README.md).")],
    machine: Annotated[str, typer.Option(help="What the machine is called in files and reports.")],
) -> None:
    """Store a machine's answers to a blinded set; all of them, or none and every problem named."""
    data = read_regular(file)
    house = open_house()
    with house.database.writing() as session:
        brought = import_answers(
            session, slug, file=file.name, data=data, machine=machine, now=now(), actor=ACTOR
        )
    missing = brought.entries - brought.answered
    typer.echo(
        f"{brought.code} ({machine}) answered {brought.answered} of {brought.entries} entries; "
        f"{missing} are missing."
    )
