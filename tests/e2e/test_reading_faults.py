"""A reader in Chromium on the real server, whatever keys, network, server and cookies do.

Whatever the sequence: what is stored was shown as the answer when submit was pressed, and what was
put in stays on the page, over reloads and refusals, until the server has it.
READING_BROWSER_SEQUENCES says how many sequences the slow form tries.
"""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from playwright.sync_api import Error as PlaywrightError
from sqlalchemy import select

from app.db.tables import Answer, Presentation, Rating
from app.domain.questions.answer import value_from_json
from app.main import create_app
from app.services.invite_readers import reissue_link
from app.settings import Settings
from tests.studies import NOW, House
from tests.two_lengths import lengths, some_now
from tests.web.reader_browser import ReaderBrowser

pytestmark = pytest.mark.e2e

SEQUENCES = int(os.environ.get("READING_BROWSER_SEQUENCES", "8"))

# What the page shows: the answers as its controls have them, and where it stands.
SHOWN = """async () => {
  if (window.htmx) htmx.config.timeout = 800;
  const form = document.querySelector("#case form[data-rate]");
  if (!form) return { case: null, heading: document.querySelector("h1")?.textContent.trim() };
  const { current } = await import("/static/reading/store.js");
  const answers = {};
  const boxes = form.querySelectorAll("input[type='radio']:checked");
  for (const box of boxes) answers[box.name] = box.value;
  if (form.elements.comment.value) answers.comment = form.elements.comment.value;
  const lit = [...form.querySelectorAll(".question.active")].map((one) => one.dataset.question);
  return {
    case: form.elements.case.value,
    submission: form.elements.submission.value,
    answers,
    lit,
    isWriting: document.activeElement?.matches("textarea") ?? false,
    line: form.querySelector("[data-save-state]").textContent,
    stage: current().sending.stage,
    isReady: current().isShown,
  };
}"""
# What is shown in the moment a form goes out, by its number; kept over reloads.
NOTE_SUBMITS = """() => {
  document.addEventListener("submit", ({ target: form }) => {
    if (!form.matches("form[data-rate]")) return;
    const answers = {};
    const boxes = form.querySelectorAll("input[type='radio']:checked");
    for (const box of boxes) answers[box.name] = box.value;
    if (form.elements.comment.value.trim()) answers.comment = form.elements.comment.value.trim();
    const all = JSON.parse(sessionStorage.submits ?? "[]");
    all.push([form.elements.submission.value, answers]);
    sessionStorage.submits = JSON.stringify(all);
  });
}"""
OWN_KEYS = {"r": "verdict", "s": "verdict"}

KEYS = ["4", "2", "r", "s", "q", "ArrowDown", "ArrowUp", "Tab", "Escape", " "]
CLICKS = ["#realism-5", "#verdict-real", "#confidence-1", "#comment"]
FAULTS = ["503", "403", "portal", "lost", "hang", "abort"]
OTHERS = ["reload", "away and back", "offline", "online", "cookie gone", "other reader", "own link"]


FILLED = ["click #realism-5", "click #verdict-real", "click #confidence-1"]


def actions() -> st.SearchStrategy[list[str]]:
    """What is done to a page; twice all is answered and submitted, often into a fault."""
    one = st.one_of(
        st.sampled_from(KEYS).map("key {}".format),
        st.sampled_from(CLICKS).map("click {}".format),
        st.sampled_from(FAULTS).map("next post: {}".format),
        st.sampled_from([*OTHERS, "reissued"]),
        st.sampled_from(["comment", "answer all", "Enter", "Enter"]),
    )
    some = st.lists(one, max_size=5)
    fault = st.sampled_from(FAULTS).map(lambda name: [f"next post: {name}"])
    trouble = st.sampled_from(["offline", "cookie gone", "other reader", "reissued"])
    before: st.SearchStrategy[list[str]] = st.one_of(
        st.just([]), fault, trouble.map(lambda name: [name])
    )
    sent = before.map(lambda first: [*FILLED, *first, "Enter"])
    return st.tuples(some, sent, some, sent, some).map(lambda parts: [*chain(*parts)])


@dataclass
class Reading:
    """One reader at one page, and what must be true of it."""

    house: House
    address: str
    slug: str
    code: str
    link: str
    other_link: str
    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)
    drafts: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    typed: int = 0
    was_writing: bool = False

    def shown(self) -> dict[str, Any]:
        """What the page shows once nothing is under way that will be over soon."""
        for _ in range(80):
            shown = dict(self.page.evaluate(SHOWN))
            if shown["case"] is None or (shown["stage"] != "sending" and shown["isReady"]):
                return shown
            self.page.wait_for_timeout(25)
        return shown

    def route(self, route: Route) -> None:
        """Answer one post as the fault at hand has it."""
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "503":
            route.fulfill(status=503, body="<html>down</html>", content_type="text/html")
        elif fault == "403":
            route.fulfill(status=403, body="<html>a proxy's</html>", content_type="text/html")
        elif fault == "portal":
            route.fulfill(status=200, body="<html>pay here</html>", content_type="text/html")
        elif fault == "abort":
            route.abort()
        elif fault == "lost":
            route.fetch()
            route.abort()
        elif fault != "hang":
            route.continue_()

    def do(self, action: str) -> None:
        """One action, and what follows from it at once."""
        kind, _, what = action.partition(" ")
        # Enter in a comment is a line of it.
        self.was_writing = bool(self.page.evaluate(SHOWN).get("isWriting"))
        if kind == "key":
            self.press(what)
        elif kind == "click":
            target = self.page.locator(what)
            if self.can_answer() and target.count():
                target.click(timeout=3000, force=True)
        elif kind == "next":
            self.faults = [what.removeprefix("post: ")]
        elif action == "comment":
            self.comment()
        elif action == "answer all":
            for key in ("4", "s", "2"):
                self.press(key)
        elif action == "Enter":
            self.page.keyboard.press("Enter")
        else:
            self.happens(action)

    def happens(self, action: str) -> None:
        """What neither keys nor clicks do."""
        if action == "reload":
            self.go(self.page.reload)
        elif action == "away and back":
            self.go(lambda: self.page.goto(f"{self.address}/healthz"))
            self.go(self.page.go_back)
        elif action in ("offline", "online"):
            self.context.set_offline(action == "offline")
        elif action == "cookie gone":
            self.context.clear_cookies()
        elif action == "reissued":
            with self.house.database.writing() as session:
                link = reissue_link(session, self.slug, self.code, now=NOW, actor="test")
            self.link = link.token
        else:
            self.context.set_offline(False)
            self.open_beside(self.other_link if action == "other reader" else self.link)

    def go(self, how: Any) -> None:
        """Leave the page, which may ask first; offline a browser has nothing to show."""
        self.context.set_offline(False)
        how()

    def open_beside(self, link: str) -> None:
        """A reader's link in another tab of the same browser."""
        tab = self.context.new_page()
        tab.goto(f"{self.address}/r/{link}")
        tab.close()
        self.page.bring_to_front()

    def can_answer(self) -> bool:
        shown = self.shown()
        return shown["case"] is not None and shown["stage"] == "open"

    def press(self, key: str) -> None:
        """A key changes what was lit, or the question whose own key it is, or nothing."""
        before = self.shown()
        self.page.keyboard.press(key)
        after = self.shown()
        if before["case"] is None or after["case"] != before["case"]:
            return
        names = set(before["answers"]) | set(after["answers"])
        changed = {one for one in names if before["answers"].get(one) != after["answers"].get(one)}
        allowed = {*before["lit"], OWN_KEYS.get(key, "")}
        assert changed <= allowed, (key, before, after)
        if key in "42rsq" and not before["isWriting"] and not changed:
            is_there = before["answers"].get((before["lit"] or [""])[0]) == key
            is_same = before["answers"].get("verdict", " ")[0] == key
            assert after["line"] or is_there or is_same, (key, before, after)

    def comment(self) -> None:
        if not self.can_answer():
            return
        self.typed += 1
        self.page.keyboard.press("c")
        self.page.keyboard.type(f"s4 seen {self.typed}")
        self.page.keyboard.press("Escape")

    def check(self, action: str) -> None:
        """The page shows what it last showed of this case, unless the action was an answer."""
        shown = self.shown()
        if shown["case"] is None:
            return
        assert len(shown["lit"]) == 1, shown
        if shown["stage"] != "open":
            assert shown["line"], shown
        place = (shown["case"], shown["submission"].split(".")[0])
        is_answering = action.startswith(("key", "click", "comment", "answer"))
        if place in self.drafts and not is_answering and not self.was_writing:
            assert shown["answers"] == self.drafts[place], (action, shown)
        self.drafts[place] = shown["answers"]

    def recover(self) -> None:
        """All is well again: what waits is sent, what is drafted is still there."""
        self.faults = []
        self.context.set_offline(False)
        self.open_beside(self.link)
        shown = self.shown()
        if shown["case"] is None:
            self.go(lambda: self.page.goto(f"{self.address}/read"))
        again = self.page.locator("[data-send-again]")
        for _ in range(120):
            shown = self.shown()
            if shown["case"] is None or shown["stage"] == "open":
                break
            if again.count() and again.is_visible():
                # It goes away by itself when the page has sent meanwhile.
                with suppress(PlaywrightError):
                    again.click(timeout=500)
            self.page.wait_for_timeout(50)
        else:
            raise AssertionError(f"not sent: {shown}")
        self.check("recover")

    def stored(self) -> dict[str, dict[str, str]]:
        """This reader's answers in the database by the number of their form."""
        with self.house.database.reading() as session:
            rows = session.execute(
                select(Rating.submission, Answer.question, Answer.value)
                .join(Answer, Answer.rating_id == Rating.id)
                .join(Presentation, Presentation.id == Rating.presentation_id)
                .where(Presentation.token.in_({case for case, _ in self.drafts}))
            ).all()
        said: dict[str, dict[str, str]] = {}
        for submission, question, value in rows:
            said.setdefault(submission, {})[question] = str(value_from_json(value))
        return said

    def judge(self) -> int:
        """Each stored rating says what was shown when it was submitted; how many there are."""
        noted: dict[str, dict[str, str]] = {}
        for submission, answers in self.page.evaluate("JSON.parse(sessionStorage.submits ?? '[]')"):
            assert noted.setdefault(submission, answers) == answers
        stored = self.stored()
        for submission, answers in stored.items():
            assert answers == noted[submission]
        return len(stored)


@pytest.fixture
def start(house: House, settings: Settings, server: str, chromium: Browser) -> Any:
    """Begins a reading on the real server: a new reader of one study in a browser of their own."""
    slug = house.draft(practice={"count": 1, "feedback": True}, break_every=3)
    house.open(slug)
    other_link = house.invite(slug)[0].token
    client = TestClient(create_app(settings))

    def start() -> Reading:
        invitation = house.invite(slug)[0]
        ReaderBrowser(client).begin(invitation.token)
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        page.add_init_script(f"({NOTE_SUBMITS})()")
        reading = Reading(
            house, server, slug, invitation.code, invitation.token, other_link, context, page
        )
        page.route("**/read/rate", reading.route)
        page.goto(f"{server}/r/{invitation.token}")
        return reading

    return start


def judge_sequence(start: Any, sequence: list[str]) -> int:
    """Do this in a browser of its own, and judge what was stored; how many ratings that is."""
    reading: Reading = start()
    try:
        for action in sequence:
            reading.do(action)
            reading.check(action)
        reading.recover()
        return reading.judge()
    finally:
        reading.context.close()


# The first five, of every run, have the trial by which this began (a key in a comment that was left
# open), keys over a reload, a link made anew, a lost answer and no network.
KNOWN = (
    ["comment", "key 4", "key s", "key 2", "Enter", "Enter"],
    ["comment", "key 4", "reload", "away and back", "key s", "key 2", "Enter"],
    ["comment", "answer all", "reissued", "Enter", "own link", "Enter", "Enter"],
    ["answer all", "next post: lost", "Enter", "reload", "Enter", "comment", "reload"],
    ["answer all", "offline", "Enter", "comment", "key r", "online"],
    ["comment", "answer all", "cookie gone", "Enter", "own link", "Enter"],
    ["comment", "answer all", "other reader", "Enter", "reload", "own link"],
    ["comment", "answer all", "next post: hang", "Enter", "reload", "key 1"],
)


@pytest.mark.parametrize("sequence", some_now(KNOWN, KNOWN[:5]), ids=", ".join)
def test_a_known_sequence_in_a_browser_misrecords_and_loses_nothing(
    start: Any, sequence: list[str]
) -> None:
    judge_sequence(start, sequence)


@pytest.mark.parametrize("sequences", lengths(2, SEQUENCES))
def test_no_sequence_in_a_browser_misrecords_or_loses(start: Any, sequences: int) -> None:
    stored: list[int] = []

    @given(sequence=actions())
    @settings(
        max_examples=sequences,
        # A sequence takes seconds, so that the first one that fails is told as it is.
        phases=(Phase.generate,),
        suppress_health_check=[HealthCheck.too_slow],
    )
    def tried(sequence: list[str]) -> None:
        stored.append(judge_sequence(start, sequence))

    tried()
    print(
        f"{len(stored)} sequences; {sum(stored)} ratings stored in {sum(map(bool, stored))} of them"
    )


LINES = {
    "cookie gone": "Not saved: This browser holds no reader's link that is known here",
    "reissued": "Not saved: ",
    "other reader": "Not saved: This page belongs to another reader",
}


@pytest.mark.parametrize("trouble", list(LINES))
def test_the_right_link_in_any_tab_saves_what_is_on_the_screen(start: Any, trouble: str) -> None:
    reading: Reading = start()
    page = reading.page
    reading.do("comment")
    reading.do("answer all")
    reading.do(trouble)
    line = page.locator("[data-save-state]")
    for _ in range(2):
        page.keyboard.press("Enter")
        expect(line).to_contain_text(LINES[trouble])
        reading.check("Enter")
    assert reading.stored() == {}
    reading.do("own link")
    page.get_by_role("button", name="Try now").click()
    expect(page.locator("[data-save-state]")).not_to_contain_text("Not saved")
    reading.shown()
    (stored,) = reading.stored().values()
    assert stored == {
        "realism": "4",
        "verdict": "synthetic",
        "confidence": "2",
        "comment": "s4 seen 1",
    }
    reading.context.close()


def test_a_new_link_on_the_same_device_finds_the_draft_and_another_reader_does_not(
    start: Any,
) -> None:
    reading: Reading = start()
    reading.do("comment")
    reading.do("key 4")
    reading.check("key 4")
    reading.do("reissued")
    reading.page.close()
    reading.page = reading.context.new_page()
    reading.page.goto(f"{reading.address}/r/{reading.other_link}")
    assert "s4 seen 1" not in reading.page.content()
    reading.page.goto(f"{reading.address}/r/{reading.link}")
    expect(reading.page.locator("[data-draft-line]")).to_contain_text("Look them over")
    reading.check("a new link")
    assert reading.shown()["answers"] == {"realism": "4", "comment": "s4 seen 1"}
    reading.context.close()
