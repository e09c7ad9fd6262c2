"""The real server on loopback, and browsers that report every script or policy trouble."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from app.main import create_app
from app.settings import Settings
from tests.serving import served
from tests.studies import House

OpenPage = Callable[..., Page]


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    """What a browser shows does not depend on the database; one is enough here."""
    return str(request.param)


@pytest.fixture
def server(house: House, settings: Settings) -> Iterator[str]:
    """The address of the real application over the small bank."""
    with served(create_app(settings)) as address:
        yield address


@pytest.fixture
def open_page(chromium: Browser, server: str) -> Iterator[OpenPage]:
    """Opens an address in a browser of its own (own cookies), as on another device."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_page(path: str, **options: Any) -> Page:
        options.setdefault("viewport", {"width": 1440, "height": 900})
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console",
            lambda message: (
                troubles.append(message.text) if "Security Policy" in message.text else None
            ),
        )
        page.goto(server + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []
