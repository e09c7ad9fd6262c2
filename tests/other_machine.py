"""A second machine of either kind, without a schema and without a picture, to move things to."""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.bank.store import RenditionStore
from app.db.engine import Database
from app.settings import Settings
from tests.postgresql import drop_database, make_database
from tests.studies import House

_numbers = itertools.count(1)


@contextmanager
def other_machine(
    kind: str, folder: Path, server: str, *, schema: str | None = None
) -> Iterator[House]:
    """An installation in a new folder below `folder`; `server` is PostgreSQL's URL.

    With `schema`, the name of a database or file of that kind, it begins with a copy of that.
    """
    number = next(_numbers)
    place = folder / f"machine-{number}"
    place.mkdir()
    name = f"negatoscope_other_{os.getpid()}_{number}"
    url = f"sqlite:///{place / 'negatoscope.db'}"
    if kind == "postgresql":
        drop_database(server, name)
        url = make_database(server, name, template=schema)
    elif schema is not None:
        shutil.copy(schema, place / "negatoscope.db")
    database = Database(url)
    try:
        yield House(database, RenditionStore(place / "renditions"), place)
    finally:
        database.dispose()
        if kind == "postgresql":
            drop_database(server, name)


def settings_of(house: House) -> Settings:
    """The settings of a server on that machine."""
    url = house.database.engine.url.render_as_string(hide_password=False)
    return Settings(data_dir=house.folder, database_url=url, base_url="http://testserver")
