"""The second browser engine that the tests drive: WebKit, which Safari has too, by WebDriver."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from selenium.webdriver import WebKitGTK
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

PROGRAMS = ("WebKitWebDriver", "Xvfb")
SCREEN = (1440, 900)


def missing_programs() -> list[str]:
    """Those of the programs that drive WebKit here which are not installed."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


@contextmanager
def _display() -> Iterator[str]:
    """A display that nobody sees: WebKit has no headless way of its own."""
    width, height = SCREEN
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", f"{width}x{height}x24"]
    with subprocess.Popen(
        [*command, "-nolisten", "tcp"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as screen:
        assert screen.stdout is not None
        try:
            yield f":{screen.stdout.readline().strip()}"
        finally:
            screen.terminate()


@contextmanager
def webkit_browser() -> Iterator[WebKitGTK]:
    """A WebKit window as large as its screen."""
    with _display() as display:
        # Without a graphics card: drawn in memory.
        environment = os.environ | {"DISPLAY": display, "LIBGL_ALWAYS_SOFTWARE": "1"}
        service = Service(shutil.which("WebKitWebDriver"), env=environment)
        browser = WebKitGTK(options=Options(), service=service)
        try:
            browser.set_window_rect(0, 0, *SCREEN)
            yield browser
        finally:
            browser.quit()
