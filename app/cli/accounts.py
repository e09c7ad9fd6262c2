"""Accounts and who has access to which study, as the operator of this machine.

Whoever may run these commands holds database and data folder, so no role is asked for here.
"""

from typing import Annotated

import typer

from app.cli.opening import ACTOR, Slug, now, open_house
from app.domain.access import ROLES, role_of
from app.services.accounts import (
    change_role,
    disable_account,
    enable_account,
    list_accounts,
    make_account,
)
from app.services.sign_ins import sign_out_everywhere
from app.services.study_access import access_to, give_role, take_role

Name = Annotated[str, typer.Argument(help="The account's name.")]
ROLE_WORDS = ", ".join(ROLES)


def add_commands(program: typer.Typer) -> None:
    """Join this file's commands to the program."""
    for name, command in (
        ("accounts", list_all),
        ("make-account", make),
        ("account-role", role),
        ("disable-account", disable),
        ("enable-account", enable),
        ("sign-out", sign_out),
        ("access", list_access),
        ("give-access", give),
        ("take-access", take),
    ):
        program.command(name)(command)


def list_all() -> None:
    """List the accounts: name, role on the installation, and whether disabled."""
    house = open_house()
    with house.database.reading() as session:
        for line in list_accounts(session):
            disabled = "\tdisabled" if line.disabled_at else ""
            typer.echo(f"{line.name}\t{line.role}{disabled}")


def make(
    name: Name,
    role: Annotated[
        str, typer.Option(help=f"What it is on this installation: {ROLE_WORDS}.")
    ] = "investigator",
) -> None:
    """Make an account; its random password is the last line printed, shown only now."""
    house = open_house()
    with house.database.writing() as session:
        password = make_account(session, name, role_of(role), now=now(), actor=ACTOR)
    typer.echo(f"Made the account {name} ({role}). Its password, shown only now:")
    typer.echo(password)


def role(
    name: Name,
    role: Annotated[str, typer.Argument(help=f"The new role: {ROLE_WORDS}.")],
) -> None:
    """Give an account another role on the installation; its roles in studies stay."""
    house = open_house()
    with house.database.writing() as session:
        change_role(session, name, role_of(role), now=now(), actor=ACTOR)
    typer.echo(f"{name} is {role} on this installation.")


def disable(name: Name) -> None:
    """Shut an account out, at once and everywhere; accounts are never deleted."""
    house = open_house()
    with house.database.writing() as session:
        disable_account(session, name, now=now(), actor=ACTOR)
    typer.echo(f"{name} is disabled.")


def enable(name: Name) -> None:
    """Let a disabled account in again, with the roles it had."""
    house = open_house()
    with house.database.writing() as session:
        enable_account(session, name, now=now(), actor=ACTOR)
    typer.echo(f"{name} can sign in again.")


def sign_out(name: Name) -> None:
    """End every sign-in of an account; its password stays."""
    house = open_house()
    with house.database.writing() as session:
        ended = sign_out_everywhere(session, name, now=now(), actor=ACTOR)
    typer.echo(f"{name} was signed in in {ended} browsers and is in none now.")


def list_access(slug: Slug) -> None:
    """List who has which role in a study."""
    house = open_house()
    with house.database.reading() as session:
        for line in access_to(session, slug):
            disabled = "\tdisabled" if line.is_disabled else ""
            typer.echo(f"{line.name}\t{line.role}{disabled}")


def give(
    slug: Slug,
    name: Name,
    role: Annotated[str, typer.Argument(help=f"What it is to the study: {ROLE_WORDS}.")],
) -> None:
    """Give an account a role in a study, in place of the one it had."""
    house = open_house()
    with house.database.writing() as session:
        give_role(session, slug, name, role_of(role), now=now(), actor=ACTOR)
    typer.echo(f"{name} is {role} of {slug}.")


def take(slug: Slug, name: Name) -> None:
    """Take an account's role in a study away; for it the study no longer exists."""
    house = open_house()
    with house.database.writing() as session:
        take_role(session, slug, name, now=now(), actor=ACTOR)
    typer.echo(f"{name} has no role in {slug} any more.")
