"""export."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli import analysis_options as options
from app.cli.atomic_file import Force, ensure_free, writing_atomically
from app.cli.opening import ACTOR, Slug, now, open_house
from app.cli.report_names import ensure_spoken
from app.cli.signing import Operator, Reason, signed_by, tell_signed
from app.domain.errors import BadInput
from app.services.export_study import FILES, StudyExport
from app.services.export_study.parquet import MISSING
from app.words.language import ENGLISH, language


def add_commands(program: typer.Typer) -> None:
    """Join this file's command to the program."""
    program.command("export")(export)


def export(
    slug: Slug,
    out: Annotated[
        Path,
        typer.Option(
            help="File to write: .zip for all, .csv for the ratings alone, or the name of one "
            f"of the files: {', '.join(file.name for file in FILES)}."
        ),
    ],
    reason: Reason = "",
    operator: Operator = None,
    tongue: options.Tongue = ENGLISH,
    force: Force = False,
) -> None:
    """Write a study's data; of an open study too, for a reason, with a warning and a log entry.

    All files in one archive, or one of them by its name. Whoever does so signs it. --language is
    that of the codebook and of the README: names of columns and values are the same in each.
    """
    ensure_spoken(tongue)
    ensure_free(out, force=force)
    house = open_house()
    study_export = StudyExport(house.database, house.store, slug, language(tongue).say)
    contents = study_export.files()
    name = out.name if out.name in contents else "ratings.csv"
    if out.suffix.lower() == ".parquet":
        name = "ratings.parquet"
        if name not in contents:
            raise BadInput(MISSING)
    elif out.name not in contents and out.suffix.lower() not in (".zip", ".csv"):
        raise BadInput(
            f"{out.name} is not a file of an export; name it .zip for all of them, .csv for the "
            f"ratings, or one of {', '.join(contents)}."
        )
    signed = signed_by("export", operator)
    status = study_export.begin(
        now=now(), actor=ACTOR, allow_unblinding=True, reason=reason, signed=signed
    )
    tell_signed(signed)
    if status != "closed":
        typer.echo(
            f"warning: {slug} is {status}; this file names arm and truth of every rating, "
            "whoever opens it is no longer blinded. The study's log has noted it.",
            err=True,
        )
    pieces = study_export.zipped() if out.suffix.lower() == ".zip" else contents[name]()
    with writing_atomically(out, force=force) as file:
        for piece in pieces:
            file.write(piece)
    typer.echo(f"Wrote {out}.")
