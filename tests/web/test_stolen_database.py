"""What a copy of the database is worth to whoever steals it, without the signing key."""

from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import MetaData, select

from app.main import create_app
from app.services.accounts import set_password
from app.settings import Settings
from app.web.cookies import INVESTIGATOR_COOKIE, READER_COOKIE, CookieSigner
from tests.studies import NOW, House

PASSWORD = "a long password indeed"


def everything(house: House) -> list[Any]:
    tables = MetaData()
    tables.reflect(house.database.engine)
    with house.database.engine.connect() as connection:
        return [
            value
            for table in tables.sorted_tables
            for row in connection.execute(select(table))
            for value in row
        ]


def test_a_copy_of_the_database_lets_nobody_in(house: House, settings: Settings) -> None:
    slug, link = house.open_study_with_reader()
    with house.database.writing() as session:
        set_password(session, "ada", PASSWORD, now=NOW)
    app = create_app(settings)
    ada, reader, thief = TestClient(app), TestClient(app), TestClient(app)
    ada.post("/sign-in", data={"name": "ada", "password": PASSWORD})
    assert ada.get(f"/studies/{slug}").status_code == 200
    reader.get(f"/r/{link}")
    secrets = (PASSWORD, link, ada.cookies[INVESTIGATOR_COOKIE], reader.cookies[READER_COOKIE])
    stolen = everything(house)
    for secret in secrets:
        assert not any(secret in str(value) for value in stolen)
    # Every text that was found is tried as a key, and as what is behind a key of one's own.
    forged = CookieSigner("x" * 48)
    for value in {str(value) for value in stolen if value}:
        if not value.isascii() or not value.isprintable() or len(value) > 200 or ";" in value:
            continue
        thief.cookies.set(INVESTIGATOR_COOKIE, value)
        assert thief.get("/account", follow_redirects=False).status_code == 303, value
    thief.cookies.clear()
    thief.cookies.set(READER_COOKIE, forged.reader_cookie(1, "fingerprint"), path="/read")
    assert thief.get("/read").status_code == 403
    for value in stolen:
        if isinstance(value, str) and len(value) == 64:
            assert thief.get(f"/r/{value}", follow_redirects=False).status_code == 403
