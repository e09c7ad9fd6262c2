"""pack."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli import analysis_options as options
from app.cli.atomic_file import Force, ensure_free, writing_atomically
from app.cli.opening import ACTOR, Slug, now, open_house
from app.cli.report_names import ensure_spoken
from app.cli.signing import Operator, signed_by, tell_signed
from app.domain.errors import BadInput
from app.words.language import ENGLISH, language


def add_commands(program: typer.Typer) -> None:
    """Join this file's command to the program."""
    program.command("pack")(pack)


def pack(
    slug: Slug,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The archive to write: a .zip.")],
    operator: Operator = None,
    tongue: options.Tongue = ENGLISH,
    force: Force = False,
) -> None:
    """Write all that is sent of a closed study, in one file, to a journal, an archive or a board.

    Protocol, consent, methods, results, filled checklists, flow diagrams, report, tables and
    figures, data with a codebook, the verified record, and a script that recomputes every number.
    Whoever does so signs it; exits with 1 where the record does not hold, with nothing written.
    """
    ensure_spoken(tongue)
    if out.suffix.lower() != ".zip":
        raise BadInput(f"{out.name} is not the name of an archive: let it end in .zip.")
    ensure_free(out, force=force)
    from app.services.export_study import StudyExport
    from app.web.submission import packed, submission_of

    house = open_house()
    # Looked at before anything is signed, so that what can't be packed is in no log.
    with house.database.reading() as session:
        submission = submission_of(session, house.store, slug, now=now(), tongue=tongue)
    signed = signed_by("export", operator)
    export = StudyExport(house.database, house.store, slug, language(tongue).say)
    export.begin(now=now(), actor=ACTOR, allow_unblinding=True, signed=signed)
    tell_signed(signed)
    with writing_atomically(out, force=force) as file:
        for piece in packed(submission, export):
            file.write(piece)
    typer.echo(f"Wrote {out}. {submission.verdict}")
