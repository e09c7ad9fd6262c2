"""Pairs, timed pictures, conditions, words and marks in Chromium, on the real server."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import film_is_shown
from tests.e2e.conftest import OpenPage
from tests.e2e.test_journey import begin, press
from tests.studies import SIZE, House
from tests.web.laid_out import Part, lay_out

pytestmark = pytest.mark.e2e

TWO_ARMS = [{"arm": arm, "cases": {"normal": 3, "abnormal": 3}} for arm in ("real", "M0")]
THREE_ARMS = [*TWO_ARMS, {"arm": "M1", "cases": {"normal": 3, "abnormal": 3}}]
CUES: list[dict[str, Any]] = [
    {"key": "verdict", "measure": "verdict"},
    {
        "key": "cues",
        "measure": "artefact",
        "asked_if": {"question": "verdict", "values": ["synthetic"]},
    },
    {
        "key": "place",
        "measure": "place",
        "shape": "point_or_box",
        "required": True,
        "asked_if": {"question": "verdict", "values": ["synthetic"]},
    },
    {
        "key": "confidence",
        "measure": "confidence",
        "of": "verdict",
        "kind": "slider",
        "low": -50,
        "high": 50,
    },
]


def reading(house: House, open_page: OpenPage, part: Part, **design: Any) -> Page:
    """The first case of a study whose order is laid out by hand."""
    _, token = house.open_study_with_reader(**{"format": 2, "arms": TWO_ARMS} | design)
    lay_out(house, [part])
    page = open_page(f"/r/{token}")
    begin(page)
    expect(page.locator("h1")).to_contain_text("1 of")
    return page


def look(page: Page) -> None:
    """See the timed pictures, by keyboard."""
    expect(page.get_by_role("button", name="Show")).to_be_visible()
    press(page, "Enter")
    expect(page.locator("[data-answers]")).to_be_visible(timeout=8000)


def test_triplets_are_read_by_keyboard(house: House, open_page: OpenPage) -> None:
    page = reading(
        house,
        open_page,
        Part(1, 2, pictures=3),
        arms=THREE_ARMS,
        presentation={"pictures": 3, "layout": "side_by_side"},
        questions=[{"key": "which", "measure": "find_the_real"}, {"measure": "confidence"}],
    )
    for number, answer in ((1, "3"), (2, "1")):
        expect(page.locator("h1")).to_contain_text(f"{number} of 2")
        film_is_shown(page)
        assert page.locator("[data-film] img").count() == 3
        press(page, answer, "2", "Enter")
    expect(page.locator("h1")).to_have_text("Thank you")

    assert house.said() == [{"which": 3, "confidence": 2}, {"which": 1, "confidence": 2}]


def test_a_timed_pair_is_sent_once_and_stored(house: House, open_page: OpenPage) -> None:
    page = reading(
        house,
        open_page,
        Part(1, 2, pictures=2, exposure_ms=200),
        presentation={"pictures": 2, "layout": "side_by_side", "exposures_ms": [200]},
        questions=[{"key": "which", "measure": "find_the_real"}],
    )
    look(page)
    page.reload()
    expect(page.locator(".show-once")).to_contain_text("will not be sent again")
    expect(page.locator(".question.active")).to_be_visible()
    press(page, "ArrowRight", "Enter")
    expect(page.locator("h1")).to_contain_text("2 of")
    look(page)
    press(page, "1", "Enter")
    expect(page.locator("h1")).to_have_text("Thank you")

    assert house.said() == [{"which": 2}, {"which": 1}]


def test_words_marks_and_a_signed_slider_are_asked_when_due(
    house: House, open_page: OpenPage
) -> None:
    page = reading(house, open_page, Part(1, 2), questions=CUES)
    film_is_shown(page)
    press(page, "s", "1", "4", "Enter", "m", "Enter", "Shift+ArrowLeft", "Shift+ArrowUp", "Enter")
    press(page, "Escape", "-", "7", "Enter")
    expect(page.locator("h1")).to_contain_text("2 of")
    film_is_shown(page)
    press(page, "r", "5", "0", "Enter")
    expect(page.locator("h1")).to_have_text("Thank you")

    marked, plain = house.said()
    assert plain == {"verdict": "real", "confidence": 50}
    assert marked["cues"] == ("symmetry", "rib")
    assert marked["confidence"] == -7
    assert isinstance(marked["place"], tuple)
    assert len(marked["place"]) == 2
    assert SIZE == 64
