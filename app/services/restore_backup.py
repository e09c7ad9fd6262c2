"""Restoring a backup, on either database, whichever it was made on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.bank.sealed_archive import SealedArchive, table_member
from app.bank.store import RenditionStore
from app.db.engine import Database
from app.db.migrate import BrokenReferences, known_revisions, rebuilding, upgrade_within
from app.db.row_files import (
    Row,
    RowRefused,
    continue_numbering,
    count_rows,
    insert_rows,
    row_of_line,
    tables_of,
)
from app.db.studies import record_event
from app.domain.errors import Refused
from app.domain.record import RESTORED
from app.steps.archived_pictures import take_renditions

# The beginning of the installation's chain, and the row by which a server tries the disk.
_COMES_WITH_SCHEMA = frozenset({"chains", "heartbeat"})


@dataclass(frozen=True)
class Restored:
    """How much came back, and the renditions that the backup had not."""

    rows: int
    renditions: int
    missing: int


def restore_backup(
    database: Database,
    store: RenditionStore,
    migrations: Path,
    archive: SealedArchive,
    *,
    now: datetime,
    actor: str,
    replace: bool = False,
) -> Restored:
    """Fill an empty installation from a backup, or with `replace` put it in place of what is there.

    Every digest is compared before anything is written. The rows come in one transaction, under the
    schema that they were written in, which is then brought up to date: all of it or nothing.

    Raises Refused where there is something and `replace` doesn't say that it may go, BadArchive
    for a backup that is damaged, contradicts itself or comes from a newer version.
    """
    schema = _schema(archive, migrations)
    archive.check()
    if not replace:
        _ensure_empty(database)
    renditions = take_renditions(archive, store)
    try:
        with rebuilding(database) as connection:
            _clear(connection, replace=replace)
            rows = _fill(connection, migrations, archive, schema)
            _log(connection, archive, now=now, actor=actor)
    except BrokenReferences:
        raise archive.bad("its rows refer to others that are not in it") from None
    except RowRefused as error:
        raise archive.bad(str(error)) from None
    missing = archive.facts.get("missing_renditions")
    return Restored(rows, renditions, len(missing) if isinstance(missing, list) else 0)


def _fill(connection: sa.Connection, migrations: Path, archive: SealedArchive, schema: str) -> int:
    """Make the schema of the backup, insert its rows, bring both up to date; return the count."""
    upgrade_within(connection, migrations, revision=schema)
    tables = tables_of(connection)
    _ensure_same_tables(archive, tables)
    for table in reversed(tables):
        # A new schema may come with rows of its own, the beginning of a chain.
        connection.execute(sa.delete(table))
    rows = sum(insert_rows(connection, table, _rows(archive, table)) for table in tables)
    if rows != archive.facts.get("rows"):
        raise archive.bad(f"it holds {rows} rows and not as many as it says")
    # Who signed out since the backup must not be signed in again by it.
    for table in tables:
        if table.name == "sign_ins":
            connection.execute(sa.delete(table))
    continue_numbering(connection, tables)
    upgrade_within(connection, migrations)
    return rows


def _log(connection: sa.Connection, archive: SealedArchive, *, now: datetime, actor: str) -> None:
    with Session(bind=connection) as session:
        detail = {"backup": archive.digest}
        record_event(session, study=None, actor=actor, action=RESTORED, now=now, detail=detail)
        session.flush()


def _schema(archive: SealedArchive, migrations: Path) -> str:
    schema = archive.facts.get("schema")
    if not isinstance(schema, str) or schema not in known_revisions(migrations):
        raise archive.bad(
            f"it was made under the schema {str(schema)[:20]}, which this version does not know; "
            "restore it with the version that made it, or a newer one"
        )
    return schema


def _ensure_empty(database: Database) -> None:
    with database.one_moment() as connection:
        _refuse_what_is_there(connection)


def _refuse_what_is_there(connection: sa.Connection) -> None:
    tables = [table for table in tables_of(connection) if table.name not in _COMES_WITH_SCHEMA]
    counts = count_rows(connection, tables)
    if counts:
        held = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
        raise Refused(
            f"This installation is not empty ({held}); restore into an empty one, or say --force "
            "and everything in it is lost."
        )


def _clear(connection: sa.Connection, *, replace: bool) -> None:
    """Remove every table; those of an empty installation too, which may be of another schema."""
    if not replace:
        # Again, now that nobody else can write.
        _refuse_what_is_there(connection)
    metadata = sa.MetaData()
    metadata.reflect(connection)
    metadata.drop_all(connection)


def _ensure_same_tables(archive: SealedArchive, tables: list[sa.Table]) -> None:
    expected = {table_member(table.name) for table in tables}
    given = {name for name in archive.members if name.startswith("tables/")}
    for name in sorted(expected ^ given):
        what = "is missing from it" if name in expected else "belongs to no table of its schema"
        raise archive.bad(f"{name} {what}")


def _rows(archive: SealedArchive, table: sa.Table) -> Iterator[Row]:
    for line in archive.lines(table_member(table.name)):
        yield row_of_line(line)
