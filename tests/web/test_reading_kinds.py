"""Every kind of question on the case page: by keys, by mouse, by touch, and without JavaScript."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect

from app.domain.questions.answer import Mark
from app.domain.questions.kinds.kind import Picture
from app.web.reading_context import question_list
from tests.browser import film_is_shown
from tests.web.accessible import troubles_of
from tests.web.stand_in import (
    SIZE,
    USUAL,
    USUAL_WITH_COMMENT,
    Desk,
    Room,
    asked,
    chosen,
    lit,
    press,
    said,
    stand_in,
)

VISUAL_GRADING = {
    "measure": "quality",
    "key": "vga",
    "low": -2,
    "high": 2,
    "labels": ["Much worse", "Worse", "Same", "Better", "Much better"],
}
ELEVEN = {"measure": "quality", "key": "eleven", "low": 0, "high": 10, "labels": ["Bad", "Good"]}
SLIDER = {
    "measure": "realism",
    "kind": "slider",
    "low": -50,
    "high": 50,
    "labels": ["Not like one", "Like a real one"],
}
ARTEFACTS = {"measure": "artefact", "asked_if": {"question": "verdict", "values": ["synthetic"]}}
PLACE = {"measure": "place", "shape": "point_or_box", "required": True}
MANY_WORDS = {
    "measure": "artefact",
    "key": "words",
    "options": [f"Word {number}" for number in range(1, 31)],
}


def next_case(page: Page, number: int = 2) -> None:
    expect(page.locator("h1")).to_contain_text(f"{number} of")


def field(page: Page, name: str) -> str:
    return page.locator(f'[name="{name}"]').input_value()


# Keys


@pytest.mark.e2e
def test_the_trial_that_once_misrecorded_is_stored_as_it_was_lit(room: Room) -> None:
    page = room.open()
    press(page, "c")
    page.keyboard.type("a text")
    press(page, "Escape", "4", "s", "2", "Enter")
    next_case(page)

    assert room.desk.stored == [
        {"realism": 4, "verdict": "synthetic", "confidence": 2, "comment": "a text"}
    ]


@pytest.mark.e2e
def test_a_refused_key_says_so_and_changes_nothing(room: Room) -> None:
    page = room.open()
    press(page, "q")
    assert said(page) == "Q does nothing here."
    press(page, "4", "4")

    assert said(page) == "4 was not taken. The light is on “Real or synthetic?”: R or S."
    assert chosen(page) == ["realism-4"]
    press(page, "s", "s")
    assert lit(page) == "confidence"
    assert said(page) == ""


@pytest.mark.e2e
def test_after_a_click_the_arrows_move_the_light_and_not_the_answer(room: Room) -> None:
    page = room.open()
    page.locator("#realism-2").click()
    press(page, "ArrowDown", "ArrowDown")

    assert chosen(page) == ["realism-2"]
    # A comment has no keys of its own: the light passes it over.
    assert lit(page) == "confidence"
    press(page, "ArrowUp")
    assert lit(page) == "verdict"


@pytest.mark.e2e
def test_it_can_be_read_by_tab_and_arrows_alone(room: Room) -> None:
    room.desk.questions = asked(*USUAL)
    page = room.open()
    press(page, "Tab", "Tab")
    while page.evaluate("document.activeElement.name") != "realism":
        press(page, "Tab")
    press(page, "Space", "ArrowDown", "Tab", "Space", "Tab", "Space", "ArrowUp")

    assert chosen(page) == ["confidence-5", "realism-2", "verdict-real"]
    assert lit(page) == "confidence"
    press(page, "Enter")
    next_case(page)


@pytest.mark.e2e
def test_a_word_typed_in_another_window_is_no_reason_to_leave_the_text(room: Room) -> None:
    page = room.open()
    press(page, "c")
    page.keyboard.type("so ")
    page.locator("textarea").evaluate(
        "one => one.dispatchEvent(new FocusEvent('focusout', {bubbles: true}))"
    )
    page.keyboard.type("4")

    assert field(page, "comment") == "so 4"
    assert chosen(page) == []


# Scales


@pytest.mark.e2e
def test_a_scale_around_zero_is_answered_by_its_caps(room: Room) -> None:
    room.desk.questions = asked(VISUAL_GRADING, ELEVEN)
    page = room.open()
    labels = page.locator("[data-question=vga] label").all_inner_texts()
    assert [label.split()[0] for label in labels] == ["−2", "−1", "0", "+1", "+2"]
    press(page, "1", "t", "Enter")
    next_case(page)

    assert room.desk.stored == [{"vga": -2, "eleven": 10}]


@pytest.mark.parametrize("points", range(2, 12))
def test_every_point_of_a_scale_has_a_key_of_its_own(points: int) -> None:
    rows = asked({"measure": "quality", "low": -1, "high": points - 2})
    keys = [option.key for option in question_list(rows, Picture(1, SIZE))[0].options]

    assert len(set(keys)) == points
    assert "" not in keys


# Sliders


@pytest.mark.e2e
def test_an_untouched_slider_sends_no_number(room: Room) -> None:
    room.desk.questions = asked(SLIDER)
    page = room.open()
    press(page, "Enter")
    assert "How realistic is it?" in said(page)
    assert room.desk.received == []
    press(page, "-", "4", "3", "Enter")
    next_case(page)
    assert room.desk.stored == [{"realism": -43}]

    film_is_shown(page)
    page.get_by_label("Slider: How realistic is it?").click()  # its very middle
    assert field(page, "realism") == "0"
    press(page, "Enter")
    next_case(page, 3)


@pytest.mark.e2e
def test_a_button_whose_key_is_a_questions_still_shows_its_sign(room: Room) -> None:
    room.desk.questions = asked(SLIDER)
    page = room.open()
    button = page.get_by_role("button", name="Zoom out")
    assert button.inner_text().strip() == "−"
    assert button.locator("kbd").count() == 0


@pytest.mark.e2e
def test_a_slider_takes_figures_only_while_it_is_lit(room: Room) -> None:
    room.desk.questions = asked(USUAL[1], SLIDER, {"measure": "quality"})
    page = room.open()
    press(page, "4")
    assert "R or S" in said(page)
    press(page, "r", "7", "Enter", "4", "Enter")
    next_case(page)

    assert room.desk.stored == [{"verdict": "real", "realism": 7, "quality": 4}]


@pytest.mark.e2e
def test_after_a_drag_of_the_slider_figures_belong_to_the_next_question(room: Room) -> None:
    room.desk.questions = asked(SLIDER, {"measure": "quality"})
    page = room.open()
    box = page.get_by_label("Slider: How realistic is it?").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"], box["y"] + box["height"] / 2)
    page.mouse.up()
    assert lit(page) == "quality"
    press(page, "3", "Enter")
    next_case(page)

    assert room.desk.stored == [{"realism": 50, "quality": 3}]


@pytest.mark.e2e
def test_a_number_out_of_range_says_what_the_range_is(room: Room) -> None:
    room.desk.questions = asked(SLIDER)
    page = room.open()
    press(page, "9", "9", "Enter")

    expect(page.locator("#realism-error")).to_have_text("Give a whole number from -50 to 50.")
    assert room.desk.received == []


# Choices


@pytest.mark.e2e
def test_words_are_ticked_by_key_and_none_excludes_them(room: Room) -> None:
    room.desk.questions = asked(USUAL[1], ARTEFACTS)
    page = room.open()
    expect(page.locator("[data-question=artefact]")).to_be_hidden()
    press(page, "s")
    expect(page.locator("[data-question=artefact]")).to_be_visible()
    press(page, "a")
    assert chosen(page) == ["artefact-none", "verdict-synthetic"]
    press(page, "1", "0", "2", "2", "Enter")
    next_case(page)

    assert room.desk.stored == [{"verdict": "synthetic", "artefact": ("symmetry", "frame")}]


@pytest.mark.e2e
def test_words_are_ticked_by_mouse_too(room: Room) -> None:
    room.desk.questions = asked(*USUAL[1:2], ARTEFACTS)
    page = room.open()
    page.locator("#verdict-synthetic").click()
    page.locator("#artefact-none").click()
    page.locator("#artefact-rib").click()

    assert chosen(page) == ["artefact-rib", "verdict-synthetic"]


def test_words_take_no_letter_that_something_else_has() -> None:
    shown = question_list(asked(*USUAL[1:2], MANY_WORDS), Picture(1, SIZE))
    keys = [option.key for option in shown[1].options if option.key]

    assert keys[:10] == list("1234567890")
    assert len(set(keys)) == len(keys) > 20
    assert not set("rsbcefimtxz") & set(keys)


# Conditions


@pytest.mark.e2e
def test_what_is_no_longer_asked_is_not_sent_and_comes_back_when_asked_again(room: Room) -> None:
    why = {
        "measure": "comment",
        "key": "why",
        "required": True,
        "asked_if": {"question": "verdict", "values": ["synthetic"]},
    }
    room.desk.questions = asked(USUAL[1], why)
    page = room.open()
    press(page, "s", "c")
    page.keyboard.type("the ribs")
    press(page, "Escape", "r")
    expect(page.locator("#why")).to_be_hidden()
    press(page, "s")
    assert field(page, "why") == "the ribs"
    press(page, "r", "Enter")
    next_case(page)

    assert "why" not in room.desk.received[0]
    assert room.desk.stored == [{"verdict": "real"}]


@pytest.mark.e2e
@pytest.mark.parametrize("has_scripts", [True, False])
def test_how_sure_one_is_may_be_left_where_an_optional_question_is(
    room: Room, has_scripts: bool
) -> None:
    verdict = {"measure": "verdict", "required": False, "prompt": "Real?"}
    room.desk.questions = asked(verdict, {"measure": "confidence"})
    page = room.open(java_script_enabled=has_scripts)
    said = page.get_by_text("Only if you answered “Real?”.")
    assert said.is_visible() is not has_scripts
    page.locator("#verdict-real").check()
    page.locator("form.panel button[type=submit]").click()
    expect(page.locator("#confidence-error")).to_contain_text("Please answer")
    assert room.desk.stored == []

    if has_scripts:
        page.evaluate("localStorage.clear()")  # else what was answered comes back
    page.goto(room.address + "/read")
    page.locator("form.panel button[type=submit]").click()
    next_case(page)
    assert room.desk.stored == [{}]


@pytest.mark.e2e
def test_without_javascript_a_condition_is_said_and_the_server_leaves_out_what_was_not_asked(
    room: Room,
) -> None:
    room.desk.questions = asked(USUAL[1], ARTEFACTS)
    page = room.open(java_script_enabled=False)
    expect(
        page.get_by_text("Only if you answered “Synthetic” to “Real or synthetic?”.")
    ).to_be_visible()
    page.locator("#verdict-real").check()
    page.locator("#artefact-rib").check()
    page.get_by_role("button", name="Submit").click()
    next_case(page)

    assert room.desk.stored == [{"verdict": "real"}]


def test_with_scripts_nothing_that_may_not_be_asked_flashes_up() -> None:
    css = (stand_in.__globals__["ROOT"] / "static/reading-room.css").read_text()

    assert "@media (scripting: enabled)" in css


# Marks


def at(page: Page, x: float, y: float, slot: int = 1) -> tuple[float, float]:
    """Where a point of the untouched picture is on the screen."""
    box = page.locator(f'[data-slot="{slot}"] [data-film]').bounding_box()
    assert box is not None
    side = min(box["width"], box["height"])
    left = box["x"] + (box["width"] - side) / 2
    top = box["y"] + (box["height"] - side) / 2
    return left + x / SIZE * side, top + y / SIZE * side


def marks(page: Page) -> list[dict[str, Any]]:
    text = page.locator("[data-marks-field]").input_value()
    return list(json.loads(text)) if text else []


@pytest.mark.e2e
def test_marks_are_drawn_by_mouse_under_zoom_and_kept_in_pixels_of_the_picture(room: Room) -> None:
    room.desk.questions = asked(PLACE)
    page = room.open()
    page.get_by_role("button", name="Mark on the image").click()
    page.mouse.click(*at(page, 100, 200))
    press(page, "+")
    middle = at(page, SIZE / 2, SIZE / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 20, middle[1] + 20)
    corner = at(page, SIZE / 2 + 1.25 * 64, SIZE / 2 + 1.25 * 32)
    page.mouse.move(*corner)
    page.mouse.up()

    point, box = marks(page)
    assert point == pytest.approx(
        {"x": 100, "y": 200, "width": 0, "height": 0, "picture": 1}, abs=0.5
    )
    assert box == pytest.approx(
        {"x": 256, "y": 256, "width": 64, "height": 32, "picture": 1}, abs=0.5
    )
    expect(page.locator("[data-mark-list] li")).to_have_count(2)
    page.get_by_role("button", name="Remove mark 1").click()
    press(page, "Enter")
    next_case(page)
    (stored,) = room.desk.stored
    assert isinstance(stored["place"], tuple)
    (mark,) = stored["place"]
    assert isinstance(mark, Mark)
    assert (mark.width, mark.picture) == (pytest.approx(64, abs=0.5), 1)


@pytest.mark.e2e
def test_marks_are_drawn_by_keyboard_alone(room: Room) -> None:
    room.desk.questions = asked(PLACE, USUAL[1])
    page = room.open()
    press(page, "m", "ArrowLeft", "ArrowUp", "Enter")
    press(page, "Shift+ArrowRight", "Shift+ArrowDown", "Space", "ArrowDown", "Enter")
    assert len(marks(page)) == 3
    press(page, "Delete")
    assert said(page) == "Mark 3 removed."
    press(page, "Escape", "r", "Enter")
    next_case(page)

    step = SIZE / 64
    assert room.desk.stored[0]["place"] == (
        Mark(256 - step, 256 - step),
        Mark(256 - step, 256 - step, step, step),
    )


@pytest.mark.e2e
def test_marks_are_drawn_by_touch(room: Room) -> None:
    room.desk.questions = asked(PLACE)
    page = room.open(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="Mark on the image").tap()
    page.touchscreen.tap(*at(page, 300, 100))

    (mark,) = marks(page)
    assert (mark["x"], mark["y"]) == (pytest.approx(300, abs=2), pytest.approx(100, abs=2))
    remove = page.get_by_role("button", name="Remove mark 1")
    box = remove.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    remove.tap()
    assert marks(page) == []


@pytest.mark.e2e
def test_nothing_to_mark_is_an_answer_and_marks_come_back_when_it_is_taken_back(room: Room) -> None:
    room.desk.questions = asked(PLACE)
    page = room.open()
    page.get_by_role("button", name="Mark on the image").click()
    page.mouse.click(*at(page, 100, 200))
    page.get_by_label("Nothing to mark").click()
    assert marks(page) == []
    page.get_by_label("Nothing to mark").click()
    assert len(marks(page)) == 1
    page.get_by_label("Nothing to mark").click()
    press(page, "Enter")
    next_case(page)

    assert room.desk.stored == [{"place": ()}]


@pytest.mark.e2e
def test_a_click_beside_the_picture_marks_nothing(room: Room) -> None:
    room.desk.questions = asked(PLACE)
    page = room.open()
    press(page, "m")
    x, y = at(page, SIZE, SIZE / 2)
    page.mouse.click(x + 20, y)

    assert said(page) == "That is outside the picture."
    assert marks(page) == []


@pytest.mark.e2e
def test_a_correction_shows_its_marks_and_words_again(room: Room) -> None:
    room.desk.questions = asked({"measure": "artefact"}, PLACE, {"measure": "comment"})
    room.desk.given = {
        "artefact": ("grain",),
        "place": (Mark(10.5, 20.0), Mark(30.0, 40.0, 50.0, 60.0)),
        "comment": "so",
    }
    page = room.open()

    expect(page.locator("[data-mark-list] li")).to_have_count(2)
    assert page.locator(".film-marks rect:not(.mark-under)").count() == 1
    assert page.locator(".film-marks circle:not(.mark-under)").count() == 1
    press(page, "Enter")
    next_case(page)
    assert room.desk.stored == [room.desk.given]


@pytest.mark.e2e
def test_without_javascript_marks_say_that_they_need_it(room: Room) -> None:
    room.desk.questions = asked(PLACE)
    page = room.open(java_script_enabled=False)

    expect(page.locator(".needs-script")).to_contain_text("Marks are drawn with JavaScript")
    expect(page.get_by_role("button", name="Mark on the image")).to_be_hidden()
    page.get_by_label("Nothing to mark").check()
    page.get_by_role("button", name="Submit").click()
    next_case(page)


# Sides


@pytest.mark.e2e
def test_arrows_choose_of_a_pair_and_the_frame_shows_it(room: Room) -> None:
    room.desk.questions = asked({"measure": "preference", "tie_label": "No difference"})
    room.desk.pictures, room.desk.layout = 2, "side_by_side"
    page = room.open()
    press(page, "ArrowRight")
    expect(page.locator("figure.chosen")).to_have_attribute("data-name", "Right")
    press(page, "ArrowLeft")
    expect(page.locator("figure.chosen")).to_have_attribute("data-name", "Left")
    press(page, "0")
    expect(page.locator("figure.chosen")).to_have_count(0)
    press(page, "2", "Enter")
    next_case(page)

    assert room.desk.stored == [{"preference": 2}]


# Any language, long words


@pytest.mark.e2e
@pytest.mark.parametrize("width", [1440, 390])
def test_long_texts_and_other_scripts_are_not_cut_off(room: Room, width: int) -> None:
    long = "Donaudampfschifffahrtsgesellschaftskapitänsmützenverschluss " * 3
    options = [{"value": f"v{number}", "label": f"{number} {long}"[:118]} for number in range(3)]
    arabic = {"measure": "realism", "prompt": "ما مدى واقعية هذه الصورة؟", "hint": long}
    room.desk.questions = asked(
        {"measure": "noticed", "prompt": long, "options": options}, arabic, MANY_WORDS
    )
    room.desk.language = "ar"
    page = room.open(viewport={"width": width, "height": 844})

    cut = page.locator("#case :is(label, legend, p, button, h1)").evaluate_all(
        """all => all.filter(one => one.offsetParent && one.scrollWidth > one.clientWidth + 1
            && !one.matches('.visually-hidden, .hint')).map(one => one.textContent)"""
    )
    assert cut == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("[data-answers]").get_attribute("dir") == "rtl"


@pytest.mark.e2e
def test_every_kind_is_for_everybody(room: Room) -> None:
    seen = {**ARTEFACTS, "asked_if": None, "hint": "All of them."}
    seen.pop("asked_if")
    room.desk.questions = asked(
        USUAL[1], seen, PLACE, SLIDER, VISUAL_GRADING, ELEVEN, {"measure": "comment"}
    )
    page = room.open()
    press(page, "Enter")

    assert troubles_of(page) == []


def test_every_kind_keeps_scripts_and_styles_out_and_chooses_nothing() -> None:
    desk = Desk(questions=asked(*USUAL_WITH_COMMENT, ARTEFACTS, PLACE))
    html = TestClient(stand_in(desk)).get("/read").text

    assert " style=" not in html
    assert " checked" not in html
