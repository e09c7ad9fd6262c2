"""A backup: every row and every rendition of an installation, as they stand together."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from app.bank.sealed_archive import BACKUP, ArchiveWriter, table_member
from app.bank.store import RenditionStore
from app.db.engine import Database
from app.db.migrate import known_revisions, revision_of
from app.db.row_files import line_of, rows_of, tables_of
from app.db.studies import record_event
from app.domain.errors import Refused
from app.domain.record import BACKED_UP
from app.steps.archived_pictures import add_renditions


@dataclass(frozen=True)
class Backup:
    """What was written: the digest that stands for all of it, and how much.

    `missing` names renditions whose file is not in the store or is damaged there.
    """

    digest: str
    rows: int
    renditions: int
    missing: tuple[str, ...]


def back_up(
    database: Database,
    store: RenditionStore,
    migrations: Path,
    file: IO[bytes],
    *,
    now: datetime,
    actor: str,
    secret_key: str | None = None,
) -> Backup:
    """Write everything to `file` while others go on reading and writing; the log notes it.

    The rows are those of one moment. A rendition's file is there before a row names it and never
    changes, so the files fit the rows whenever they are copied. A database of an older schema is
    written as it is, without a line in its log. Raises Refused for a database without a schema of
    ours, or of one that this program doesn't know.
    """
    if _schema(database, migrations) == known_revisions(migrations)[0]:
        with database.writing() as session:
            record_event(session, study=None, actor=actor, action=BACKED_UP, now=now)
    with ArchiveWriter(file, BACKUP) as writer:
        with database.one_moment() as connection:
            rows = sum(_add_table(writer, connection, table) for table in tables_of(connection))
            schema, digests = revision_of(connection), _renditions(connection)
        missing = add_renditions(writer, store, digests)
        if secret_key is not None:
            writer.add("secret_key", [secret_key.encode()])
        facts = {
            "made_at": now.isoformat(),
            "made_by": f"Negatoscope {metadata.version('negatoscope')}",
            "database": database.engine.dialect.name,
            "schema": schema,
            "rows": rows,
            "missing_renditions": list(missing),
        }
        return Backup(writer.seal(facts), rows, len(digests) - len(missing), missing)


def _add_table(writer: ArchiveWriter, connection: sa.Connection, table: sa.Table) -> int:
    count = 0

    def lines() -> Iterator[bytes]:
        nonlocal count
        for row in rows_of(connection, table):
            count += 1
            yield line_of(row)

    writer.add(table_member(table.name), lines())
    return count


def _schema(database: Database, migrations: Path) -> str:
    with database.one_moment() as connection:
        schema = revision_of(connection)
    if schema is None:
        raise Refused(
            "The database holds nothing of Negatoscope's, so there is nothing to back up."
        )
    if schema not in known_revisions(migrations):
        raise Refused(
            f"The database has the schema {schema}, which this version does not know; "
            "make the backup with the version that runs on it."
        )
    return schema


def _renditions(connection: sa.Connection) -> set[str]:
    table = sa.table("renditions", sa.column("sha256"))
    return set(connection.scalars(sa.select(table.c.sha256)))
