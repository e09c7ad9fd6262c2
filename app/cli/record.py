"""verify: whether the record of a study, or of the whole installation, holds."""

from typing import Annotated

import typer

from app.cli.opening import open_house
from app.domain.errors import BadInput
from app.services.verify_record import (
    Verified,
    slugs_to_verify,
    verify_installation,
    verify_study,
)


def add_commands(program: typer.Typer) -> None:
    """Join this file's commands to the program."""
    program.command("verify")(verify)


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


def _tell(result: Verified) -> None:
    name = result.name or "installation"
    if result.problem is not None:
        typer.echo(f"{name}: BROKEN. {result.problem}", err=True)
        return
    ratings = f", {result.ratings} ratings" if result.name else ""
    typer.echo(f"{name}: holds, {result.events} events{ratings}, head {result.head}")
