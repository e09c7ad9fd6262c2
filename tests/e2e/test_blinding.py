"""What a real browser holds of a reading: its pages, its network log, its storage."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import film_is_shown
from tests.e2e.conftest import OpenPage
from tests.e2e.test_journey import begin
from tests.studies import House
from tests.web.crawl import every_page, label_bank, reference_of_bank, secrets_of

pytestmark = pytest.mark.e2e


def kept_by(page: Page) -> str:
    """The page as it stands, and everything that a script of it could read."""
    readable = page.evaluate(
        """() => ({
            local: {...localStorage},
            session: {...sessionStorage},
            cookies: document.cookie,
            title: document.title,
            history: history.state,
            resources: performance.getEntries().map(entry => entry.toJSON()),
        })"""
    )
    stored = [readable, page.context.cookies(), page.context.storage_state()]
    return page.content() + json.dumps(stored)


def exchanges(log: Path) -> list[str]:
    """Each request and its answer from a browser's network log, pictures left out."""
    texts = []
    for entry in json.loads(log.read_text())["log"]["entries"]:
        content = entry["response"]["content"]
        if content.get("mimeType", "").startswith("image/png"):
            content.pop("text", None)
        texts.append(json.dumps(entry))
    return texts


def answer(page: Page) -> None:
    """Answer whatever this case asks, by mouse, and submit."""
    for key, value in (("quality", "4"), ("which", "1"), ("realism", "2")):
        if page.locator(f"#{key}-{value}").count():
            page.locator(f"#{key}-{value}").check()
    if page.locator("#noticed").count():
        page.locator("#noticed").fill("No.")
    page.locator("form.panel button[type=submit]").click()


def until_another(page: Page, before: str) -> None:
    """Wait until the page after the one with this heading is there."""
    for _ in range(400):
        if headings(page) != before:
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"nothing came after {before}")


def headings(page: Page) -> str:
    return page.locator("h1").inner_text()


def test_a_browser_holds_nothing_secret_of_a_study_with_every_page(
    house: House, open_page: OpenPage, tmp_path: Path
) -> None:
    label_bank(house)
    # Every kind of page comes with two cases of an arm, which are soon read.
    arms = [{"arm": a, "cases": {"zz-upright": 1, "zz-supine": 1}} for a in ("real", "M0", "M1")]
    design = every_page(reference_of_bank(house), arms=arms)
    # No washout here: the server's own time can't be moved.
    design["phases"][1].pop("washout_days")
    _, token = house.open_study_with_reader(**design)
    log = tmp_path / "network.har"
    page = open_page(f"/r/{token}", record_har_path=log, record_har_content="embed")
    begin(page)
    expect(page.locator("h1")).to_contain_text("1 of")
    kept: list[str] = []
    kinds: set[str] = set()
    for _ in range(60):
        kept.append(kept_by(page))
        if page.get_by_role("heading", name="Thank you").count():
            break
        before = headings(page)
        kinds.add(go_on(page))
        until_another(page, before)
    assert kinds == {"case", "break", "end", "phase", "pair", "timed"}
    page.context.close()
    sent = exchanges(log)
    assert sum("/read/image/" in text for text in sent) > 15
    assert any("/read/reference/2" in text for text in sent)
    # The log holds bodies; else nothing would be found in it.
    assert any("Which image is the real one?" in text for text in sent)
    for secret in secrets_of(house):
        for text in (*kept, *sent):
            assert secret not in text, f"{secret!r} in {text[:300]}"


def go_on(page: Page) -> str:
    """Do what the page asks for; return what kind of page it was."""
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
