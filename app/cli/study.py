"""Commands on studies and their readers."""

import tomllib
from pathlib import Path
from typing import Annotated

import typer

from app.cli.opening import ACTOR, Slug, now, open_house
from app.cli.signing import Operator, signed_by, tell_signed
from app.domain.design.design import RENDITION_SIZE, StudyDesign
from app.domain.design.reading import design_from_mapping
from app.domain.errors import BadInput, Refused
from app.films.regular_file import open_regular
from app.report.words.design_text import commented_design
from app.services.accounts import account_named
from app.services.create_study import create_study, suggested_design
from app.services.erase_reader import erase_reader, reader_to_erase
from app.services.example_study import example_study, list_protocols
from app.services.invite_readers import (
    invite_readers,
    readers_still_needed,
    reissue_link,
    revoke_link,
)
from app.services.open_study import close_study
from app.services.study_progress import bank_arms, list_studies
from app.services.verify_record import verify_study

Code = Annotated[str, typer.Argument(help="The reader's code, such as R01.")]


def add_commands(program: typer.Typer) -> None:
    """Join this file's commands to the program."""
    for name, command in (
        ("example-study", example),
        ("create-study", create),
        ("close-study", close_it),
        ("studies", list_all),
        ("invite", invite),
        ("revoke", revoke),
        ("reissue", reissue),
        ("erase-reader", erase),
    ):
        program.command(name)(command)


def example(
    name: Annotated[
        str | None, typer.Argument(help="A published protocol, as --list names it.")
    ] = None,
    list_them: Annotated[
        bool, typer.Option("--list", help="List the published protocols instead.")
    ] = False,
    size: Annotated[
        int, typer.Option(min=64, max=4096, help="Side of the pictures, as they were imported.")
    ] = RENDITION_SIZE,
) -> None:
    """Print a commented design over the arms that the bank holds; it opens as it stands.

    Without a name it asks for realism, verdict and confidence of every arm.
    """
    if list_them:
        for protocol in list_protocols():
            typer.echo(f"{protocol.name}\t{protocol.asks}\t{protocol.source}")
        return
    house = open_house()
    with house.database.reading() as session:
        labels = {arm.key: arm.label for arm in bank_arms(session)}
        if name is None:
            typer.echo(commented_design(suggested_design(session), labels), nl=False)
            return
        study = example_study(session, name, size=size)
    for note in study.filled.notes:
        typer.echo(f"note: {note}", err=True)
    about = (*study.about, *study.filled.notes)
    typer.echo(commented_design(study.filled.design, labels, ("", *about)), nl=False)


def create(
    design: Annotated[Path, typer.Argument(help="The design, a TOML file (see example-study).")],
    owner: Annotated[
        str | None,
        typer.Option(help="The account that owns it; without, every owner of the installation."),
    ] = None,
) -> None:
    """Make a draft from a design; the last line printed is the study's short name."""
    parsed = read_design(design)
    house = open_house()
    with house.database.writing() as session:
        account = None if owner is None else account_named(session, owner)
        slug = create_study(session, parsed, now=now(), actor=ACTOR, owner=account)
    typer.echo(f"A draft over {parsed.case_count} cases; `python -m app open-study` opens it.")
    typer.echo(slug)


def read_design(path: Path) -> StudyDesign:
    """A design from a TOML file; raises BadInput naming the file and the field."""
    try:
        with open_regular(path) as file:
            # Editors on Windows put a byte order mark before the first line.
            data = tomllib.loads(file.read().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadInput(f"{path} is not a TOML file: it is not text in UTF-8.") from None
    except ValueError as error:
        # A number of thousands of figures is a ValueError too, and of no kind of its own.
        raise BadInput(f"{path} is not a TOML file: {error}.") from None
    except RecursionError:
        raise BadInput(f"{path} is not a TOML file: its lists are too deep.") from None
    try:
        return design_from_mapping(data)
    except BadInput as error:
        raise BadInput(f"{path}: {error}.") from None


def close_it(slug: Slug, name: Operator = None) -> None:
    """End reading for good, and sign it; results may be seen from then on."""
    house = open_house()
    signed = signed_by("close", name)
    with house.database.writing() as session:
        close_study(session, slug, now=now(), actor=ACTOR, signed=signed)
    tell_signed(signed)
    typer.echo(f"{slug} is closed.")


def erase(
    slug: Slug,
    code: Code,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask whether it is meant.")] = False,
) -> None:
    """Erase a reader who asks for it: answers, profile, label and link; it can't be undone.

    A check sum of each rating stays, so that the study's record holds as before.
    """
    house = open_house()
    with house.database.reading() as session:
        reader_to_erase(session, slug, code)
    if not yes and not typer.confirm(f"Erase everything of {code} in {slug}, for good?"):
        raise Refused(f"Nothing of {code} was erased.")
    with house.database.writing() as session:
        ratings = erase_reader(session, slug, code, now=now(), actor=ACTOR)
        verified = verify_study(session, house.store, slug)
    typer.echo(f"{code} is erased; {ratings} ratings are tombstones now.")
    if verified.problem is not None:
        typer.echo(f"warning: the record does not hold: {verified.problem}", err=True)
        raise typer.Exit(1)
    typer.echo(f"The record of {slug} holds, head {verified.head}.")
    typer.echo("Exports and backups that were made before still hold the answers; replace them.")


def list_all() -> None:
    """List the studies: short name, status, readers finished, ratings made, title."""
    house = open_house()
    with house.database.reading() as session:
        for line in list_studies(session):
            mark = " (rehearsal, simulated readers)" if line.is_rehearsal else ""
            typer.echo(
                f"{line.slug}\t{line.status}\t{line.finished}/{line.readers} readers finished\t"
                f"{line.rated} ratings\t{line.title}{mark}"
            )


def invite(
    slug: Slug,
    count: Annotated[
        int | None,
        typer.Option(min=1, max=200, help="How many readers; 1 unless labels are given."),
    ] = None,
    label: Annotated[
        list[str] | None,
        typer.Option(help="A private note on one reader, shown to investigators only; repeatable."),
    ] = None,
) -> None:
    """Make personal links for new readers, one a line behind their codes; shown only now.

    Each label makes one reader and stands beside their code; a tab stands before the link.
    """
    labels = label or []
    house = open_house()
    with house.database.writing() as session:
        invitations = invite_readers(
            session,
            slug,
            count=len(labels) or 1 if count is None else count,
            labels=labels,
            now=now(),
            actor=ACTOR,
        )
        still_needed = readers_still_needed(session, slug)
    for invitation in invitations:
        typer.echo(f"{invitation.who}\t{house.link(invitation.token)}")
    if still_needed:
        typer.echo(f"warning: {still_needed}", err=True)


def revoke(slug: Slug, code: Code) -> None:
    """Withdraw a reader's link; their ratings stay."""
    house = open_house()
    with house.database.writing() as session:
        revoke_link(session, slug, code, now=now(), actor=ACTOR)
    typer.echo(f"The link of {code} is withdrawn.")


def reissue(slug: Slug, code: Code) -> None:
    """Print a new link for a reader behind their code; the old one stops working."""
    house = open_house()
    with house.database.writing() as session:
        invitation = reissue_link(session, slug, code, now=now(), actor=ACTOR)
    typer.echo(f"{invitation.who}\t{house.link(invitation.token)}")
