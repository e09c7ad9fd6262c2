"""A whole study moves to another machine and back: row by row and byte by byte the same."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text

from app.bank.sealed_archive import STUDY, ArchiveWriter, SealedArchive
from app.db.row_files import line_of, row_of_line, rows_of
from app.db.studies import study_by_slug
from app.db.study_rows import (
    OF_A_STUDY,
    OF_THE_BANK,
    STAYING,
    images_shown,
    moving_tables,
    rows_of_study,
)
from app.db.tables import Base, Image, Rendition, Study
from app.domain.errors import BadArchive, NotFound, Refused
from app.main import create_app
from app.services.export_study import StudyExport
from app.services.export_whole_study import WholeStudy, export_whole_study
from app.services.import_whole_study import Arrived, import_whole_study
from app.services.rehearse_study import rehearse_study
from tests.conftest import Template
from tests.other_machine import other_machine, settings_of
from tests.studies import NOW, House
from tests.two_lengths import ON_SQLITE_FIRST
from tests.web.reader_browser import ReaderBrowser

OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


@pytest.fixture
def other(
    backend: str, tmp_path: Path, postgresql: str, request: pytest.FixtureRequest
) -> Iterator[House]:
    """A machine with the other database than the test's own."""
    kind = OTHER[backend]
    schema: Template = request.getfixturevalue(f"{kind}_template")
    with other_machine(kind, tmp_path, postgresql, schema=schema.empty) as other:
        yield other


@pytest.fixture
def third(backend: str, tmp_path: Path, postgresql: str, template: Template) -> Iterator[House]:
    """A machine with the same database as the test's own."""
    with other_machine(backend, tmp_path, postgresql, schema=template.empty) as third:
        yield third


def sent(house: House, slug: str, name: str = "study") -> tuple[Path, WholeStudy]:
    path = house.folder / name
    with path.open("wb") as file:
        whole = export_whole_study(house.database, house.store, file, slug, now=NOW, actor="test")
    return path, whole


def received(house: House, path: Path, **options: bool) -> Arrived:
    with SealedArchive(path, STUDY) as archive, house.database.writing() as session:
        return import_whole_study(session, house.store, archive, now=NOW, actor="test", **options)


def rows_of_whole(house: House, slug: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of a study and of its bank, each number replaced by its place in its table."""
    with house.database.one_moment() as connection:
        tables = moving_tables(connection)
        study_id = connection.scalar(select(tables["studies"].c.id).filter_by(slug=slug))
        assert study_id is not None
        images = images_shown(tables, study_id)
        used = select(tables["images"].c.id).where(images)
        conditions = {
            "images": images,
            "renditions": tables["renditions"].c.image_id.in_(used),
            "arms": tables["arms"].c.id > 0,
        }
        rows = {
            name: list(
                rows_of(
                    connection,
                    table,
                    conditions[name]
                    if name in conditions
                    else rows_of_study(tables, name, study_id),
                )
            )
            for name, table in tables.items()
        }
    places = {
        name: {row["id"]: place for place, row in enumerate(them)}
        for name, them in rows.items()
        if them and "id" in them[0]
    }
    for name, table in tables.items():
        for row in rows[name]:
            for column in table.columns:
                for key in column.foreign_keys:
                    if row[column.name] is not None:
                        row[column.name] = places[key.column.table.name][row[column.name]]
            if "id" in row:
                row["id"] = places[name][row["id"]]
    return rows


def without_last(rows: dict[str, list[dict[str, Any]]], count: int) -> dict[str, Any]:
    """The rows as they were before the last `count` events of the record."""
    events = rows["events"][:-count] if count else rows["events"]
    chains = [{"origin": rows["chains"][0]["origin"], "head": events[-1]["hash"]}]
    return {**rows, "events": events, "chains": chains}


def files_of(house: House, slug: str) -> dict[str, bytes]:
    with house.database.reading() as session:
        study = study_by_slug(session, slug)
        digests = session.scalars(
            select(Rendition.sha256)
            .join(Image, Image.id == Rendition.image_id)
            .where(
                Image.id.in_(
                    session.scalars(
                        text("SELECT image_id FROM cases WHERE study_id = :id"), {"id": study.id}
                    ).all()
                )
            )
        ).all()
    return {sha256: house.store.read(sha256) for sha256 in digests}


def export_of(house: House, slug: str) -> dict[str, bytes]:
    files = StudyExport(house.database, house.store, slug).files()
    return {name: b"".join(content()) for name, content in files.items()}


def half_read(house: House, client: TestClient) -> tuple[str, str]:
    """Another study before it, so that numbers differ, and a study in the midst of being read."""
    house.open_study_with_reader()
    slug, token = house.open_study_with_reader(title="Moved study", practice={"count": 2})
    browser = ReaderBrowser(client)
    browser.begin(token)
    browser.rate(comment="seen — “twice” 𝛼")
    browser.visit("/read/back")
    browser.rate(confidence="5")
    browser.rate()
    browser.rate()
    return slug, token


def test_there_and_back_row_by_row_and_byte_by_byte(
    house: House, client: TestClient, other: House, third: House
) -> None:
    slug, _ = half_read(house, client)
    path, whole = sent(house, slug)
    before = rows_of_whole(house, slug)
    arrived = received(other, path)
    assert arrived == Arrived(slug, 1, whole.ratings, went_on=False)
    there = rows_of_whole(other, slug)
    assert [event["action"] for event in there["events"][-2:]] == [
        "exported whole",
        "imported whole",
    ]
    assert without_last(there, 1) == without_last(before, 0)
    assert files_of(other, slug) == files_of(house, slug)
    assert export_of(other, slug) == export_of(house, slug)
    back, _ = sent(other, slug)
    received(third, back)
    again = rows_of_whole(third, slug)
    assert without_last(again, 3) == without_last(before, 0)
    assert len(before["answers"]) > 8
    assert files_of(third, slug) == files_of(house, slug)
    assert export_of(third, slug) == export_of(house, slug)


def test_reading_goes_on_there_and_comes_home(
    house: House, client: TestClient, other: House
) -> None:
    slug, token = half_read(house, client)
    with house.database.writing() as session:
        rehearse_study(session, slug, readers=1, seed=1, now=NOW, actor="test")
    path, _ = sent(house, slug)
    received(other, path)
    with TestClient(create_app(settings_of(other))) as there:
        browser = ReaderBrowser(there)
        browser.open_link(token)
        assert browser.read_to_the_end() == 14 - 3
        browser.begin(other.invite(slug)[0].token)
        assert browser.read_to_the_end() == 14
    home, _ = sent(other, slug)
    with pytest.raises(Refused, match=r"is here already; to go on .* say --go-on"):
        received(house, home)
    arrived = received(house, home, go_on=True)
    assert (arrived.readers, arrived.went_on) == (2, True)
    at_home, there_rows = rows_of_whole(house, slug), rows_of_whole(other, slug)
    assert without_last(at_home, 1) == without_last(there_rows, 0)
    assert export_of(house, slug) == export_of(other, slug)
    with house.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM append_only_gate")) == 0
    with pytest.raises(Refused, match="More was done to moved-study here"):
        received(house, home, go_on=True)


def test_a_study_that_went_on_in_both_places_is_not_put_together(
    house: House, client: TestClient, other: House
) -> None:
    slug, token = half_read(house, client)
    path, _ = sent(house, slug)
    received(other, path)
    with TestClient(create_app(settings_of(other))) as there:
        browser = ReaderBrowser(there)
        browser.open_link(token)
        browser.read_to_the_end()
    mine = ReaderBrowser(client)
    mine.open_link(token)
    mine.rate()
    before = rows_of_whole(house, slug)
    home, _ = sent(other, slug)
    with pytest.raises(Refused, match="went on here as well since it left"):
        received(house, home, go_on=True)
    assert rows_of_whole(house, slug) == before


@ON_SQLITE_FIRST
def test_a_draft_takes_every_image_of_its_arms_and_opens_there(house: House, other: House) -> None:
    slug = house.draft()
    path, whole = sent(house, slug)
    assert whole.renditions == 36
    received(other, path)
    other.open(slug)
    house.open(slug)
    with house.database.reading() as here, other.database.reading() as there:
        digests = [study_by_slug(one, slug).cases_sha256 for one in (here, there)]
    assert digests[0] == digests[1]


@ON_SQLITE_FIRST
def test_words_in_other_languages_go_along(house: House, other: House) -> None:
    arms = [{"arm": arm, "cases": {"normal": 2}} for arm in ("real", "M0")]
    words = {"prompt": "Verdadeira ou feita?", "translations": {"en": {"prompt": "Real or made?"}}}
    asked = [{"measure": "verdict", **words}]
    slug = house.draft(format=2, language="pt-BR", arms=arms, questions=asked)
    house.open(slug)
    path, _ = sent(house, slug)
    received(other, path)
    with house.database.reading() as here, other.database.reading() as there:
        both = [study_by_slug(one, slug) for one in (here, there)]
        assert both[0].design == both[1].design
        assert both[0].design_sha256 == both[1].design_sha256
        assert "Real or made?" in both[1].design


@ON_SQLITE_FIRST
def test_the_bank_that_is_there_is_used_and_another_one_refused(house: House, other: House) -> None:
    slug, _ = house.open_study_with_reader()
    path, _ = sent(house, slug)
    other.fill_bank()
    with other.database.reading() as session:
        count = session.scalar(text("SELECT count(*) FROM images"))
    received(other, path)
    with other.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM images")) == count
    for what, sentence in (
        ("UPDATE arms SET kind = 'real' WHERE key = 'M1'", "M1 of arms is another here: its kind"),
        ("UPDATE arms SET label = 'M1 new' WHERE key = 'M1'", "M1 of arms .* its label"),
        ("UPDATE renditions SET sha256 = '" + "0" * 64 + "'", "of renditions is another here"),
        ("UPDATE images SET condition = 'odd'", "of images is another here: its condition"),
    ):
        with pytest.raises(Refused, match=sentence):
            received_beside(other, path, what)


def received_beside(house: House, path: Path, what: str) -> None:
    """Bring a study in beside itself, once `what` has changed the bank; nothing of it stays."""
    with house.database.writing() as session:
        session.execute(text("UPDATE studies SET slug = 'another'"))
        session.execute(text(what))
        with SealedArchive(path, STUDY) as archive:
            import_whole_study(session, house.store, archive, now=NOW, actor="test")


@ON_SQLITE_FIRST
def test_a_slug_that_is_taken_and_a_rehearsal_are_refused(house: House, other: House) -> None:
    slug, _ = house.open_study_with_reader()
    path, _ = sent(house, slug)
    other.fill_bank()
    assert other.draft() == slug
    with pytest.raises(Refused, match=f"There is another study {slug} here"):
        received(other, path)
    with pytest.raises(Refused, match="There is another study"):
        received(other, path, go_on=True)
    with house.database.writing() as session:
        rehearsal = rehearse_study(session, slug, readers=1, seed=1, now=NOW, actor="test")
    with pytest.raises(Refused, match="is a rehearsal"):
        sent(house, rehearsal.slug, "rehearsal")
    with pytest.raises(NotFound, match="no study 'nowhere'"):
        sent(house, "nowhere", "nowhere")


def changed(path: Path, table: str, change: Any) -> Path:
    into = path.with_suffix(".changed")
    with (
        SealedArchive(path, STUDY) as archive,
        into.open("wb") as file,
        ArchiveWriter(file, STUDY) as writer,
    ):
        for name in archive.members:
            if name == f"tables/{table}.jsonl":
                rows = change([row_of_line(line) for line in archive.lines(name)])
                writer.add(name, [line_of(row) for row in rows])
            else:
                writer.add(name, archive.pieces(name))
        writer.seal(archive.facts)
    return into


@ON_SQLITE_FIRST
@pytest.mark.parametrize(
    ("table", "change", "sentence"),
    [
        ("studies", lambda rows: rows * 2, "the one study of which it tells"),
        ("studies", lambda rows: [{**rows[0], "slug": "x"}], "the one study of which it tells"),
        ("arms", lambda rows: rows[1:], "refers to a row of arms that it has not"),
        ("renditions", lambda rows: rows[1:], "1 pictures are missing from it or of no use"),
        ("cases", lambda rows: [{**rows[0], "study_id": 99}], "refers to a row of studies"),
        ("readers", lambda rows: [{**rows[0], "kind": "spy"}], "contradict each other"),
    ],
)
def test_a_file_that_contradicts_itself_leaves_nothing_behind(
    house: House, other: House, table: str, change: Any, sentence: str
) -> None:
    slug, _ = house.open_study_with_reader()
    path, _ = sent(house, slug)
    with pytest.raises(BadArchive, match=sentence):
        received(other, changed(path, table, change))
    with other.database.reading() as session:
        assert session.scalars(select(Study)).all() == []
        assert session.scalar(text("SELECT count(*) FROM arms")) == 0


def test_every_table_moves_or_stays_by_name() -> None:
    named = [*OF_A_STUDY, *OF_THE_BANK, *STAYING]
    assert sorted(named) == sorted(Base.metadata.tables)
