"""Whatever a reader, a browser and a server do in whatever order: what is stored was lit and shown.

Random sequences over the pure modules of static/reading. READING_SEQUENCES says how many.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from tests.serving import served
from tests.web.stand_in import Desk, stand_in
from tests.web.test_reading_state import (
    COMMENT,
    NUMBER,
    PLACE,
    REALISM,
    SURE,
    VERDICT,
    WORDS,
    question,
)

pytestmark = pytest.mark.e2e

SEQUENCES = int(os.environ.get("READING_SEQUENCES", "150"))
RUN = (Path(__file__).parent / "random_case.js").read_text(encoding="utf-8")

Step = dict[str, Any]
Shown = dict[str, Any]

SECOND_TEXT = question("noticed", "text", longest=12)
SIDE = question("side", "side", [("1", "1"), ("2", "2"), ("0", "0")])
USUAL = [REALISM, VERDICT, SURE, COMMENT]
CASES: dict[str, dict[str, Any]] = {
    "usual": {"questions": USUAL},
    "after one that was saved": {"questions": USUAL, "isLastSaved": True},
    "every kind": {"questions": [REALISM, VERDICT, WORDS, SURE, NUMBER, PLACE, COMMENT]},
    "comment first": {"questions": [COMMENT, VERDICT, REALISM]},
    "two texts": {"questions": [SECOND_TEXT, COMMENT]},
    "a set": {"questions": [SIDE, SURE, COMMENT], "slots": [1, 2, 3], "mustLook": True},
    "timed": {"questions": [VERDICT, SURE], "exposure": "due", "isShown": False},
}


def key(name: str) -> Step:
    return {"type": "pressed", "key": name}


def answered(by: str) -> Step:
    return {"type": "answer", "by": by}


SUBMIT: Step = {"type": "submit"}
RELOAD: Step = {"type": "reloaded"}
BY_SERVER = [
    answered(by) for by in ("saved", "lost", "down", "silent", "refused", "back", "over", "saved")
]
FAILING_TRIAL: list[Step] = [
    {"type": "write"},
    {"type": "typed", "question": "comment", "value": "seen"},
    {"type": "left", "question": "comment"},
    key("4"),
    key("s"),
    key("2"),
    SUBMIT,
    answered("saved"),
]
CORNER = {"x": 10, "y": 20}
MARKED: list[Step] = [
    {"type": "started"},
    {"type": "marked", "from": CORNER, "to": {"x": 50, "y": 70}, "picture": 1},
]
NAMES = ("realism", "verdict", "words", "confidence", "number", "place", "comment", "noticed")


def chose(question: str, value: str) -> Step:
    return {"type": "chose", "question": question, "value": value}


def typed(question: str, value: str) -> list[Step]:
    return [
        {"type": "typed", "question": question, "value": value},
        {"type": "left", "question": question},
    ]


USUAL_ANSWERS = [chose("realism", "4"), chose("verdict", "synthetic"), chose("confidence", "2")]
# What answers all of a case, whatever is lit. By chance alone that hardly ever comes about.
ANSWERED: dict[str, list[Step]] = {
    "usual": USUAL_ANSWERS,
    "after one that was saved": USUAL_ANSWERS,
    "every kind": [
        chose("realism", "4"),
        chose("verdict", "real"),
        chose("confidence", "2"),
        *typed("number", "7"),
    ],
    "comment first": [chose("verdict", "synthetic"), chose("realism", "1")],
    "two texts": typed("noticed", "s4"),
    "a set": [
        chose("side", "1"),
        chose("confidence", "5"),
        *({"type": "looked", "slot": slot} for slot in (1, 2, 3)),
    ],
    "timed": [
        {"type": "exposed", "stage": "over"},
        chose("verdict", "real"),
        chose("confidence", "2"),
    ],
}


def one_step(case: str) -> st.SearchStrategy[Step]:
    """What can happen on a page, the common things more often."""
    name = st.sampled_from(NAMES)
    text = st.sampled_from(["", "s5 bi 0r", "7", "-50", "51", "a longer text than that", "4\n2"])
    corner = st.fixed_dictionaries({"x": st.integers(-9, 520), "y": st.integers(0, 512)})
    plain = [
        {"type": "write"},
        {"type": "wentOn"},
        {"type": "ended"},
        {"type": "cursorSet"},
        {"type": "deleted"},
        {"type": "shown"},
        {"type": "faded"},
        {"type": "moved", "step": 1},
        {"type": "moved", "step": -1},
        {"type": "started", "byKey": True},
        {"type": "enlarged", "isEnlarged": True},
    ]
    stages = ["loading", "showing", "over", "failed"] if "exposure" in CASES[case] else []
    return st.one_of(
        st.sampled_from("123457890rsx-").map(key),
        st.sampled_from("12345rs").map(key),
        st.sampled_from(plain),
        st.just(SUBMIT),
        st.just(RELOAD),
        st.sampled_from(BY_SERVER),
        name.map(lambda one: {"type": "focused", "question": one}),
        st.tuples(st.sampled_from(["entered", "left"]), st.sampled_from(NAMES[-2:])).map(
            lambda one: {"type": one[0], "question": one[1]}
        ),
        st.tuples(st.sampled_from(["comment", "noticed", "number"]), text).map(
            lambda one: {"type": "typed", "question": one[0], "value": one[1]}
        ),
        st.sampled_from(["1", "4", "real", "synthetic"]).map(
            lambda value: chose("verdict" if len(value) > 1 else "realism", value)
        ),
        text.map(lambda why: {"type": "reasoned", "value": why}),
        st.sampled_from(["grain", "none"]).map(
            lambda value: {"type": "toggled", "question": "words", "value": value}
        ),
        st.booleans().map(lambda none: {"type": "noneSet", "question": "place", "isNone": none}),
        st.tuples(corner, corner).map(
            lambda one: {"type": "marked", "from": one[0], "to": one[1], "picture": 1}
        ),
        st.sampled_from([1, 2, 3]).map(lambda slot: {"type": "looked", "slot": slot}),
        st.sampled_from([1, 2, 3]).map(lambda slot: {"type": "turned", "slot": slot}),
        *(st.just({"type": "exposed", "stage": stage}) for stage in stages),
    )


def tried() -> st.SearchStrategy[tuple[str, list[Step]]]:
    """A case and what happens on its page; more often than not all is answered and submitted."""

    def steps(case: str) -> st.SearchStrategy[tuple[str, list[Step]]]:
        all_answered, step = ANSWERED[case], one_step(case)
        submitted = [*all_answered, SUBMIT]
        middle = st.sampled_from([[], submitted, all_answered, submitted, submitted])
        of_server = st.sampled_from([SUBMIT, RELOAD, *BY_SERVER])
        # Not `one_of`, which would give each kind of step as much as all that a server does.
        either = st.booleans().flatmap(lambda by_server: of_server if by_server else step)
        after = st.lists(either, max_size=25)
        parts = st.tuples(st.lists(step, min_size=2, max_size=25), middle, after)
        return parts.map(lambda three: (case, [*three[0], *three[1], *three[2]]))

    return st.sampled_from(list(CASES)).flatmap(steps)


def holds(one: Step, cap: str) -> bool:
    """Whether a key stands on a question; on a slider all figures do."""
    if one["kind"] == "slider":
        return cap.isdigit() or (cap == "-" and one["low"] < 0)
    return any(each["key"] == cap for each in one["keys"])


@dataclass(frozen=True)
class Outcome:
    """What was shown after each step, what was shown when submit was accepted, what is stored."""

    case: dict[str, Any]
    trace: list[Shown]
    accepted: list[list[str]] | None
    stored: list[list[list[str]]]

    @property
    def questions(self) -> dict[str, Step]:
        """What is asked, by key."""
        return {one["key"]: one for one in self.case["questions"]}

    def has_own_key(self, name: str, cap: str) -> bool:
        """Whether the key answers this question whatever is lit: none of its keys is another's."""
        one = self.questions[name]
        caps = {each["key"] for each in one["keys"]}
        others = [each for each in self.case["questions"] if each is not one]
        if one["kind"] in ("choices", "slider") or cap not in caps:
            return False
        return not any(holds(other, each) for other in others for each in caps)

    def pairs(self) -> Iterator[tuple[Shown, Shown]]:
        """Each state with the one after it."""
        yield from zip(self.trace, self.trace[1:], strict=False)


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    with served(stand_in(Desk())) as address:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(address + "/page/thanks")
        yield page
        context.close()


def run(page: Page, case: str, sequence: Sequence[Step]) -> Outcome:
    """The sequence on a fresh page of this case."""
    begun = {"slots": [1], "isShown": True, "size": 512, **CASES[case]}
    back = page.evaluate(RUN, [json.loads(json.dumps(begun)), list(sequence)])
    return Outcome(begun, back["trace"], back["accepted"], back["stored"])


@given(tried=tried())
@example(tried=("usual", FAILING_TRIAL))
@example(tried=("after one that was saved", FAILING_TRIAL))
@example(tried=("usual", [key("s"), key("4"), key("s"), key("5"), key("5")]))
@example(tried=("comment first", [{"type": "moved", "step": -1}, key("4")]))
@example(tried=("usual", [*FAILING_TRIAL[:7], answered("lost"), SUBMIT, answered("saved")]))
@example(tried=("usual", [*FAILING_TRIAL[:7], RELOAD, key("5"), SUBMIT, answered("saved")]))
@example(tried=("every kind", [{"type": "write"}, *ANSWERED["every kind"]]))
@example(tried=("comment first", [*ANSWERED["comment first"], SUBMIT, answered("back")]))
@example(tried=("every kind", [*MARKED, RELOAD, {"type": "deleted"}]))
@settings(max_examples=SEQUENCES, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_sequence_misrecords_or_loses(page: Page, tried: tuple[str, list[Step]]) -> None:
    case, sequence = tried
    outcome = run(page, case, sequence)
    is_sent = any(shown["isSent"] for shown in outcome.trace)
    event("stored" if outcome.stored else "sent" if is_sent else "not sent")

    for before, after in outcome.pairs():
        the_light_is_on_a_question_that_can_be_answered(outcome, after)
        a_key_answers_what_was_lit_or_says_why_not(outcome, before, after)
        what_is_typed_stays(before, after)
        what_is_under_way_is_said(after)
    what_is_stored_was_shown_when_it_was_submitted(outcome)


def the_light_is_on_a_question_that_can_be_answered(outcome: Outcome, now: Shown) -> None:
    asked = now["asked"]
    assert now["lit"] in asked if asked else now["lit"] is None
    if now["isSent"] or outcome.questions[now["lit"]]["kind"] != "text":
        return
    # A text has no keys: it is lit while it is written or waited for, or for want of others. What a
    # server has found wrong with it is waited for too.
    others = [one for one in asked if outcome.questions[one]["kind"] not in ("text", "marks")]
    is_waited_for = now["lit"] in [*now["problems"], *now["marked"]]
    assert now["writing"] == now["lit"] or is_waited_for or not others, now


def a_key_answers_what_was_lit_or_says_why_not(
    outcome: Outcome, before: Shown, after: Shown
) -> None:
    changed = {one for one in after["drafts"] if after["drafts"][one] != before["drafts"][one]}
    step = after["step"]
    if step["type"] == "pressed":
        own = {name for name in outcome.questions if outcome.has_own_key(name, step["key"])}
        assert changed <= {before["lit"]} | own
        given_again = before["drafts"] == after["drafts"] and not after["sentence"]
        if given_again:
            # The answer that is there already: nothing moves.
            left_out = ("step", "sentence", "status")
            assert {k: v for k, v in after.items() if k not in left_out} == {
                k: v for k, v in before.items() if k not in left_out
            }
    elif step["type"] in ("chose", "toggled", "typed", "noneSet"):
        assert changed <= {step["question"]}
    elif step["type"] in ("marked", "deleted", "cursorSet"):
        assert changed <= {before["marking"]}
    elif step["type"] == "reloaded" and before["isOver"]:
        return  # the study takes no answers, so that nothing is kept
    else:
        assert changed == set(), step
    if before["isSent"] and after["isSent"]:
        assert changed == set()
    assert changed <= set(before["asked"]) | set(after["asked"])


def what_is_typed_stays(before: Shown, after: Shown) -> None:
    if after["step"]["type"] != "reloaded":
        return
    if before["isOver"]:
        return
    assert after["drafts"] == before["drafts"]
    assert after["reason"] == before["reason"]
    assert after["isSent"] == before["isSent"]
    assert bool(after["restored"]) == before["isKept"]
    if before["isSent"]:
        # What was sent under a number is sent again under it and no other.
        assert after["submission"] == before["submission"]


def what_is_under_way_is_said(now: Shown) -> None:
    assert now["isSent"] == (now["stage"] != "open")
    words = {
        "open": "",
        "sending": ("Saving", "Not saved yet", "Saved. The next page has not come"),
        "waiting": ("Not saved yet, trying again in ", "Saved. The next page has not come"),
        "refused": ("Not saved: ",),
        "stored": ("Saved.",),
    }[now["stage"]]
    assert now["status"].startswith(words)
    # Of the case before it may stand there until something is to be said of these answers.
    assert now["isStored"] or now["stage"] == "open" or "Saved." not in now["status"]


def what_is_stored_was_shown_when_it_was_submitted(outcome: Outcome) -> None:
    last = outcome.trace[-1]
    if outcome.stored:
        assert outcome.stored == [last["fields"]]
    if last["isStored"]:
        assert not last["isKept"]
        assert len(outcome.stored) == 1
    if outcome.accepted is not None:
        assert last["fields"] == outcome.accepted
