"""A window that tests use one after another, as long as none changes more of it than its page.

A new window and its first page cost four times what the next page costs. Each test has a server of
its own on a port of its own, which to a browser is another site: drafts, cookies of JavaScript and
pictures of the test before are not there.
"""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Keyboard, Mouse, Page, ViewportSize

VIEWPORT: ViewportSize = {"width": 1440, "height": 900}
# What outlives a page, or reaches over it: after any of these the next test has a new window.
OUTLIVES: dict[type, tuple[str, ...]] = {
    Page: (
        *("route", "route_from_har", "unroute", "unroute_all", "add_init_script", "on", "once"),
        *("expose_function", "expose_binding", "add_locator_handler", "emulate_media", "close"),
        *("set_viewport_size", "set_extra_http_headers", "set_default_timeout", "go_back"),
        *("set_default_navigation_timeout", "go_forward", "bring_to_front", "context", "clock"),
    ),
    BrowserContext: ("new_page", "new_cdp_session", "set_offline", "route", "clock"),
    Keyboard: ("down",),
    Mouse: ("down",),
}


class KeptWindow:
    """The window, and whether the test that has it did what outlives a page."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._page: Page | None = None
        self._is_changed = False

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        """Notice from now on what outlives a page, in whatever window it is done."""
        for kind, names in OUTLIVES.items():
            for name in names:
                there = getattr(kind, name)
                if isinstance(there, property):
                    assert there.fget is not None
                    patch.setattr(kind, name, property(self._noticing(there.fget)))
                else:
                    patch.setattr(kind, name, self._noticing(there))

    def _noticing(self, do: Callable[..., Any]) -> Callable[..., Any]:
        def noticed(*given: Any, **options: Any) -> Any:
            self._is_changed = True
            return do(*given, **options)

        return noticed

    def take(self, listeners: dict[str, Callable[[Any], None]]) -> Page:
        """The window on an empty page, which tells `listeners` what happens."""
        if self._page is None:
            self._page = self._browser.new_context(viewport=VIEWPORT).new_page()
        on: Any = self._page.on
        for name, listener in listeners.items():
            on(name, listener)
        self._is_changed = False
        return self._page

    def give_back(self, listeners: dict[str, Callable[[Any], None]]) -> None:
        """Leave the page; the window is closed if it would not be as new."""
        page = self._page
        if page is None:
            return
        if self._is_changed or len(page.context.pages) != 1:
            self.close()
            return
        for name, listener in listeners.items():
            page.remove_listener(name, listener)
        # Where no page is, as before the mouse was moved for the first time.
        page.mouse.move(-10, -10)
        page.goto("about:blank")
        page.context.clear_cookies()

    def close(self) -> None:
        """Close the window; the next test has a new one."""
        if self._page is not None:
            self._page.context.close()
            self._page = None
