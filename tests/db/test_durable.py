"""What is said to be stored is on the disk: an installation waits for it, the tests don't."""

from pathlib import Path

import pytest

from app.db import engine
from app.db.engine import Database


def test_sqlite_of_an_installation_waits_for_the_disk(
    own_synchronous: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SQLITE_SYNCHRONOUS", own_synchronous)
    database = Database(f"sqlite:///{tmp_path / 'own.db'}")
    with database.engine.connect() as connection:
        # 2 is FULL: each commit is synced (sqlite.org/pragma.html#pragma_synchronous).
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    database.dispose()
