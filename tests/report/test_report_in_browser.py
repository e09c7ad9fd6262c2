"""The report as one file, in a real browser: folds, contents, print, narrow windows, axe."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from app.report.page.document import report_document
from app.settings import resource_dir
from tests.report.test_pdf import view_of

NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
CLOSED = "() => [...document.querySelectorAll('.fold > details:not([open])')].length"


@pytest.fixture(scope="module")
def page(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    file: Path = tmp_path_factory.mktemp("report") / "report.html"
    view = view_of(readers=3, cases=10, repeats=2)
    folders = {"templates": resource_dir("templates"), "static": resource_dir("static")}
    file.write_text(report_document(view, **folders, now=NOW))
    opened = chromium.new_page(viewport={"width": 1440, "height": 900})
    opened.goto(file.as_uri())
    yield opened
    opened.close()


def hidden_parts(page: Page) -> int:
    """Parts whose content is not drawn."""
    return int(
        page.evaluate(
            "() => [...document.querySelectorAll('.fold-body')]"
            ".filter((part) => !part.checkVisibility()).length"
        )
    )


def test_axe_finds_nothing_with_all_parts_open(page: Page) -> None:
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => one.open = true)")
    violations = Axe().run(page).response["violations"]
    told = [(one["id"], one["nodes"][0]["html"][:200]) for one in violations]
    page.reload()
    assert told == []


def test_the_answers_fit_on_the_first_screen(page: Page) -> None:
    for selector in (".answers", ".first-screen .plot img"):
        box = page.locator(selector).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 900


def test_the_contents_stand_beside_and_lead_by_keyboard_into_a_part_that_opens(
    page: Page,
) -> None:
    beside, text = (page.locator(one).bounding_box() for one in (".contents-list", ".folds"))
    assert beside is not None
    assert text is not None
    assert beside["x"] >= text["x"] + text["width"]
    link = page.locator(".contents a[href='#part-methods']")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert page.evaluate("() => document.querySelector('#part-methods').closest('details').open")
    title = page.locator("#title-methods").bounding_box()
    assert title is not None
    assert 0 <= title["y"] < 900
    page.goto(page.url.split("#")[0])


def test_a_print_holds_every_part_without_opening_it(page: Page) -> None:
    assert page.evaluate(CLOSED) == hidden_parts(page) > 5
    page.emulate_media(media="print")
    assert hidden_parts(page) == 0
    assert page.evaluate(CLOSED) > 5
    page.emulate_media(media="screen")


@pytest.mark.parametrize("width", [390, 720])
def test_nothing_is_wider_than_a_narrow_window(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => one.open = true)")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    position = page.evaluate(
        "() => getComputedStyle(document.querySelector('.contents-list')).position"
    )
    assert position != "sticky"
    page.set_viewport_size({"width": 1440, "height": 900})
    page.reload()
