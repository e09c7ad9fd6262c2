"""All commands by name, and what becomes of an error: one sentence and exit code 1.

A command's module is imported when the command is run or its own help is asked for: figures and
statistics take seconds to import, and most commands need neither.
"""

import sys
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup

from app.domain.errors import StudyError

# Module of app.cli, command, and what the list of commands says of it.
COMMANDS: Final = (
    ("server", "serve", "Serve the application."),
    ("server", "set-password", "Give an investigator a new password, or make an account."),
    ("accounts", "accounts", "List the accounts."),
    ("accounts", "make-account", "Make an account."),
    ("accounts", "account-role", "Give an account another role on the installation."),
    ("accounts", "disable-account", "Shut an account out, at once and everywhere."),
    ("accounts", "enable-account", "Let a disabled account in again."),
    ("tokens", "make-token", "Make an API token for an account."),
    ("tokens", "tokens", "List an account's API tokens."),
    ("tokens", "revoke-token", "End an API token."),
    ("accounts", "sign-out", "End every sign-in of an account."),
    ("accounts", "access", "List who has which role in a study."),
    ("accounts", "give-access", "Give an account a role in a study."),
    ("accounts", "take-access", "Take an account's role in a study away."),
    ("backup", "backup", "Write everything to one file, also while the server runs."),
    ("backup", "restore", "Fill an empty installation from a backup."),
    (
        "demo",
        "demo",
        "Make a bank of simulated radiographs and studies over it.",
    ),
    ("demo", "demo-bank", "Write a bank of simulated radiographs."),
    ("bank", "import-bank", "Import an image bank."),
    ("bank", "import-images", "Import a folder of images as one arm."),
    ("study", "example-study", "Print a commented design over the arms that the bank holds."),
    ("study", "create-study", "Make a draft from a design."),
    ("audit", "audit-study", "Say what tells a study's arms apart without a look."),
    ("audit", "audit-bank", "Say what tells a bank's arms apart without a look."),
    ("audit", "remedy-pictures", "Make pictures of another size of all arms alike, by remedies."),
    ("audit", "open-study", "Draw the cases, freeze design and cases, and begin."),
    ("study", "close-study", "End reading for good."),
    ("conduct", "message-readers", "Show all readers of an open study a message."),
    ("conduct", "take-message-back", "Show the readers of a study the message no more."),
    ("conduct", "move-last-day", "Move the last day of reading of an open study."),
    ("study", "studies", "List the studies."),
    ("study", "invite", "Make personal links for new readers."),
    ("study", "revoke", "Withdraw a reader's link; their ratings stay."),
    ("study", "reissue", "Print a new link for a reader."),
    ("study", "erase-reader", "Erase a reader who asks for it."),
    ("export", "export", "Write a study's data."),
    ("submission", "pack", "Write all that is sent of a closed study, in one file."),
    ("whole_study", "export-study", "Write a whole study to one file."),
    ("whole_study", "import-study", "Bring in a study that export-study wrote on another machine."),
    ("rehearsal", "rehearse", "Fill a copy of a study with simulated readers."),
    ("machines", "blinded-set", "Write an opened study for a machine reader."),
    ("machines", "import-answers", "Store a machine's answers to a blinded set."),
    ("record", "export-protocol", "Write a study's protocol."),
    ("record", "verify", "Recompute the chain of events and compare it with the rows."),
    ("analysis", "analyse", "Analyse any file of ratings."),
    ("study_report", "report", "Write a study's report as one HTML file."),
    ("planning", "plan", "Plan a study."),
)
_MODULES: Final = {name: module for module, name, _ in COMMANDS}


class OneSentence(TyperGroup):
    """Turns the errors a user can cause into a sentence on stderr; wrong usage stays 2."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that was typed, with its options; only now is its module imported."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command if name is None else _command(name), rest

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            sentence = _sentence(error)
            if sentence is None:
                raise
        typer.echo(sentence, err=True)
        raise typer.Exit(1)


def _command(name: str) -> Any:
    own = typer.Typer(rich_markup_mode=None, add_completion=False)
    import_module(f"app.cli.{_MODULES[name]}").add_commands(own)
    return typer.main.get_group(own).commands[name]


def _sentence(error: Exception) -> str | None:
    """What to tell the user; None for an error that is not theirs."""
    if isinstance(error, StudyError):
        return str(error)
    if isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else ""
        return f"{name}{error.strerror or error}."
    # Where it isn't loaded the error is none of its; loading it takes longer than most commands.
    if "sqlalchemy" not in sys.modules:
        return None
    if isinstance(error, ModuleNotFoundError) and _is_a_driver(error):
        return (
            f"NEGATOSCOPE_DATABASE_URL asks for a driver that is not installed ({error.name}); "
            "use sqlite:///FILE or postgresql://USER@HOST/NAME."
        )
    from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

    if isinstance(error, (ArgumentError, NoSuchModuleError)):
        return (
            "NEGATOSCOPE_DATABASE_URL is not a database URL; "
            "try sqlite:///FILE or postgresql://USER@HOST/NAME."
        )
    if isinstance(error, DBAPIError):
        reason = str(error.orig).strip().splitlines()[0] if error.orig else "no reason given"
        return f"The database can't be used: {reason}."
    return None


def _is_a_driver(error: ModuleNotFoundError) -> bool:
    """Whether it is SQLAlchemy that asked for a module, for a kind of database."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    asks = "" if trace is None else trace.tb_frame.f_globals.get("__name__", "")
    return asks.startswith("sqlalchemy.dialects")


def _not_loaded() -> None:
    """Stands in the list of commands; `resolve_command` puts the real one in its place."""


program = typer.Typer(
    name="negatoscope",
    cls=OneSentence,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Blinded reader studies of real and synthetic chest radiographs.",
)
for _module, _name, _line in COMMANDS:
    program.command(_name, help=_line)(_not_loaded)
