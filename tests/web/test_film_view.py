"""1:1, magnifier, full screen, help and what is told of the view, in Chromium."""

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser import film_is_shown
from tests.web.stand_in import SIZE, Desk, Room, asked, film, lit, press, said

pytestmark = pytest.mark.e2e
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def settled(page: Page) -> None:
    page.evaluate("() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")


def pixels(page: Page) -> np.ndarray[Any, Any]:
    """The screen as grey levels."""
    settled(page)
    return np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("L"), dtype=int)


def source(desk: Desk) -> np.ndarray[Any, Any]:
    """The first case's picture."""
    return np.asarray(Image.open(io.BytesIO(film(desk.position))).convert("L"), dtype=int)


def fitted_side(page: Page) -> float:
    """Side of the fitted picture, in CSS pixels."""
    side: float = page.locator("[data-film]").evaluate(
        "one => Math.min(one.getBoundingClientRect().width, one.getBoundingClientRect().height)"
    )
    return side


def readout(page: Page) -> str:
    settled(page)
    return page.locator("[data-said=pixels]").inner_text()


# 1:1


@pytest.mark.parametrize("ratio", [1, 1.25, 2])
def test_one_to_one_shows_each_pixel_of_the_picture_on_one_of_the_screen(
    room: Room, ratio: float
) -> None:
    page = room.open(viewport={"width": 1501, "height": 907}, device_scale_factor=ratio)
    side = fitted_side(page)
    assert readout(page) == f"{side * ratio / SIZE:.2f}:1"
    page.get_by_role("button", name="1:1").click()
    assert readout(page) == "1:1"
    screen, picture = pixels(page), source(room.desk)
    box = page.locator("[data-film] img").bounding_box()
    assert box is not None
    left, top = round(box["x"] * ratio), round(box["y"] * ratio)
    shown = screen[top : top + SIZE, left : left + SIZE]
    assert shown.shape == picture.shape
    # The very picture, pixel by pixel, edges included.
    assert np.abs(shown - picture).max() <= 1


def test_one_to_one_is_gone_with_the_zoom_and_the_readout_says_so(room: Room) -> None:
    page = room.open()
    press(page, "x")
    button = page.locator('[data-view="one"]')
    expect(button).to_have_attribute("aria-pressed", "true")
    press(page, "+")
    assert readout(page) == "1.25:1"
    expect(button).to_have_attribute("aria-pressed", "false")
    # A larger window fits the picture larger; what was 1:1 is so no longer.
    press(page, "x")
    page.set_viewport_size({"width": 1440, "height": 700})
    settled(page)
    assert readout(page) != "1:1"


def test_on_a_large_screen_one_to_one_lies_below_the_least_zoom(room: Room) -> None:
    page = room.open(viewport={"width": 3840, "height": 2160})
    press(page, "x")
    assert readout(page) == "1:1"
    # From there it goes out no further.
    press(page, "-")
    assert readout(page) == "1:1"


def test_the_readout_never_says_that_a_film_is_shown_at_nothing(room: Room) -> None:
    page = room.open(viewport={"width": 3840, "height": 2160})
    press(page, "x")
    settled(page)
    told = page.locator("[data-said=zoom]").inner_text()
    assert told == f"{SIZE / fitted_side(page):.2f}×"
    assert float(told[:-1]) > 0


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (720, 450), (390, 844)])
def test_window_and_level_are_read_wherever_they_are_changed(
    room: Room, width: int, height: int
) -> None:
    page = room.open(viewport={"width": width, "height": height})
    grey = page.locator("[data-said=grey]")
    press(page, "Shift+ArrowRight")
    settled(page)
    expect(grey).to_be_visible()
    box = grey.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= height
    # The row of buttons holds what it held.
    inside = "one => one.scrollWidth <= one.clientWidth"
    assert page.locator("[data-legend]").evaluate(inside)
    press(page, "Space")
    settled(page)
    expect(grey).to_be_visible(visible=width == 1440)


def test_window_and_level_never_lie_over_a_caption(room: Room) -> None:
    room.desk.pictures, room.desk.layout = 4, "side_by_side"
    room.desk.questions = asked({"measure": "find_the_real"})
    page = room.open(viewport={"width": 390, "height": 844})
    # As they come, nothing lies on one of them.
    expect(page.locator(".readout")).to_be_hidden()
    press(page, "Shift+ArrowRight")
    settled(page)
    grey = page.locator("[data-said=grey]").bounding_box()
    name = page.locator(".film-frame[data-slot='3'] .film-name").bounding_box()
    assert grey is not None
    assert name is not None
    assert grey["y"] + grey["height"] <= name["y"]


# The magnifier


def glass(page: Page) -> dict[str, float] | None:
    settled(page)
    shown = page.locator(".magnifier:visible")
    return shown.first.bounding_box() if shown.count() else None


def test_the_magnifier_follows_the_mouse_and_shows_twice_the_size(room: Room) -> None:
    page = room.open()
    press(page, "z")
    box = page.locator("[data-film]").bounding_box()
    assert box is not None
    # The left edge of the grey square in the middle of the picture.
    side = min(box["width"], box["height"])
    x = box["x"] + box["width"] / 2 - side / 8
    y = box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    at = glass(page)
    assert at is not None
    assert at["x"] + at["width"] / 2 == pytest.approx(x, abs=1)
    screen = pixels(page)
    row = screen[round(y), round(at["x"]) + 4 : round(at["x"] + at["width"]) - 4]
    inside = row[len(row) // 2 + 3 :]
    # Right of its middle lies the square alone, left of it the wedge.
    assert np.abs(inside - 128).max() <= 2
    assert row[len(row) // 2 - 6] < 110
    # The wedge runs half as steep in it as on the film.
    plain = screen[round(y) - 200, round(x - 60) : round(x)]
    assert (row[len(row) // 2 - 6] - row[len(row) // 2 - 66]) == pytest.approx(
        (plain[-1] - plain[0]) / 2, abs=2.5
    )
    page.mouse.move(1400, 400)
    assert glass(page) is None
    press(page, "z")
    page.mouse.move(x, y)
    assert glass(page) is None


def test_by_keyboard_it_stands_in_the_middle_and_arrows_move_it(room: Room) -> None:
    page = room.open()
    press(page, "z")
    first = glass(page)
    assert first is not None
    expect(page.locator("[data-film]")).to_be_focused()
    press(page, "ArrowRight", "ArrowDown")
    second = glass(page)
    assert second is not None
    assert second["x"] > first["x"] + 10
    assert second["y"] > first["y"] + 10
    assert lit(page) == "realism"
    # Answers go on by their keys, and Esc takes it away.
    press(page, "4", "Escape")
    assert glass(page) is None
    expect(page.locator("#realism-4")).to_be_checked()


def test_a_finger_moves_it_and_sees_it_above_itself(room: Room) -> None:
    page = room.open(**PHONE)
    page.get_by_role("button", name="Magnifier").tap()
    box = page.locator("[data-film]").bounding_box()
    assert box is not None
    client = page.context.new_cdp_session(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.8
    client.send(
        "Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]}
    )
    for step in range(1, 5):
        client.send(
            "Input.dispatchTouchEvent",
            {"type": "touchMove", "touchPoints": [{"x": x + 10 * step, "y": y}]},
        )
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    at = glass(page)
    assert at is not None
    assert at["x"] + at["width"] / 2 == pytest.approx(x + 40, abs=2)
    assert at["y"] + at["height"] < y
    # The finger has not windowed the picture.
    assert page.locator("[data-film] img").evaluate("one => one.style.filter") == ""


def test_it_is_shared_by_all_films_and_stands_on_the_window(room: Room) -> None:
    room.desk.pictures, room.desk.layout = 2, "side_by_side"
    room.desk.questions = asked({"measure": "find_the_real"})
    page = room.open()
    press(page, "i")
    page.locator("[data-film]").first.hover()
    press(page, "z")
    settled(page)
    shown = page.locator(".magnifier:visible")
    expect(shown).to_have_count(2)
    filters = shown.evaluate_all("all => all.map(one => one.style.filter)")
    assert set(filters) == {'url("#window-level")'}


# A timed picture is not touched


def test_a_timed_picture_takes_no_view_and_none_is_told(room: Room) -> None:
    room.desk.exposure_ms, room.desk.questions = 200, asked({"measure": "verdict"})
    page = room.open()
    press(page, "i", "+", "x", "z", "Enter")
    expect(page.locator("[data-answers]")).to_be_visible(timeout=5000)
    press(page, "i", "r", "Enter")
    expect(page.locator("h1")).to_contain_text("2 of")
    told = room.desk.received[0]
    assert (told["viewing-window"], told["viewing-level"]) == ("255", "127.5")
    assert (told["viewing-zoom"], told["viewing-inverted"], told["viewing-magnifier"]) == (
        "1",
        "0",
        "0",
    )


# Full screen


def test_full_screen_is_entered_and_left_by_key_and_by_button(room: Room) -> None:
    page = room.open()
    button = page.get_by_role("button", name="Full screen")
    press(page, "f")
    expect(button).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("() => document.fullscreenElement !== null")
    # The next case keeps it.
    press(page, "4", "r", "2", "Enter")
    expect(page.locator("h1")).to_contain_text("2 of")
    assert page.evaluate("() => document.fullscreenElement !== null")
    expect(page.get_by_role("button", name="Full screen")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Full screen").click()
    expect(page.get_by_role("button", name="Full screen")).to_have_attribute(
        "aria-pressed", "false"
    )


# Help


def test_no_key_reaches_the_form_while_help_is_open(room: Room) -> None:
    page = room.open()
    press(page, "3", "?")
    expect(page.get_by_role("dialog", name="Help")).to_be_visible()
    for row in ("R", "Enter", "Shift ← → ↑ ↓", "X", "Z", "F", "?"):
        assert page.locator("dialog kbd", has_text=row).count(), row
    press(page, "s", "5", "c", "i", "b", "ArrowDown", "m", "x")
    page.keyboard.type("41")
    press(page, "Control+Enter")
    page.wait_for_timeout(200)
    assert room.desk.received == []
    press(page, "Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    # As it was before: realism is answered, the verdict is lit, nothing else.
    expect(page.locator("#case input:checked")).to_have_count(1)
    assert lit(page) == "verdict"
    assert said(page) == ""
    press(page, "r", "2", "Enter")
    expect(page.locator("h1")).to_contain_text("2 of")


def test_help_opens_and_closes_by_button_by_key_and_beside_it(room: Room) -> None:
    page = room.open()
    page.get_by_role("button", name="Help").click()
    expect(page.get_by_role("dialog", name="Help")).to_be_visible()
    press(page, "?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    press(page, "?")
    page.mouse.click(3, 3)
    expect(page.get_by_role("dialog")).to_have_count(0)
    # In a text the sign is a sign.
    press(page, "c")
    page.keyboard.type("Real?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#comment")).to_have_value("Real?")


def test_enter_submits_at_once_after_help_was_closed(room: Room) -> None:
    """The focus may still be on the button that closed help: it opens nothing, and is left."""
    page = room.open()
    press(page, "3", "r", "2", "?", "Escape")
    page.evaluate("document.querySelector('dialog [data-help]').click()")
    expect(page.get_by_role("dialog")).to_have_count(0)
    focused = page.evaluate("""() => new Promise((done) => {
      const help = document.querySelector('dialog[data-help-dialog]');
      help.showModal();
      help.addEventListener('close', () => done(document.activeElement.tagName));
      help.close();
    })""")
    assert focused == "BODY"
    press(page, "Enter")
    expect(page.locator("h1")).to_contain_text("2 of")


def test_help_names_only_keys_that_hold_on_the_page(room: Room) -> None:
    room.desk.is_phase_end, room.desk.questions = True, asked({"measure": "noticed"})
    page = room.open()
    press(page, "?")
    keys = page.locator("dialog th kbd").all_inner_texts()
    assert {"N", "Y", "Enter", "F", "?"} <= set(keys)
    assert not {"I", "X", "Z", "Space"} & set(keys)


@pytest.mark.parametrize("letter", ["x", "z"])
def test_an_answers_own_letter_of_an_older_study_comes_first(room: Room, letter: str) -> None:
    questions = asked({"measure": "verdict"})
    [verdict] = questions

    options = tuple(
        replace(one, key=key) for one, key in zip(verdict.options, (letter, "w"), strict=True)
    )
    room.desk.questions = (replace(verdict, options=options),)
    page = room.open()
    press(page, letter)
    assert page.locator("#verdict-real").is_checked()
    assert glass(page) is None
    assert readout(page) != "1:1"
    view = {"x": "one", "z": "magnifier"}[letter]
    button = page.locator(f'[data-view="{view}"]')
    assert button.get_attribute("aria-keyshortcuts") is None
    assert button.locator("kbd").count() == 0
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


# What is told


def test_the_view_is_told_beside_the_answers_and_anew_with_each_case(room: Room) -> None:
    page = room.open(viewport={"width": 1440, "height": 900}, device_scale_factor=2)
    side = fitted_side(page)
    page.locator("[data-film]").hover()
    page.mouse.wheel(0, -600)
    settled(page)
    reached = float(page.locator("[data-said=zoom]").inner_text().strip("×"))
    page.mouse.wheel(0, 300)
    press(page, "i", "Shift+ArrowRight", "Shift+ArrowDown", "z", "4", "r", "2", "Enter")
    expect(page.locator("h1")).to_contain_text("2 of")
    film_is_shown(page)
    press(page, "4", "r", "2", "Enter")
    expect(page.locator("h1")).to_contain_text("3 of")

    first, second = (
        {name.removeprefix("viewing-"): text for name, text in one.items() if "viewing-" in name}
        for one in room.desk.received
    )
    assert float(first.pop("zoom")) == pytest.approx(reached, abs=0.06)
    assert first == {
        "width": "1440",
        "height": "900",
        "pixel_ratio": "2",
        "film_side": f"{side:g}",
        "pointer": "mouse",
        "window": "263",
        "level": "135.5",
        "inverted": "1",
        "magnifier": "1",
    }
    assert second == {
        "width": "1440",
        "height": "900",
        "pixel_ratio": "2",
        "film_side": f"{side:g}",
        "pointer": "none",
        "window": "255",
        "level": "127.5",
        "zoom": "1",
        "inverted": "0",
        "magnifier": "0",
    }


def test_a_form_that_is_sent_again_tells_what_it_told_first(room: Room) -> None:
    room.desk.faults = [503]
    page = room.open()
    press(page, "4", "r", "2", "Enter")
    expect(page.get_by_role("button", name="Try now")).to_be_visible()
    # Looked at again while it waits: no answer was given with this view.
    press(page, "i")
    page.set_viewport_size({"width": 1000, "height": 700})
    page.get_by_role("button", name="Try now").click()
    expect(page.locator("h1")).to_contain_text("2 of")
    told = room.desk.received[0]
    assert (told["viewing-width"], told["viewing-inverted"]) == ("1440", "0")


def test_a_page_without_scripts_tells_nothing(room: Room) -> None:
    page = room.open(java_script_enabled=False)
    assert page.get_by_role("button", name="Help").count() == 0
    page.locator("#realism-4").check()
    page.locator("#verdict-real").check()
    page.locator("#confidence-2").check()
    page.get_by_role("button", name="Submit").click()
    told = {text for name, text in room.desk.received[0].items() if name.startswith("viewing-")}
    assert told == {""}
