"""A database in which another program keeps its tables is refused before anything is changed."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from app.domain.errors import Refused

# In every schema since the first.
_OURS = frozenset({"studies", "readers", "ratings"})
# What keeps the number of a schema makes it before there is one, and keeps it when all are gone.
_OF_NOBODY = frozenset({"alembic_version"})


def ensure_ours(tables: Iterable[str], place: str) -> None:
    """Raise Refused where the database at `place` has tables that aren't Negatoscope's."""
    names = {name for name in tables if not name.startswith("sqlite_")} - _OF_NOBODY
    if names and not names >= _OURS:
        some = ", ".join(sorted(names)[:3])
        raise Refused(
            f"{place} holds the tables of another program ({some}); name an empty database in "
            "NEGATOSCOPE_DATABASE_URL. Nothing was changed."
        )


def ensure_own_file(path: Path) -> None:
    """Raise Refused for another program's SQLite file, which is only looked at.

    What is no SQLite file at all is the driver's to say.
    """
    address = f"file:{quote(str(path.absolute()))}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as file:
            tables = [
                name
                for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            ]
    except sqlite3.Error:
        return
    ensure_ours(tables, str(path))
