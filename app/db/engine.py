"""The database as the rest of the house sees it: transactions that read or write."""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Pool, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session, sessionmaker

from app.db.append_only import ERASED
from app.db.other_programs import ensure_own_file
from app.db.patience import (
    CONNECT_SECONDS,
    SILENT,
    as_unavailable,
    has_hung_up,
    is_late,
    seconds_left,
    watched_connection,
)
from app.db.sha256 import add_to_sqlite
from app.db.statements import run_plainly, send_what_waits
from app.db.turn import Turn
from app.domain.errors import BadInput, DatabaseUnavailable

# An answer that is said to be stored is on the disk.
SQLITE_SYNCHRONOUS = "FULL"
# The first that returns what it has written.
OLDEST_SQLITE = (3, 35)
# What commands wait, whom nobody watches.
SQLITE_SECONDS = 20.0
LONGEST_QUEUE_SECONDS = 10.0
# A process that hangs in a transaction must not keep its locks for ever; reports compute in theirs.
IDLE_SECONDS = 600
# How many connections a process may hold. SQLite: one for each thread of the web server.
SQLITE_CONNECTIONS = (40, 10)
# PostgreSQL: four processes, each with its probe of health, within the 97 that it gives out unless
# told otherwise, and some left for commands and backups.
POSTGRESQL_CONNECTIONS = (10, 10)

# What PostgreSQL has unless somebody changed it for a server, a database or a user: with others
# times can't be read, figures lose digits, and transactions end that would have waited.
POSTGRESQL_SETTINGS = {
    "datestyle": "'ISO, MDY'",
    "intervalstyle": "'postgres'",
    "timezone": "'UTC'",
    "bytea_output": "'hex'",
    "extra_float_digits": "1",
    "standard_conforming_strings": "on",
    "default_transaction_isolation": "'read committed'",
}

# SQLite's transactions see one moment by themselves.
_ONE_MOMENT: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class Database:
    """One engine with two kinds of transaction; SQLite and PostgreSQL behave alike.

    SQLite lets one transaction write at a time. Writers queue at a lock of this process and then
    take the file's write lock at BEGIN, so none fails half way with "database is locked"; readers
    go on beside them in WAL mode. PostgreSQL needs neither.

    With a `patience` in seconds no wait is longer, for a turn, a connection, a lock or an answer,
    and what can't be done raises DatabaseUnavailable. After a silence one transaction at a time
    tries whether the server answers again; the others are told at once.
    """

    def __init__(
        self, url: str, *, patience: float | None = None, pool: type[Pool] = QueuePool
    ) -> None:
        self._patience = patience
        self.engine: Engine = _engine(url, patience, pool)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._turn = Turn() if self.is_sqlite else None
        # Without a pool each transaction is a question of its own, and is asked.
        self._silence = _Silence(patience if patience and pool is QueuePool else 0.0)
        reader = self.engine.execution_options(negatoscope_reads=True)
        self._read_session = sessionmaker(reader, expire_on_commit=False)
        self._write_session = sessionmaker(self.engine, expire_on_commit=False)

    @property
    def most_connections(self) -> int:
        """How many transactions this process can have at once without one waiting for another."""
        return sum(SQLITE_CONNECTIONS if self.is_sqlite else POSTGRESQL_CONNECTIONS)

    @property
    def was_in_trouble(self) -> bool:
        """Whether the database failed a transaction within the last seconds."""
        return self._silence.is_recent

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction that may write: committed at the end, rolled back on any error."""
        with self._told(), self._turn_taken(), self._write_session.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent view; never waits for a writer, never commits anything."""
        with self._told(), self._read_session() as session:
            yield session

    @contextmanager
    def one_moment(self) -> Iterator[Connection]:
        """All rows as they stand together at one moment, for reading, however long that takes."""
        options = {"negatoscope_reads": True} if self.is_sqlite else _ONE_MOMENT
        with (
            self._told(),
            self.engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield connection

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of a database that can't work become DatabaseUnavailable."""
        if self._patience is None:
            yield
            return
        self._silence.ensure_worth_trying()
        try:
            yield
        except (DBAPIError, NoConnectionFree) as error:
            told = as_unavailable(error)
            if told is None:
                raise
            self._silence.note(told.reason)
            raise told from error
        except DatabaseUnavailable as error:
            self._silence.note(error.reason)
            raise
        self._silence.end()

    @contextmanager
    def _turn_taken(self) -> Iterator[None]:
        if self._turn is None:
            yield
            return
        if not self._turn.take(self._waiting_rule()):
            raise DatabaseUnavailable("locked")
        try:
            # Whoever learnt of trouble in the queue does not find out again how long it lasts.
            if self.was_in_trouble and is_late():
                raise DatabaseUnavailable("locked")
            yield
        finally:
            self._turn.give()

    def _waiting_rule(self) -> Callable[[float], bool]:
        """While others get their work done, a turn is worth waiting for longer than for a fault."""
        if self._patience is None:
            return lambda _waited: True
        left = seconds_left(self._patience)
        return lambda waited: waited < (left if self.was_in_trouble else LONGEST_QUEUE_SECONDS)


class _Silence:
    """What is known of a database that has stopped answering, for all threads of a process."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._lock = threading.Lock()
        self._try_at: float | None = None
        self._trouble_at: float | None = None

    @property
    def is_recent(self) -> bool:
        trouble = self._trouble_at
        return trouble is not None and time.monotonic() - trouble < 2 * self._patience

    def ensure_worth_trying(self) -> None:
        if self._try_at is None:
            return
        with self._lock:
            now = time.monotonic()
            if self._try_at is not None and now < self._try_at:
                raise DatabaseUnavailable(SILENT)
            if self._try_at is not None:
                self._try_at = now + self._patience

    def note(self, reason: str) -> None:
        now = time.monotonic()
        with self._lock:
            self._trouble_at = now
            if reason == SILENT and self._patience:
                self._try_at = max(self._try_at or 0.0, now + 0.5)

    def end(self) -> None:
        if self._try_at is not None:
            with self._lock:
                self._try_at = None


def _engine(url: str, patience: float | None, pool: type[Pool]) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return _postgresql(url, patience, pool)
    if make_url(url).database in (None, "", ":memory:"):
        raise BadInput("SQLite in memory forgets everything; name a file: sqlite:///FILE.")
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise BadInput(
            f"This Python has SQLite {sqlite3.sqlite_version}, and 3.35 or newer is needed; run a "
            "Python that brings a newer one, or use PostgreSQL (NEGATOSCOPE_DATABASE_URL)."
        )
    return _sqlite(url, patience, pool)


def _pooled(
    url: str, pool: type[Pool], connections: tuple[int, int], seconds: float, **driver: Any
) -> Engine:
    size, overflow = connections
    sized = {"pool_size": size, "max_overflow": overflow, "pool_timeout": seconds}
    # Messages go to logs; what was to be stored must not.
    return create_engine(
        url,
        poolclass=pool,
        hide_parameters=True,
        connect_args=driver,
        **(sized if pool is QueuePool else {}),
    )


def _postgresql(url: str, patience: float | None, pool: type[Pool]) -> Engine:
    seconds = 30 if patience is None else patience
    # What psycopg prepares by itself it throws away at every rollback, and with it what
    # app/db/statements.py has prepared.
    # Of a database without an encoding psycopg would give bytes for text.
    engine = _pooled(
        url,
        pool,
        POSTGRESQL_CONNECTIONS,
        seconds,
        prepare_threshold=None,
        client_encoding="utf8",
    )
    send_what_waits(engine)

    @event.listens_for(engine, "checkout")
    def ensure_alive(connection: Any, _record: Any, _proxy: Any) -> None:
        if has_hung_up(connection):
            # The pool then drops all that are older, and connects anew.
            raise DisconnectionError("the server has closed this connection")

    if patience is not None:
        _watch(engine, patience)
    settings = POSTGRESQL_SETTINGS | _limits(patience)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.execute("; ".join(f"SET {name} = {value}" for name, value in settings.items()))
        connection.commit()

    return engine


def _watch(engine: Engine, patience: float) -> None:
    connection_class = watched_connection(patience)

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, arguments: Any, options: Any) -> Any:
        options.setdefault("connect_timeout", CONNECT_SECONDS)
        return connection_class.connect(*arguments, **options)


def _limits(patience: float | None) -> dict[str, str]:
    """The server's own ends in milliseconds: a little earlier than ours, or cleaning up after."""
    if patience is None:
        return {}
    return {
        "lock_timeout": str(round(patience * 900)),
        "statement_timeout": str(round(patience * 4000)),
        "idle_in_transaction_session_timeout": str(IDLE_SECONDS * 1000),
    }


def _sqlite(url: str, patience: float | None, pool: type[Pool]) -> Engine:
    most = SQLITE_SECONDS if patience is None else patience
    path = Path(make_url(url).database or "")
    if path.is_file():
        ensure_own_file(path)
    _keep_private(path)
    engine = _pooled(url, pool, SQLITE_CONNECTIONS, most)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # The driver's own transaction handling begins too late; see `begin` below.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout = {round(most * 1000)}",
            "journal_mode = WAL",
            f"synchronous = {SQLITE_SYNCHRONOUS}",
            "foreign_keys = ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        add_to_sqlite(connection)

    @event.listens_for(engine, "checkin")
    def forget_what_was_erased(connection: Any, record: Any) -> None:
        # The log beside the file holds pages as they were, until it is emptied. Where somebody
        # reads just now it is emptied later, as always.
        if connection is not None and record.info.pop(ERASED, False):
            connection.execute("PRAGMA busy_timeout = 300")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            connection.execute(f"PRAGMA busy_timeout = {round(most * 1000)}")
            record.info.pop("busy_timeout", None)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("negatoscope_reads", False):
            run_plainly(connection, "BEGIN")
            return
        # Whoever waited for this process's turn has less time left for another process's lock.
        left = most if patience is None else seconds_left(patience)
        _set_busy_seconds(connection, left if left < 0.8 * most else most)
        run_plainly(connection, "BEGIN IMMEDIATE")

    return engine


def _keep_private(path: Path) -> None:
    """Let only the owner read the database and what SQLite puts beside it, which takes its mode."""
    # A URL may carry options of SQLite's own instead of a path.
    if str(path).startswith("file:"):
        return
    with suppress(FileNotFoundError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    for end in ("", "-wal", "-shm"):
        file = Path(f"{path}{end}")
        # Another user's file can't be changed; whether it may be used is the system's to say.
        with suppress(FileNotFoundError, PermissionError):
            if file.stat().st_mode & 0o077:
                file.chmod(0o600)


def _set_busy_seconds(connection: Connection, seconds: float) -> None:
    most = round(seconds * 1000)
    if connection.info.get("busy_timeout") != most:
        run_plainly(connection, f"PRAGMA busy_timeout = {most}")
        connection.info["busy_timeout"] = most
