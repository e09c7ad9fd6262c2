"""A browser window on the stand-in desk."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.serving import served
from tests.web.kept_window import KeptWindow
from tests.web.stand_in import ROOT, Desk, Room, stand_in


@pytest.fixture
def desk() -> Desk:
    """A desk with the usual questions, one film at a time."""
    assert (ROOT / "static/vendor/htmx.min.js").exists(), (
        "htmx.min.js is absent: install the project"
    )
    return Desk()


@pytest.fixture(scope="session")
def kept_window(chromium: Browser) -> Iterator[KeptWindow]:
    """The window that tests of the stand-in desk use one after another."""
    window = KeptWindow(chromium)
    with pytest.MonkeyPatch.context() as patch:
        window.watch(patch)
        yield window
    window.close()


@pytest.fixture
def room(chromium: Browser, desk: Desk, kept_window: KeptWindow) -> Iterator[Room]:
    """The desk served, and a browser before it; a failing script fails the test."""
    with served(stand_in(desk)) as address:
        room = Room(desk, address, chromium, kept_window)
        yield room
        room.close()
    assert room.troubles == []
