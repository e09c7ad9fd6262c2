"""Commands for a study under way: a message to its readers, and its last day."""

from datetime import date, datetime
from typing import Annotated

import typer

from app.cli.opening import ACTOR, Slug, now, open_house
from app.domain.errors import Refused
from app.domain.reader_message import MESSAGE_WARNING
from app.services.message_readers import ensure_can_be_shown, show_message, take_message_back
from app.services.move_last_day import move_last_day

DAY = ["%Y-%m-%d"]


def add_commands(program: typer.Typer) -> None:
    """Join this file's commands to the program."""
    for name, command in (
        ("message-readers", message),
        ("take-message-back", take_back),
        ("move-last-day", move),
    ):
        program.command(name)(command)


def message(
    slug: Slug,
    text: Annotated[str, typer.Argument(help="The message, up to 500 characters of plain text.")],
    until: Annotated[
        datetime | None,
        typer.Option(formats=DAY, help="Its last day in UTC; without, until it is taken back."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Don't ask whether it tells nothing of the images.")
    ] = False,
) -> None:
    """Show all readers of an open study a message, in place of the one before; recorded.

    It stands on the instructions, pauses, waiting and thanks, and never beside a film.
    """
    house = open_house()
    # Whoever is asked and then refused was asked for nothing.
    with house.database.reading() as session:
        ensure_can_be_shown(session, slug, text, until=_day(until), now=now())
    typer.echo(MESSAGE_WARNING, err=True)
    if not yes and not typer.confirm("Does it tell none of that?", err=True):
        raise Refused("Nothing was shown to anybody.")
    with house.database.writing() as session:
        shown = show_message(session, slug, text, until=_day(until), now=now(), actor=ACTOR)
    end = f"until {shown.until} (UTC)" if shown.until else "until it is taken back"
    typer.echo(f"The readers of {slug} are shown it {end}.")


def take_back(slug: Slug) -> None:
    """Show the readers of a study the message no more."""
    house = open_house()
    with house.database.writing() as session:
        take_message_back(session, slug, now=now(), actor=ACTOR)
    typer.echo(f"The readers of {slug} are shown no message any more.")


def move(
    slug: Slug,
    day: Annotated[datetime, typer.Argument(formats=DAY, help="The new last day, in UTC.")],
    reason: Annotated[str, typer.Option(help="Why; the record keeps it and the report prints it.")],
) -> None:
    """Move the last day of reading of an open study; its frozen design stays as it is."""
    house = open_house()
    with house.database.writing() as session:
        moved = move_last_day(session, slug, day.date(), reason=reason, now=now(), actor=ACTOR)
    before = f"{moved.before}" if moved.before else "none"
    typer.echo(f"The last day of {slug} is {moved.after} (UTC); it was {before}.")


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()
