"""Bringing a database to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from app.db.engine import Database


def upgrade_schema(database: Database, migrations: Path) -> None:
    """Run the migrations of the folder `migrations` that `database` has not seen.

    SQLite's DDL is transactional here because the connection begins its own transaction:
    a migration that fails leaves the schema as it was.
    """
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    with database.engine.begin() as connection:
        if not database.is_sqlite:
            # Several processes may start at once; the first migrates, the others then find nothing.
            connection.execute(text("SELECT pg_advisory_xact_lock(2409044240)"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
