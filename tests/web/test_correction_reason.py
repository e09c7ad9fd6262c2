"""A correction may say why: kept with the rating, sealed in the record."""

import csv
import io

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import expect
from sqlalchemy import select

from app.db.tables import Event, Rating
from app.services.export_study import StudyExport
from app.services.verify_record import verify_study
from tests.studies import House
from tests.web.reader_browser import ReaderBrowser
from tests.web.stand_in import Room, press

FIELD = "correction-reason"


@pytest.fixture
def browser(client: TestClient) -> ReaderBrowser:
    return ReaderBrowser(client)


def test_why_a_reader_corrects_is_kept_and_sealed(house: House, browser: ReaderBrowser) -> None:
    slug, token = house.open_study_with_reader()
    browser.begin(token)
    assert FIELD not in browser.html
    browser.rate()
    browser.visit("/read/back")
    assert FIELD in browser.html
    browser.rate(realism="2", **{FIELD: " I meant\r\nthe other one "})
    with house.database.reading() as session:
        reasons = session.scalars(select(Rating.reason).order_by(Rating.id)).all()
        event = session.scalars(select(Event).where(Event.action == "answer corrected")).one()
        assert verify_study(session, house.store, slug).problem is None
    house.close(slug)
    files = StudyExport(house.database, house.store, slug).files()
    rows = list(csv.DictReader(io.StringIO(b"".join(files["ratings.csv"]()).decode())))
    assert [row["correction_reason"] for row in rows] == ["", "I meant\nthe other one"]
    assert reasons == [None, "I meant\nthe other one"]
    # Sealed, not written out: it could never be erased from the record.
    assert set(event.detail) == {"reader", "rating", "seal", "served", "sitting"}


def test_a_first_answer_has_no_reason_whatever_is_sent(
    house: House, browser: ReaderBrowser
) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    browser.rate(**{FIELD: "because"})
    with house.database.reading() as session:
        assert session.scalars(select(Rating.reason)).all() == [None]


def test_a_reason_that_is_too_long_is_sent_back_with_what_was_typed(
    house: House, browser: ReaderBrowser
) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    browser.rate()
    browser.visit("/read/back")
    answer = browser.rate(realism="2", **{FIELD: "y" * 501})
    assert "at most 500 characters" in browser.html
    assert "y" * 501 in browser.html
    assert answer is not None
    with house.database.reading() as session:
        assert session.scalars(select(Rating.reason)).all() == [None]


@pytest.mark.e2e
def test_what_is_wrong_with_a_reason_stands_at_its_box(room: Room) -> None:
    room.desk.position = 3
    page = room.open()
    press(page, "b")
    expect(page.locator("h1")).to_contain_text("2 of")
    error = page.locator("#reason-error")
    expect(error).to_be_hidden()
    # Longer than the box takes, as a script of somebody's could make it.
    page.evaluate(
        """() => {
          const box = document.querySelector('#reason');
          box.removeAttribute('maxlength');
          box.value = 'y'.repeat(501);
          box.dispatchEvent(new Event('input', { bubbles: true }));
        }"""
    )
    page.get_by_role("button", name="Save change").click()
    expect(error).to_have_text("Please give the reason in at most 500 characters.")
    expect(error).to_be_in_viewport()
    expect(page.locator("#reason")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#reason")).to_have_attribute("aria-describedby", "reason-error")
    expect(page.locator("[data-save-state]")).to_have_text(
        "Not saved: please look at what is marked."
    )
    page.locator("#reason").fill("I meant the other one")
    expect(error).to_be_hidden()
    page.get_by_role("button", name="Save change").click()
    expect(page.locator("h1")).to_contain_text("3 of")


@pytest.mark.e2e
def test_figures_typed_as_a_reason_answer_nothing(room: Room) -> None:
    room.desk.position = 3
    page = room.open()
    press(page, "b")
    expect(page.locator("h1")).to_contain_text("2 of")
    page.locator("#reason").click()
    page.keyboard.type("I saw 4 of 5, rather")
    page.keyboard.press("Escape")
    expect(page.locator("input[name=realism]:checked")).to_have_value("3")
    expect(page.locator("#reason")).to_have_value("I saw 4 of 5, rather")
    expect(page.locator("#reason")).not_to_be_focused()
    page.get_by_role("button", name="Save change").click()
    expect(page.locator("h1")).to_contain_text("3 of")
    assert room.desk.received[0][FIELD] == "I saw 4 of 5, rather"
    assert room.desk.received[0]["realism"] == "3"
