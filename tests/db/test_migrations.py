"""A database of the first schema is brought forward and back without losing a word.

schema_0001/ holds a database that the app of the first schema made (practice with feedback,
replicates, corrections, comments with odd characters, a slider, a study half read, a draft and a
rehearsal), and files that it exported from it.
"""

import csv
import io
import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, insert, inspect, select, text

from app.bank.sealed_archive import BACKUP, SealedArchive
from app.bank.store import RenditionStore
from app.db.engine import POSTGRESQL_SETTINGS, Database
from app.db.migrate import downgrade_schema, upgrade_schema
from app.db.tables import Answer, Base, Presentation, Rating, Reader, Study
from app.domain.errors import Refused
from app.services.back_up import back_up
from app.services.export_study import StudyExport
from app.services.restore_backup import restore_backup
from app.services.verify_record import verify_installation, verify_study
from tests.conftest import MIGRATIONS
from tests.postgresql import drop_database, make_database

OLD = Path(__file__).parent / "schema_0001"
STUDIES = ("trial-study", "slider-only", "verdict-seven-points")


@pytest.fixture(params=["sqlite", "postgresql"])
def old_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """The stored database at the first schema, in each kind of database."""
    with _empty(request, tmp_path) as database:
        upgrade_schema(database, MIGRATIONS, revision="0001")
        _fill(database)
        yield database
        database.dispose()


@contextmanager
def _empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        yield Database(f"sqlite:///{tmp_path / 'old.db'}")
        return
    server = request.getfixturevalue("postgresql")
    name = f"negatoscope_old_{os.getpid()}"
    drop_database(server, name)
    yield Database(make_database(server, name))
    drop_database(server, name)


def _fill(database: Database) -> None:
    """Copy every row of the stored database."""
    stored = sqlite3.connect(":memory:")
    stored.executescript((OLD / "database.sql").read_text())
    stored.row_factory = sqlite3.Row
    tables = MetaData()
    tables.reflect(database.engine)
    with database.engine.begin() as connection:
        for table in tables.sorted_tables:
            if table.name == "alembic_version":
                continue
            rows = stored.execute(f'SELECT * FROM "{table.name}" ORDER BY 1').fetchall()
            for row in rows:
                connection.execute(insert(table), _typed(table, dict(row)))
            if not database.is_sqlite and "id" in table.c:
                # Rows that bring their numbers don't move the counter on.
                connection.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), "
                        f"greatest(1, (SELECT max(id) FROM {table.name})))"
                    )
                )


def _typed(table: Any, row: dict[str, Any]) -> dict[str, Any]:
    # SQLite keeps moments, JSON and truth values as text and numbers.
    plain = {}
    for name, value in row.items():
        kind = table.c[name].type
        if value is not None and kind.__class__.__name__ in ("DATETIME", "TIMESTAMP"):
            value = _moment(value)
        elif value is not None and kind.__class__.__name__ == "BOOLEAN":
            value = bool(value)
        elif value is not None and kind.__class__.__name__ == "JSON":
            value = json.loads(value)
        plain[name] = value
    return plain


def _moment(value: str) -> Any:
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


def test_the_new_schema_is_what_the_code_describes(old_database: Database) -> None:
    upgrade_schema(old_database, MIGRATIONS)
    with old_database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.parametrize("slug", STUDIES)
def test_what_was_exported_is_exported_again(
    old_database: Database, tmp_path: Path, slug: str
) -> None:
    upgrade_schema(old_database, MIGRATIONS)
    files = StudyExport(old_database, RenditionStore(tmp_path / "none"), slug).files()

    for name, stored in (("wide.csv", f"{slug}.wide.csv"), ("study.imrmc", f"{slug}.imrmc")):
        exported = b"".join(files[name]()).splitlines(keepends=True)
        # The one line that the files of that time did not have.
        told = [line for line in exported if not line.startswith(b"Phase main; from the answers")]
        assert b"".join(told) == (OLD / stored).read_bytes()


def test_every_rating_is_there_with_its_corrections_and_comments(
    old_database: Database, tmp_path: Path
) -> None:
    upgrade_schema(old_database, MIGRATIONS)
    files = StudyExport(old_database, RenditionStore(tmp_path / "none"), "trial-study").files()

    old, new = (
        list(csv.DictReader(io.StringIO(content.decode(), newline="")))
        for content in (
            (OLD / "trial-study.ratings.csv").read_bytes(),
            b"".join(files["ratings.csv"]()),
        )
    )
    assert [{name: row[name] for name in old[0]} for row in new] == old
    # What was not asked then is missing, and not guessed.
    assert {row[name] for row in new for name in row if name not in old[0]} == {""}
    assert list(new[0])[: len(old[0])] == list(old[0])


@pytest.mark.parametrize("slug", STUDIES)
def test_the_record_takes_over_what_there_is(
    old_database: Database, tmp_path: Path, slug: str
) -> None:
    """All of it holds but the pictures, which are not stored with the old database."""
    upgrade_schema(old_database, MIGRATIONS)
    with old_database.reading() as session:
        assert verify_installation(session).problem is None
        of_study = verify_study(session, RenditionStore(tmp_path / "none"), slug)
    assert of_study.ratings > 0
    assert re.match(
        r"The picture of case C\d+ \(.* is not in the data folder", of_study.problem or ""
    )


def test_going_back_and_forward_again_loses_nothing(old_database: Database) -> None:
    before = _everything(old_database)
    upgrade_schema(old_database, MIGRATIONS)
    downgrade_schema(old_database, MIGRATIONS, revision="0001")

    assert _everything(old_database) == before
    upgrade_schema(old_database, MIGRATIONS)


def test_going_back_is_refused_where_it_would_lose_an_answer(old_database: Database) -> None:
    upgrade_schema(old_database, MIGRATIONS)
    with old_database.writing() as session:
        session.execute(text("INSERT INTO answers VALUES (1, 'artefact', '[\"rib\"]')"))
    with pytest.raises(RuntimeError, match="can't hold 1 rows"):
        downgrade_schema(old_database, MIGRATIONS, revision="0001")
    with old_database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM answers")).scalar_one() > 1


def test_a_database_of_another_program_is_refused_and_left_alone(old_database: Database) -> None:
    """Whatever of ours is missing: with some tables of the same names it is still another's."""
    with old_database.engine.begin() as connection:
        connection.execute(text("DROP TABLE ratings"))
        connection.execute(text("CREATE TABLE orders (id INTEGER PRIMARY KEY)"))
    before = _everything(old_database)
    with pytest.raises(Refused, match="tables of another program"):
        upgrade_schema(old_database, MIGRATIONS)
    assert _everything(old_database) == before


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_cannot_hold_every_letter_is_refused(
    postgresql: str, encoding: str
) -> None:
    """Without an encoding psycopg would give bytes, and Latin 1 would refuse a reader's comment."""
    name = f"negatoscope_letters_{os.getpid()}"
    drop_database(postgresql, name)
    database = Database(
        make_database(postgresql, name, otherwise=f"ENCODING '{encoding}' LOCALE 'C'")
    )
    with pytest.raises(Refused, match=f"has the encoding {encoding}"):
        upgrade_schema(database, MIGRATIONS)
    assert not inspect(database.engine).get_table_names()
    drop_database(postgresql, name)


ODD = {
    "datestyle": "German",
    "intervalstyle": "sql_standard",
    "timezone": "America/Sao_Paulo",
    "bytea_output": "escape",
    "extra_float_digits": "-3",
    "standard_conforming_strings": "off",
    "default_transaction_isolation": "serializable",
}


@pytest.mark.parametrize("patience", [None, 5.0], ids=["commands", "server"])
def test_a_servers_own_settings_change_nothing(postgresql: str, patience: float | None) -> None:
    """Times in German can't be read, and with fewer digits a figure is another one."""
    name = f"negatoscope_odd_{os.getpid()}"
    drop_database(postgresql, name)
    url = make_database(postgresql, name)
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        for setting, value in ODD.items():
            connection.execute(f"ALTER DATABASE \"{name}\" SET {setting} = '{value}'")
    database = Database(url, patience=patience)
    upgrade_schema(database, MIGRATIONS)
    now = datetime(2026, 11, 28, 3, 30, tzinfo=UTC)
    with database.reading() as session:
        assert set(POSTGRESQL_SETTINGS) == set(ODD)
        for setting, value in POSTGRESQL_SETTINGS.items():
            assert session.scalar(text(f"SHOW {setting}")) == value.strip("'")
        told = session.execute(
            text("SELECT :at, CAST(0.1 AS float8) + CAST(0.2 AS float8)"), {"at": now}
        ).one()
        assert tuple(told) == (now, 0.1 + 0.2)
    drop_database(postgresql, name)


def _everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    tables = MetaData()
    tables.reflect(database.engine)
    with database.engine.connect() as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(
                    select(*sorted(table.c, key=lambda column: column.name)).order_by(
                        *table.primary_key.columns
                    )
                )
            ]
            for table in tables.sorted_tables
        }


def test_a_backup_of_the_first_schema_is_restored_and_brought_forward(
    old_database: Database, tmp_path: Path
) -> None:
    store = RenditionStore(tmp_path / "renditions")
    path = tmp_path / "old.backup"
    with path.open("wb") as file:
        back_up(
            old_database,
            store,
            MIGRATIONS,
            file,
            now=datetime(2026, 11, 26, tzinfo=UTC),
            actor="test",
        )
    into = Database(f"sqlite:///{tmp_path / 'new.db'}")
    with SealedArchive(path, BACKUP) as archive:
        assert archive.facts["schema"] == "0001"
        restore_backup(
            into, store, MIGRATIONS, archive, now=datetime(2026, 11, 26, tzinfo=UTC), actor="test"
        )
    upgrade_schema(old_database, MIGRATIONS)
    for table in (Rating, Answer, Reader, Presentation, Study):
        with old_database.reading() as before, into.reading() as after:
            rows = select(*table.__table__.columns).order_by(*table.__table__.primary_key)
            assert after.execute(rows).all() == before.execute(rows).all()
    into.dispose()
