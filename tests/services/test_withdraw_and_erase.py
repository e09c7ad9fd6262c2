"""Withdrawing and erasing: nothing personal is left, nothing counts, and the record still holds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from app.db.append_only import gate_open
from app.db.blind.readers import reader_by_code
from app.db.row_files import rows_of, tables_of
from app.db.studies import study_by_slug
from app.db.tables import Answer, Event, Presentation, Rating, Reader
from app.domain.errors import BadDesign, NotFound, Refused
from app.domain.record import ERASED, WITHDRAWN
from app.main import create_app
from app.services.erase_reader import erase_reader
from app.services.export_study import StudyExport
from app.services.invite_readers import invite_readers, reissue_link
from app.services.study_progress import study_overview
from app.services.summarise_study import summarise_study
from app.services.verify_record import verify_study
from app.settings import Settings
from tests.studies import NOW, Clock, House
from tests.web.reader_browser import ReaderBrowser

LABEL = "Dr Grünwald, ward 7"


def with_withdrawal(until: str, answers: str = "erased") -> dict[str, Any]:
    """A design of format 2 over the small bank whose consent tells of withdrawing."""
    return {
        "format": 2,
        "arms": [
            {"arm": arm, "cases": {"normal": 2, "abnormal": 2}} for arm in ("real", "M0", "M1")
        ],
        "questions": [
            {"measure": measure} for measure in ("realism", "verdict", "confidence", "comment")
        ],
        "withdrawal": {"until": until, "answers": answers},
    }


def read_by_two(house: House, client: TestClient, **changes: Any) -> tuple[str, str]:
    """A study that two readers have read, one of them with a correction; R01's link."""
    slug = house.draft(**changes)
    house.open(slug)
    with house.database.writing() as session:
        first, second = invite_readers(
            session, slug, count=2, labels=[LABEL, "other"], now=NOW, actor="test"
        )
    for invitation in (second, first):
        browser = ReaderBrowser(client)
        browser.begin(invitation.token)
        browser.rate(comment=f"words of {invitation.code}")
        browser.visit("/read/back")
        browser.rate(comment=f"words of {invitation.code}", confidence="5")
        browser.read_to_the_end()
    return slug, first.token


def erased(house: House, slug: str, code: str = "R01") -> int:
    with house.database.writing() as session:
        return erase_reader(session, slug, code, now=NOW, actor="test")


def problem_of(house: House, slug: str) -> str | None:
    with house.database.reading() as session:
        return verify_study(session, house.store, slug).problem


def everything_stored(house: House) -> str:
    with house.database.one_moment() as connection:
        return "\n".join(
            str(row) for table in tables_of(connection) for row in rows_of(connection, table)
        )


def names_of(house: House, code: str) -> set[str]:
    """The random names of a reader's showings and forms, and the hash of the link."""
    with house.database.reading() as session:
        reader = session.scalars(select(Reader).where(Reader.code == code)).one()
        rows = session.execute(
            select(Presentation.token, Rating.submission)
            .outerjoin(Rating, Rating.presentation_id == Presentation.id)
            .where(Presentation.reader_id == reader.id)
        )
        return {one for row in rows for one in row if one} | {reader.token_hash}


def test_nothing_of_an_erased_reader_is_left_but_tombstones(
    house: House, client: TestClient
) -> None:
    slug, token = read_by_two(house, client)
    names = names_of(house, "R01")
    with house.database.reading() as session:
        heads = {event.id: event.hash for event in session.scalars(select(Event))}
        seals = {
            event.rating_id: event.detail["seal"]
            for event in session.scalars(select(Event).where(Event.rating_id.is_not(None)))
        }
    assert problem_of(house, slug) is None
    assert erased(house, slug) == 13
    assert problem_of(house, slug) is None
    stored = everything_stored(house)
    assert "words of R02" in stored
    for secret in ("words of R01", "Grünwald", *names):
        assert secret not in stored, secret
    with house.database.reading() as session:
        reader = session.scalars(select(Reader).where(Reader.code == "R01")).one()
        assert (reader.role, reader.years_experience, reader.label) == (None, None, "")
        tombs = session.scalars(
            select(Rating).join(Presentation).where(Presentation.reader_id == reader.id)
        ).all()
        assert {rating.tombstone for rating in tombs} == {seals[rating.id] for rating in tombs}
        assert all(rating.reading_time_ms is None and rating.shown_at is None for rating in tombs)
        for event in session.scalars(select(Event)):
            assert heads.get(event.id, event.hash) == event.hash
        last = study_overview(session, slug).events[-1]
    assert (last["action"], last["detail"]["reader"], last["detail"]["ratings"]) == (
        ERASED,
        "R01",
        13,
    )
    assert "not known here" in ReaderBrowser(client).open_link(token).text


def test_an_erased_reader_is_in_no_result_and_counted_in_the_flow(
    house: House, client: TestClient
) -> None:
    slug, _ = read_by_two(house, client)
    house.close(slug)
    erased(house, slug)
    with house.database.reading() as session:
        summary = summarise_study(session, slug)
        lines = {line.code: line for line in study_overview(session, slug).readers}
    assert (summary.readers, summary.erased, summary.withdrawn) == (1, 1, 0)
    assert summary.rated == summary.presentations == 12
    assert (lines["R01"].state, lines["R01"].rated, lines["R01"].label) == ("erased", 0, "")
    files = StudyExport(house.database, house.store, slug).files()
    texts = {name: b"".join(content()) for name, content in files.items()}
    readers = texts.pop("readers.csv").decode()
    assert len(readers.splitlines()) == 3
    assert ",1,1," in readers.splitlines()[1] or ",1,0,1," in readers.splitlines()[1]
    for name, content in texts.items():
        assert b"R01" not in content, name


@pytest.mark.parametrize("answers", ["erased", "kept"])
def test_a_reader_withdraws_by_their_own_link(
    house: House, client: TestClient, answers: str
) -> None:
    slug, token = read_by_two(house, client, **with_withdrawal("closing", answers))
    browser = ReaderBrowser(client)
    browser.open_link(token)
    browser.visit("/read/withdraw")
    assert "tick the box" in browser.submit().text
    assert "You have withdrawn" in browser.submit({"sure": "yes"}).text
    with house.database.reading() as session:
        events = [event["action"] for event in study_overview(session, slug).events]
        lines = {line.code: line for line in study_overview(session, slug).readers}
        count = session.scalar(text("SELECT count(*) FROM ratings WHERE tombstone IS NOT NULL"))
    assert (count == 13) == (answers == "erased")
    assert events[-1] == (ERASED if answers == "erased" else WITHDRAWN)
    assert WITHDRAWN in events
    assert lines["R01"].state == ("erased" if answers == "erased" else "has withdrawn")
    assert problem_of(house, slug) is None
    again = browser.open_link(token)
    if answers == "erased":
        assert again.status_code == 403
    else:
        assert "You have withdrawn" in again.text
        assert "nothing more is saved" in browser.visit("/read/back").text
        with pytest.raises(Refused, match="takes no part"), house.database.writing() as session:
            reissue_link(session, slug, "R01", now=NOW, actor="test")
    house.close(slug)
    with house.database.reading() as session:
        summary = summarise_study(session, slug)
    assert (summary.readers, summary.rated) == (1, 12)
    assert (summary.withdrawn, summary.erased) == ((0, 1) if answers == "erased" else (1, 0))
    files = StudyExport(house.database, house.store, slug).files()
    assert b"R01" not in b"".join(files["ratings.csv"]())


@pytest.mark.parametrize(
    ("until", "finished", "may"),
    [
        ("", False, False),
        ("finishing", False, True),
        ("finishing", True, False),
        ("closing", True, True),
    ],
)
def test_withdrawing_ends_where_the_consent_says(
    house: House, client: TestClient, until: str, finished: bool, may: bool
) -> None:
    slug, token = house.open_study_with_reader(**with_withdrawal(until))
    browser = ReaderBrowser(client)
    browser.open_link(token)
    assert ("Withdrawing" in browser.html) == bool(until)
    browser.begin(token)
    browser.rate()
    if finished:
        browser.read_to_the_end()
    offered = "Withdraw from this study" in browser.visit("/read/privacy").text
    asked = browser.visit("/read/withdraw")
    assert offered == (asked.status_code == 200) == may
    if not may:
        assert asked.status_code == 409
        return
    form = browser.form
    house.close(slug)
    late = client.post(form.action, data={**form.hidden, "sure": "yes"})
    assert late.status_code == 409
    assert house.said()[0]["verdict"] == "synthetic"


def test_a_rating_on_its_way_is_refused_after_withdrawing(house: House, client: TestClient) -> None:
    _, token = house.open_study_with_reader(**with_withdrawal("closing", "kept"))
    browser = ReaderBrowser(client)
    browser.begin(token)
    case = browser.form
    browser.visit("/read/withdraw")
    browser.submit({"sure": "yes"})
    late = client.post(case.action, data={**case.hidden, "realism": "4", "verdict": "real"})
    assert late.status_code == 409
    assert "You have withdrawn from this study" in late.text
    assert house.said() == []


def test_who_is_not_there_or_erased_already_is_told(house: House, client: TestClient) -> None:
    slug, _ = read_by_two(house, client)
    with pytest.raises(NotFound, match="no reader 'R09'"):
        erased(house, slug, "R09")
    erased(house, slug)
    with pytest.raises(Refused, match="R01 was erased already"):
        erased(house, slug)


def test_verify_names_what_was_done_to_tombstones(house: House, client: TestClient) -> None:
    slug, _ = read_by_two(house, client)
    erased(house, slug)
    with house.database.reading() as session:
        reader = reader_by_code(session, study_by_slug(session, slug), "R01")
        assert reader is not None
        theirs = select(Rating.id).join(Presentation).where(Presentation.reader_id == reader.id)
        rating_id = session.scalars(theirs).first()
    with pytest.raises(DBAPIError), house.database.writing() as session:
        session.execute(update(Rating).where(Rating.id == rating_id).values(tombstone="0" * 64))
    with house.database.writing() as session, gate_open(session.connection(), "a test"):
        session.execute(update(Rating).where(Rating.id == rating_id).values(tombstone="0" * 64))
    assert problem_of(house, slug) == "A tombstone of R01 is not what the record sealed."
    with house.database.writing() as session, gate_open(session.connection(), "a test"):
        session.execute(delete(Event).where(Event.action == ERASED))
    assert problem_of(house, slug) is not None
    with house.database.writing() as session:
        session.add(Answer(rating_id=rating_id, question="realism", value="1"))
    assert problem_of(house, slug) is not None


def test_a_link_withdraws_until_the_end_of_the_day_that_the_consent_names(
    house: House, settings: Settings
) -> None:
    clock = Clock()
    client = TestClient(create_app(settings, clock))
    plan = {"until": "day", "last_day": "2026-12-05", "answers": "erased"}
    slug = house.draft(**with_withdrawal("closing") | {"withdrawal": plan})
    house.open(slug)
    links = [one.token for one in house.invite(slug, 2)]
    in_time, late = ReaderBrowser(client), ReaderBrowser(TestClient(client.app))
    for browser, token in zip((in_time, late), links, strict=True):
        assert "until the end of 5 December 2026 (UTC)" in browser.open_link(token).text
        browser.begin(token)
        browser.rate()
    clock.now = datetime(2026, 12, 5, 23, 59, 59, tzinfo=UTC)
    late.visit("/read/withdraw")
    form = late.form
    in_time.visit("/read/withdraw")
    assert in_time.submit({"sure": "yes"}).status_code == 200
    # The day is over while the page is looked at.
    clock.now += timedelta(seconds=1)
    answer = late.client.post(form.action, data={**form.hidden, "sure": "yes"})
    assert answer.status_code == 409
    assert "until the end of 5 December 2026 (UTC)" in answer.text
    assert late.visit("/read/withdraw").status_code == 409
    assert "Withdraw from this study" not in late.visit("/read/privacy").text
    with house.database.reading() as session:
        readers = {one.code: one for one in session.scalars(select(Reader))}
        assert readers["R01"].withdrawn_at is not None
        assert readers["R02"].withdrawn_at is None
    assert problem_of(house, slug) is None


def test_a_day_that_is_over_opens_no_study(house: House) -> None:
    plan = {"until": "day", "last_day": (NOW.date() - timedelta(days=1)).isoformat()}
    slug = house.draft(**with_withdrawal("closing") | {"withdrawal": plan})
    with pytest.raises(BadDesign, match="is over; name a later day"):
        house.open(slug)
