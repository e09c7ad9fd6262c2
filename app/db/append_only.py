"""Triggers that refuse to change or delete ratings, answers and events, and the gate past them.

The same on SQLite and PostgreSQL. The gate is a row of `append_only_gate`: whoever may change what
is append-only (a migration, the erasure of a reader) inserts it and deletes it again within one
transaction, so that nobody else ever sees it open.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, inspect, text

TABLES = ("answers", "events", "ratings")
_GATE = "append_only_gate"
# Inserting "or replace" deletes without a DELETE on SQLite, so a row may not come twice.
_IS_THERE = {
    "answers": "EXISTS (SELECT 1 FROM answers "
    "WHERE rating_id = NEW.rating_id AND question = NEW.question)",
    "events": "EXISTS (SELECT 1 FROM events WHERE id = NEW.id OR rating_id = NEW.rating_id "
    "OR (chain_id = NEW.chain_id AND number = NEW.number))",
    "ratings": "EXISTS (SELECT 1 FROM ratings WHERE id = NEW.id "
    "OR supersedes_id = NEW.supersedes_id OR (presentation_id = NEW.presentation_id "
    "AND (submission = NEW.submission OR is_first = NEW.is_first)))",
}
_IS_SHUT = "NOT EXISTS (SELECT 1 FROM append_only_gate)"


@contextmanager
def gate_open(connection: Connection, purpose: str) -> Iterator[None]:
    """Let this transaction, and no other, change what is append-only; `purpose` is for nobody.

    Where the schema is older than the gate there is nothing to open.
    """
    if not _has_gate(connection):
        yield
        return
    connection.execute(
        text("INSERT INTO append_only_gate (purpose) VALUES (:purpose)"), {"purpose": purpose}
    )
    yield
    # A migration that goes back takes the gate away.
    if _has_gate(connection):
        connection.execute(text("DELETE FROM append_only_gate"))


# In the pool's record of a connection: its log holds what was erased (app/db/engine.py).
ERASED = "negatoscope_erased"


@contextmanager
def gate_open_to_erase(connection: Connection) -> Iterator[None]:
    """Open the gate for the erasure of a reader.

    SQLite then overwrites what is deleted in its file, and does not only give the room free.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
        connection.info[ERASED] = True
    with gate_open(connection, "erasure"):
        yield


def ensure_triggers(connection: Connection) -> None:
    """Make the triggers that are missing; a table that was rebuilt has lost its own."""
    if not _has_gate(connection):
        return
    if missing_triggers(connection):
        for statement in _statements(connection):
            connection.exec_driver_sql(statement)


def missing_triggers(connection: Connection) -> tuple[str, ...]:
    """Names of the triggers that should be there and are not, or are switched off."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = (
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D' "
            "AND pg_table_is_visible(tgrelid)"
        )
    there = set(connection.execute(text(query)).scalars())
    return tuple(name for name in _names(connection) if name not in there)


def gate_stands_open(connection: Connection) -> bool:
    """Whether somebody has committed an open gate, which nothing of ours does."""
    count: int = connection.execute(text("SELECT count(*) FROM append_only_gate")).scalar_one()
    return count != 0


def drop_triggers(connection: Connection) -> None:
    """Take the triggers away, before their tables change for good or in a test of tampering."""
    for name, table in _names(connection).items():
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        else:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS negatoscope_append_only()")


def _has_gate(connection: Connection) -> bool:
    return inspect(connection).has_table(_GATE)


def _names(connection: Connection) -> dict[str, str]:
    """The triggers by name, each with its table."""
    third = "replace" if connection.dialect.name == "sqlite" else "truncate"
    return {f"{table}_no_{what}": table for table in TABLES for what in ("update", "delete", third)}


def _statements(connection: Connection) -> Sequence[str]:
    return _on_sqlite() if connection.dialect.name == "sqlite" else _on_postgresql()


def _on_sqlite() -> list[str]:
    statements = []
    for table in TABLES:
        refused = f"SELECT RAISE(ABORT, '{table} are append-only; nothing was changed')"
        for what, when in (
            ("update", _IS_SHUT),
            ("delete", _IS_SHUT),
            ("replace", _IS_THERE[table]),
        ):
            event = "INSERT" if what == "replace" else what.upper()
            statements.append(
                f"CREATE TRIGGER IF NOT EXISTS {table}_no_{what} BEFORE {event} ON {table} "
                f"WHEN {when} BEGIN {refused}; END"
            )
    return statements


def _on_postgresql() -> list[str]:
    statements = [
        """
        CREATE OR REPLACE FUNCTION negatoscope_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT EXISTS (SELECT 1 FROM append_only_gate) THEN
                RAISE EXCEPTION USING
                    MESSAGE = TG_TABLE_NAME || ' are append-only; nothing was changed',
                    ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF TG_OP = 'UPDATE' THEN
                RETURN NEW;
            END IF;
            RETURN OLD;
        END
        $$
        """
    ]
    for table in TABLES:
        for what in ("update", "delete", "truncate"):
            each = "STATEMENT" if what == "truncate" else "ROW"
            name = f"{table}_no_{what}"
            statements += [
                f"DROP TRIGGER IF EXISTS {name} ON {table}",
                f"CREATE TRIGGER {name} BEFORE {what.upper()} ON {table} "
                f"FOR EACH {each} EXECUTE FUNCTION negatoscope_append_only()",
            ]
    return statements
