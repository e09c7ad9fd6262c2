"""What a real browser holds of a reading: its pages, its network log, its storage."""

import json
import re

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser import film_is_shown
from tests.e2e.conftest import OpenPage
from tests.e2e.test_journey import begin
from tests.studies import House
from tests.web.crawl import every_page, label_bank, secrets_of

pytestmark = pytest.mark.e2e


class Watched:
    """All that a page's browser was sent and has kept."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.received: list[str] = []
        self.pages = 0
        page.on("response", self._note)

    def _note(self, response: Response) -> None:
        head = json.dumps([response.url, response.all_headers(), response.request.post_data])
        is_text = "image/" not in response.headers.get("content-type", "")
        body = response.text() if is_text and response.status not in (303, 304) else ""
        self.received.append(f"{head} {body}")

    def note_page(self) -> None:
        """Keep the page as it stands, with everything that scripts of it could read."""
        self.pages += 1
        self.received.append(self.page.content())
        self.received.append(
            json.dumps(
                self.page.evaluate(
                    """() => ({
                        local: {...localStorage},
                        session: {...sessionStorage},
                        cookies: document.cookie,
                        title: document.title,
                        history: history.state,
                        resources: performance.getEntries().map(entry => entry.toJSON()),
                    })"""
                )
            )
        )
        self.received.append(json.dumps(self.page.context.cookies()))
        self.received.append(json.dumps(self.page.context.storage_state()))


def answer(page: Page) -> None:
    """Answer whatever this case asks, by mouse, and submit."""
    for key, value in (("quality", "4"), ("which", "1"), ("realism", "2")):
        if page.locator(f"#{key}-{value}").count():
            page.locator(f"#{key}-{value}").check()
    if page.locator("#noticed").count():
        page.locator("#noticed").fill("No.")
    page.locator("form.panel button[type=submit]").click()


def headings(page: Page) -> str:
    return page.locator("h1").inner_text()


def step(page: Page, before: str) -> str:
    """Wait for the next page, and return its heading."""
    expect(page.locator("h1")).not_to_have_text(before)
    return headings(page)


def test_a_browser_holds_nothing_secret_of_a_study_with_every_page(
    house: House, open_page: OpenPage
) -> None:
    label_bank(house)
    design = every_page()
    # No washout here: the server's own time can't be moved.
    design["phases"][1].pop("washout_days")
    _, token = house.open_study_with_reader(**design)
    page = open_page("/healthz")
    watched = Watched(page)
    page.goto(page.url.replace("/healthz", f"/r/{token}"))
    begin(page)
    kinds: set[str] = set()
    for _ in range(60):
        before = headings(page)
        watched.note_page()
        if page.get_by_role("heading", name="Thank you").count():
            kinds.add("thanks")
            break
        kinds.add(_go_on(page))
        step(page, before)
    assert kinds == {"case", "break", "end", "phase", "pair", "timed", "thanks"}
    secrets = secrets_of(house)
    assert len(watched.received) > 150
    for text in watched.received:
        for secret in secrets:
            assert secret not in text, f"{secret!r} in {text[:300]}"


def _go_on(page: Page) -> str:
    if page.locator("form[action='/read/continue']").count():
        kind = "phase" if page.get_by_role("button", name="Begin this part").count() else "break"
        page.locator("form[action='/read/continue'] button[type=submit]").click()
        return kind
    if page.locator("[data-show-once]").count():
        page.get_by_role("button", name=re.compile("Show")).click()
        expect(page.locator("#realism-2")).to_be_visible()
        answer(page)
        return "timed"
    if page.locator("#noticed").count():
        answer(page)
        return "end"
    film_is_shown(page)
    kind = "pair" if page.locator("[data-turn]").count() else "case"
    answer(page)
    return kind
