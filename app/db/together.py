"""Several prepared statements to PostgreSQL in one message, and all of their results in one wait.

libpq's pipeline mode, over psycopg's own waiting, so that a silent server is noticed as everywhere.
Each statement sees what those before it did, and what others had committed when its own turn came.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg
from psycopg import generators
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus

_TEXT = PyFormat.TEXT


@dataclass(frozen=True)
class Command:
    """A prepared statement's name, its text for a connection that has it not yet, its values."""

    name: str
    sql: str
    values: Sequence[Any]


def send_together(
    connection: psycopg.Connection[Any],
    prepared: set[str],
    commands: Sequence[Command],
    *,
    commit: bool = False,
) -> list[list[tuple[Any, ...]]]:
    """The rows of each command, all of one transaction, which is begun where there is none.

    `prepared` are the names that this connection knows; it is added to. With `commit` the
    transaction ends with them. Raises psycopg.Error, the first one; the transaction has then
    failed, and so has what was sent after it.
    """
    adapters, pgconn = Transformer(connection), connection.pgconn
    sends: list[Callable[[], None]] = []
    # What each is: the name that it prepares, or whether its rows are asked for.
    kinds: list[str | bool] = []

    def queue(send: Callable[[], None], kind: str | bool = False) -> None:
        sends.append(send)
        kinds.append(kind)

    if pgconn.transaction_status == TransactionStatus.IDLE:
        queue(partial(pgconn.send_query_params, b"BEGIN", None))
    new = {command.name: command.sql for command in commands if command.name not in prepared}
    for name, sql in new.items():
        queue(partial(pgconn.send_prepare, name.encode(), sql.encode()), name)
    for one in commands:
        values = adapters.dump_sequence(one.values, [_TEXT] * len(one.values))
        queue(partial(pgconn.send_query_prepared, one.name.encode(), values), True)
    if commit:
        queue(partial(pgconn.send_query_params, b"COMMIT", None))
    with connection.lock:
        try:
            results = connection.wait(_exchange(pgconn, sends))
        except BaseException:
            # Half an exchange can't be taken up again.
            pgconn.finish()
            raise
    told = list(zip(kinds, results, strict=True))
    # They stay prepared whatever becomes of the transaction.
    prepared.update(name for name, one in told if isinstance(name, str) and _is_good(one))
    _raise_first(connection, results)
    return [_rows(adapters, result) for kind, result in told if kind is True]


def _exchange(pgconn: Any, sends: Sequence[Callable[[], None]]) -> PQGen[list[Any]]:
    pgconn.enter_pipeline_mode()
    for send in sends:
        send()
    pgconn.pipeline_sync()
    yield from generators.send(pgconn)
    results: list[Any] = []
    for _ in sends:
        results += yield from generators.fetch_many(pgconn)
    # The mark that the server is done with all of them.
    yield from generators.fetch_many(pgconn)
    pgconn.exit_pipeline_mode()
    return results


def _is_good(result: Any) -> bool:
    return result.status in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)


def _raise_first(connection: psycopg.Connection[Any], results: Sequence[Any]) -> None:
    for result in results:
        if not _is_good(result):
            raise error_from_result(result, encoding=connection.info.encoding)


def _rows(adapters: Any, result: Any) -> list[tuple[Any, ...]]:
    if result.status != ExecStatus.TUPLES_OK:
        return []
    adapters.set_pgresult(result)
    return list(adapters.load_rows(0, result.ntuples, tuple))
