"""The real browser that the tests drive: Debian's Chromium, cut off from the network."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, Route, sync_playwright

# True in a page whose case has its picture painted and a question lit.
FILM_IS_SHOWN = (
    "!!document.querySelector('#case [data-film] img')?.complete"
    " && !!document.querySelector('#case .active')"
)
# True once it is so, false where it is not within a second. A case counts as shown two frames after
# its pictures are decoded; what that changes is drawn in the next.
UNTIL_FILM_IS_SHOWN = f"""async () => {{
    const frame = () => new Promise(requestAnimationFrame);
    for (let waited = 0; waited < 60; waited += 1) {{
        if ({FILM_IS_SHOWN}) {{
            const films = [...document.querySelectorAll('#case [data-film] img')];
            await Promise.allSettled(films.map((film) => film.decode()));
            for (let drawn = 0; drawn < 4; drawn += 1) await frame();
            return true;
        }}
        await frame();
    }}
    return false;
}}"""
# What takes a process more for each window and shows nothing of a page: a renderer kept in reserve,
# and the two pages that hang from the address bar. Chromium obeys the last such list alone, so what
# Playwright switches off stands here too.
SWITCHED_OFF = (
    "SpareRendererForSitePerProcess",
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
FLAGS = [
    f"--disable-features={','.join(SWITCHED_OFF)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-gpu-compositing",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def chromium_path() -> str:
    """Where Chromium is; raises RuntimeError where there is none, so that no test is skipped."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        raise RuntimeError("The tests need Chromium: apt-get install chromium.")
    return path


@contextmanager
def chromium_browser() -> Iterator[Browser]:
    """A headless Chromium; fails, and does not skip, where there is none."""
    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def intercept(page: Page, address: str, answer: Callable[[Route], object]) -> None:
    """Have requests of an open page answered by `answer`, from now on.

    Chromium begins to intercept a moment after Playwright says that it does: under load one request
    in eight of those sent at once went to the server. So one is sent that shows it.
    """
    page.route(address, answer)
    page.route("**/is-intercepted", lambda route: route.fulfill(status=204))
    while page.evaluate("() => fetch('/is-intercepted').then(answer => answer.status)") != 204:
        page.wait_for_timeout(20)
    page.unroute("**/is-intercepted")


def hurry_on(page: Page, heading: str) -> None:
    """Let the page's clock run ahead while it waits to try again, until `heading` is there.

    What it says on the way is said as if the time had passed; `page.clock.install()` comes first.
    """
    for _ in range(400):
        if heading in page.locator("h1").inner_text():
            return
        if "trying again in" in page.locator("[data-save-state]").inner_text():
            page.clock.run_for(1000)
        page.wait_for_timeout(25)
    raise AssertionError(f"{heading} is not there, but {page.locator('h1').inner_text()}")


def film_is_shown(page: Page) -> None:
    """Wait until the case's picture is painted and a question is lit.

    Asked again and again from here: Playwright's own waiting evaluates text inside the page, which
    our content security policy forbids.
    """
    for _ in range(30):
        if page.evaluate(UNTIL_FILM_IS_SHOWN):
            return
    raise AssertionError("the picture was not shown within 30 s")
