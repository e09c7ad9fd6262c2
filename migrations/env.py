"""Alembic's environment: runs on the connection the app hands over, or on alembic.ini's URL."""

from alembic import context
from sqlalchemy import Connection, create_engine

from app.db.append_only import ensure_triggers, gate_open
from app.db.tables import Base


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        # SQLite can't alter a constraint in place.
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        with gate_open(connection, "migration"):
            context.run_migrations()
        ensure_triggers(connection)


handed_over: Connection | None = context.config.attributes.get("connection")
if handed_over is not None:
    migrate(handed_over)
else:
    url = context.config.get_main_option("sqlalchemy.url")
    with create_engine(url or "").begin() as connection:
        migrate(connection)
