"""The reader's way in WebKit, a second engine beside Chromium, on the real server."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from selenium.webdriver import ActionChains, WebKitGTK
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from sqlalchemy import select
from starlette.types import ASGIApp, Receive, Scope, Send

from app.db.tables import Rating
from app.main import create_app
from app.settings import Settings
from tests.browser import FILM_IS_SHOWN
from tests.serving import Served
from tests.studies import PROFILE, House
from tests.web.reader_browser import ReaderBrowser
from tests.webkit import missing_programs, webkit_browser

pytestmark = [
    pytest.mark.e2e,
    # Selenium's own, of its own code.
    pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning"),
    pytest.mark.skipif(
        bool(missing_programs()),
        reason="WebKit is not installed; on Debian: apt-get install webkit2gtk-driver xvfb",
    ),
]
PATIENCE_S = 20
# When the picture of a timed case came and when it went.
WATCH_PICTURE = """void (window.seen = [], new MutationObserver(() => {
  const isThere = !!document.querySelector("canvas.picture");
  if (isThere !== (window.seen.length === 1)) window.seen.push(performance.now());
}).observe(document.querySelector("#case"), {childList: true, subtree: true}))"""
# A case is read from the second frame after its picture was decoded.
UNTIL_PAINTED = """const done = arguments[0];
document.querySelector("#case [data-film] img").decode().then(() => {
  let frames = 4;
  const next = () => (frames-- ? requestAnimationFrame(next) : done());
  next();
});"""
MARKED: list[dict[str, Any]] = [
    {"measure": "realism"},
    {"measure": "verdict"},
    {"measure": "confidence", "kind": "slider", "low": 0, "high": 100},
    {"key": "place", "measure": "place", "shape": "point_or_box"},
    {"measure": "comment"},
]
SCROLL_TO = """const [selector, done] = arguments;
document.querySelector(selector).scrollIntoView({block: "nearest"});
requestAnimationFrame(() => requestAnimationFrame(done));"""


class Line:
    """The application behind a line that a test can block: what is asked then waits."""

    def __init__(self, app: ASGIApp, is_free: threading.Event) -> None:
        self.app, self.is_free = app, is_free

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        while scope["type"] == "http" and not self.is_free.is_set():
            await asyncio.sleep(0.02)
        await self.app(scope, receive, send)


class Window:
    """A reader's window: what they do, and what they see."""

    def __init__(self, driver: WebKitGTK, machine: Served, line: threading.Event) -> None:
        self.driver, self.machine, self.line = driver, machine, line

    def open(self, path: str) -> None:
        self.driver.get(self.machine.address + path)

    def at(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        return str(self.run(f"document.querySelector({selector!r})?.textContent.trim() ?? ''"))

    def run(self, expression: str) -> Any:
        return self.driver.execute_script(f"return {expression}")

    def wait(self, expression: str) -> None:
        """Until the expression is true in the page, whichever page that is by then."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if self.run(expression):
                return
            time.sleep(0.03)
        raise AssertionError(
            f"{expression} is not so, but: {' '.join(self.text('#case').split())[:300]}"
        )

    def wait_for(self, heading: str) -> None:
        self.wait(f"document.querySelector('h1')?.textContent.includes({heading!r})")

    def wait_for_case(self, position: int, total: int) -> None:
        self.wait_for(f"{position} of {total}")
        self.wait(FILM_IS_SHOWN)
        self.driver.execute_async_script(UNTIL_PAINTED)

    def press(self, *keys: str) -> None:
        """Keys to whatever has the focus."""
        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    def click(self, selector: str) -> None:
        """With the mouse, once it is scrolled to: WebKit's driver does not wait for that."""
        self.driver.execute_async_script(SCROLL_TO, selector)
        self.at(selector).click()

    def drag(self, start: tuple[int, int], by: tuple[int, int]) -> None:
        """With the mouse over the film, from a place given from its middle."""
        chain = ActionChains(self.driver, duration=60)
        chain.move_to_element_with_offset(self.at("[data-film]"), *start)
        chain.click_and_hold().move_by_offset(*by).release().perform()

    def go_to_case(self, token: str) -> None:
        """The first case of a reader who has begun in another browser."""
        ReaderBrowser(TestClient(self.machine.make_app())).begin(token)
        self.open(f"/r/{token}")
        self.wait_for("1 of")

    def leave(self) -> None:
        """Forget the reader, for the next one."""
        self.driver.delete_all_cookies()
        self.run("localStorage.clear()")
        self.driver.get("about:blank")


@pytest.fixture(scope="module")
def webkit() -> Iterator[WebKitGTK]:
    with webkit_browser() as driver:
        yield driver


@pytest.fixture
def window(webkit: WebKitGTK, house: House, settings: Settings) -> Iterator[Window]:
    """WebKit before the real application."""
    line = threading.Event()
    line.set()
    machine = Served(lambda: Line(create_app(settings), line))
    window = Window(webkit, machine, line)
    yield window
    window.leave()
    machine.stop()


def begin(window: Window, token: str) -> None:
    """Consent by keyboard, the profile by choosing, the instructions by mouse."""
    window.open(f"/r/{token}")
    assert token not in window.driver.current_url
    window.at("#consent").send_keys(Keys.SPACE)
    window.press(Keys.ENTER)
    window.wait_for("About you")
    for name in ("role", "specialty", "reading_frequency"):
        Select(window.at(f"#{name}")).select_by_value(PROFILE[name])
    window.at("#years_experience").send_keys(PROFILE["years_experience"], Keys.ENTER)
    window.wait_for("Instructions")
    window.click('form[action="/read/begin"] button')


def test_the_whole_way_by_keyboard(house: House, window: Window) -> None:
    _, token = house.open_study_with_reader(
        arms=[{"arm": "real", "normal": 1, "abnormal": 1}, {"arm": "M1", "normal": 1}],
        practice={"count": 1, "feedback": True},
        break_every=2,
    )
    begin(window, token)
    window.wait_for("Practice")
    window.wait_for_case(1, 1)
    window.press("3", "r", "5", Keys.ENTER)
    window.wait("!!document.querySelector('.feedback-truth')")
    window.press(Keys.ENTER)
    window.wait_for_case(1, 3)
    window.press("4", "s", "c", *"Ribs", Keys.ESCAPE, "2", Keys.ENTER)
    window.wait_for_case(2, 3)
    window.press("b")
    window.wait_for_case(1, 3)
    assert window.run("document.querySelector('#comment').value") == "Ribs"
    window.press(Keys.ARROW_UP, Keys.ARROW_UP, Keys.ARROW_UP, Keys.ARROW_UP, "1", Keys.ENTER)
    window.wait_for_case(2, 3)
    window.press("5", "r", "4", Keys.ENTER)
    window.wait("!!document.querySelector(\"form[action='/read/continue']\")")
    window.press(Keys.ENTER)
    window.wait_for_case(3, 3)
    window.press("2", "s", "3", Keys.ENTER)
    window.wait_for("Thank you")
    said = [
        tuple(one.get(key) for key in ("realism", "verdict", "confidence", "comment"))
        for one in house.said()
    ]
    assert said == [
        (3, "real", 5, None),
        (4, "synthetic", 2, "Ribs"),
        (1, "synthetic", 2, "Ribs"),
        (5, "real", 4, None),
        (2, "synthetic", 3, None),
    ]


def test_a_case_by_mouse(house: House, window: Window) -> None:
    _, token = house.open_study_with_reader(
        format=2, arms=[{"arm": "real", "cases": {"normal": 1, "abnormal": 1}}], questions=MARKED
    )
    window.go_to_case(token)
    window.wait_for_case(1, 2)
    window.drag((0, 0), (40, 60))
    window.wait("document.querySelector('[data-said=grey]').textContent === 'W 275  L 158'")
    assert "window-level" in window.run("document.querySelector('[data-film] img').style.filter")
    window.click("[data-view=zoom-in]")
    window.wait("document.querySelector('[data-said=zoom]').textContent === '1.3×'")
    window.click("[data-view=magnifier]")
    ActionChains(window.driver).move_to_element(window.at("[data-film]")).perform()
    window.wait("document.querySelector('.magnifier')?.getBoundingClientRect().width > 100")
    window.click("[data-full-screen]")
    window.wait("!!document.fullscreenElement && innerHeight === screen.height")
    window.click("[data-full-screen]")
    window.wait("!document.fullscreenElement")
    window.click("#realism-4")
    window.click("#verdict-synthetic")
    window.click("input[type=range]")
    window.click("[data-mark-start]")
    window.drag((-60, -60), (120, 60))
    window.wait("!!document.querySelector('.film-marks rect')")
    window.click("#comment")
    window.at("#comment").send_keys("Ribs")
    window.click("form.panel button[type=submit]")
    window.wait_for_case(2, 2)
    (said,) = house.said()
    assert (said["realism"], said["verdict"], said["confidence"]) == (4, "synthetic", 50)
    assert said["comment"] == "Ribs"
    (mark,) = said["place"]
    assert mark.picture == 1
    assert mark.width == pytest.approx(2 * mark.height, abs=0.2)
    with house.database.reading() as session:
        (rating,) = session.scalars(select(Rating)).all()
    assert rating.reading_time_ms is not None
    # What the page tells of how it was looked at.
    told = json.loads(rating.viewing or "{}")
    assert (told["pointer"], told["window"], told["zoom"]) == ("mouse", 275, 1.25)
    assert told["magnifier"] is True


def test_a_timed_picture_is_shown_for_its_time(house: House, window: Window) -> None:
    _, token = house.open_study_with_reader(
        format=2,
        arms=[{"arm": "real", "cases": {"normal": 1}}],
        questions=[{"measure": "realism"}],
        presentation={"pictures": 1, "exposures_ms": [300]},
    )
    window.go_to_case(token)
    window.wait("!!document.querySelector('[data-show-once] button')?.checkVisibility()")
    window.run(WATCH_PICTURE)
    window.press(Keys.ENTER)
    window.wait("document.querySelector('[data-answers]').checkVisibility()")
    came, went = window.run("window.seen")
    assert went - came > 280
    window.press("4", Keys.ENTER)
    window.wait_for("Thank you")
    assert house.said() == [{"realism": 4}]


def test_nothing_is_lost_while_the_server_hangs_or_is_gone(house: House, window: Window) -> None:
    _, token = house.open_study_with_reader(arms=[{"arm": "real", "normal": 1, "abnormal": 1}])
    window.go_to_case(token)
    window.wait_for_case(1, 2)
    window.press("4", "s")
    window.driver.refresh()
    window.wait_for_case(1, 2)
    assert window.run("document.querySelector('#realism-4').checked")
    window.press("2")
    window.run("void (htmx.config.timeout = 500)")
    window.line.clear()
    window.press(Keys.ENTER)
    window.wait(
        "document.querySelector('[data-save-state]').textContent.includes('does not answer')"
    )
    window.machine.stop()
    window.line.set()
    window.wait("document.querySelector('[data-save-state]').textContent.includes('no connection')")
    assert house.said() == []
    assert window.run("document.querySelector('#verdict-synthetic').checked")
    window.machine.start()
    window.wait_for_case(2, 2)
    assert house.said() == [{"realism": 4, "verdict": "synthetic", "confidence": 2}]
