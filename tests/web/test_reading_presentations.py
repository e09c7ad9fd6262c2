"""Every presentation: films beside each other, one after the other, timed, with text, or none."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.domain.questions.answer import Mark
from tests.browser import intercept
from tests.two_lengths import some_now
from tests.web.accessible import troubles_of
from tests.web.stand_in import USUAL, Desk, Room, asked, press, said

pytestmark = pytest.mark.e2e

FIND = asked({"measure": "find_the_real"}, {"measure": "realism"})
TEXT = "Blunting of the left costophrenic angle. " * 12
SIZES = ((1440, 900), (1200, 1600), (390, 844))
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def settled(page: Page) -> None:
    page.evaluate("() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")


def transforms(page: Page) -> set[tuple[str, str]]:
    settled(page)
    styles = page.locator("[data-film] img").evaluate_all(
        "all => all.map(one => [one.style.filter, one.style.transform])"
    )
    return {(style[0], style[1]) for style in styles}


def several(desk: Desk, pictures: int, layout: Any = "side_by_side") -> None:
    desk.pictures, desk.layout, desk.questions = pictures, layout, FIND


# Compared with a reference


@pytest.mark.parametrize(
    ("pictures", "layout"),
    some_now(
        [(1, "single"), (2, "side_by_side"), (4, "side_by_side"), (2, "one_after_other")],
        [(1, "single"), (4, "side_by_side")],
    ),
)
def test_the_reference_stands_beside_what_is_compared_with_it(
    room: Room, pictures: int, layout: Any
) -> None:
    room.desk.has_reference = True
    room.desk.pictures, room.desk.layout = pictures, layout
    room.desk.questions = asked(
        {"measure": "quality"} if pictures == 1 else {"measure": "find_the_real"}
    )
    for size, page in room.in_windows(SIZES):
        reference = page.get_by_role("img", name="Reference: chest radiograph").bounding_box()
        film = page.locator("[data-slot='1'] [data-film] img").bounding_box()
        assert reference is not None
        assert film is not None
        assert page.get_by_text("Reference", exact=True).is_visible()
        assert reference["x"] >= film["x"] + film["width"], size
        assert reference["x"] + reference["width"] <= size[0], size
        assert reference["y"] + reference["height"] <= size[1], size
        # As wide as the film on a screen, smaller on a phone.
        if size[0] > 600:
            assert reference["width"] == pytest.approx(film["width"], abs=8), size
        else:
            assert reference["width"] < film["width"], size


def test_the_reference_shares_the_view_and_takes_no_mark(room: Room) -> None:
    room.desk.has_reference = True
    room.desk.questions = asked({"measure": "quality"}, {"measure": "place"})
    page = room.open()
    page.locator("[data-reference] [data-film]").hover()
    page.mouse.wheel(0, -300)
    press(page, "i")
    views = transforms(page)
    assert len(views) == 1
    assert "scale" in next(iter(views))[1]

    press(page, "3", "m")
    page.locator("[data-reference] [data-film]").click()
    assert page.locator("[data-mark-list] li").count() == 0
    page.locator("[data-slot='1'] [data-film]").click()
    assert page.locator("[data-mark-list] li").count() == 1


def test_the_reference_is_asked_for_once_and_is_there_without_scripts(room: Room) -> None:
    room.desk.has_reference = True
    room.desk.questions = asked({"measure": "quality"})
    page = room.open()
    press(page, "3", "Enter")
    expect(page.locator("h1")).to_contain_text("2 of")
    settled(page)
    assert room.desk.images_asked.count("reference/1") == 1
    plain = room.open(java_script_enabled=False)
    assert plain.get_by_role("img", name="Reference: chest radiograph").is_visible()


# Beside each other


@pytest.mark.parametrize("pictures", some_now([2, 3, 4, 8], [2, 8]))
def test_every_film_is_whole_on_the_screen_and_all_are_of_one_size(
    room: Room, pictures: int
) -> None:
    several(room.desk, pictures)
    for size, page in room.in_windows(SIZES):
        boxes = page.locator("[data-film]").evaluate_all(
            """all => all.map(one => one.getBoundingClientRect())
                .map(box => [box.left, box.top, box.right, box.bottom])"""
        )
        assert len(boxes) == pictures
        for left, _, right, bottom in boxes:
            assert left >= 0, size
            assert right <= size[0] + 1, size
            assert bottom <= size[1], size
        assert len({(round(b[2] - b[0]), round(b[3] - b[1])) for b in boxes}) == 1, size
        names = page.locator(".film-name").all_inner_texts()
        assert names == (
            ["Left", "Right"] if pictures == 2 else [f"Picture {n}" for n in range(1, pictures + 1)]
        )


@pytest.mark.parametrize("keys", some_now(["i", "+", "Shift+ArrowRight"], ["+"]))
def test_one_view_is_linked_over_all_films_and_gone_on_the_next_case(room: Room, keys: str) -> None:
    several(room.desk, 4)
    page = room.open()
    assert transforms(page) == {("", "")}
    press(page, keys)
    views = transforms(page)
    assert len(views) == 1
    assert views != {("", "")}
    press(page, "2", "4", "Enter")
    expect(page.locator("h1")).to_contain_text("2 of")

    assert transforms(page) == {("", "")}


def test_the_mouse_on_one_film_moves_all(room: Room) -> None:
    several(room.desk, 2)
    page = room.open()
    page.locator("[data-film]").last.hover()
    page.mouse.wheel(0, -300)

    views = transforms(page)
    assert len(views) == 1
    assert "scale" in views.pop()[1]


def test_one_film_is_enlarged_and_put_back_by_key_and_by_button(room: Room) -> None:
    several(room.desk, 4)
    page = room.open()
    film = page.locator('[data-slot="1"] [data-film]')
    before = film.bounding_box()
    press(page, "e")
    after = film.bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] > 1.9 * before["width"]
    expect(page.locator("figure:visible")).to_have_count(1)
    press(page, ">", ">")
    expect(page.locator("figure:visible")).to_have_attribute("data-name", "Picture 3")
    press(page, "<")
    expect(page.locator("figure:visible")).to_have_attribute("data-name", "Picture 2")
    press(page, "Escape")
    expect(page.locator("figure:visible")).to_have_count(4)
    page.get_by_role("button", name="One alone").click()
    expect(page.locator("figure:visible")).to_have_count(1)
    page.get_by_role("button", name="Picture 4").click()
    expect(page.locator("figure:visible")).to_have_attribute("data-name", "Picture 4")
    page.get_by_role("button", name="One alone").click()
    expect(page.locator("figure:visible")).to_have_count(4)


def test_marks_know_on_which_picture_they_are(room: Room) -> None:
    several(room.desk, 2)
    room.desk.questions = asked({"measure": "place", "shape": "point"})
    page = room.open()
    press(page, "m")
    for slot in (2, 1):
        box = page.locator(f'[data-slot="{slot}"] [data-film]').bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert "Right: Point at 256, 256" in page.locator("[data-mark-list]").inner_text()
    press(page, "Escape", "Enter")
    expect(page.locator("h1")).to_contain_text("2 of")

    place = room.desk.stored[0]["place"]
    assert isinstance(place, tuple)
    on = [(mark.picture, round(mark.x)) for mark in place if isinstance(mark, Mark)]
    assert on == [(2, 256), (1, 256)]


def test_all_pictures_of_the_next_case_are_fetched_ahead_once(room: Room) -> None:
    several(room.desk, 3)
    page = room.open()
    page.wait_for_timeout(300)
    press(page, "1", "2", "Enter")
    expect(page.locator("h1")).to_contain_text("2 of")
    page.wait_for_timeout(300)

    names = [f"opaque{case}{slot}" for case in (1, 2, 3) for slot in ("", "/2", "/3")]
    assert sorted(room.desk.images_asked) == sorted(names)


# One after the other


def test_every_picture_must_have_been_looked_at(room: Room) -> None:
    several(room.desk, 3, "one_after_other")
    page = room.open()
    expect(page.locator("figure:visible")).to_have_attribute("data-name", "Picture 1")
    press(page, "1", "3", ".", "Enter")
    expect(page.locator("[data-save-state]")).to_contain_text("still to see")
    assert "Picture 3" in said(page)
    assert room.desk.received == []
    page.get_by_role("button", name="Picture 3").click()
    expect(page.locator("[data-turn].looked")).to_have_count(3)
    press(page, "Enter")
    expect(page.locator("h1")).to_contain_text("2 of")

    assert room.desk.stored == [{"find_the_real": 1, "realism": 3}]


def test_without_javascript_all_pictures_are_on_the_page(room: Room) -> None:
    several(room.desk, 3, "one_after_other")
    page = room.open(java_script_enabled=False)

    assert page.locator("figure:visible img").count() == 3
    assert page.locator(".film-name:visible").all_inner_texts()[0] == "Picture 1"
    page.locator("#find_the_real-2").check()
    page.locator("#realism-2").check()
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("h1")).to_contain_text("2 of")


# A text beside the picture


@pytest.mark.parametrize("pictures", [1, 2])
def test_the_text_stands_beside_its_picture_in_one_form(room: Room, pictures: int) -> None:
    if pictures > 1:
        several(room.desk, pictures)
    room.desk.beside = TEXT
    page = room.open()

    expect(page.locator(".beside")).to_have_count(pictures)
    expect(page.locator(".beside h2").first).to_have_text("Text given for this image")
    expect(page.locator(".beside").first).to_contain_text(TEXT.strip())
    page.locator(".beside").first.focus()
    press(page, "ArrowDown")
    assert page.locator(".question.active").get_attribute("data-question") != "comment"


# Shown once, for a set time


def timed(desk: Desk, exposure_ms: int = 300, **changes: Any) -> None:
    desk.exposure_ms, desk.questions = exposure_ms, asked(*USUAL[1:])
    for name, value in changes.items():
        setattr(desk, name, value)


WATCH = """() => {
  window.seen = [];
  const look = (now) => {
    const box = document.querySelector('[data-film]');
    const has = (part) => box?.querySelector(part) != null;
    const what = has('.picture') ? 'picture' : has('.noise') ? 'mask' : 'blank';
    window.seen.push([now, what]);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""

# Two frames later the watch has seen what was on the screen when this was asked.
SEEN = """() => new Promise((done) => requestAnimationFrame(
  () => requestAnimationFrame(() => done(window.seen))))"""


@pytest.mark.parametrize("mask", [True, False])
def test_a_timed_picture_is_shown_once_for_its_time_and_then_masked(room: Room, mask: bool) -> None:
    timed(room.desk, mask=mask)
    page = room.open()
    assert room.desk.images_asked == []
    expect(page.locator("[data-answers]")).to_be_hidden()
    expect(page.get_by_role("button", name="Submit")).to_be_disabled()
    page.evaluate(WATCH)
    press(page, "r", "Enter")
    expect(page.locator("[data-answers]")).to_be_visible(timeout=5000)

    seen: list[tuple[float, str]] = page.evaluate(SEEN)
    stages = [what for at, (_, what) in enumerate(seen) if at == 0 or seen[at - 1][1] != what]
    assert stages == ["blank", "picture", *(["mask"] if mask else []), "blank"]
    start = next(now for now, what in seen if what == "picture")
    end = next(now for now, what in seen if now > start and what != "picture")
    frame = 1000 / 60
    assert 300 - frame <= end - start <= 300 + 3 * frame
    assert page.locator("[data-film] :is(img, canvas)").count() == 0
    press(page, "s", "4", "Enter")
    expect(page.locator("h1")).to_contain_text("2 of")
    assert room.desk.stored == [{"verdict": "synthetic", "confidence": 4}]
    assert int(room.desk.received[0]["reading_time_ms"]) >= 300
    assert room.desk.images_asked == ["opaque1"]


def test_several_timed_pictures_follow_each_other(room: Room) -> None:
    timed(room.desk, 120, pictures=3, layout="one_after_other")
    room.desk.questions = FIND
    page = room.open()
    page.get_by_role("button", name="Show").click()
    expect(page.locator("[data-answers]")).to_be_visible(timeout=8000)
    press(page, "3", "4", "Enter")
    expect(page.locator("h1")).to_contain_text("2 of")

    assert sorted(room.desk.images_asked) == ["opaque1", "opaque1/2", "opaque1/3"]


def test_a_picture_that_was_shown_is_not_shown_again(room: Room) -> None:
    timed(room.desk)
    page = room.open()
    press(page, "Enter")
    expect(page.locator("[data-answers]")).to_be_visible(timeout=5000)
    page.reload()
    expect(page.locator(".show-once")).to_contain_text("was sent once")
    assert page.locator("[data-film] :is(img, canvas)").count() == 0
    press(page, "r", "2", "Enter")
    expect(page.locator("h1")).to_contain_text("2 of")

    assert room.desk.images_asked == ["opaque1"]


def test_a_picture_that_did_not_load_can_be_asked_for_again(room: Room) -> None:
    timed(room.desk)
    room.desk.images_work = False
    page = room.open()
    press(page, "Enter")
    expect(page.locator("[data-stage=failed]")).to_be_visible(timeout=5000)
    expect(page.locator("[data-answers]")).to_be_hidden()
    room.desk.images_work = True
    page.get_by_role("button", name="Try again").click()

    expect(page.locator("[data-answers]")).to_be_visible(timeout=5000)


def test_a_picture_that_another_window_has_had_is_said_to_have_been_sent(room: Room) -> None:
    timed(room.desk)
    page = room.open()
    other = room.open()
    press(other, "Enter")
    expect(other.locator("[data-answers]")).to_be_visible(timeout=5000)
    press(page, "Enter")

    expect(page.locator(".show-once")).to_contain_text("will not be sent again", timeout=5000)
    expect(page.locator("[data-answers]")).to_be_visible()


def test_only_the_picture_that_did_not_load_is_asked_for_again(room: Room) -> None:
    timed(room.desk, 120, pictures=2, layout="side_by_side")
    room.desk.questions = FIND
    page = room.open()
    # The other one is still on its way when this one fails.
    intercept(page, "**/opaque1", lambda route: (page.wait_for_timeout(400), route.continue_()))
    page.route("**/opaque1/2", lambda route: route.abort(), times=1)
    press(page, "Enter")
    expect(page.locator("[data-stage=failed]")).to_be_visible(timeout=5000)
    press(page, "Enter")
    expect(page.locator("[data-answers]")).to_be_visible(timeout=5000)

    assert sorted(room.desk.images_asked) == ["opaque1", "opaque1/2"]


def test_a_hidden_page_does_not_keep_a_timed_picture(room: Room) -> None:
    timed(room.desk, 60_000)
    page = room.open()
    press(page, "Enter")
    expect(page.locator("[data-film] .picture")).to_be_visible()
    page.evaluate("""() => {
      Object.defineProperty(document, 'hidden', {get: () => true});
      document.dispatchEvent(new Event('visibilitychange'));
    }""")

    expect(page.locator("[data-film] .picture")).to_have_count(0)


def test_without_javascript_a_timed_study_says_that_it_needs_it(room: Room) -> None:
    timed(room.desk)
    page = room.open(java_script_enabled=False)

    expect(page.locator(".show-once noscript p")).to_contain_text("needs JavaScript")
    expect(page.locator(".show-once noscript p")).to_be_visible()
    expect(page.get_by_role("button", name="Submit")).to_be_disabled()
    assert room.desk.images_asked == []


# The end of a phase


def test_the_end_of_a_phase_is_a_form_without_a_film(room: Room) -> None:
    room.desk.is_phase_end = True
    room.desk.phase_title = "Part 1"
    what = {"measure": "comment", "asked_if": {"question": "noticed", "values": ["yes"]}}
    room.desk.questions = asked({"measure": "noticed"}, what)
    page = room.open()
    assert page.title() == "Part 1"
    assert page.locator("[data-film]").count() == 0
    press(page, "y", "c")
    page.keyboard.type("too smooth")
    press(page, "Escape", "Enter")
    page.wait_for_timeout(300)

    assert room.desk.stored == [{"noticed": "yes", "comment": "too smooth"}]
    assert int(room.desk.received[0]["reading_time_ms"]) < 20_000


# Touch, axe, blinding


def test_every_control_is_large_enough_for_a_finger(room: Room) -> None:
    several(room.desk, 4)
    room.desk.questions = asked(
        {"measure": "find_the_real"},
        {"measure": "quality", "low": 0, "high": 10},
        {"measure": "artefact"},
        {"measure": "place"},
    )
    page = room.open(**PHONE)
    page.get_by_role("button", name="One alone").tap()
    small = page.locator("#case :is(button, a, label, textarea):visible").evaluate_all(
        """all => all.map(one => [one.textContent.trim(), one.getBoundingClientRect()])
            .filter(([, b]) => b.height < 43.9 || b.width < 43.9).map(([text]) => text)"""
    )

    assert small == []


@pytest.mark.parametrize(
    "scene",
    some_now(
        ["pair", "turns", "timed", "end", "beside", "reference"], ["turns", "timed", "beside"]
    ),
)
def test_every_presentation_is_for_everybody(room: Room, scene: str) -> None:
    desk = room.desk
    if scene in ("pair", "beside"):
        several(desk, 2)
        desk.beside = TEXT if scene == "beside" else None
    elif scene == "turns":
        several(desk, 5, "one_after_other")
    elif scene == "timed":
        timed(desk)
    elif scene == "reference":
        desk.has_reference = True
    else:
        desk.is_phase_end, desk.questions = True, asked({"measure": "noticed"})
    page = room.open()

    assert troubles_of(page) == []


def test_the_page_names_token_and_place_only(room: Room) -> None:
    several(room.desk, 4)
    page = room.open()
    press(page, "e", "i")
    html = page.content()

    words = {"arm", "seed", "truth", "condition", "stratum", "replicate", "sha256", "real-"}
    assert not [word for word in words if f"data-{word}" in html or f'"{word}' in html]
    assert page.locator("[data-slot]").evaluate_all(
        "all => [...new Set(all.flatMap(one => Object.keys(one.dataset)))].sort()"
    ) == ["name", "slot"]
