"""The state of a case, static/reading/state.js, run in Chromium without any page around it."""

import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.serving import served
from tests.web.stand_in import Desk, stand_in

pytestmark = pytest.mark.e2e

Event = dict[str, Any]
State = dict[str, Any]

RUN = """async ([given, events]) => {
  const { begin, next } = await import("/static/reading/state.js");
  const { answersOf } = await import("/static/reading/rules.js");
  const states = [begin(given)];
  for (const event of events) states.push(next(states.at(-1), event));
  return states.map((state) => ({ ...state, answers: answersOf(state) }));
}"""


def question(key: str, kind: str, keys: Sequence[tuple[str, str]] = (), **more: Any) -> Event:
    """A question as static/reading/questions.js reads it from the page."""
    usual = {"prompt": key, "required": True, "askedIf": None, "low": 0, "high": 0, "longest": 2000}
    return {
        "key": key,
        "kind": kind,
        "keys": [{"key": cap, "value": value} for cap, value in keys],
        "shape": "point",
        "most": 3,
        **usual,
        **more,
    }


FIVE = [(str(n), str(n)) for n in range(1, 6)]
REALISM = question("realism", "scale", FIVE)
VERDICT = question("verdict", "choice", [("r", "real"), ("s", "synthetic")])
SURE = question("confidence", "scale", FIVE)
COMMENT = question("comment", "text", required=False)
WORDS = question(
    "words",
    "choices",
    [("1", "grain"), ("2", "rib"), ("3", "none")],
    askedIf={"question": "verdict", "values": ["synthetic"]},
)
PLACE = question("place", "marks", required=False, shape="point_or_box")
NUMBER = question("number", "slider", low=-50, high=50)
USUAL = [REALISM, VERDICT, SURE, COMMENT]


def key(name: str) -> Event:
    return {"type": "pressed", "key": name}


SUBMIT = {"type": "submitted"}


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    with served(stand_in(Desk())) as address:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(address + "/page/thanks")
        yield page
        context.close()


def run(page: Page, questions: Sequence[Event], *events: Event, **given: Any) -> list[State]:
    """Every state from the first to the one after the last event."""
    start = {"questions": list(questions), "isShown": True, "size": 512, **given}
    return list(page.evaluate(RUN, [json.loads(json.dumps(start)), list(events)]))


def test_the_trial_that_once_misrecorded_stores_what_was_lit(page: Page) -> None:
    events = (
        {"type": "write"},
        {"type": "typed", "question": "comment", "value": "s5 bi 0r"},
        {"type": "left", "question": "comment"},
        key("4"),
        key("s"),
        key("2"),
        SUBMIT,
    )
    states = run(page, USUAL, *events)

    assert [state["lit"] for state in states] == [
        *("realism", "comment", "comment", "realism", "verdict", "confidence"),
        *("confidence", "confidence"),
    ]
    assert states[-1]["isSent"]
    assert states[-1]["answers"] == {
        "realism": "4",
        "verdict": "synthetic",
        "confidence": "2",
        "comment": "s5 bi 0r",
    }


def test_the_light_goes_back_to_no_comment_after_a_number(page: Page) -> None:
    """Found by random sequences: a number typed straight after a comment."""
    answers = [
        {"type": "chose", "question": "verdict", "value": "real"},
        {"type": "write"},
        {"type": "typed", "question": "number", "value": "7"},
        {"type": "left", "question": "number"},
    ]
    assert run(page, [VERDICT, NUMBER, COMMENT], *answers)[-1]["lit"] == "verdict"


def test_a_second_press_of_the_same_verdict_moves_nothing(page: Page) -> None:
    states = run(page, USUAL, key("4"), key("s"), key("s"), key("s"))

    assert states[3] == states[2] == states[4]
    assert states[-1]["lit"] == "confidence"


def test_an_own_key_answers_without_the_light_and_leaves_it(page: Page) -> None:
    last = run(page, USUAL, key("s"))[-1]

    assert last["answers"] == {"verdict": "synthetic"}
    assert last["lit"] == "realism"


@pytest.mark.parametrize("refused", ["5", "x", "7"])
def test_a_refused_key_says_so_and_changes_nothing_else(page: Page, refused: str) -> None:
    before, after = run(page, USUAL, key("4"), key(refused))[-2:]

    assert after["sentence"] != ""
    assert {**after, "sentence": ""} == {**before, "sentence": ""}


def test_half_a_scale_never_means_another_question_than_its_other_half(page: Page) -> None:
    side = question("side", "side", [("1", "1"), ("2", "2")])
    last = run(page, [side, SURE], key("3"))[-1]

    assert last["answers"] == {}
    assert "1 or 2" in last["sentence"]


def test_a_question_that_is_asked_only_then_comes_goes_and_comes_back(page: Page) -> None:
    states = run(
        page,
        [VERDICT, WORDS, SURE],
        key("s"),
        key("2"),
        key("1"),
        key("r"),
        SUBMIT,
        key("s"),
        key("s"),
    )

    assert [state["lit"] for state in states[1:4]] == ["words"] * 3
    assert states[3]["answers"]["words"] == ["grain", "rib"]
    assert states[4]["lit"] == "confidence"
    assert "words" not in states[4]["answers"]
    assert "words" not in states[5]["problems"]
    assert states[-1]["answers"]["words"] == ["grain", "rib"]


def test_the_light_is_never_on_a_question_that_is_not_asked(page: Page) -> None:
    moves = [{"type": "moved", "step": step} for step in (1, 1, 1, -1, -1, -1)]
    states = run(page, [VERDICT, WORDS, SURE], *moves, {"type": "focused", "question": "words"})

    assert "words" not in {state["lit"] for state in states}


def test_none_seen_and_words_exclude_each_other(page: Page) -> None:
    states = run(page, [{**WORDS, "askedIf": None}], key("1"), key("3"), key("2"), key("2"))

    assert [state["drafts"]["words"] for state in states] == [
        [],
        ["grain"],
        ["none"],
        ["rib"],
        [],
    ]


def test_enter_goes_on_from_ticked_words_before_it_sends(page: Page) -> None:
    last = run(
        page, [{**WORDS, "askedIf": None}, VERDICT], key("1"), {"type": "wentOn"}, key("r"), SUBMIT
    )[-1]

    assert last["isSent"]


def test_how_sure_one_is_may_be_left_where_the_question_is(page: Page) -> None:
    optional = question("finding", "choice", [("a", "absent"), ("p", "present")], required=False)
    sure = {**SURE, "of": "finding"}
    state = run(page, [optional, sure], {"type": "shown"}, {"type": "submitted"})[-1]
    assert (state["isSent"], state["problems"]) == (True, {})

    state = run(page, [optional, sure], {"type": "shown"}, key("p"), {"type": "submitted"})[-1]
    assert not state["isSent"]
    assert state["problems"] == {"confidence": "Please answer this question."}


def test_figures_write_the_number_of_the_lit_slider_only(page: Page) -> None:
    states = run(page, [VERDICT, NUMBER], key("7"), key("r"), key("-"))

    assert states[1]["drafts"]["number"] == ""
    assert states[1]["sentence"] != ""
    assert states[3]["drafts"]["number"] == "-"
    assert states[3]["writing"] == "number"


@pytest.mark.parametrize(
    ("typed", "is_sent"),
    [("-50", True), ("\N{MINUS SIGN}7", True), ("51", False), ("4.5", False), ("", False)],
)
def test_a_number_out_of_range_is_not_sent(page: Page, typed: str, is_sent: bool) -> None:
    written = {"type": "typed", "question": "number", "value": typed}
    last = run(page, [NUMBER], written, SUBMIT)[-1]

    assert last["isSent"] is is_sent


def test_what_was_sent_is_not_changed_under_its_number(page: Page) -> None:
    states = run(page, USUAL, key("4"), key("s"), key("2"), SUBMIT, key("r"), key("5"))

    assert states[-1] == states[-2]
    assert "Nothing was changed" in states[-1]["sentence"]
    assert {**states[-1], "sentence": ""} == states[-3]


def test_nothing_is_sent_before_every_picture_was_looked_at(page: Page) -> None:
    given = {"slots": [1, 2, 3], "mustLook": True, "names": {"2": "Picture 2", "3": "Picture 3"}}
    look = [{"type": "looked", "slot": slot} for slot in (1, 3)]
    answers = [key("r"), *look, SUBMIT]
    states = run(page, [VERDICT], *answers, {"type": "looked", "slot": 2}, SUBMIT, **given)

    assert not states[4]["isSent"]
    assert states[4]["sentence"].endswith("still to see: Picture 2.")
    assert states[-1]["isSent"]


def test_a_timed_picture_takes_no_answer_before_it_was_shown(page: Page) -> None:
    stages = [{"type": "exposed", "stage": stage} for stage in ("loading", "showing", "over")]
    events = [key("r"), SUBMIT, *stages, key("r"), SUBMIT]
    states = run(page, [VERDICT], *events, exposure="due", isShown=False)

    assert states[2]["answers"] == {}
    assert not states[2]["isSent"]
    assert states[-1]["isSent"]


def test_marks_are_set_by_the_cursor_kept_on_the_picture_and_removed(page: Page) -> None:
    def cursor(dx: int, dy: int, grows: bool = False) -> Event:
        return {"type": "cursorMoved", "dx": dx, "dy": dy, "grows": grows}

    events = [
        {"type": "started", "byKey": True},
        cursor(-9000, 10),
        {"type": "cursorSet"},
        cursor(40, 30, True),
        {"type": "cursorSet"},
        {"type": "deleted"},
    ]
    states = run(page, [PLACE], *events)

    point = {"x": 0, "y": 266, "width": 0, "height": 0, "picture": 1}
    box = {"x": 0, "y": 266, "width": 40, "height": 30, "picture": 1}
    assert states[3]["drafts"]["place"]["marks"] == [point]
    assert states[5]["drafts"]["place"]["marks"] == [point, box]
    assert len(states[6]["drafts"]["place"]["marks"]) == 1


def test_nothing_to_mark_keeps_the_marks_drafted_and_sends_none(page: Page) -> None:
    corner = {"x": 10, "y": 20}
    events = [
        {"type": "started"},
        {"type": "marked", "from": corner, "to": corner, "picture": 1},
        {"type": "noneSet", "question": "place", "isNone": True},
        {"type": "noneSet", "question": "place", "isNone": False},
    ]
    states = run(page, [PLACE], *events)

    assert states[3]["drafts"]["place"]["none"] is True
    assert len(states[4]["drafts"]["place"]["marks"]) == 1


def test_no_more_marks_than_the_question_takes_and_only_of_its_shape(page: Page) -> None:
    box_only = {**PLACE, "shape": "box", "most": 1}
    one, two = {"x": 10, "y": 20}, {"x": 60, "y": 50}
    start = {"type": "started"}
    click = {"type": "marked", "from": one, "to": one, "picture": 1}
    drag = {"type": "marked", "from": two, "to": one, "picture": 1}
    states = run(page, [box_only], start, click, drag, start, drag)

    assert "Draw a box" in states[2]["sentence"]
    assert states[3]["drafts"]["place"]["marks"] == [
        {"x": 10, "y": 20, "width": 50, "height": 30, "picture": 1}
    ]
    assert states[3]["marking"] is None
    assert "At most 1" in states[5]["sentence"]


EVERY = [REALISM, VERDICT, WORDS, SURE, NUMBER, PLACE, COMMENT]


@pytest.mark.parametrize("seed", range(20))
def test_random_keys_store_only_what_was_lit_or_their_own(page: Page, seed: int) -> None:
    """Whatever is pressed: the light is on an asked question; a key changes its target only."""
    rng = random.Random(seed)
    other: list[Event] = [
        {"type": "moved", "step": 1},
        {"type": "moved", "step": -1},
        {"type": "write"},
        {"type": "left", "question": "comment"},
        {"type": "left", "question": "number"},
        {"type": "wentOn"},
        {"type": "started", "byKey": True},
        {"type": "ended"},
        {"type": "noneSet", "question": "place", "isNone": True},
    ]
    events = [
        key(rng.choice("12345rsx0-")) if rng.random() < 0.7 else rng.choice(other)
        for _ in range(120)
    ]
    states = run(page, EVERY, *events)

    for event, before, after in zip(events, states, states[1:], strict=False):
        asked = {one["key"] for one in EVERY if one["key"] != "words"}
        if after["drafts"]["verdict"] == "synthetic":
            asked.add("words")
        assert after["lit"] in asked
        assert set(after["answers"]) <= asked
        changed = {
            name for name in after["drafts"] if after["drafts"][name] != before["drafts"][name]
        }
        if event["type"] == "pressed":
            assert changed <= {before["lit"]} | ({"verdict"} if event["key"] in "rs" else set())
            assert changed or after["sentence"] or after["lit"] == before["lit"]
        elif event["type"] != "noneSet":
            assert changed == set()
