"""Statements that are asked with every case: compiled once, and sent together where that helps.

A row that is read by its key costs SQLAlchemy's execution more than it costs the database. So a
statement that SQLAlchemy wrote is kept here as text, once for each kind of database; values go and
come through SQLAlchemy's types, and errors are SQLAlchemy's. PostgreSQL plans a statement once for
each connection and is given several at once, since every message and its answer change threads.
SQLite, which has no way to go, is asked one by one.

What is only written can be said with `later`: it goes with the next question, with the commit, or
before any statement that SQLAlchemy itself executes, so that nobody can see that it waited.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Dialect, Engine, Executable, Integer, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session

from app.db.together import Command, send_together

Row = tuple[Any, ...]
_Converter = Callable[[Any], Any] | None
_NUMBERS = count(1)
# In the pool's record of a connection: statements that it has prepared, commands that wait.
_PREPARED = "negatoscope_prepared"
_WAITING = "negatoscope_waiting"
# In a session's own notes.
_CONNECTION = "negatoscope_connection"


@dataclass(frozen=True)
class _Compiled:
    """A statement's text, its values in order, and what converts them and its columns."""

    sql: str
    names: Sequence[str]
    own_values: Mapping[str, Any]
    into: Sequence[_Converter]
    out: Sequence[_Converter]
    is_plain: bool

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """The values as the driver takes them; raises KeyError for one that is missing."""
        own = self.own_values
        return [
            value if convert is None else convert(value)
            for convert, value in zip(
                self.into,
                [given[name] if name in given else own[name] for name in self.names],
                strict=True,
            )
        ]

    def rows(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows as SQLAlchemy's types give them."""
        if self.is_plain:
            return rows
        return [
            tuple(
                value if convert is None else convert(value)
                for convert, value in zip(self.out, row, strict=True)
            )
            for row in rows
        ]


class Statement:
    """A select, insert or update of SQLAlchemy's with named parameters."""

    def __init__(self, written: Executable) -> None:
        self.name = f"negatoscope_{next(_NUMBERS)}"
        self._written = written
        self._compiled: dict[str, _Compiled] = {}

    def on(self, dialect: Dialect) -> _Compiled:
        """As text for one kind of database."""
        known = self._compiled.get(dialect.name)
        if known is None:
            known = self._compiled[dialect.name] = _compile(self._written, dialect)
        return known


Asked = tuple[Statement, Mapping[str, Any]]


class Told:
    """What a statement that was said `later` returns; `rows` is None until it has been sent."""

    rows: Sequence[Row] | None = None


class Constant(ColumnElement[int]):
    """A number that stands in the text of a statement, so that a plan may count on it."""

    inherit_cache = False
    type = Integer()

    def __init__(self, number: int) -> None:
        self.number = number


@compiles(Constant)
def _write_constant(element: Constant, _compiler: Any, **_: Any) -> str:
    return str(int(element.number))


def ask(session: Session, *asked: Asked) -> list[Sequence[Row]]:
    """The rows of each statement, in order; on PostgreSQL after one round trip."""
    connection = _connection_of(session)
    if connection.dialect.name != "sqlite":
        return _together(connection, asked)
    with _as_sqlalchemy_says(connection):
        return [_alone(connection, *one) for one in asked]


def ask_one(session: Session, statement: Statement, values: Mapping[str, Any]) -> Row | None:
    """The only row, None where there is none."""
    (rows,) = ask(session, (statement, values))
    return rows[0] if rows else None


def later(session: Session, statement: Statement, values: Mapping[str, Any]) -> Told:
    """Write, at the latest with the commit or with whatever is asked next.

    An error of the database comes then, too, and so does what it returns.
    """
    connection = _connection_of(session)
    told = Told()
    if connection.dialect.name == "sqlite":
        with _as_sqlalchemy_says(connection):
            told.rows = _alone(connection, statement, values)
        return told
    compiled = statement.on(connection.dialect)
    command = Command(statement.name, compiled.sql, compiled.values(values))
    connection.info.setdefault(_WAITING, []).append((command, compiled, told))
    return told


def lock_next(session: Session, statement: Statement, values: Mapping[str, Any]) -> None:
    """Wait for the rows that a statement locks, in the message in which all that follows goes.

    Whoever writes to SQLite has locked everything.
    """
    if _connection_of(session).dialect.name != "sqlite":
        later(session, statement, values)


def run_plainly(connection: Connection, sql: str) -> None:
    """One statement of SQLite's own."""
    with _as_sqlalchemy_says(connection):
        _driver_of(connection).execute(sql)


def send_what_waits(engine: Engine) -> None:
    """Let the engine's transactions send what waits in time; for PostgreSQL."""

    @event.listens_for(engine, "before_cursor_execute")
    def before(connection: Connection, *_: Any) -> None:
        if connection.info.get(_WAITING):
            _together(connection, ())

    @event.listens_for(engine, "commit")
    def commit(connection: Connection) -> None:
        if connection.info.get(_WAITING):
            _together(connection, (), commit=True)

    @event.listens_for(engine, "rollback")
    def rollback(connection: Connection) -> None:
        if not connection.invalidated:
            connection.info.pop(_WAITING, None)

    @event.listens_for(engine, "checkin")
    def forget(_connection: Any, record: Any) -> None:
        record.info.pop(_WAITING, None)


def _together(
    connection: Connection, asked: Sequence[Asked], *, commit: bool = False
) -> list[Sequence[Row]]:
    dialect, info = connection.dialect, connection.info
    compiled = [statement.on(dialect) for statement, _ in asked]
    waiting = info.pop(_WAITING, [])
    commands = [
        *(command for command, _, _ in waiting),
        *(
            Command(statement.name, one.sql, one.values(values))
            for (statement, values), one in zip(asked, compiled, strict=True)
        ),
    ]
    raw = _driver_of(connection)
    with _as_sqlalchemy_says(connection):
        results = send_together(raw, info.setdefault(_PREPARED, set()), commands, commit=commit)
    for (_, one, told), rows in zip(waiting, results, strict=False):
        told.rows = one.rows(rows)
    asked_rows = results[len(waiting) :]
    return [one.rows(rows) for one, rows in zip(compiled, asked_rows, strict=True)]


def _alone(
    connection: Connection, statement: Statement, values: Mapping[str, Any]
) -> Sequence[Row]:
    compiled = statement.on(connection.dialect)
    cursor = _driver_of(connection).execute(compiled.sql, compiled.values(values))
    return compiled.rows(cursor.fetchall())


def _connection_of(session: Session) -> Connection:
    """The session's connection; asked of the session once in a transaction."""
    begun = session.get_transaction()
    known = session.info.get(_CONNECTION)
    if known is not None and known[0] is begun and begun.is_active:
        return cast(Connection, known[1])
    connection = session.connection()
    session.info[_CONNECTION] = (session.get_transaction(), connection)
    return connection


def _driver_of(connection: Connection) -> Any:
    return connection.connection.dbapi_connection


@contextmanager
def _as_sqlalchemy_says(connection: Connection) -> Iterator[None]:
    """A driver's error becomes SQLAlchemy's, and a connection that is gone is not used again."""
    dialect = connection.dialect
    driver: Any = dialect.loaded_dbapi
    try:
        yield
    except driver.Error as error:
        is_gone = dialect.is_disconnect(error, _driver_of(connection), None)
        if is_gone:
            connection.invalidate(error)
        raise DBAPIError.instance(
            None,
            None,
            error,
            driver.Error,
            hide_parameters=True,
            connection_invalidated=is_gone,
            dialect=dialect,
        ) from error


def _compile(written: Any, dialect: Dialect) -> _Compiled:
    # The same dialect, but with places instead of names in the text.
    same: Any = type(dialect)
    places = same(paramstyle="qmark" if dialect.name == "sqlite" else "numeric_dollar")
    compiled = written.compile(dialect=places)
    names = list(compiled.positiontup or ())
    types = {name: bound.type for name, bound in compiled.binds.items()}
    columns = getattr(written, "exported_columns", ())
    out = [one.type.dialect_impl(dialect).result_processor(dialect, None) for one in columns]
    return _Compiled(
        sql=str(compiled),
        names=names,
        own_values={key: one for key, one in compiled.params.items() if one is not None},
        into=[types[name].dialect_impl(dialect).bind_processor(dialect) for name in names],
        out=out,
        is_plain=not any(out),
    )
