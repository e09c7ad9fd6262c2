"""All commands joined, and what becomes of an error: one sentence and exit code 1."""

from typing import Any

import typer
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from typer.core import TyperGroup

from app.cli import accounts, analysis, bank, demo, machines, planning, rehearsal, server, study
from app.domain.errors import StudyError


class OneSentence(TyperGroup):
    """Turns the errors a user can cause into a sentence on stderr; wrong usage stays 2."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except StudyError as error:
            sentence = str(error)
        except (ArgumentError, NoSuchModuleError):
            sentence = (
                "NEGATOSCOPE_DATABASE_URL is not a database URL; "
                "try sqlite:///FILE or postgresql://USER@HOST/NAME."
            )
        except DBAPIError as error:
            reason = str(error.orig).strip().splitlines()[0] if error.orig else "no reason given"
            sentence = f"The database can't be used: {reason}."
        except OSError as error:
            name = f"{error.filename}: " if error.filename else ""
            sentence = f"{name}{error.strerror or error}."
        typer.echo(sentence, err=True)
        raise typer.Exit(1)


program = typer.Typer(
    name="negatoscope",
    cls=OneSentence,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Blinded reader studies of real and synthetic chest radiographs.",
)
for module in (server, accounts, demo, bank, study, rehearsal, machines, analysis, planning):
    module.add_commands(program)
