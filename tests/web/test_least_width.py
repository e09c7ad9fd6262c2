"""A window narrower than the study asks for: a sentence stands there, and nothing is lost."""

import pytest
from playwright.sync_api import Page, expect

from tests.web.stand_in import Room, chosen, lit, press

pytestmark = pytest.mark.e2e
SENTENCE = "This window is too narrow for the study"
WIDE = {"width": 1100, "height": 800}
NARROW = {"width": 800, "height": 800}


def is_turned_away(page: Page) -> bool:
    heading = page.get_by_role("heading", name=SENTENCE)
    return heading.is_visible() and not page.locator("[data-film]").is_visible()


@pytest.mark.parametrize("has_scripts", [True, False])
def test_the_case_waits_for_a_window_that_is_wide_enough(room: Room, has_scripts: bool) -> None:
    room.desk.least_width = 1000
    page = room.open(viewport=NARROW, java_script_enabled=has_scripts, is_waited_for=False)
    assert is_turned_away(page)
    assert "at least 1000 pixels wide" in page.locator(".too-narrow").inner_text()
    # A half-answered case waits in this browser and on no other device.
    assert "answers to this one stay in this browser" in page.locator(".too-narrow").inner_text()
    assert not page.get_by_role("button", name="Submit").is_visible()
    page.set_viewport_size({"width": 1000, "height": 800})
    expect(page.locator("[data-film]")).to_be_visible()
    assert not is_turned_away(page)
    page.set_viewport_size({"width": 999, "height": 800})
    assert is_turned_away(page)


def test_the_time_begins_when_there_is_room(room: Room) -> None:
    room.desk.least_width = 1000
    page = room.open(viewport=NARROW, is_waited_for=False)
    page.wait_for_timeout(1500)
    page.set_viewport_size(WIDE)
    expect(page.locator("[data-film]")).to_be_visible()
    page.wait_for_timeout(300)
    press(page, "4", "r", "2", "Enter")
    expect(page.locator("h1")).to_contain_text("2 of")
    assert int(room.desk.received[0]["reading_time_ms"]) < 1500
    assert room.desk.received[0]["viewing-width"] == "1100"


def test_no_key_answers_a_case_that_is_not_seen_and_nothing_answered_is_lost(room: Room) -> None:
    room.desk.least_width = 1000
    page = room.open(viewport=WIDE)
    press(page, "4", "c")
    page.keyboard.type("left lung")
    press(page, "Escape")
    page.set_viewport_size(NARROW)
    assert is_turned_away(page)
    press(page, "s", "5", "1", "Enter", "?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.set_viewport_size(WIDE)
    assert chosen(page) == ["realism-4"]
    assert page.locator("#comment").input_value() == "left lung"
    assert lit(page) == "verdict"
    assert room.desk.received == []
    press(page, "r", "2", "Enter")
    expect(page.locator("h1")).to_contain_text("2 of")
    assert room.desk.stored[0]["comment"] == "left lung"


def test_the_instructions_say_it_before_the_first_case(room: Room) -> None:
    room.desk.least_width = 1000
    page = room.open("/page/instructions", viewport=NARROW)
    assert page.get_by_role("heading", name=SENTENCE).is_visible()
    assert "a larger screen" in page.locator(".too-narrow").inner_text()
    assert page.get_by_role("button", name="Begin practice").is_visible()
    page.set_viewport_size(WIDE)
    assert not page.get_by_role("heading", name=SENTENCE).is_visible()


def test_a_study_without_a_least_width_says_nothing(room: Room) -> None:
    page = room.open(viewport={"width": 320, "height": 640})
    assert page.locator(".too-narrow").count() == 0
    assert page.locator("link[data-narrow]").count() == 0
