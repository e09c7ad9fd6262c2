"""Signing on the command line: a name that nothing checks."""

import getpass
import sys
from typing import Annotated

import typer

from app.domain.signing import MEANINGS, Signature, Step, signature

Operator = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="NAME",
        help="Your name, to sign this step with; asked for in a terminal, else the login's name.",
    ),
]
Reason = Annotated[
    str,
    typer.Option(help="Why results are needed while the study is open; recorded and reported."),
]


def signed_by(step: Step, name: str | None) -> Signature:
    """The signature of whoever is at the keyboard; in a terminal they are told what they declare.

    Raises BadInput for a name that can't be printed.
    """
    if name is None and _at_a_terminal():
        typer.echo(MEANINGS[step], err=True)
        name = typer.prompt("Your name, to sign this with", default=_login(), err=True)
    return signature(step, _login() if name is None else name, "local shell, no password")


def tell_signed(signed: Signature) -> None:
    """Say who has signed what, once it is done."""
    typer.echo(f"signed by {signed.name} ({signed.checked}): {signed.meaning}", err=True)


def _at_a_terminal() -> bool:
    return sys.stdin.isatty()


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container's user may have a number and no name.
        return "unnamed user"
