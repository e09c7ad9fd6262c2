"""The pictures of README and docs/, taken of the demonstration."""

import io
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser import film_is_shown
from tests.screenshots.demonstration import Demonstration
from tests.screenshots.office import example_draft, signed_in
from tests.screenshots.picture import save_small
from tests.screenshots.reading import answer_case, open_first_case, skip_practice

# Mean step of grey between neighbours: about 1.4 in a film of the phantom, 0.7 in the models' ones.
SHARP = 1.15
MOST_CASES = 20
SCREEN: ViewportSize = {"width": 1440, "height": 900}
WIDTH = 1080


def take_pictures(browser: Browser, demo: Demonstration, out: Path) -> list[Path]:
    """Take every picture of the documentation into `out`; return the files written."""
    pages = {"reading": _reading(browser, demo)}
    office = signed_in(browser, demo)
    slug = example_draft(demo)
    for name, address in (
        ("draft", f"{demo.base}/studies/{slug}"),
        ("study", demo.study),
        ("audit", f"{demo.study}/audit"),
        ("report", demo.reports[0]),
    ):
        page = office.new_page()
        page.goto(address)
        pages[name] = page
    written = []
    for name, page in pages.items():
        save_small(page, out / f"{name}.png", width=WIDTH)
        written.append(out / f"{name}.png")
    return written


def _reading(browser: Browser, demo: Demonstration) -> Page:
    page = browser.new_context(viewport=SCREEN).new_page()
    open_first_case(page, demo.reader_link)
    skip_practice(page)
    _go_on_to_a_sharp_film(page)
    page.locator("#realism-4").check()
    page.locator("#verdict-real").check()
    page.wait_for_timeout(300)
    return page


def _go_on_to_a_sharp_film(page: Page) -> None:
    for _ in range(MOST_CASES):
        if _detail(page) > SHARP:
            return
        answer_case(page)
        film_is_shown(page)
    raise RuntimeError(f"No film of the first {MOST_CASES} cases is sharp.")


def _detail(page: Page) -> float:
    shown = page.locator("[data-film] img").first.screenshot()
    with Image.open(io.BytesIO(shown)) as film:
        grey = np.asarray(film.convert("L"), dtype=float)
    middle = grey[
        grey.shape[0] // 4 : -grey.shape[0] // 4, grey.shape[1] // 4 : -grey.shape[1] // 4
    ]
    return float(np.abs(np.diff(middle, axis=1)).mean())
