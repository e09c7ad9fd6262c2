"""Every page in every window: nothing is cut off, nothing overflows, and the film has its room."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from app.domain.grey_steps import PLACES, strips_of
from tests.two_lengths import some_now
from tests.web.accessible import troubles_of
from tests.web.stand_in import USUAL, Desk, Room, asked, other_pages, press

pytestmark = pytest.mark.e2e

# The last is a window of 1440 x 900 at 200 % zoom.
WINDOWS: dict[str, dict[str, Any]] = {
    "1440x900": {"viewport": {"width": 1440, "height": 900}},
    "1024x768": {"viewport": {"width": 1024, "height": 768}},
    "1200x1600": {"viewport": {"width": 1200, "height": 1600}},
    "3840x2160": {"viewport": {"width": 3840, "height": 2160}},
    "390x844": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    "320x640": {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True},
    "200 %": {"viewport": {"width": 720, "height": 450}, "device_scale_factor": 2},
}
# Those of one kind, whose pages are loaded one after another in one window made larger and smaller.
ALIKE = {
    "screen": ("1440x900", "1024x768"),
    "narrow phone": ("320x640",),
    "zoomed": ("200 %",),
    "tall or large screen": ("1200x1600", "3840x2160"),
    "phone": ("390x844",),
}
# The tightest of each kind in every run, and every window in the thorough one.
OF_EVERY_RUN = ("screen", "narrow phone", "zoomed")
LONG = (
    "How plausible is the course of the pulmonary vessels from the hilum to the periphery, taking "
    "the projection and the depth of inspiration into account?"
)
LABELS = [
    "Not plausible anywhere, or no vessels to be seen at all",
    "Doubtful in many places",
    "Partly plausible, partly not",
    "Plausible with small doubts",
    "Plausible-everywhere-and-without-the-slightest-doubt-or-reservation",
]


def single(desk: Desk) -> None:
    """One film, the usual questions."""


def pair(desk: Desk) -> None:
    desk.pictures, desk.layout = 2, "side_by_side"
    desk.questions = asked({"measure": "find_the_real"}, {"measure": "realism"})


def quartet(desk: Desk) -> None:
    pair(desk)
    desk.pictures = 4


def exposure(desk: Desk) -> None:
    desk.exposure_ms, desk.questions = 500, asked(*USUAL[1:])


def long(desk: Desk) -> None:
    desk.phase_title = "The second reading, after the purpose of the study has been told"
    desk.beside = "Blunting of the left costophrenic angle. " * 12
    desk.questions = asked(
        {"measure": "realism", "prompt": LONG, "hint": LONG, "labels": LABELS},
        {"measure": "quality", "kind": "slider", "low": 0, "high": 100},
        {"measure": "verdict"},
        {"measure": "artefact"},
        {"measure": "place"},
        {"measure": "comment"},
    )


SCENES: tuple[Callable[[Desk], None], ...] = (single, pair, quartet, exposure, long)
# Words that end beyond their own box or the window, and controls that lie outside it; what scrolls
# is scrolled into view first. A part of the film is meant to lie outside when it is zoomed.
CUT_OFF = """() => {
  const bad = [];
  const name = (one) => `${one.tagName} ${one.className} "${one.textContent.trim().slice(0, 40)}"`;
  const unseen = '.visually-hidden, .word-more, .magnifier, .readout, .hint, [data-scrolls] *';
  const isShown = (one) =>
    one.checkVisibility({ visibilityProperty: true }) && !one.closest(unseen);
  const page = document.documentElement;
  if (page.scrollWidth > innerWidth) bad.push(`the page is ${page.scrollWidth} wide`);
  const answers = document.querySelector('[data-answers]');
  if (answers && answers.scrollWidth > answers.clientWidth + 1) bad.push('the answers are wider');
  const what = 'p, h1, h2, legend, label, button, a, td, th, figcaption, textarea, input, select';
  for (const one of document.querySelectorAll(`#case :is(${what}, .anchors span)`)) {
    if (!isShown(one) || one.type === 'hidden') continue;
    one.scrollIntoView({ block: 'nearest' });
    const box = one.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    const isWider = one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1;
    if (isWider && !one.matches('input, textarea')) bad.push(`clipped: ${name(one)}`);
    if (box.left < -1 || box.right > innerWidth + 1) bad.push(`beside the window: ${name(one)}`);
    const isOut = box.top < -1 || box.bottom > innerHeight + 1;
    if (isOut && box.height < innerHeight) bad.push(`above or below: ${name(one)}`);
  }
  return bad;
}"""
# Controls that lie under something that is no part of them.
COVERED = """() => {
  const bad = [];
  for (const one of document.querySelectorAll('#case :is(button, a)')) {
    if (!one.checkVisibility({ visibilityProperty: true })) continue;
    if (one.closest('dialog, [inert]')) continue;
    one.scrollIntoView({ block: 'nearest' });
    const box = one.getBoundingClientRect();
    if (box.width === 0) continue;
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    const isFree = one.contains(top) || top?.contains(one);
    if (!isFree) bad.push(`${one.textContent.trim()} under ${top?.outerHTML.slice(0, 80)}`);
  }
  return bad;
}"""


def nothing_is_cut_off(page: Page) -> None:
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate(COVERED) == []


def in_each(room: Room, windows: str) -> Iterator[tuple[str, Page]]:
    """The case in each of the windows that are alike, as somebody sees it who comes to it there."""
    names = ALIKE[windows]
    options = {key: one for key, one in WINDOWS[names[0]].items() if key != "viewport"}
    sizes = [tuple(WINDOWS[name]["viewport"].values()) for name in names]
    for name, (_, page) in zip(names, room.in_windows(sizes, **options), strict=True):
        yield name, page


@pytest.mark.parametrize("windows", some_now(ALIKE, OF_EVERY_RUN))
@pytest.mark.parametrize("scene", some_now([single, pair, quartet, long], [quartet, long]))
def test_nothing_of_a_case_is_cut_off(
    room: Room, scene: Callable[[Desk], None], windows: str
) -> None:
    scene(room.desk)
    for window, page in in_each(room, windows):
        nothing_is_cut_off(page)
        nothing_is_cut_off_when_it_says_what_is_missing(page, window)


# A picture that is shown for a time is shown once, so each window is a new one.
@pytest.mark.parametrize("window", some_now(WINDOWS, ["1440x900", "320x640", "200 %"]))
def test_nothing_of_a_timed_case_is_cut_off(room: Room, window: str) -> None:
    exposure(room.desk)
    page = room.open(**WINDOWS[window])
    nothing_is_cut_off(page)
    page.get_by_role("button", name="Show").click()
    expect(page.locator("[data-answers]")).to_be_visible(timeout=5000)
    nothing_is_cut_off(page)
    nothing_is_cut_off_when_it_says_what_is_missing(page, window)


def nothing_is_cut_off_when_it_says_what_is_missing(page: Page, window: str) -> None:
    """It is said above the button, and the button stays where it is."""
    page.get_by_role("button", name="Submit").click()
    nothing_is_cut_off(page)
    button = page.get_by_role("button", name="Submit").bounding_box()
    assert button is not None
    assert button["y"] + button["height"] <= WINDOWS[window]["viewport"]["height"], window


@pytest.mark.parametrize("windows", some_now(ALIKE, OF_EVERY_RUN))
def test_nothing_of_the_other_pages_and_of_the_help_is_cut_off(room: Room, windows: str) -> None:
    room.desk.has_reference = True
    for window, page in in_each(room, windows):
        press(page, "?")
        expect(page.get_by_role("dialog", name="Help")).to_be_visible()
        box = page.get_by_role("dialog").bounding_box()
        assert box is not None
        assert box["x"] >= 0, window
        assert box["x"] + box["width"] <= WINDOWS[window]["viewport"]["width"], window
        assert box["y"] + box["height"] <= WINDOWS[window]["viewport"]["height"], window
        inside = page.locator(".help-text").evaluate("one => [one.scrollWidth, one.clientWidth]")
        assert inside[0] <= inside[1], window
        for name in other_pages(room.desk):
            if name == "reading_error":
                continue
            page.goto(f"{room.address}/page/{name}")
            wide = page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
            assert wide[0] <= wide[1], (name, window)
            nothing_is_cut_off(page)


# The film's room


def film_side(page: Page) -> float:
    side: float = page.locator("[data-film]").first.evaluate(
        "one => Math.min(one.getBoundingClientRect().width, one.getBoundingClientRect().height)"
    )
    return side


LEAST_SIDE = {
    "1440x900": 850,
    "1024x768": 690,
    "1200x1600": 1060,
    "3840x2160": 2080,
    "390x844": 330,
    "320x640": 240,
    "200 %": 395,
}


@pytest.mark.parametrize("windows", some_now(ALIKE, OF_EVERY_RUN))
def test_the_film_has_the_room_there_is(room: Room, windows: str) -> None:
    for window, page in in_each(room, windows):
        assert film_side(page) >= LEAST_SIDE[window], window


def test_panel_and_text_grow_with_the_screen(room: Room) -> None:
    sizes = []
    for window in ("1440x900", "3840x2160"):
        page = room.open(**WINDOWS[window])
        panel = page.locator("form.panel").bounding_box()
        assert panel is not None
        text = page.locator(".question legend").first.evaluate(
            "one => parseFloat(getComputedStyle(one).fontSize)"
        )
        sizes.append((panel["width"], text))
    (narrow, small), (wide, large) = sizes
    assert wide >= 2.2 * narrow
    assert large >= 1.5 * small


# Axe on what is new


@pytest.mark.parametrize("what", ["help", "practice_feedback"])
def test_what_lies_over_a_film_or_beside_it_is_for_everybody(room: Room, what: str) -> None:
    if what == "help":
        page = room.open()
        press(page, "?")
    else:
        room.desk.has_reference = True
        page = room.open(f"/page/{what}")
    assert troubles_of(page) == []


# The strips of the display check


def test_the_squares_reach_the_screen_in_the_grey_levels_that_they_stand_for(room: Room) -> None:
    page = room.open("/page/display_check")
    strips = strips_of("0123456789abcdef")
    for strip, shown in zip(strips, page.locator(".grey-strip svg").all(), strict=True):
        screen = np.asarray(Image.open(io.BytesIO(shown.screenshot())).convert("L"), dtype=int)
        height, width = screen.shape
        across = [round(width * (place + 0.5) / PLACES) for place in range(PLACES)]
        levels = [int(screen[height // 2, x]) for x in across]
        assert levels == [strip.ground if one is None else one for one in strip.levels]
        # Between the squares lies the strip, so that each has an edge to be seen.
        assert int(screen[2, 2]) == strip.ground


def test_the_check_is_answered_by_keyboard_alone(room: Room) -> None:
    page = room.open("/page/display_check")
    page.locator("[id='black.1']").focus()
    press(page, "Space")
    for _ in range(2):
        press(page, "Tab")
    press(page, "Space")
    ticked = page.locator("input:checked").evaluate_all("all => all.map(one => one.id)")
    assert ticked == ["black.1", "black.2", "black.3"]
