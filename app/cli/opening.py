"""What every command opens first: the settings, an up-to-date database, the rendition store."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer

from app.bank.opening import open_renditions
from app.bank.store import RenditionStore
from app.db.engine import Database
from app.db.migrate import upgrade_schema
from app.domain.errors import BadInput
from app.services.accounts import FIRST_NAME, OPERATOR, create_first_investigator
from app.services.close_past_studies import close_past_studies
from app.settings import Settings, resource_dir

# No role is asked for: whoever may run commands here holds database and data folder.
ACTOR = OPERATOR
Slug = Annotated[str, typer.Argument(help="The study's short name, as create-study printed it.")]


@dataclass(frozen=True)
class House:
    """An opened installation."""

    settings: Settings
    database: Database
    store: RenditionStore

    def link(self, token: str) -> str:
        """A reader's personal link."""
        return f"{self.settings.base_url.rstrip('/')}/r/{token}"


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def open_house(settings: Settings | None = None) -> House:
    """Bring the database up to date, make missing folders, close studies whose last day is over.

    The settings are the environment's unless given.
    """
    settings = settings or Settings()
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"NEGATOSCOPE_DATA_DIR is {settings.data_dir}, where no folder can be made "
            f"({error.strerror}); name one that this account may write to."
        ) from None
    database = Database(settings.effective_database_url)
    upgrade_schema(database, resource_dir("migrations"))
    close_past_studies(database, now=now())
    return House(settings, database, open_renditions(settings.renditions_at))


def announce_first_account(house: House) -> str | None:
    """Make the investigator's account at first start and print its password, this once."""
    with house.database.writing() as session:
        password = create_first_investigator(session, now=now())
    if password is not None:
        typer.echo(
            f"An investigator's account was made. Name: {FIRST_NAME}  password: {password}\n"
            "It is shown only now; `python -m app set-password` gives a new one.",
            err=True,
        )
    return password
