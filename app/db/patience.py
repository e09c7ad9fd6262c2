"""How long the server waits for its database, and which errors mean that it can't work just now.

A page may keep its reader waiting for seconds, not minutes. A server that is frozen, or a network
that swallows packets, gives no error at all, so that the waiting has to end on our side.
"""

import select
import sqlite3
import time
from collections.abc import Generator
from contextvars import ContextVar
from typing import Any

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from app.domain.errors import DatabaseUnavailable

# For what begins late in a request: long enough for a database that works.
LEAST_SECONDS = 0.3
# psycopg takes no shorter one.
CONNECT_SECONDS = 2

# The moment (of time.monotonic) by which this request's waiting ends; main's middleware sets it.
_answer_by: ContextVar[float | None] = ContextVar("answer_by", default=None)
_connect_by: ContextVar[float] = ContextVar("connect_by", default=0.0)

SILENT = "silent"
_REASONS = {
    "08": "unreachable",
    "28": "refuses its password",
    "40": "busy",
    "53": "full",
    "55": "locked",
    "57": "stopping or slow",
    "58": "in trouble with its disk",
}
_SQLITE_REASONS = {
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_IOERR: "in trouble with its disk",
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_CANTOPEN: "unreachable",
    sqlite3.SQLITE_PROTOCOL: "locked",
    sqlite3.SQLITE_NOMEM: "out of memory",
}


class Silence(psycopg.OperationalError):
    """The server took what was asked and gave no sign of life."""


def answer_by(moment: float) -> None:
    """Let every wait of this request end at `moment` of `time.monotonic`."""
    _answer_by.set(moment)


def is_late() -> bool:
    """Whether this request's moment has passed."""
    moment = _answer_by.get()
    return moment is not None and time.monotonic() > moment


def seconds_left(patience: float) -> float:
    """How long the next wait may last.

    A request that is past its moment though its database answered is a long one, such as a report:
    each of its waits has the whole patience.
    """
    moment = _answer_by.get()
    left = patience if moment is None else moment - time.monotonic()
    return patience if left < 0 else min(patience, max(LEAST_SECONDS, left))


def watched_connection(patience: float) -> type[psycopg.Connection[Any]]:
    """A class of connections that close themselves when the server is silent for `patience` s."""

    class WatchedConnection(psycopg.Connection[Any]):
        """Waits as psycopg does, with an end.

        Neither the kernel's time-outs nor libpq's end the wait for a server that is stopped: its
        machine still acknowledges every packet.
        """

        @classmethod
        def connect(cls, *arguments: Any, **options: Any) -> Any:
            """Try every address of the host, all within the time that is left."""
            _connect_by.set(time.monotonic() + min(CONNECT_SECONDS, seconds_left(patience)))
            return super().connect(*arguments, **options)

        @classmethod
        def _connect_gen(cls, conninfo: str = "") -> Any:
            left = max(0.0, _connect_by.get() - time.monotonic())
            return _until_silent(super()._connect_gen(conninfo), left)

        def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
            """Raise Silence, with the connection closed, where nothing comes any more."""
            try:
                return super().wait(_until_silent(gen, seconds_left(patience)), interval, timeout)
            except Silence:
                self.pgconn.finish()
                raise

    return WatchedConnection


def _until_silent(waiting: Any, patience: float) -> Generator[Any, Any, Any]:
    """The same generator, ended when nothing has come for `patience` seconds."""
    heard = time.monotonic()
    try:
        wanted = next(waiting)
        while True:
            ready = yield wanted
            if ready:
                heard = time.monotonic()
            elif time.monotonic() - heard > patience:
                raise Silence("the database server is silent")
            wanted = waiting.send(ready)
    except StopIteration as done:
        return done.value


def has_hung_up(connection: psycopg.Connection[Any]) -> bool:
    """Whether the server has closed an idle connection; this machine knows, nobody is asked.

    Nothing is sent to an idle connection but the news that it ends, so something to read means
    that it is gone. A round trip before each transaction would say the same and cost its time.
    """
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(0))


def as_unavailable(error: DBAPIError | NoConnectionFree) -> DatabaseUnavailable | None:
    """What the error means for whoever waits; None for a mistake of ours, which is an error."""
    if isinstance(error, NoConnectionFree):
        return DatabaseUnavailable("busy")
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        # Extended codes keep the plain one in their lowest byte.
        code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        reason = _SQLITE_REASONS.get(code)
        return None if reason is None else DatabaseUnavailable(reason)
    if isinstance(cause, Silence | psycopg.errors.ConnectionTimeout):
        return DatabaseUnavailable(SILENT)
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        reason = _REASONS.get(state[:2])
        return None if reason is None else DatabaseUnavailable(reason)
    lost = isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError)
    return DatabaseUnavailable("unreachable") if lost else None
