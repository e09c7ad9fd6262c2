"""Commands that move a whole study to another machine and back."""

from pathlib import Path
from typing import Annotated

import typer

from app.bank.sealed_archive import STUDY, SealedArchive
from app.cli.atomic_file import Force, ensure_free, writing_atomically
from app.cli.opening import ACTOR, now, open_house
from app.services.export_whole_study import export_whole_study
from app.services.import_whole_study import import_whole_study
from app.services.verify_record import verify_study

Slug = Annotated[str, typer.Argument(help="The study's short name, as create-study printed it.")]
File = Annotated[Path, typer.Argument(help="The study's archive, one file.")]


def add_commands(program: typer.Typer) -> None:
    """Join this file's commands to the program."""
    program.command("export-study")(export_study)
    program.command("import-study")(import_study)


def export_study(
    slug: Slug,
    file: File,
    force: Force = False,
) -> None:
    """Write a whole study to one file, to go on with it on another machine (import-study).

    With its cases, pictures, readers, answers and record; for its results alone, see export. Only
    the file's owner can read it (mode 0600).
    """
    ensure_free(file, force=force)
    house = open_house()
    with writing_atomically(file, force=force, private=True) as written:
        whole = export_whole_study(
            house.database, house.store, written, slug, now=now(), actor=ACTOR
        )
    if whole.status != "closed":
        typer.echo(
            f"warning: {slug} is {whole.status}; this file names arm and truth of every case, "
            "whoever opens it is no longer blinded. Let nobody read on here meanwhile.",
            err=True,
        )
    typer.echo(f"study sha256  {whole.digest}")
    typer.echo(
        f"Wrote {file}: {whole.readers} readers, {whole.ratings} ratings, "
        f"{whole.renditions} pictures."
    )


def import_study(
    file: File,
    go_on: Annotated[
        bool,
        typer.Option("--go-on", help="Let a study that is here already go on from the file."),
    ] = False,
) -> None:
    """Bring in a study that export-study wrote on another machine.

    Readers' links work here as there, at this machine's address. Nothing is taken from a file that
    does not fit: the study's record is recomputed and compared with its rows.
    """
    with SealedArchive(file, STUDY) as archive:
        house = open_house()
        with house.database.writing() as session:
            arrived = import_whole_study(
                session, house.store, archive, now=now(), actor=ACTOR, go_on=go_on
            )
            problem = verify_study(session, house.store, arrived.slug).problem
            if problem is not None:
                raise archive.bad(f"its record does not hold ({problem.rstrip('.')})")
        digest = archive.digest
    typer.echo(f"study sha256  {digest}")
    goes_on = "goes on" if arrived.went_on else "is here"
    typer.echo(f"{arrived.slug} {goes_on}: {arrived.readers} readers, {arrived.ratings} ratings.")
