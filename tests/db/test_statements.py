"""Statements that wait for the next question are seen by all that comes after them."""

from contextlib import suppress

import pytest
from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.db.engine import Database
from app.db.statements import Statement, ask, ask_one, later, lock_next
from app.db.tables import Heartbeat

BEATS = Heartbeat.__table__
assert isinstance(BEATS, Table)
READ = Statement(select(BEATS.c.beats).where(BEATS.c.id == bindparam("number")))
READ_LOCKED = Statement(
    select(BEATS.c.beats).where(BEATS.c.id == bindparam("number")).with_for_update()
)
ADD = Statement(
    update(BEATS).where(BEATS.c.id == bindparam("number")).values(beats=BEATS.c.beats + 1)
)
INSERT = Statement(
    insert(BEATS).inline().values(id=bindparam("number"), beats=bindparam("first_beats"))
)
FIRST = {"number": 1}


def beats(database: Database) -> int:
    with database.reading() as session:
        return session.scalars(select(Heartbeat.beats)).one()


def test_what_waits_is_seen_by_every_later_statement_and_kept_by_the_commit(
    database: Database,
) -> None:
    before = beats(database)
    with database.writing() as session:
        later(session, ADD, FIRST)
        assert ask_one(session, READ, FIRST) == (before + 1,)
        later(session, ADD, FIRST)
        assert session.scalars(select(Heartbeat.beats)).one() == before + 2
        later(session, ADD, FIRST)
        first, second = ask(session, (READ, FIRST), (READ, {"number": -1}))
        assert (list(first), list(second)) == ([(before + 3,)], [])
        later(session, ADD, FIRST)
    assert beats(database) == before + 4


def test_what_waits_is_rolled_back_and_does_not_come_with_the_next_transaction(
    database: Database,
) -> None:
    before = beats(database)
    with suppress(ZeroDivisionError), database.writing() as session:
        later(session, ADD, FIRST)
        raise ZeroDivisionError
    with database.writing() as session:
        later(session, ADD, FIRST)
    assert beats(database) == before + 1


ADD_AND_TELL = Statement(
    update(BEATS)
    .where(BEATS.c.id == bindparam("number"))
    .values(beats=BEATS.c.beats + 1)
    .returning(BEATS.c.beats)
)


def test_what_waits_tells_what_it_returns_once_it_is_sent(database: Database) -> None:
    before = beats(database)
    with database.writing() as session:
        asked, committed = later(session, ADD_AND_TELL, FIRST), later(session, ADD, FIRST)
        (rows,) = ask(session, (READ, FIRST))
        assert (asked.rows, committed.rows, list(rows)) == ([(before + 1,)], [], [(before + 2,)])
        committed = later(session, ADD_AND_TELL, FIRST)
        lock_next(session, READ_LOCKED, FIRST)
        last = later(session, ADD_AND_TELL, FIRST)
        assert database.is_sqlite or last.rows is None
        session.commit()
        assert (committed.rows, last.rows) == ([(before + 3,)], [(before + 4,)])
    assert beats(database) == before + 4


def insert_a_second_time(database: Database, *, asks_after_it: bool) -> None:
    with database.writing() as session:
        later(session, ADD, FIRST)
        later(session, INSERT, {**FIRST, "first_beats": 7})
        if asks_after_it:
            ask(session, (READ, FIRST))


@pytest.mark.parametrize("asks_after_it", [False, True])
def test_an_error_of_what_waited_is_sqlalchemys_and_undoes_the_whole(
    database: Database, asks_after_it: bool
) -> None:
    before = beats(database)
    for _ in range(3):
        with pytest.raises(IntegrityError):
            insert_a_second_time(database, asks_after_it=asks_after_it)
    assert beats(database) == before
    with database.writing() as session:
        later(session, ADD, FIRST)
    assert beats(database) == before + 1


def test_a_value_that_is_missing_is_an_error_before_anything_is_sent(database: Database) -> None:
    before = beats(database)
    with pytest.raises(KeyError), database.writing() as session:
        later(session, ADD, {})
    assert beats(database) == before
