"""What the reading page says and keeps while its answers are not saved, in Chromium."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.domain.questions.question import Question
from tests.browser import film_is_shown, hurry_on, intercept
from tests.web.stand_in import USUAL_WITH_COMMENT, Room, asked, chosen, lit, press

pytestmark = pytest.mark.e2e

# Every text of the line above the submit button, with the time since submit was pressed.
WATCH = """() => {
  window.said = [];
  let pressedAt = null;
  document.addEventListener("submit", () => (pressedAt ??= performance.now()), true);
  new MutationObserver(() => {
    const text = document.querySelector("[data-save-state]")?.textContent ?? "";
    if (pressedAt === null) return;
    if (window.said.at(-1)?.[1] !== text) window.said.push([performance.now() - pressedAt, text]);
  }).observe(document, { childList: true, characterData: true, subtree: true });
}"""
KEPT = "() => Object.entries(localStorage).filter(([name]) => name.startsWith('negatoscope-draft'))"


def answer(page: Page) -> None:
    press(page, "4", "r", "5", "Enter")


def kept(page: Page) -> list[Any]:
    """The drafts in the browser's storage, as it holds them."""
    return [[name, json.loads(text)] for name, text in page.evaluate(KEPT)]


def comment(page: Page, text: str) -> None:
    press(page, "c")
    page.keyboard.type(text)
    press(page, "Escape")


def short_patience(page: Page) -> None:
    page.evaluate("() => { htmx.config.timeout = 900; }")


def marks_too() -> tuple[Question, ...]:
    return asked(*USUAL_WITH_COMMENT, {"measure": "place", "shape": "point_or_box"})


# What is said


def test_something_is_said_from_the_first_300_ms_until_it_is_saved(room: Room) -> None:
    room.desk.faults = ["silence", 503, 200, "no receipt"]
    page = room.open()
    short_patience(page)
    page.clock.install()
    page.evaluate(WATCH)
    answer(page)
    hurry_on(page, "2 of")
    expect(page.locator("[data-save-state]")).to_have_text("Saved.")

    said = page.evaluate("() => window.said")
    assert said[0][1] == "Saving…"
    assert said[0][0] < 300
    assert all(text for _, text in said), said
    assert said[-1][1] == "Saved."
    why = [
        "the server does not answer",
        "the server has trouble",
        "the answer did not come from the study's server",
        "the server has not confirmed these answers",
    ]
    texts = [text for _, text in said]
    for seconds, reason in zip((1, 2, 4, 8), why, strict=True):
        assert f"Not saved yet, trying again in {seconds} s: {reason}." in texts
        assert f"Not saved yet, trying again now: {reason}." in texts
    # It counts down.
    four = texts.index(f"Not saved yet, trying again in 4 s: {why[2]}.")
    assert [text.partition(" s:")[0][-1] for text in texts[four : four + 4]] == ["4", "3", "2", "1"]
    page.clock.run_for(3000)
    assert page.locator("[data-save-state]").inner_text() == ""


def test_the_case_before_is_not_called_saved_beside_answers_that_are_not(room: Room) -> None:
    room.desk.faults = ["", 503]
    page = room.open()
    page.clock.install()
    page.evaluate(WATCH)
    answer(page)
    expect(page.locator("[data-save-state]")).to_have_text("Saved.")
    film_is_shown(page)
    answer(page)
    hurry_on(page, "3 of")

    texts = [text for _, text in page.evaluate("() => window.said")]
    assert "Not saved yet, trying again in 1 s: the server has trouble." in texts
    assert [text for text in texts if "Saved." in text and text != "Saved."] == []


def test_what_is_not_saved_keeps_its_colour_while_it_is_tried_again(room: Room) -> None:
    room.desk.faults = [503, "silence"]
    page = room.open()
    answer(page)
    line = page.locator("[data-save-state]")
    expect(line).to_contain_text("trying again in")
    expect(line).not_to_have_class(re.compile("calm"))
    expect(line).to_contain_text("trying again now", timeout=8000)
    expect(line).not_to_have_class(re.compile("calm"))


def test_seconds_are_not_counted_aloud(room: Room) -> None:
    room.desk.faults = [503, 503]
    page = room.open()
    page.evaluate(
        """() => { window.aloud = []; new MutationObserver(() => {
            const line = document.querySelector("[data-save-aloud]");
            if (window.aloud.at(-1) !== line.textContent) window.aloud.push(line.textContent);
        }).observe(document, { childList: true, characterData: true, subtree: true }); }"""
    )
    answer(page)
    expect(page.locator("h1")).to_contain_text("2 of", timeout=12000)

    assert page.locator("[data-save-aloud]").get_attribute("role") == "status"
    assert page.evaluate("() => window.aloud.filter(Boolean)") == [
        "Saving…",
        "Not saved yet, trying again: the server has trouble.",
        "Not saved yet, trying again now: the server has trouble.",
        "Not saved yet, trying again: the server has trouble.",
        "Not saved yet, trying again now: the server has trouble.",
        "Saved.",
    ]


def test_offline_is_said_and_no_clock_stops_the_next_try(room: Room) -> None:
    page = room.open()
    page.context.set_offline(True)
    answer(page)
    line = page.locator("[data-save-state]")
    expect(line).to_contain_text("no connection to the server")
    # The wall clock is set back by a year: the countdown goes by the browser's steady one.
    page.evaluate("() => { const now = Date.now; Date.now = () => now() - 365 * 864e5; }")
    expect(line).to_contain_text("in 4 s", timeout=8000)
    page.context.set_offline(False)
    expect(page.locator("h1")).to_contain_text("2 of", timeout=2000)
    assert len(room.desk.received) == 1


def test_a_key_pressed_while_it_waits_changes_nothing_and_says_so(room: Room) -> None:
    room.desk.faults = [503, 503]
    page = room.open()
    answer(page)
    line = page.locator("[data-save-state]")
    expect(line).to_contain_text("Not saved yet")
    before = chosen(page)
    for key in ("1", "s", "x", "c"):
        press(page, key)
        expect(line).to_contain_text("Not saved yet")
        expect(line).to_contain_text("Nothing was changed")
    assert chosen(page) == before


def test_a_case_that_was_rated_elsewhere_stays_until_the_reader_goes_on(room: Room) -> None:
    room.desk.faults = ["rated elsewhere"]
    page = room.open()
    comment(page, "typed")
    answer(page)
    expect(page.locator("[data-save-state]")).to_have_text("Not saved: It was rated.")
    assert page.locator("textarea").input_value() == "typed"
    assert len(chosen(page)) == 3
    room.desk.position = 2
    page.get_by_role("link", name="Go on with what is due").click()
    expect(page.locator("h1")).to_contain_text("2 of")
    assert kept(page) == []


def test_what_the_server_finds_missing_is_the_readers_to_mend(room: Room) -> None:
    page = room.open()
    room.desk.questions = asked(*USUAL_WITH_COMMENT[:3], {"measure": "quality"})
    answer(page)
    line = page.locator("[data-save-state]")
    # What this page has no place for is said in words.
    expect(line).to_have_text("Not saved: Please answer from 1 to 5.")
    room.desk.questions = asked(*USUAL_WITH_COMMENT)
    press(page, "1", "Enter")
    expect(page.locator("h1")).to_contain_text("2 of")


def test_an_error_page_on_the_way_back_leaves_the_case_and_its_answers(room: Room) -> None:
    room.desk.position = 2
    page = room.open()
    press(page, "4", "r")
    intercept(page, "**/read/back", lambda route: route.fulfill(status=403, body="no"))
    press(page, "b")
    expect(page.locator("[data-save-state]")).to_contain_text("That did not work")
    expect(page.locator("h1")).to_contain_text("2 of")
    assert chosen(page) == ["realism-4", "verdict-real"]


# What is kept


def test_a_reload_brings_everything_back_and_says_so(room: Room) -> None:
    room.desk.questions = marks_too()
    page = room.open()
    press(page, "4", "s")
    comment(page, "a line\nanother\N{PILE OF POO}")
    press(page, "m", "ArrowLeft", "Enter", "Escape")
    before = (chosen(page), page.locator("textarea").input_value())
    marks = page.locator("[data-marks-field]").input_value()
    assert marks
    page.reload()
    expect(page.locator("[data-draft-line]")).to_contain_text("Look them over")
    assert (chosen(page), page.locator("textarea").input_value()) == before
    assert page.locator("[data-marks-field]").input_value() == marks
    assert lit(page) == "confidence"
    page.wait_for_timeout(300)
    press(page, "2", "Enter")
    expect(page.locator("h1")).to_contain_text("2 of")
    assert room.desk.stored[0]["comment"] == "a line\nanother\N{PILE OF POO}"
    assert kept(page) == []
    expect(page.locator("[data-draft-line]")).to_be_hidden()


def test_in_a_small_window_a_refusal_leaves_the_answers_in_sight(room: Room) -> None:
    room.desk.faults = ["refused"]
    page = room.open(viewport={"width": 320, "height": 640})
    press(page, "4", "r", "5")
    page.reload()
    film_is_shown(page)
    expect(page.locator("[data-draft-line]")).to_contain_text("Look them over")
    press(page, "Enter")
    expect(page.locator("[data-save-state]")).to_have_text("Not saved: It is refused.")
    # There is nothing left to be looked over before it is submitted.
    expect(page.locator("[data-draft-line]")).to_be_hidden()
    answers = page.locator("[data-answers]").bounding_box()
    assert answers is not None
    assert answers["height"] > 100


def test_a_closed_tab_loses_nothing_and_a_draft_says_nothing_of_the_case(room: Room) -> None:
    page = room.open()
    press(page, "4", "s")
    ((name, draft),) = kept(page)
    assert name == "negatoscope-draft:dr4wer:opaque1:0"
    assert set(draft) == {"format", "at", "submission", "drafts", "reason", "sent"}
    assert draft["sent"] is None
    page.close()
    again = page.context.new_page()
    again.goto(f"{room.address}/read")
    assert chosen(again) == ["realism-4", "verdict-synthetic"]


def test_another_reader_of_the_device_sees_no_draft(room: Room) -> None:
    page = room.open()
    press(page, "4", "s")
    room.desk.drawer = "an0ther"
    page.reload()
    expect(page.locator("[data-draft-line]")).to_be_hidden()
    assert chosen(page) == []
    press(page, "1")
    room.desk.drawer = "dr4wer"
    page.reload()
    assert chosen(page) == ["realism-4", "verdict-synthetic"]


def test_a_page_left_while_sending_goes_on_sending_the_same_form(room: Room) -> None:
    room.desk.faults = ["silence"]
    page = room.open()
    page.on("dialog", lambda dialog: dialog.accept())
    number = page.locator("input[name=submission]").input_value()
    comment(page, "typed")
    answer(page)
    expect(page.locator("[data-save-state]")).to_have_text("Saving…")
    page.wait_for_timeout(1500)
    ((_, draft),) = kept(page)
    page.reload()
    expect(page.locator("[data-draft-line]")).to_contain_text("had been submitted")
    expect(page.locator("[data-save-state]")).to_contain_text("Not saved yet, trying again")
    press(page, "1")
    assert "realism-4" in chosen(page)
    expect(page.locator("h1")).to_contain_text("2 of")
    (given,) = room.desk.received
    assert (given["submission"], given["comment"], given["realism"]) == (number, "typed", "4")
    assert given["reading_time_ms"] == draft["sent"]["told"]["reading_time_ms"]
    assert kept(page) == []


def test_a_draft_of_a_first_answer_is_not_put_into_a_correction(room: Room) -> None:
    page = room.open()
    press(page, "1", "s")
    room.desk.position = 2
    page.goto(f"{room.address}/read/back")
    assert chosen(page) == ["confidence-4", "realism-3", "verdict-real"]
    press(page, "5")
    page.reload()  # the stand-in goes one back with each request
    room.desk.position = 2
    page.goto(f"{room.address}/read/back")
    assert "realism-5" in chosen(page)
    room.desk.position = 2
    page.get_by_role("link", name="Leave as it was").click()
    expect(page.locator("h1")).to_contain_text("2 of")
    assert [name for name, _ in kept(page)] == ["negatoscope-draft:dr4wer:opaque1:0"]


def test_why_one_corrects_is_kept_too(room: Room) -> None:
    page = room.open()
    room.desk.position = 2
    page.goto(f"{room.address}/read/back")
    page.locator("#reason").fill("I meant\nthe other one")
    room.desk.position = 2  # the stand-in goes one back with each request
    page.goto(f"{room.address}/read/back")
    expect(page.locator("[data-draft-line]")).to_contain_text("Look them over")
    assert page.locator("#reason").input_value() == "I meant\nthe other one"
    # A page without the field has nowhere to put it, and nothing goes wrong.
    room.desk.position = 1
    page.goto(f"{room.address}/read")
    assert page.locator("#reason").count() == 0


def test_where_nothing_can_be_kept_it_says_so_and_works(room: Room) -> None:
    page = room.open()
    refuse = (
        "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }"
    )
    page.context.add_init_script(refuse)
    page.reload()
    expect(page.locator("[data-draft-line]")).to_contain_text("keeps no drafts")
    page.wait_for_timeout(300)
    answer(page)
    expect(page.locator("h1")).to_contain_text("2 of")


def test_storage_that_is_full_in_the_middle_is_said_then(room: Room) -> None:
    page = room.open()
    press(page, "4")
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full'); } }")
    expect(page.locator("[data-draft-line]")).to_be_hidden()
    press(page, "r")
    expect(page.locator("[data-draft-line]")).to_contain_text("keeps no drafts")
    # An older draft is not left to be taken for this one.
    assert kept(page) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        "null",
        '{"format": 2, "submission": "0.x", "drafts": {"realism": "4"}}',
        '{"format": 1, "submission": "1.x", "drafts": {"realism": "4"}}',
        '{"format": 1, "submission": "0.x", "drafts": {"realism": "9", "comment": 4}}',
        '{"format": 1, "submission": "0.x", "drafts": {"place": {"marks": [{"x": -1}]}}}',
    ],
)
def test_what_is_no_draft_of_this_case_is_left_alone(room: Room, text: str) -> None:
    room.desk.questions = marks_too()
    page = room.open("/page/thanks")
    page.evaluate(
        "(text) => localStorage.setItem('negatoscope-draft:dr4wer:opaque1:0', text)", text
    )
    page.goto(f"{room.address}/read")
    expect(page.locator(".question.active")).to_have_count(1)
    expect(page.locator("[data-draft-line]")).to_be_hidden()
    assert chosen(page) == []


@pytest.mark.parametrize("end", ["thanks", "closed"])
def test_nothing_is_kept_once_the_study_is_over(room: Room, end: str) -> None:
    page = room.open()
    press(page, "4", "r", "5")
    page.evaluate("() => localStorage.setItem('negatoscope-draft:dr4wer:opaque9:0', '{}')")
    assert len(kept(page)) == 2
    if end == "thanks":
        page.goto(f"{room.address}/page/thanks")
    else:
        room.desk.faults = ["closed"]
        press(page, "Enter")
        expect(page.locator("[data-save-state]")).to_have_text("Not saved: It is closed.")
        assert len(chosen(page)) == 3
    assert kept(page) == []


def test_old_drafts_of_others_are_swept_and_the_open_one_never(room: Room) -> None:
    page = room.open()
    press(page, "4")
    page.evaluate(
        """() => {
            localStorage.setItem("negatoscope-draft:other:case:0", JSON.stringify({ at: 1 }));
            const now = JSON.stringify({ at: Date.now() });
            localStorage.setItem("negatoscope-draft:other:new:0", now);
            const own = "negatoscope-draft:dr4wer:opaque1:0";
            const draft = JSON.parse(localStorage.getItem(own));
            localStorage.setItem(own, JSON.stringify({ ...draft, at: 1 }));
        }"""
    )
    page.reload()
    expect(page.locator("[data-draft-line]")).to_be_visible()
    names = sorted(name for name, _ in kept(page))
    assert names == ["negatoscope-draft:dr4wer:opaque1:0", "negatoscope-draft:other:new:0"]


def test_a_step_between_cases_says_what_becomes_of_it(room: Room) -> None:
    page = room.open("/page/break")
    intercept(page, "**/read/continue", lambda route: route.abort())
    press(page, "Enter")
    expect(page.locator("[data-save-state]")).to_contain_text("Not gone on yet, trying again in")
    page.unroute("**/read/continue")
    page.get_by_role("button", name="Try now").click()
    expect(page.locator("h1")).to_contain_text("1 of")


def timed_case(room: Room) -> Page:
    room.desk.exposure_ms = 100
    room.desk.questions = asked({"measure": "verdict"}, {"measure": "comment"})
    page = room.open()
    press(page, "Enter")
    expect(page.locator("[data-answers]")).to_be_visible(timeout=8000)
    return page


def set_of_three(room: Room) -> Page:
    room.desk.pictures, room.desk.layout = 3, "one_after_other"
    room.desk.questions = asked({"measure": "find_the_real"}, {"measure": "comment"})
    return room.open()


def end_of_a_phase(room: Room) -> Page:
    room.desk.is_phase_end = True
    room.desk.questions = asked({"measure": "noticed"}, {"measure": "comment"})
    return room.open()


@pytest.mark.parametrize("begin", [timed_case, set_of_three, end_of_a_phase])
def test_a_draft_of_any_kind_of_case_comes_back_and_is_sent(room: Room, begin: Any) -> None:
    page = begin(room)
    question = page.locator("[data-question]").first.get_attribute("data-question")
    press(page, page.locator("[data-key]").first.get_attribute("data-key") or "")
    page.locator("textarea").last.fill("typed")
    page.reload()
    expect(page.locator("[data-draft-line]")).to_contain_text("Look them over")
    assert page.locator("textarea").last.input_value() == "typed"
    if begin is timed_case:
        expect(page.locator(".show-once")).to_contain_text("will not be sent again")
    elif begin is set_of_three:
        page.wait_for_timeout(300)
        press(page, "Enter")  # every picture is looked at again before the answers go out
        expect(page.locator("[data-save-state]")).to_contain_text("Look at every picture first")
        for _ in range(2):
            press(page, ">")
            page.wait_for_timeout(200)
    press(page, "Enter")
    expect(page.locator("h1")).to_contain_text("2 of" if begin is not end_of_a_phase else "Before")
    page.wait_for_timeout(300)
    (stored,) = room.desk.stored
    assert stored["comment"] == "typed"
    assert question in stored
