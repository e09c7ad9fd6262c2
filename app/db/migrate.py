"""Bringing a database to the newest schema."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from app.db.engine import Database
from app.db.other_programs import ensure_ours
from app.domain.errors import Refused


class BrokenReferences(RuntimeError):
    """Rows would refer to others that are not there; nothing was changed."""


def upgrade_schema(database: Database, migrations: Path, *, revision: str = "head") -> None:
    """Run the migrations of the folder `migrations` that `database` has not seen.

    SQLite's DDL is transactional here because the connection begins its own transaction:
    a migration that fails leaves the schema as it was.

    Raises RuntimeError where a row refers to one that is not there, and Refused for the schema of
    another version of the program, which has a migration that is not among these, for a database
    in which another program has its tables, and for one that can't hold every letter.
    """
    _ensure_known(database, migrations)
    _migrate(database, migrations, lambda config: command.upgrade(config, revision))


def _ensure_known(database: Database, migrations: Path) -> None:
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            _ensure_every_letter(connection)
        ensure_ours(inspect(connection).get_table_names(), "The database")
        revision = revision_of(connection)
    if revision is not None and revision not in known_revisions(migrations):
        raise Refused(
            f"The database has the schema {revision} of another version of Negatoscope, a newer "
            "one as a rule; run that version, or restore a backup of this one. Nothing was changed."
        )


def _ensure_every_letter(connection: Connection) -> None:
    """Raise Refused where PostgreSQL's database has an encoding of some alphabets only, or none."""
    encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise Refused(
            f"The database has the encoding {encoding}, which can't hold every name and comment; "
            "make one with CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0 and name it in "
            "NEGATOSCOPE_DATABASE_URL. Nothing was changed."
        )


def downgrade_schema(database: Database, migrations: Path, *, revision: str) -> None:
    """Go back to an older schema; raises RuntimeError where that would lose rows."""
    _migrate(database, migrations, lambda config: command.downgrade(config, revision))


def _migrate(database: Database, migrations: Path, change: Callable[[Config], None]) -> None:
    with rebuilding(database) as connection:
        change(_config(migrations, connection))


def upgrade_within(connection: Connection, migrations: Path, *, revision: str = "head") -> None:
    """Run migrations as a part of what `rebuilding` has begun."""
    command.upgrade(_config(migrations, connection), revision)


def revision_of(connection: Connection) -> str | None:
    """The schema that a database has; None where it has none yet."""
    return MigrationContext.configure(connection).get_current_revision()


def known_revisions(migrations: Path) -> tuple[str, ...]:
    """Every schema that the folder of migrations leads to, the newest first."""
    scripts = ScriptDirectory.from_config(_config(migrations, None))
    return tuple(script.revision for script in scripts.walk_revisions())


@contextmanager
def rebuilding(database: Database) -> Iterator[Connection]:
    """One transaction that may change the schema, alone: committed whole or not at all.

    Raises BrokenReferences where a row would refer to one that is not there.
    """
    with database.engine.connect() as connection, _rebuilding(database, connection):
        if not database.is_sqlite:
            # Several processes may start at once; the first migrates, the others then find nothing.
            connection.execute(text("SELECT pg_advisory_xact_lock(2409044240)"))
        yield connection


def _config(migrations: Path, connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _rebuilding(database: Database, connection: Connection) -> Iterator[None]:
    """One transaction in which SQLite may drop a table that others refer to and make it anew.

    SQLite changes a constraint only so. Its foreign keys rest meanwhile, which can be said only
    outside a transaction, and all are checked before the commit.
    """
    if not database.is_sqlite:
        with connection.begin():
            yield
        return
    # The driver's own connection: through SQLAlchemy the statement would begin a transaction.
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        with connection.begin():
            yield
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise BrokenReferences(
                    f"The migration would leave {len(broken)} rows of {broken[0][0]} without what "
                    "they refer to; nothing was changed."
                )
    finally:
        driver.execute("PRAGMA foreign_keys = ON")
