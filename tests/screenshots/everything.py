"""Every page there is, in every size, for the eye: `make screenshots`."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser import film_is_shown
from tests.screenshots.demonstration import Demonstration
from tests.screenshots.office import example_draft, signed_in
from tests.screenshots.places import MADE_UP, OFFICE
from tests.screenshots.reading import answer_case, pages_before_the_first_case
from tests.screenshots.scenes import scenes, shown_scenes
from tests.serving import served
from tests.web.test_templates_investigator import stand_in

# 200 % zoom halves what a window of 1440x900 has room for.
SIZES: dict[str, ViewportSize] = {
    "1440x900": {"width": 1440, "height": 900},
    "1024x768": {"width": 1024, "height": 768},
    "390x844": {"width": 390, "height": 844},
    "zoom-200": {"width": 720, "height": 450},
}
# Those far down a page are otherwise fetched when one comes near them.
PICTURES_ARE_THERE = """async () => {
  const pictures = [...document.images].filter((one) => one.getAttribute("src"));
  for (const one of pictures) one.loading = "eager";
  await Promise.all(pictures.map((one) => one.decode().catch(() => {})));
}"""


@dataclass(frozen=True)
class Wanted:
    """Where pictures go, in which sizes, and of which pages: names or patterns such as `bank*`."""

    out: Path
    sizes: tuple[str, ...] = tuple(SIZES)
    pages: tuple[str, ...] = ("*",)

    def __contains__(self, name: object) -> bool:
        return any(fnmatchcase(str(name), one) for one in self.pages)


def take_every_page(
    browser: Browser, demo: Demonstration, wanted: Wanted, language: str = "en"
) -> Iterator[Path]:
    """Take each page that is wanted into `out/SIZE/NAME.png`, the whole page where it scrolls.

    The office speaks `language` as to a browser that asks for it; the reading room as in a study
    in it. The demonstration's study is in English, and gone through only then.
    """
    if language == "en":
        yield from _reading_room(browser, demo, wanted)
    yield from _scenes(browser, wanted, language)
    yield from _doors(browser, demo, wanted, language)
    yield from _office(browser, demo, wanted, language)
    yield from take_made_up(browser, wanted, language)


def _reading_room(browser: Browser, demo: Demonstration, wanted: Wanted) -> Iterator[Path]:
    page = browser.new_page(viewport=SIZES["1440x900"])
    for name in pages_before_the_first_case(page, demo.reader_link):
        yield from _in_every_size(page, name, wanted)
    yield from _in_every_size(page, "case", wanted)
    page.keyboard.press("?")
    yield from _in_every_size(page, "case-help", wanted)
    page.keyboard.press("Escape")
    answer_case(page)
    film_is_shown(page)
    yield from _in_every_size(page, "case-with-way-back", wanted)
    # What these say to a reader who is not at the end.
    for name in ("privacy", "withdraw", "certificate"):
        page.goto(f"{demo.base}/read/{name}")
        yield from _in_every_size(page, f"reader-{name}", wanted)
    page.context.close()


def _scenes(browser: Browser, wanted: Wanted, language: str) -> Iterator[Path]:
    chosen = [one for one in scenes(language) if f"reading-{one.name}" in wanted]
    for name, page in shown_scenes(browser, language, chosen):
        yield from _in_every_size(page, f"reading-{name}", wanted)


def _doors(browser: Browser, demo: Demonstration, wanted: Wanted, language: str) -> Iterator[Path]:
    page = browser.new_page(viewport=SIZES["1440x900"], locale=language)
    for name, path in (("link-not-known", "/r/not-a-link"), ("sign-in", "/sign-in")):
        page.goto(demo.base + path)
        yield from _in_every_size(page, name, wanted)
    page.context.close()


def _office(browser: Browser, demo: Demonstration, wanted: Wanted, language: str) -> Iterator[Path]:
    office = signed_in(browser, demo, language).new_page()
    names = _names(demo)
    for name, path in OFFICE.items():
        if name in wanted:
            office.goto(demo.base + path.format(**names))
            yield from _in_every_size(office, name, wanted)
    office.context.close()


def take_made_up(browser: Browser, wanted: Wanted, language: str) -> Iterator[Path]:
    """Take of those that the demonstration never comes to."""
    with served(stand_in()) as address:
        page = browser.new_page(viewport=SIZES["1440x900"], locale=language)
        for name, (path, _) in MADE_UP.items():
            if f"made-up-{name}" in wanted:
                page.goto(address + path)
                yield from _in_every_size(page, f"made-up-{name}", wanted)
        page.context.close()


def _names(demo: Demonstration) -> Mapping[str, str]:
    """What stands for the braces in the addresses of the office."""
    arms = json.loads(Path("app/demo_images/bank.json").read_text())["arms"]
    return {
        "draft": example_draft(demo),
        "open": demo.study.rpartition("/")[2],
        "closed": demo.reports[0].removesuffix("/report").rpartition("/")[2],
        "arm": arms[0]["id"],
        "other_arm": arms[1]["id"],
    }


def _in_every_size(page: Page, name: str, wanted: Wanted) -> Iterator[Path]:
    if name not in wanted:
        return
    usual = page.viewport_size or {"width": 1440, "height": 900}
    page.evaluate(PICTURES_ARE_THERE)
    for size in wanted.sizes:
        page.set_viewport_size(SIZES[size])
        # Until the page is drawn anew.
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        path = wanted.out / size / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=path, full_page=True, animations="disabled")
        yield path
    page.set_viewport_size(usual)
