"""rehearse."""

from typing import Annotated

import typer

from app.cli.opening import ACTOR, now, open_house
from app.services.rehearse_study import rehearse_study
from app.services.remedy_pictures import remedy_as_designed


def add_commands(program: typer.Typer) -> None:
    """Join this file's commands to the program."""
    program.command("rehearse")(rehearse)


def rehearse(
    slug: Annotated[str, typer.Argument(help="The study to rehearse.")],
    readers: Annotated[
        int | None,
        typer.Option(min=1, help="Simulated readers; 8, or as many as the study needs."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same invented answers.")] = 1,
) -> None:
    """Fill a copy of a study with simulated readers, so that its analysis can be seen.

    The copy is closed and marked as a rehearsal everywhere; the study itself is left alone. The
    last line printed is the copy's short name.
    """
    house = open_house()
    remedy_as_designed(house.database, house.store, slug, now=now(), actor=ACTOR)
    with house.database.writing() as session:
        made = rehearse_study(session, slug, readers=readers, seed=seed, now=now(), actor=ACTOR)
    typer.echo(f"{made.readers} simulated readers made {made.ratings} invented ratings.")
    typer.echo(made.slug)
