"""A reader's way through a study, stopping at each page."""

import re
from collections.abc import Iterator

from playwright.sync_api import Page

from tests.browser import film_is_shown


def open_first_case(page: Page, link: str) -> None:
    """From the personal link to the first case, answering what is asked before it."""
    for _ in pages_before_the_first_case(page, link):
        pass


def pages_before_the_first_case(page: Page, link: str) -> Iterator[str]:
    """Go from the personal link to the first case; the name of each page while it is shown."""
    page.goto(link)
    yield "consent"
    page.get_by_role("checkbox").check()
    page.locator('form[action$="/read/consent"] button').click()
    yield "profile"
    page.get_by_label("Role").select_option("radiologist")
    page.get_by_label("Specialty").select_option("chest")
    page.get_by_label(re.compile("Years")).fill("12")
    page.get_by_label(re.compile("How often")).select_option(index=1)
    page.locator('form[action$="/read/profile"] button').click()
    yield "instructions"
    page.locator('form[action$="/read/begin"] button').click()
    film_is_shown(page)


def answer_case(page: Page, *, realism: int = 4, verdict: str = "real", sure: int = 3) -> None:
    """Answer the three questions of the default design, send them, and wait for what comes."""
    page.locator(f"#realism-{realism}").check()
    page.locator(f"#verdict-{verdict}").check()
    page.locator(f"#confidence-{sure}").check()
    send(page)


def send(page: Page) -> None:
    """Press Enter, and wait for another page, case or the truth of a practice case."""
    before = _where(page)
    page.keyboard.press("Enter")
    for _ in range(400):
        if _where(page) != before:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"nothing came after {before}")


def skip_practice(page: Page) -> None:
    """Answer the practice cases; the first counted one is shown afterwards."""
    while page.locator("[data-where]").inner_text().startswith("Practice"):
        if page.locator(".feedback-truth").count():
            send(page)
        else:
            answer_case(page)
    film_is_shown(page)


def _where(page: Page) -> tuple[str, int]:
    place = page.locator("[data-where]").inner_text()
    return place, page.locator(".feedback-truth").count()
