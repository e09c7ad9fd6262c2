"""The database as the rest of the house sees it: transactions that read or write."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from app.domain.errors import BadInput

logger = logging.getLogger("negatoscope")

# SQLite's transactions see one moment by themselves.
_ONE_MOMENT: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class Database:
    """One engine with two kinds of transaction; SQLite and PostgreSQL behave alike.

    SQLite lets one transaction write at a time. Writers queue at a lock of this process and then
    take the file's write lock at BEGIN, so none fails half way with "database is locked"; readers
    go on beside them in WAL mode. PostgreSQL needs neither.
    """

    def __init__(self, url: str) -> None:
        self.engine: Engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._write_turn: Any = threading.Lock() if self.is_sqlite else nullcontext()
        reader = self.engine.execution_options(negatoscope_reads=True)
        self._read_session = sessionmaker(reader, expire_on_commit=False)
        self._write_session = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction that may write: committed at the end, rolled back on any error."""
        with self._write_turn, self._write_session.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent view; never waits for a writer, never commits anything."""
        with self._read_session() as session:
            yield session

    @contextmanager
    def one_moment(self) -> Iterator[Connection]:
        """All rows as they stand together at one moment, for reading, however long that takes."""
        options = {"negatoscope_reads": True} if self.is_sqlite else _ONE_MOMENT
        with self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    def is_reachable(self) -> bool:
        """Whether a query gets an answer and the schema is there."""
        try:
            with self.reading() as session:
                answer = session.execute(text("SELECT count(*) FROM alembic_version")).scalar_one()
        except SQLAlchemyError as error:
            logger.warning("the database can't be reached: %s", type(error).__name__)
            return False
        return bool(answer == 1)

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_size=10, max_overflow=20, pool_pre_ping=True)
    if make_url(url).database in (None, "", ":memory:"):
        raise BadInput("SQLite in memory forgets everything; name a file: sqlite:///FILE.")
    # One connection for each thread of the web server, so that readers never wait for one.
    engine = create_engine(url, pool_size=40, max_overflow=10)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # The driver's own transaction handling begins too late; see `begin` below.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "busy_timeout = 20000",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("negatoscope_reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine
