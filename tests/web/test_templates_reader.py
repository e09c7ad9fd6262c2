"""The reader's pages, served by a stand-in desk without database, and driven in a real browser."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from playwright.sync_api import Page, expect

from app.domain.receipt import form_digest
from tests.browser import film_is_shown, hurry_on
from tests.web.accessible import troubles_of
from tests.web.stand_in import CASES, USUAL, Desk, Room, asked, press, stand_in

REALISM: dict[str, dict[str, Any]] = {
    "1-5": {"measure": "realism"},
    "1-7": {"measure": "realism", "high": 7, "labels": ["Not at all realistic", "Like a real one"]},
    "0-100": {
        "measure": "realism",
        "kind": "slider",
        "labels": ["Not at all realistic", "Like a real one"],
    },
}


def shown(page: Page) -> None:
    """Wait until the case's image has been painted."""
    film_is_shown(page)


EVERY_PAGE = (
    "/read",
    "/page/consent",
    "/page/profile",
    "/page/instructions",
    "/page/practice_feedback",
    "/page/display_check",
    "/page/display_result",
    "/page/break",
    "/page/phase",
    "/page/wait",
    "/page/thanks",
    "/page/privacy",
    "/page/withdraw",
    "/page/withdrawn",
    "/page/reading_error",
)
# What has more on it than words: these are looked at in every run, and all with the slow tests.
WITH_CONTROLS = (
    "/read",
    "/page/consent",
    "/page/profile",
    "/page/practice_feedback",
    "/page/display_check",
    "/page/withdraw",
)


# Markup


@pytest.fixture
def client(desk: Desk) -> TestClient:
    return TestClient(stand_in(desk))


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_it_keeps_scripts_and_styles_out_of_the_markup(client: TestClient, path: str) -> None:
    html = client.get(path).text

    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=|javascript:|hx-on", html)
    assert all('src="/static/' in tag for tag in re.findall(r"<script[^>]*>", html))
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_it_gives_every_form_the_csrf_token(client: TestClient, path: str) -> None:
    html = client.get(path).text

    forms = re.findall(r"<form.*?</form>", html, re.DOTALL)
    assert len(re.findall(r"<form", html)) == len(forms)
    assert all('name="csrf_token" value="t0ken"' in form for form in forms)


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_it_has_one_case_region_that_htmx_can_swap_on_every_page(
    client: TestClient, path: str
) -> None:
    whole = client.get(path).text

    assert whole.count('id="case"') == 1
    if path.removeprefix("/page/") in (
        "consent",
        "profile",
        "instructions",
        "display_check",
        "display_result",
        "privacy",
        "withdraw",
        "withdrawn",
    ):
        return  # full pages only; htmx picks their #case
    partial = client.get(path, headers={"HX-Request": "true"}).text
    assert partial.count('id="case"') == 1
    assert "<title>" in partial
    assert "<html" not in partial


def test_it_chooses_nothing_beforehand(client: TestClient) -> None:
    html = client.get("/read").text

    assert "checked" not in html
    assert 'name="comment"' in html
    assert '<textarea id="comment"' in html
    assert re.search(r"<textarea[^>]*></textarea>", html)


@pytest.mark.parametrize("scale", ["1-5", "1-7", "0-100"])
def test_it_offers_every_point_of_the_scale_and_sends_only_the_realism_field(
    client: TestClient, desk: Desk, scale: str
) -> None:
    desk.questions = asked(REALISM[scale], *USUAL[1:])
    html = client.get("/read").text

    named = re.findall(r'<input[^>]*name="realism"[^>]*>', html)
    if scale == "0-100":
        assert len(named) == 1
        assert 'value=""' in named[0]
        slider = re.search(r'<input[^>]*type="range"[^>]*>', html)
        assert slider is not None
        assert "name=" not in slider[0]
    else:
        assert len(named) == int(scale[-1])
    assert "Not at all realistic" in html
    assert "Like a real" in html


def test_it_names_nothing_of_the_case_but_its_tokens(client: TestClient) -> None:
    html = client.get("/read").text

    assert set(re.findall(r"opaque\w+", html)) == {"opaque1", "opaque2"}
    assert "study" not in html.replace("study_title", "")
    assert "arm" not in re.findall(r"[a-z]+", html.lower())


def test_it_shows_given_answers_and_errors_again_and_escapes_them(client: TestClient) -> None:
    html = client.post(
        "/read/rate", data={"verdict": "synthetic", "comment": "</textarea><b>"}
    ).text

    assert re.search(r'value="synthetic"[^>]* checked', html)
    assert html.count(" checked") == 1
    assert "&lt;/textarea&gt;&lt;b&gt;" in html
    assert "Please answer from 1 to 5." in html
    assert "Please answer this question." not in html


@pytest.mark.parametrize("scale", [None, "1-5", "1-7", "0-100"])
def test_it_names_the_keys_of_the_scale_that_is_asked(
    client: TestClient, desk: Desk, scale: str | None
) -> None:
    desk.questions = asked(*([REALISM[scale]] if scale else []), USUAL[1])
    caps = re.findall(r"<kbd>(.*?)</kbd>", client.get("/page/instructions").text)

    figures = {cap for cap in caps if "…" in cap}
    assert figures == {None: set(), "1-5": {"1 … 5"}, "1-7": {"1 … 7"}, "0-100": {"0 … 9"}}[scale]
    assert {"↑", "↓", "Shift ← → ↑ ↓", "R", "S"} <= set(caps)
    assert caps.count("0") == (0 if scale == "0-100" else 1)


@pytest.mark.parametrize("path", ["/page/break", "/page/thanks"])
def test_it_offers_the_way_back_from_a_break_and_from_the_end(
    client: TestClient, path: str
) -> None:
    assert 'href="/read/back"' in client.get(path).text


def view_of(page: Page) -> tuple[str, str]:
    page.evaluate("() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
    style = page.locator("[data-film] img").evaluate("i => [i.style.filter, i.style.transform]")
    return style[0], style[1]


def drag(page: Page, dx: int, dy: int, button: Any = "left") -> None:
    box = page.locator("[data-film]").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down(button=button)
    page.mouse.move(x + dx / 2, y + dy / 2)
    page.mouse.move(x + dx, y + dy)
    page.mouse.up(button=button)


@pytest.mark.e2e
def test_it_reads_every_case_by_keyboard_alone(room: Room) -> None:
    page = room.open()
    for position in range(1, CASES + 1):
        expect(page.locator("h1")).to_contain_text(f"{position} of {CASES}")
        shown(page)
        press(page, "4", "s", "2", "Enter")
    expect(page.locator("h1")).to_have_text("Thank you")

    assert len(room.desk.received) == CASES
    for number, given in enumerate(room.desk.received, 1):
        assert given["case"] == f"opaque{number}"
        assert (given["realism"], given["verdict"], given["confidence"]) == ("4", "synthetic", "2")
        assert 0 < int(given["reading_time_ms"]) < 20_000
        assert given["hidden_time_ms"] == "0"
    assert page.title().startswith("Thank you")


@pytest.mark.e2e
def test_it_keeps_letters_and_figures_typed_in_the_comment_out_of_the_answers(room: Room) -> None:
    page = room.open()
    press(page, "c")
    page.keyboard.type("s5 bi 0r")
    press(page, "Escape", "r", "5", "1", "Enter")
    expect(page.locator("h1")).to_contain_text("2 of")

    assert room.desk.received[0]["comment"] == "s5 bi 0r"
    assert room.desk.received[0]["verdict"] == "real"
    assert room.desk.received[0]["realism"] == "5"
    assert room.desk.received[0]["confidence"] == "1"


@pytest.mark.e2e
def test_it_says_what_is_missing_and_sends_nothing(room: Room) -> None:
    page = room.open()
    press(page, "r", "Enter")

    expect(page.locator("[data-save-state]")).to_contain_text(
        "How realistic is it?”, “How sure are you?"
    )
    assert room.desk.received == []


@pytest.mark.e2e
def test_it_does_not_answer_out_of_turn(room: Room) -> None:
    page = room.open()
    press(page, "3", "5")

    expect(page.locator("[data-save-state]")).to_contain_text("R or S")
    assert page.locator("input:checked").count() == 1


@pytest.mark.e2e
def test_it_goes_back_and_leaves_a_correction_untouched_or_sends_it(room: Room) -> None:
    room.desk.position = 3
    page = room.open()
    press(page, "b")
    expect(page.locator("h1")).to_contain_text("2 of")
    expect(page.locator("input[name=realism]:checked")).to_have_value("3")
    shown(page)
    press(page, "5", "Enter")
    expect(page.locator("h1")).to_contain_text("3 of")
    assert room.desk.received[0]["realism"] == "5"
    assert room.desk.received[0]["verdict"] == "real"

    shown(page)
    press(page, "b")
    expect(page.locator("h1")).to_contain_text("2 of")
    room.desk.position += 1  # the real server finds the open case by itself
    page.get_by_role("link", name="Leave as it was").click()
    expect(page.locator("h1")).to_contain_text("3 of")
    assert len(room.desk.received) == 1


@pytest.mark.e2e
@pytest.mark.parametrize("fault", [503, 200, 502])
def test_it_keeps_the_answers_and_repeats_a_submit_that_got_no_answer(
    room: Room, fault: int
) -> None:
    room.desk.faults = [fault]
    page = room.open()
    number = page.locator("input[name=submission]").input_value()
    press(page, "4", "r", "5", "Enter")
    expect(page.locator("[data-save-state]")).to_contain_text("Not saved yet")
    assert page.locator("input:checked").count() == 3
    press(page, "1")  # what has been sent under a number is not changed under it
    expect(page.locator("h1")).to_contain_text("2 of", timeout=6000)

    assert [given["submission"] for given in room.desk.received] == [number]
    assert room.desk.received[0]["realism"] == "4"
    assert int(room.desk.received[0]["reading_time_ms"]) < 1000  # to the first press


@pytest.mark.e2e
def test_it_repeats_by_itself_after_the_network_was_gone(room: Room) -> None:
    page = room.open()
    page.context.set_offline(True)
    press(page, "4", "r", "5", "Enter")
    expect(page.locator("[data-save-state]")).to_contain_text("no connection")
    page.context.set_offline(False)

    expect(page.locator("h1")).to_contain_text("2 of", timeout=6000)
    assert len(room.desk.received) == 1


@pytest.mark.e2e
def test_it_says_the_servers_refusal_and_keeps_the_answers(room: Room) -> None:
    room.desk.faults = ["refused"]
    page = room.open()
    press(page, "4", "r", "5", "Enter")

    expect(page.locator("[data-save-state]")).to_have_text("Not saved: It is refused.")
    assert page.locator("input:checked").count() == 3
    page.wait_for_timeout(1500)  # nobody but the reader sends it again
    assert len(room.desk.received) == 1
    page.get_by_role("button", name="Try now").click()
    expect(page.locator("h1")).to_contain_text("2 of")


@pytest.mark.e2e
@pytest.mark.parametrize("fault", ["no receipt", "another receipt"])
def test_it_keeps_the_answers_until_the_receipt_is_for_them(room: Room, fault: str) -> None:
    room.desk.position = 2
    room.desk.faults = [fault] * 3
    page = room.open()
    page.clock.install()
    press(page, "4", "r", "5", "Enter")

    line = page.locator("[data-save-state]")
    expect(line).to_contain_text("has not confirmed these answers")
    assert page.locator("input:checked").count() == 3
    # Nothing else takes the place of answers that are not saved.
    expect(page.get_by_role("link", name="Back to last case")).to_be_hidden()
    press(page, "b")
    expect(line).to_contain_text("Nothing was changed")
    expect(page.locator("h1")).to_contain_text("2 of")
    hurry_on(page, "3 of")
    assert len({given["submission"] for given in room.desk.received}) == 1


@pytest.mark.e2e
def test_it_digests_a_form_as_the_server_does(room: Room) -> None:
    page = room.open()
    forms = [
        {},
        {"comment": 'a "quote"\\\n\ttab \u2028 \x7f \x1f', "b": "", "a": "1"},
        {"text": "é 🫁 \ufeff" * 40, "csrf_token": "x"},
        *({"text": "x" * length} for length in (42, 43, 44, 45, 50, 51, 52, 106, 107, 108)),
    ]
    digests = page.evaluate(
        """async (forms) => {
            const { formDigest } = await import("/static/reading/receipt.js");
            return forms.map((form) => formDigest(Object.entries(form)));
        }""",
        forms,
    )
    assert digests == [form_digest(form) for form in forms]


@pytest.mark.e2e
def test_it_asks_for_the_next_image_ahead_and_only_once(room: Room) -> None:
    page = room.open()
    page.wait_for_timeout(300)
    assert room.desk.images_asked == ["opaque1", "opaque2"]
    press(page, "4", "r", "5", "Enter")
    expect(page.locator("h1")).to_contain_text("2 of")
    page.wait_for_timeout(300)

    assert room.desk.images_asked == ["opaque1", "opaque2", "opaque3"]


@pytest.mark.e2e
def test_it_takes_no_rating_of_an_image_that_was_not_shown(room: Room) -> None:
    room.desk.images_work = False
    page = room.open()
    expect(page.locator("[data-film-failed]")).to_be_visible()
    press(page, "4", "r", "5", "Enter")
    expect(page.locator("[data-save-state]")).to_contain_text("not been shown")
    assert room.desk.received == []

    room.desk.images_work = True
    page.get_by_role("button", name="Load it again").click()
    expect(page.locator("[data-film-failed]")).to_be_hidden()
    shown(page)
    press(page, "Enter")
    expect(page.locator("h1")).to_contain_text("2 of")


@pytest.mark.e2e
def test_it_windows_to_within_two_grey_levels_of_the_formula(room: Room) -> None:
    page = room.open()
    drag(page, -200, 40)  # half a grey level a pixel: width 255 - 100, level 127.5 + 20
    page.mouse.move(5, 5)
    image = Image.open(io.BytesIO(page.locator("[data-film] img").screenshot())).convert("L")
    middle = image.getpixel((image.width // 2, image.height // 2))
    assert isinstance(middle, int | float)

    expected = 255 * (128 - (147.5 - 155 / 2)) / 155
    assert abs(middle - expected) <= 2
    assert "W 155" in page.locator("[data-readout]").inner_text()


@pytest.mark.e2e
@pytest.mark.parametrize(
    "gesture",
    [
        lambda page: drag(page, 80, 30),
        lambda page: press(page, "i"),
        lambda page: (page.locator("[data-film]").hover(), page.mouse.wheel(0, -300)),
        pytest.param(lambda page: drag(page, 80, 30, "right"), marks=pytest.mark.slow),
        pytest.param(lambda page: drag(page, 80, 30, "middle"), marks=pytest.mark.slow),
        pytest.param(lambda page: press(page, "+"), marks=pytest.mark.slow),
        pytest.param(lambda page: press(page, "Shift+ArrowRight"), marks=pytest.mark.slow),
        pytest.param(
            lambda page: page.get_by_role("button", name="Zoom in").click(), marks=pytest.mark.slow
        ),
    ],
)
def test_every_view_gesture_shows_moves_no_page_and_is_gone_on_the_next_case(
    room: Room, gesture: Callable[[Page], object]
) -> None:
    page = room.open()
    assert view_of(page) == ("", "")
    gesture(page)
    page.wait_for_timeout(80)

    assert view_of(page) != ("", "")
    assert page.evaluate("scrollX + scrollY") == 0
    press(page, "4", "r", "5", "Enter")
    expect(page.locator("h1")).to_contain_text("2 of")
    shown(page)
    assert view_of(page) == ("", "")


@pytest.mark.e2e
def test_enter_submits_after_a_click_on_a_view_button_or_an_answer(room: Room) -> None:
    page = room.open()
    press(page, "4", "r")
    page.get_by_role("button", name="Invert").click()
    page.get_by_label("Fairly sure").click()
    press(page, "Enter")

    expect(page.locator("h1")).to_contain_text("2 of")


@pytest.mark.e2e
def test_a_held_enter_key_goes_through_one_break_only(room: Room) -> None:
    page = room.open("/page/break")
    page.evaluate(
        """() => document.body.dispatchEvent(new KeyboardEvent('keydown',
            {key: 'Enter', repeat: true, bubbles: true}))"""
    )
    expect(page.locator("h1")).to_have_text("Rest your eyes")
    press(page, "Enter")
    expect(page.locator("h1")).to_contain_text("1 of")


@pytest.mark.e2e
def test_it_resets_by_space_and_double_click_and_fits_without_losing_the_window(
    room: Room,
) -> None:
    page = room.open()
    press(page, "i", "+")
    press(page, "0")
    assert view_of(page) == ('url("#window-level")', "")
    press(page, " ")
    assert view_of(page) == ("", "")
    press(page, "i", "+")
    page.locator("[data-film]").dblclick()
    assert view_of(page) == ("", "")


@pytest.mark.e2e
def test_window_and_level_stay_in_bounds(room: Room) -> None:
    page = room.open()
    for _ in range(4):
        drag(page, -500, 400)

    assert page.locator("[data-readout]").inner_text().startswith("W 8 L 255")
    assert page.locator("[data-film]").is_visible()


@pytest.mark.e2e
def test_the_context_menu_stays_away_from_the_image(room: Room) -> None:
    page = room.open()

    assert page.locator("[data-film] img").evaluate(
        "i => !i.dispatchEvent(new MouseEvent('contextmenu', {bubbles: true, cancelable: true}))"
    )


@pytest.mark.e2e
def test_single_keys_can_be_turned_off(room: Room) -> None:
    page = room.open("/page/instructions")
    page.get_by_label("Use these keys").uncheck()
    page.goto(room.address + "/read")
    shown(page)
    press(page, "4", "r", "i")

    assert page.locator("input:checked").count() == 0
    assert view_of(page) == ("", "")


@pytest.mark.e2e
def test_it_works_by_touch_on_a_phone(room: Room) -> None:
    page = room.open(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    for label in ("Very realistic", "Synthetic", "Sure"):
        page.get_by_label(label, exact=False).last.tap()
    submit = page.get_by_role("button", name="Submit")
    box = submit.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert box["y"] + box["height"] <= 844
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    submit.tap()
    expect(page.locator("h1")).to_contain_text("2 of")


@pytest.mark.e2e
def test_two_fingers_zoom_and_a_double_tap_resets(room: Room) -> None:
    page = room.open(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    touch = page.context.new_cdp_session(page)

    def fingers(kind: str, *points: tuple[int, int]) -> None:
        where = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": where})

    fingers("touchStart", (180, 200))
    fingers("touchStart", (180, 200), (220, 200))
    fingers("touchMove", (140, 200), (260, 200))
    fingers("touchEnd")
    filtered, transform = view_of(page)
    assert filtered == ""
    assert "scale(3)" in transform or float(transform.split("scale(")[1][:-1]) > 2

    for _ in range(2):
        fingers("touchStart", (200, 200))
        fingers("touchEnd")
    assert view_of(page) == ("", "")


@pytest.mark.e2e
def test_it_works_with_javascript_off(room: Room) -> None:
    page = room.open(java_script_enabled=False)
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#realism-error")).to_have_text("Please answer from 1 to 5.")
    page.locator("#realism-4").check()
    page.locator("#verdict-synthetic").check()
    page.locator("#confidence-2").check()
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("h1")).to_contain_text("2 of")
    last = room.desk.received[-1]
    assert (last["realism"], last["reading_time_ms"]) == ("4", "")
    assert page.locator("[data-legend]").is_hidden()
    assert page.locator("kbd").first.is_hidden()


@pytest.mark.e2e
@pytest.mark.parametrize("paths", [WITH_CONTROLS, pytest.param(EVERY_PAGE, marks=pytest.mark.slow)])
def test_every_page_is_for_everybody(room: Room, paths: tuple[str, ...]) -> None:
    page = room.open()
    told = []
    for path in paths:
        page.goto(room.address + path)
        told += [f"{path} {one}" for one in troubles_of(page)]
    for scale in ("1-7", "0-100") if paths is EVERY_PAGE else ("0-100",):
        room.desk.questions = asked(REALISM[scale], *USUAL[1:])
        page.goto(room.address + "/read")
        told += [f"{scale} {one}" for one in troubles_of(page)]

    assert not told, "\n".join(told)
