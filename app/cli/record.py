"""verify and export-protocol: whether the record holds, and what of it can be registered."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli import analysis_options as options
from app.cli.atomic_file import Force, ensure_free, writing_atomically
from app.cli.opening import Slug, open_house
from app.cli.report_names import ensure_spoken
from app.domain.errors import BadInput
from app.services.study_progress import bank_arms
from app.services.study_protocol import study_protocol
from app.services.verify_record import (
    Verified,
    slugs_to_verify,
    verify_installation,
    verify_study,
)
from app.web.protocol_document import protocol_json, protocol_text
from app.words.language import ENGLISH


def add_commands(program: typer.Typer) -> None:
    """Join this file's commands to the program."""
    program.command("verify")(verify)
    program.command("export-protocol")(export_protocol)


def verify(
    slug: Annotated[
        str | None, typer.Argument(help="The study's short name; or --all instead.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every study, and the installation's own record.")
    ] = False,
) -> None:
    """Recompute the chain of events and compare it with the rows; exits with 1 at a break.

    The head that is printed is the one to compare with heads that were kept outside: on receipts,
    in exports, in a registration (docs/record.md).
    """
    if everything == (slug is not None):
        raise BadInput("Name one study to verify, or give --all for everything.")
    house = open_house()
    with house.database.reading() as session:
        slugs = slugs_to_verify(session) if slug is None else (slug,)
        results = [verify_study(session, house.store, one) for one in slugs]
        if everything:
            results.insert(0, verify_installation(session))
    for result in results:
        _tell(result)
    if any(result.problem for result in results):
        raise typer.Exit(1)


def export_protocol(
    slug: Slug,
    out: Annotated[
        Path | None,
        typer.Option(help="File to write: .md for words, .json for a program; else printed."),
    ] = None,
    tongue: options.Tongue = ENGLISH,
    force: Force = False,
) -> None:
    """Write a study's protocol in words, with the digests of all that opening froze.

    To be registered, or sent to somebody, before anybody reads. It tells the arms, so it is not
    for readers.
    """
    ensure_spoken(tongue)
    if out is not None and out.suffix.lower() not in (".md", ".txt", ".json"):
        raise BadInput(f"{out.name} is not the name of a protocol: let it end in .md or .json.")
    ensure_free(out, force=force)
    house = open_house()
    with house.database.reading() as session:
        protocol = study_protocol(session, slug)
        labels = {arm.key: arm.label for arm in bank_arms(session)}
    if out is None:
        typer.echo(protocol_text(protocol, labels, tongue), nl=False)
        return
    is_json = out.suffix.lower() == ".json"
    text = protocol_json(protocol) if is_json else protocol_text(protocol, labels, tongue)
    with writing_atomically(out, force=force) as file:
        file.write(text.encode())
    typer.echo(f"Wrote {out}.")


def _tell(result: Verified) -> None:
    name = result.name or "installation"
    if result.problem is not None:
        typer.echo(f"{name}: BROKEN. {result.problem}", err=True)
        return
    ratings = f", {result.ratings} ratings" if result.name else ""
    typer.echo(f"{name}: holds, {result.events} events{ratings}, head {result.head}")
