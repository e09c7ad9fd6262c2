"""From the invitation to the thanks page in Chromium, on the real server."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.db.tables import Presentation, Rating, Reader, ReadingSession
from tests.browser import film_is_shown
from tests.e2e.conftest import OpenPage
from tests.studies import House

pytestmark = pytest.mark.e2e
LOOKED_MS = 100
SMALL = {"arms": [{"arm": "real", "normal": 1, "abnormal": 1}, {"arm": "M1", "normal": 2}]}


def begin(page: Page) -> None:
    """Consent, profile and instructions, by keyboard alone."""
    page.get_by_role("checkbox").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("About you")
    for name, letter in (("Role", "R"), ("Specialty", "C")):
        page.get_by_label(name).focus()
        page.keyboard.press(letter)
    page.get_by_label(re.compile("Years")).focus()
    page.keyboard.type("12")
    page.get_by_label(re.compile("How often")).focus()
    page.keyboard.press("E")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Instructions")
    start = page.locator('form[action="/read/begin"] button')
    start.focus()
    page.keyboard.press("Enter")


def shown(page: Page, position: int, total: int) -> None:
    """Wait until the case at `position` is there with its picture painted."""
    expect(page.locator("h1")).to_contain_text(f"{position} of {total}")
    film_is_shown(page)


def looked_at(page: Page, position: int, total: int) -> None:
    """Wait for a case as `shown` does, and look at it for a while."""
    shown(page, position, total)
    page.wait_for_timeout(LOOKED_MS)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def ratings(house: House) -> list[Rating]:
    with house.database.reading() as session:
        return list(session.scalars(select(Rating).order_by(Rating.id)))


def test_the_whole_way_by_keyboard_alone(house: House, open_page: OpenPage) -> None:
    _, token = house.open_study_with_reader(
        **SMALL, practice={"count": 1, "feedback": True}, break_every=2
    )
    page = open_page(f"/r/{token}")
    assert token not in page.url
    begin(page)
    expect(page.locator("h1")).to_contain_text("Practice")
    looked_at(page, 1, 1)
    press(page, "3", "r", "5", "Enter")
    expect(page.locator(".feedback-truth")).to_contain_text(re.compile("real|synthetic"))
    press(page, "Enter")
    for position in (1, 2):
        looked_at(page, position, 4)
        press(page, "4", "s", "2", "Enter")
    expect(page.locator("h1")).not_to_contain_text("of 4")
    press(page, "Enter")
    for position in (3, 4):
        looked_at(page, position, 4)
        press(page, "2", "r", "5", "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    stored = ratings(house)
    assert [(one["realism"], one["verdict"], one["confidence"]) for one in house.said()] == [
        (3, "real", 5),
        (4, "synthetic", 2),
        (4, "synthetic", 2),
        (2, "real", 5),
        (2, "real", 5),
    ]
    for rating in stored:
        assert rating.reading_time_ms is not None
        assert LOOKED_MS <= rating.reading_time_ms < 60_000
        assert rating.hidden_time_ms == 0
    with house.database.reading() as session:
        reader = session.scalars(select(Reader)).one()
    assert (reader.role, reader.specialty, reader.years_experience) == ("radiologist", "chest", 12)
    assert reader.finished_at is not None


def test_the_whole_way_by_plain_posts(house: House, open_page: OpenPage) -> None:
    _, token = house.open_study_with_reader(**SMALL)
    page = open_page(f"/r/{token}", java_script_enabled=False)
    page.get_by_role("checkbox").check()
    page.locator('form[action="/read/consent"] button').click()
    page.get_by_label("Role").select_option("radiologist")
    page.get_by_label("Specialty").select_option("chest")
    page.get_by_label(re.compile("Years")).fill("4")
    page.get_by_label(re.compile("How often")).select_option("daily")
    page.locator('form[action="/read/profile"] button').click()
    page.locator('form[action="/read/begin"] button').click()
    for position in range(1, 5):
        expect(page.locator("h1")).to_contain_text(f"{position} of 4")
        if position == 2:
            page.locator("form.panel button[type=submit]").click()
            expect(page.locator("#realism-error")).to_be_visible()
        page.locator("#realism-5").check()
        page.locator("#verdict-real").check()
        page.locator("#confidence-1").check()
        page.locator("form.panel button[type=submit]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    stored = ratings(house)
    assert len(stored) == 4
    # Without JavaScript nothing can tell the times: they are missing, not zero.
    assert {(r.reading_time_ms, r.hidden_time_ms) for r in stored} == {(None, None)}


def test_it_resumes_in_a_second_browser(house: House, open_page: OpenPage) -> None:
    _, token = house.open_study_with_reader(**SMALL)
    page = open_page(f"/r/{token}")
    begin(page)
    shown(page, 1, 4)
    press(page, "4", "s", "2", "Enter")
    shown(page, 2, 4)
    picture = page.locator("[data-film] img").get_attribute("src")
    page.close()
    other = open_page(f"/r/{token}", viewport={"width": 390, "height": 844})
    shown(other, 2, 4)
    assert other.locator("[data-film] img").get_attribute("src") == picture
    with house.database.reading() as session:
        assert [s.number for s in session.scalars(select(ReadingSession))] == [1, 2]


def test_a_double_press_of_enter_counts_once(house: House, open_page: OpenPage) -> None:
    _, token = house.open_study_with_reader(**SMALL)
    page = open_page(f"/r/{token}")
    begin(page)
    shown(page, 1, 4)
    press(page, "4", "s", "2", "Enter", "Enter", "Enter")
    shown(page, 2, 4)
    assert len(ratings(house)) == 1


def test_back_and_correct(house: House, open_page: OpenPage) -> None:
    _, token = house.open_study_with_reader(**SMALL)
    page = open_page(f"/r/{token}")
    begin(page)
    shown(page, 1, 4)
    press(page, "4", "s", "2", "Enter")
    shown(page, 2, 4)
    press(page, "b")
    shown(page, 1, 4)
    assert page.locator("#realism-4").is_checked()
    press(page, "ArrowUp", "ArrowUp", "ArrowUp")
    page.locator("#realism-1").check()
    press(page, "Enter")
    shown(page, 2, 4)
    old, new = ratings(house)
    assert [one["realism"] for one in house.said()] == [4, 1]
    assert new.supersedes_id == old.id


def test_the_last_case_is_corrected_from_the_thanks_page(house: House, open_page: OpenPage) -> None:
    _, token = house.open_study_with_reader(arms=[{"arm": "real", "normal": 1}])
    page = open_page(f"/r/{token}")
    begin(page)
    shown(page, 1, 1)
    press(page, "4", "s", "2", "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    page.get_by_role("link", name=re.compile("Back")).click()
    shown(page, 1, 1)
    page.locator("#verdict-real").check()
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    assert [one["verdict"] for one in house.said()] == ["synthetic", "real"]


def test_hidden_time_is_told_apart(house: House, open_page: OpenPage) -> None:
    _, token = house.open_study_with_reader(**SMALL)
    page = open_page(f"/r/{token}")
    begin(page)
    shown(page, 1, 4)
    change = """state => {
        Object.defineProperty(document, 'visibilityState', {value: state, configurable: true});
        Object.defineProperty(document, 'hidden', {value: state === 'hidden', configurable: true});
        document.dispatchEvent(new Event('visibilitychange'));
    }"""
    page.evaluate(change, "hidden")
    page.wait_for_timeout(400)
    page.evaluate(change, "visible")
    press(page, "4", "s", "2", "Enter")
    shown(page, 2, 4)
    (rating,) = ratings(house)
    assert rating.hidden_time_ms is not None
    assert rating.reading_time_ms is not None
    assert 350 <= rating.hidden_time_ms <= rating.reading_time_ms


def test_the_next_picture_is_fetched_ahead_and_only_once(house: House, open_page: OpenPage) -> None:
    _, token = house.open_study_with_reader(**SMALL)
    page = open_page(f"/r/{token}")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    begin(page)
    shown(page, 1, 4)
    page.wait_for_timeout(300)
    with house.database.reading() as session:
        tokens = session.scalars(select(Presentation.token).order_by(Presentation.position)).all()
    pictures = [url.rsplit("/", 1)[1] for url in asked if "/read/image/" in url]
    assert pictures == list(tokens[:2])
    press(page, "4", "s", "2", "Enter")
    shown(page, 2, 4)
    page.wait_for_timeout(300)
    pictures = [url.rsplit("/", 1)[1] for url in asked if "/read/image/" in url]
    assert pictures == list(tokens[:3])
