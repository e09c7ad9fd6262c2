"""Rows as lines of JSON and back, without loss, between SQLite and PostgreSQL.

The tables are asked of the database itself, not of the classes that map them, so that a database
of an older schema is read as it is. A moment is written in UTC to the microsecond; JSON keeps the
very text that was stored.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from app.domain.document import can_be_stored

Row = dict[str, Any]
VERSION_TABLE: Final = "alembic_version"
_AT_ONCE: Final = 500
_LARGEST_INTEGER: Final = 2**63 - 1


class RowRefused(ValueError):
    """A row that its table can't hold; the text says which and why."""


def tables_of(connection: sa.Connection) -> list[sa.Table]:
    """The tables that hold rows of ours, each after those that its rows refer to."""
    metadata = sa.MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != VERSION_TABLE]


def rows_of(
    connection: sa.Connection, table: sa.Table, *where: sa.ColumnElement[bool]
) -> Iterator[Row]:
    """The rows of a table in the order of their keys, as values that JSON has."""
    columns = [_readable(connection, column) for column in table.columns]
    query = sa.select(*columns).where(*where).order_by(*table.primary_key.columns)
    result = connection.execute(
        query, execution_options={"stream_results": True, "yield_per": _AT_ONCE}
    )
    for row in result.mappings():
        yield {name: _plain(value) for name, value in row.items()}


def insert_rows(connection: sa.Connection, table: sa.Table, rows: Iterable[Row]) -> int:
    """Insert rows as `rows_of` gave them and return how many.

    Raises RowRefused for a row that the table can't hold.
    """
    into = _writable(table)
    count, piece = 0, list[Row]()
    for row in rows:
        piece.append(stored_row(table, row))
        count += 1
        if len(piece) == _AT_ONCE:
            _insert(connection, into, piece)
            piece = []
    if piece:
        _insert(connection, into, piece)
    return count


def continue_numbering(connection: sa.Connection, tables: Sequence[sa.Table]) -> None:
    """Let new rows be numbered after those that were inserted with their numbers."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        for column in table.primary_key.columns:
            sequence = connection.scalar(
                sa.select(sa.func.pg_get_serial_sequence(table.name, column.name))
            )
            if sequence is not None:
                last = connection.scalar(sa.select(sa.func.max(column)))
                connection.execute(sa.select(sa.func.setval(sequence, last or 1, last is not None)))


def count_rows(connection: sa.Connection, tables: Sequence[sa.Table]) -> dict[str, int]:
    """How many rows each table has that has any."""
    counts = {
        table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for table in tables
    }
    return {name: count for name, count in counts.items() if count}


def line_of(row: Mapping[str, Any]) -> bytes:
    """A row as its line."""
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode() + b"\n"


def row_of_line(line: bytes) -> Row:
    """The row of a line; raises RowRefused for what is none."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        raise RowRefused("a line holds no row")
    return row


def stored_row(table: sa.Table, row: Row) -> Row:
    """The row with its values as the database takes them; raises RowRefused."""
    if row.keys() != {column.name for column in table.columns}:
        raise RowRefused(f"a row of {table.name} hasn't the columns of that table")
    return {column.name: _stored(column, row[column.name]) for column in table.columns}


def _insert(connection: sa.Connection, into: sa.TableClause, rows: list[Row]) -> None:
    try:
        connection.execute(sa.insert(into), rows)
    except (sa.exc.IntegrityError, sa.exc.DataError):
        raise RowRefused(f"the rows of {into.name} contradict each other or the schema") from None


def _readable(connection: sa.Connection, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    if not isinstance(column.type, sa.JSON):
        return column
    # The text itself: what is read and written again might differ by a space.
    if connection.dialect.name == "postgresql":
        return sa.cast(column, sa.Text).label(column.name)
    return sa.type_coerce(column, sa.Text).label(column.name)


def _writable(table: sa.Table) -> sa.TableClause:
    """The table without the types that would write JSON, which is text already, once more."""
    return sa.table(
        table.name,
        *(
            sa.column(one.name, sa.types.NullType() if isinstance(one.type, sa.JSON) else one.type)
            for one in table.columns
        ),
    )


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        # SQLite gives moments without their zone; what is stored is UTC.
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.isoformat(timespec="microseconds")
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{type(value).__name__} has no place in a file of rows")


def _stored(column: sa.Column[Any], value: object) -> object:
    if value is None and column.nullable:
        return None
    expected = str if isinstance(column.type, sa.JSON) else column.type.python_type
    if expected in (datetime, bytes) and isinstance(value, str):
        try:
            return datetime.fromisoformat(value) if expected is datetime else b64decode(value)
        except ValueError:
            value = None
    fits = type(value) is expected
    if isinstance(value, int):
        fits = fits and abs(value) <= _LARGEST_INTEGER
    if isinstance(value, str):
        # PostgreSQL takes neither of them.
        fits = fits and "\x00" not in value and can_be_stored(value)
    if not fits:
        raise RowRefused(f"{column.name} of {column.table.name} holds what it can't hold")
    return value
