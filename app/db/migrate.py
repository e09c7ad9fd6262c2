"""Bringing a database to the newest schema."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from app.db.engine import Database


def upgrade_schema(database: Database, migrations: Path, *, revision: str = "head") -> None:
    """Run the migrations of the folder `migrations` that `database` has not seen.

    SQLite's DDL is transactional here because the connection begins its own transaction:
    a migration that fails leaves the schema as it was.

    Raises RuntimeError where a row refers to one that is not there.
    """
    _migrate(database, migrations, lambda config: command.upgrade(config, revision))


def downgrade_schema(database: Database, migrations: Path, *, revision: str) -> None:
    """Go back to an older schema; raises RuntimeError where that would lose rows."""
    _migrate(database, migrations, lambda config: command.downgrade(config, revision))


def _migrate(database: Database, migrations: Path, change: Callable[[Config], None]) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    with database.engine.connect() as connection, _rebuilding(database, connection):
        if not database.is_sqlite:
            # Several processes may start at once; the first migrates, the others then find nothing.
            connection.execute(text("SELECT pg_advisory_xact_lock(2409044240)"))
        config.attributes["connection"] = connection
        change(config)


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
                raise RuntimeError(
                    f"The migration would leave {len(broken)} rows of {broken[0][0]} without what "
                    "they refer to; nothing was changed."
                )
    finally:
        driver.execute("PRAGMA foreign_keys = ON")
