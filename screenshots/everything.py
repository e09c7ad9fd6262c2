"""Every page there is, in every size, for the eye: `make screenshots`."""

import json
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize

from screenshots.demonstration import Demonstration
from screenshots.office import example_draft, signed_in
from screenshots.reading import answer_case, pages_before_the_first_case
from tests.browser import film_is_shown

# 200 % zoom halves what a window of 1440x900 has room for.
SIZES: dict[str, ViewportSize] = {
    "1440x900": {"width": 1440, "height": 900},
    "1024x768": {"width": 1024, "height": 768},
    "390x844": {"width": 390, "height": 844},
    "zoom-200": {"width": 720, "height": 450},
}


def take_every_page(browser: Browser, demo: Demonstration, out: Path) -> Iterator[Path]:
    """Take each page in each size into `out/SIZE/NAME.png`, the whole page where it scrolls."""
    page = browser.new_context(viewport=SIZES["1440x900"]).new_page()
    for name in pages_before_the_first_case(page, demo.reader_link):
        yield from _in_every_size(page, name, out)
    yield from _in_every_size(page, "case", out)
    page.keyboard.press("?")
    yield from _in_every_size(page, "case-help", out)
    page.keyboard.press("Escape")
    answer_case(page)
    film_is_shown(page)
    yield from _in_every_size(page, "case-with-way-back", out)
    for name, path in (("reader-privacy", "/read/privacy"), ("withdraw", "/read/withdraw")):
        page.goto(demo.base + path)
        yield from _in_every_size(page, name, out)
    page.goto(demo.base + "/r/not-a-link")
    yield from _in_every_size(page, "link-not-known", out)
    page.goto(demo.base + "/sign-in")
    yield from _in_every_size(page, "sign-in", out)
    page.close()
    office = signed_in(browser, demo).new_page()
    for name, path in _office_pages(demo).items():
        office.goto(demo.base + path)
        yield from _in_every_size(office, name, out)


def _office_pages(demo: Demonstration) -> dict[str, str]:
    draft, open_study = example_draft(demo), demo.study.removeprefix(demo.base)
    arms = json.loads((Path("app/demo_images/bank.json")).read_text())["arms"]
    closed = [report.removeprefix(demo.base) for report in demo.reports]
    of_draft = {"": "draft", "/design": "draft-design", "/cases": "draft-cases"}
    of_draft |= {"/preview": "draft-preview", "/access": "draft-access"}
    of_open = {"": "open", "/audit": "open-audit", "/record": "open-record"}
    of_open |= {"/privacy": "open-privacy", "/readers/R01/erase": "open-erase"}
    pages = {name: f"/studies/{draft}{part}" for part, name in of_draft.items()}
    pages |= {name: f"{open_study}{part}" for part, name in of_open.items()}
    for number, report in enumerate(closed):
        pages[f"report-{number}"] = report
    pages["closed"] = closed[0].removesuffix("/report")
    pages["closed-exports"] = closed[0].removesuffix("/report") + "/export"
    pages |= {"report-summary": f"{closed[0]}/summary", "report-films": f"{closed[0]}/films"}
    pages |= {"bank-import": "/bank/import", "bank-films": "/bank/films"}
    pages["bank-compare"] = "/bank/compare"
    pages |= {"studies": "/studies", "study-new": "/studies/new", "bank": "/bank"}
    pages |= {"arm": f"/arms/{arms[0]['id']}", "accounts": "/accounts", "account": "/account"}
    pages["not-there"] = "/studies/no-such-study"
    return pages


def _in_every_size(page: Page, name: str, out: Path) -> Iterator[Path]:
    usual = page.viewport_size or SIZES["1440x900"]
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        # Pictures far down are fetched when one comes near them.
        page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")
        page.wait_for_timeout(300)
        page.evaluate("() => scrollTo(0, 0)")
        path = out / size / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=path, full_page=True, animations="disabled")
        yield path
    page.set_viewport_size(usual)
