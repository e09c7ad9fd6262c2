"""What was answered and not yet sent comes back after the tab or the whole browser has died."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, BrowserContext, Page, expect
from playwright.sync_api import Error as PlaywrightError

from app.main import create_app
from app.settings import Settings
from tests.browser import FLAGS, chromium_path, film_is_shown
from tests.studies import House
from tests.web.reader_browser import ReaderBrowser

pytestmark = pytest.mark.e2e


@pytest.fixture
def link(house: House, settings: Settings, server: str) -> str:
    """The link of a reader who stands before their first case."""
    _, token = house.open_study_with_reader()
    ReaderBrowser(TestClient(create_app(settings))).begin(token)
    return f"{server}/r/{token}"


def opened(chromium: Browser, folder: Path) -> BrowserContext:
    """A browser that keeps its storage in a folder, as a reader's own does."""
    return chromium.browser_type.launch_persistent_context(
        folder,
        executable_path=chromium_path(),
        args=FLAGS,
        viewport={"width": 1440, "height": 900},
    )


def kill(folder: Path) -> None:
    """End every process of the browser with this folder, as a crash of the machine would."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if str(folder).encode() in (process / "cmdline").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)


def half_answered(page: Page, link: str) -> None:
    page.goto(link)
    film_is_shown(page)
    page.keyboard.press("4")
    page.keyboard.press("c")
    page.keyboard.type("Ribs too smooth")
    expect(page.locator("#comment")).to_have_value("Ribs too smooth")


def comes_back(page: Page, link: str) -> None:
    page.goto(link)
    film_is_shown(page)
    expect(page.locator("#realism-4")).to_be_checked()
    expect(page.locator("#comment")).to_have_value("Ribs too smooth")


def test_a_tab_that_dies_loses_nothing(chromium: Browser, link: str) -> None:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    half_answered(page, link)
    with suppress(PlaywrightError):
        page.goto("chrome://crash", timeout=3000)
    comes_back(context.new_page(), link)
    context.close()


@pytest.mark.slow
def test_a_browser_that_is_killed_loses_its_last_seconds_at_most(
    chromium: Browser, link: str, tmp_path: Path
) -> None:
    """Chromium writes its storage to the disk about five seconds after it has changed."""
    context = opened(chromium, tmp_path / "profile")
    half_answered(context.new_page(), link)
    time.sleep(8)
    kill(tmp_path / "profile")
    with suppress(PlaywrightError):
        context.close()
    again = opened(chromium, tmp_path / "profile")
    comes_back(again.new_page(), link)
    again.close()
