"""A browser window on the stand-in desk."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.serving import served
from tests.web.stand_in import ROOT, Desk, Room, stand_in


@pytest.fixture
def desk() -> Desk:
    """A desk with the usual questions, one film at a time."""
    assert (ROOT / "static/vendor/htmx.min.js").exists(), (
        "htmx.min.js is absent: install the project"
    )
    return Desk()


@pytest.fixture
def room(chromium: Browser, desk: Desk) -> Iterator[Room]:
    """The desk served, and a browser before it; a failing script fails the test."""
    with served(stand_in(desk)) as address:
        room = Room(desk, address, chromium)
        yield room
        room.close()
    assert room.troubles == []
