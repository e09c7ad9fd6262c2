"""Ratings, answers and events can be added to and nothing else, whoever speaks to the database."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db.append_only import ensure_triggers, gate_open, gate_stands_open, missing_triggers
from app.db.migrate import upgrade_schema
from app.services.rehearse_study import rehearse_study
from tests.conftest import MIGRATIONS
from tests.studies import NOW, House

CHANGES = (
    "UPDATE ratings SET reading_time_ms = 1",
    "DELETE FROM ratings",
    "UPDATE answers SET value = '5'",
    "DELETE FROM answers",
    "UPDATE events SET actor = 'nobody'",
    "DELETE FROM events",
)


@pytest.fixture
def read(house: House) -> House:
    """A house with a study that was read."""
    slug = house.draft()
    with house.database.writing() as session:
        rehearse_study(session, slug, readers=1, seed=1, now=NOW, actor="test")
    return house


@pytest.mark.parametrize("change", CHANGES)
def test_raw_sql_changes_and_deletes_nothing(read: House, change: str) -> None:
    table = change.replace("DELETE FROM", "UPDATE").split()[1]
    with (
        pytest.raises(DBAPIError, match=f"{table} are append-only; nothing was changed"),
        read.database.writing() as session,
    ):
        session.execute(text(change))


@pytest.mark.parametrize("table", ["ratings", "answers", "events"])
def test_a_table_is_not_emptied_or_replaced_either(read: House, table: str) -> None:
    change = (
        f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
        if read.database.is_sqlite
        else f"TRUNCATE {table} CASCADE"
    )
    with pytest.raises(DBAPIError, match="append-only"), read.database.writing() as session:
        session.execute(text(change))


def test_the_gate_lets_one_transaction_through_and_shuts_behind_it(read: House) -> None:
    with read.database.writing() as session:
        with gate_open(session.connection(), "a test"):
            session.execute(text("UPDATE answers SET value = '5' WHERE question = 'realism'"))
        with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
            session.execute(text("UPDATE answers SET value = '4'"))
    with read.database.writing() as session:
        assert not gate_stands_open(session.connection())
        with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
            session.execute(text("UPDATE answers SET value = '4'"))


def test_a_trigger_that_is_gone_comes_back_with_the_next_start(read: House) -> None:
    database = read.database
    drop = "DROP TRIGGER answers_no_update" + ("" if database.is_sqlite else " ON answers")
    with database.writing() as session:
        session.execute(text(drop))
        assert missing_triggers(session.connection()) == ("answers_no_update",)
    upgrade_schema(database, MIGRATIONS)
    with database.reading() as session:
        assert missing_triggers(session.connection()) == ()


def test_making_the_triggers_twice_changes_nothing(read: House) -> None:
    with read.database.writing() as session:
        ensure_triggers(session.connection())
        assert missing_triggers(session.connection()) == ()
