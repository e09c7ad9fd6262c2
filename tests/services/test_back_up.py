"""A backup is whole, of one moment, and comes back on either database row by row, byte by byte."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text

from app.bank.sealed_archive import BACKUP, ArchiveWriter, SealedArchive
from app.db.migrate import upgrade_schema
from app.db.row_files import line_of, row_of_line, rows_of, tables_of
from app.db.tables import Answer, Investigator, Rating, Rendition
from app.domain.errors import BadArchive, Refused
from app.main import create_app
from app.services.back_up import Backup, back_up
from app.services.export_study import StudyExport
from app.services.rehearse_study import rehearse_study
from app.services.restore_backup import Restored, restore_backup
from tests.conftest import MIGRATIONS
from tests.other_machine import other_machine, settings_of
from tests.studies import NOW, House
from tests.web.reader_browser import ReaderBrowser

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path, postgresql: str) -> Iterator[House]:
    """An empty machine of each kind."""
    with other_machine(request.param, tmp_path, postgresql) as house:
        yield house


@pytest.fixture
def somewhere(tmp_path: Path) -> Iterator[House]:
    """An empty machine, where its kind does not matter."""
    with other_machine("sqlite", tmp_path, "") as house:
        yield house


def written(house: House, name: str = "all.backup") -> tuple[Path, Backup]:
    path = house.folder / name
    with path.open("wb") as file:
        made = back_up(house.database, house.store, MIGRATIONS, file, now=NOW, actor="test")
    return path, made


def restored(house: House, path: Path, **options: Any) -> Restored:
    with SealedArchive(path, BACKUP) as archive:
        return restore_backup(
            house.database, house.store, MIGRATIONS, archive, now=NOW, actor="test", **options
        )


def rows_in(house: House) -> Rows:
    with house.database.one_moment() as connection:
        return {table.name: list(rows_of(connection, table)) for table in tables_of(connection)}


def files_in(house: House) -> dict[str, bytes]:
    folder = house.folder / "renditions"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.png")}


def half_read(house: House, client: TestClient) -> tuple[str, ReaderBrowser]:
    """A study with a rehearsal and a reader in the midst of it, who has corrected a rating."""
    slug, token = house.open_study_with_reader()
    browser = ReaderBrowser(client)
    browser.begin(token)
    browser.rate(comment="seen — “twice” 𝛼")
    browser.visit("/read/back")
    browser.rate(confidence="5")
    with house.database.writing() as session:
        rehearse_study(session, slug, readers=2, seed=3, now=NOW, actor="test")
        session.add(Investigator(name="Zoë", password_hash="$argon2id$x", created_at=NOW))
    return slug, browser


def export_of(house: House, slug: str) -> dict[str, bytes]:
    files = StudyExport(house.database, house.store, slug).files()
    return {name: b"".join(content()) for name, content in files.items()}


def test_every_row_and_every_picture_comes_back(
    house: House, client: TestClient, elsewhere: House
) -> None:
    slug, _ = half_read(house, client)
    path, made = written(house)
    before = rows_in(house)
    told = restored(elsewhere, path)
    after = rows_in(elsewhere)
    last = after["events"].pop()
    assert (last["action"], last["study_id"]) == ("restored", None)
    chains = {row["id"]: row["head"] for row in after.pop("chains")}
    assert chains.pop(0) == last["hash"]
    assert chains == {row["id"]: row["head"] for row in before.pop("chains")[1:]}
    assert after == before
    assert files_in(elsewhere) == files_in(house)
    assert len(before["ratings"]) > 20
    assert len(files_in(house)) == 36
    assert (told.rows, told.renditions, told.missing) == (made.rows, 36, 0)
    assert export_of(elsewhere, slug) == export_of(house, slug)


def test_the_restored_machine_serves_the_same_links_and_numbers_new_rows(
    house: House, client: TestClient, elsewhere: House
) -> None:
    slug, token = house.open_study_with_reader()
    reading = ReaderBrowser(client)
    reading.begin(token)
    reading.rate()
    path, _ = written(house)
    restored(elsewhere, path)
    with TestClient(create_app(settings_of(elsewhere))) as there:
        browser = ReaderBrowser(there)
        browser.open_link(token)
        assert browser.read_to_the_end() == 11
        browser.begin(elsewhere.invite(slug)[0].token)
        assert browser.read_to_the_end() == 12
    assert len(elsewhere.said()) == 24


def test_it_is_of_one_moment_while_readers_go_on(
    house: House, client: TestClient, somewhere: House
) -> None:
    slug = house.draft()
    house.open(slug)
    tokens = [invitation.token for invitation in house.invite(slug, 3)]
    counts: list[int] = []

    def read(token: str) -> None:
        browser = ReaderBrowser(TestClient(client.app))
        browser.begin(token)
        counts.append(browser.read_to_the_end())

    readers = [threading.Thread(target=read, args=(token,)) for token in tokens]
    for reader in readers:
        reader.start()
    backups = [written(house, f"{number}.backup")[0] for number in range(4)]
    for reader in readers:
        reader.join()
    assert counts == [12] * 3
    for path in backups:
        restored(somewhere, path, replace=True)
        with somewhere.database.reading() as session:
            answered = set(session.scalars(select(Answer.rating_id)))
            assert answered == set(session.scalars(select(Rating.id)))
            finished = session.scalar(
                text(
                    "SELECT count(*) FROM readers r WHERE finished_at IS NOT NULL AND 12 <> "
                    "(SELECT count(*) FROM ratings t JOIN presentations p"
                    " ON p.id = t.presentation_id WHERE p.reader_id = r.id)"
                )
            )
        assert finished == 0


def test_a_full_house_is_not_overwritten_unless_told(
    house: House, client: TestClient, elsewhere: House
) -> None:
    half_read(house, client)
    path, _ = written(house)
    restored(elsewhere, path)
    before = rows_in(elsewhere)
    with pytest.raises(Refused, match=r"not empty \(.*36 images.*\); restore into an empty one"):
        restored(elsewhere, path)
    assert rows_in(elsewhere) == before
    with house.database.writing() as session:
        session.add(Investigator(name="New", password_hash="$argon2id$y", created_at=NOW))
    later, _ = written(house, "later.backup")
    restored(elsewhere, later, replace=True)
    assert [one["name"] for one in rows_in(elsewhere)["investigators"]] == ["Zoë", "New"]


def changed(path: Path, table: str, change: Any) -> Path:
    """The backup with the rows of one table changed and sealed anew."""
    into = path.with_suffix(".changed")
    with SealedArchive(path, BACKUP) as archive, into.open("wb") as file:
        writer = ArchiveWriter(file, BACKUP)
        for name in archive.members:
            if name == f"tables/{table}.jsonl":
                rows = change([row_of_line(line) for line in archive.lines(name)])
                writer.add(name, [line_of(row) for row in rows])
            else:
                writer.add(name, archive.pieces(name))
        writer.seal(archive.facts)
    return into


@pytest.mark.parametrize(
    ("table", "change", "sentence"),
    [
        ("shown_cases", lambda rows: rows[:-1], "and not as many as it says"),
        (
            "shown_cases",
            lambda rows: [*rows[1:], {**rows[0], "case_id": 99}],
            "contradict each other|refer to others",
        ),
        ("cases", lambda rows: [{**row, "arm": "M1"} for row in rows], "hasn't the columns"),
        ("readers", lambda rows: [{**row, "code": "R\x00"} for row in rows], "can't hold"),
        ("readers", lambda rows: [{**row, "block": "two"} for row in rows], "can't hold"),
        ("readers", lambda rows: [{**row, "block": 2**70} for row in rows], "can't hold"),
        ("readers", lambda rows: [{**row, "invited_at": "later"} for row in rows], "can't hold"),
        ("readers", lambda rows: [{**row, "code": None} for row in rows], "can't hold"),
        ("readers", lambda rows: [{**row, "kind": "spy"} for row in rows], "contradict"),
    ],
)
def test_a_backup_that_contradicts_itself_leaves_nothing_behind(
    house: House,
    backend: str,
    tmp_path: Path,
    postgresql: str,
    table: str,
    change: Any,
    sentence: str,
) -> None:
    house.open_study_with_reader()
    path, _ = written(house)
    with other_machine(backend, tmp_path, postgresql) as elsewhere:
        with pytest.raises(BadArchive, match=rf"{path.stem}.*({sentence})"):
            restored(elsewhere, changed(path, table, change))
        assert rows_in(elsewhere) == {}
        assert elsewhere.database.is_sqlite == (backend == "sqlite")


def test_pictures_that_are_missing_are_told(house: House, somewhere: House) -> None:
    with house.database.reading() as session:
        first, second = session.scalars(select(Rendition.sha256).order_by(Rendition.id).limit(2))
    house.store.path(first).unlink()
    house.store.path(second).write_bytes(b"no longer what it was")
    path, made = written(house)
    assert set(made.missing) == {first, second}
    assert made.renditions == 34
    assert restored(somewhere, path).missing == 2


def test_what_is_no_installation_or_a_newer_one_is_refused(house: House, somewhere: House) -> None:
    with pytest.raises(Refused, match="nothing to back up"):
        written(somewhere)
    path, _ = written(house)
    with house.database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Refused, match="schema 9999"):
        written(house, "another.backup")
    newer = path.with_suffix(".newer")
    with SealedArchive(path, BACKUP) as archive, newer.open("wb") as file:
        writer = ArchiveWriter(file, BACKUP)
        writer.seal({**archive.facts, "schema": "9999"})
    with pytest.raises(BadArchive, match="schema 9999, which this version does not know"):
        restored(somewhere, newer)


def test_an_empty_installation_of_the_newest_schema_takes_a_backup(
    house: House, somewhere: House
) -> None:
    path, _ = written(house)
    upgrade_schema(somewhere.database, MIGRATIONS)
    restored(somewhere, path)
    assert len(rows_in(somewhere)["images"]) == 36
