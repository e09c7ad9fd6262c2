"""API tokens of accounts, as the operator of this machine."""

from typing import Annotated

import typer

from app.cli.opening import now, open_house
from app.services.api_tokens import (
    LONGEST_DAYS,
    account_by_name,
    api_tokens_of,
    make_api_token,
    revoke_api_token,
)

Name = Annotated[str, typer.Argument(help="The account's name.")]


def add_commands(program: typer.Typer) -> None:
    """Join this file's commands to the program."""
    program.command("make-token")(make)
    program.command("tokens")(list_all)
    program.command("revoke-token")(revoke)


def make(
    name: Name,
    label: Annotated[str, typer.Option(help="What the token is for.")],
    days: Annotated[int, typer.Option(min=1, max=LONGEST_DAYS, help="Days until it ends.")] = 90,
) -> None:
    """Make an API token for an account; it is the last line printed, shown only now."""
    house = open_house()
    with house.database.writing() as session:
        account = account_by_name(session, name)
        token = make_api_token(session, account, label=label, days=days, now=now())
    typer.echo(token)


def list_all(name: Name) -> None:
    """List an account's API tokens: number, state, end, label."""
    house = open_house()
    with house.database.reading() as session:
        for one in api_tokens_of(session, account_by_name(session, name), now=now()):
            typer.echo(f"{one.id}\t{one.state}\t{one.expires_at:%Y-%m-%d}\t{one.label}")


def revoke(name: Name, number: Annotated[int, typer.Argument(help="The token's number.")]) -> None:
    """End an API token of an account."""
    house = open_house()
    with house.database.writing() as session:
        revoke_api_token(session, account_by_name(session, name), str(number), now=now())
    typer.echo(f"Token {number} of {name} is revoked.")
