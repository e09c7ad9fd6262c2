"""What hangs on an order of text is the same on SQLite and in any language of PostgreSQL."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from app.db.code_points import by_code_point
from app.db.engine import Database
from app.db.migrate import upgrade_schema
from app.db.tables import Arm
from app.db.truth.bank_contents import arms_by_key
from tests.conftest import MIGRATIONS
from tests.postgresql import drop_database, make_database

KEYS = ("a", "B", "M-1", "M1", "M_1", "m.2", "Z-9", "real")
ENGLISH = "LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C' ENCODING 'UTF8'"


@pytest.fixture(params=["sqlite", "postgresql"])
def in_english(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database; PostgreSQL's sorts as English dictionaries do."""
    if request.param == "sqlite":
        yield Database(f"sqlite:///{tmp_path / 'order.db'}")
        return
    server = request.getfixturevalue("postgresql")
    name = f"negatoscope_order_{os.getpid()}"
    drop_database(server, name)
    yield Database(make_database(server, name, otherwise=ENGLISH))
    drop_database(server, name)


def test_arms_come_in_one_order(in_english: Database) -> None:
    """By it a bank's design is written, and so its digest and the cases that a seed draws."""
    upgrade_schema(in_english, MIGRATIONS)
    now = datetime(2026, 11, 28, tzinfo=UTC)
    with in_english.writing() as session:
        for key in KEYS:
            kind = "real" if key == "real" else "synthetic"
            session.add(Arm(key=key, label=key, kind=kind, imported_at=now))
    with in_english.reading() as session:
        assert list(arms_by_key(session)) == ["real", *sorted(set(KEYS) - {"real"})]
        plain = list(session.scalars(select(Arm.key).order_by(Arm.key)))
        ordered = session.scalars(select(Arm.key).order_by(by_code_point(Arm.key)))
        assert list(ordered) == sorted(KEYS)
    # Else the test would pass without what it tests.
    assert (plain == sorted(KEYS)) == in_english.is_sqlite
