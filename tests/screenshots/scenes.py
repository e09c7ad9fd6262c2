"""The reading room at the stand-in desk: every kind of question, every way to show a film."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, expect

from tests.browser import film_is_shown
from tests.serving import served
from tests.web.stand_in import USUAL, Desk, asked, other_pages, stand_in
from tests.web.test_reading_kinds import ARTEFACTS, ELEVEN, PLACE, SLIDER, VISUAL_GRADING

TEXT = "Blunting of the left costophrenic angle; no pneumothorax. " * 6


@dataclass(frozen=True)
class Scene:
    """A page as its desk has it, and what the reader does before it is looked at."""

    name: str
    desk: Desk
    path: str = "/read"
    done: Callable[[Page], None] = lambda page: None


def _mark(page: Page) -> None:
    page.locator("[data-mark-start]").first.click()
    box = page.locator("[data-film]").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.5)
    page.mouse.up()


def _not_saved(page: Page) -> None:
    for key in ("4", "s", "2", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("[data-send-again]")).to_be_visible()


def _nothing_answered(page: Page) -> None:
    page.keyboard.press("Enter")


def scenes(language: str) -> tuple[Scene, ...]:
    """Those of the cases, then the pages around them."""
    seen = {key: value for key, value in ARTEFACTS.items() if key != "asked_if"}
    pair = asked({"measure": "find_the_real"}, {"measure": "realism"})
    end = asked({"measure": "noticed"})
    of_cases = (
        Scene("kinds", Desk(asked(USUAL[1], seen, PLACE, SLIDER)), done=_mark),
        Scene("kinds-long", Desk(asked(VISUAL_GRADING, ELEVEN, {"measure": "comment"}))),
        Scene("missing", Desk(), done=_nothing_answered),
        Scene("not-saved", Desk(faults=[503] * 40), done=_not_saved),
        Scene("correction", Desk(position=2), "/read/back"),
        Scene("pair", Desk(pair, pictures=2, layout="side_by_side")),
        Scene("quartet", Desk(pair, pictures=4, layout="side_by_side")),
        Scene("turns", Desk(pair, pictures=3, layout="one_after_other")),
        Scene("reference", Desk(pair, pictures=2, layout="side_by_side", has_reference=True)),
        Scene("beside", Desk(beside=TEXT, phase_title="The second look")),
        Scene("timed", Desk(exposure_ms=500)),
        Scene("end-of-phase", Desk(end, is_phase_end=True, phase_title="Part 1")),
    )
    around = tuple(Scene(name, Desk(), f"/page/{name}") for name in other_pages(Desk()))
    for scene in (*of_cases, *around):
        scene.desk.language = language
    return (*of_cases, *around)


def shown_scenes(
    browser: Browser, language: str, chosen: Sequence[Scene]
) -> Iterator[tuple[str, Page]]:
    """The name of each of the `chosen` scenes and its page, while it is open."""
    for scene in chosen:
        with served(stand_in(scene.desk)) as address:
            page = browser.new_page(viewport={"width": 1440, "height": 900}, locale=language)
            page.goto(address + scene.path)
            is_film = scene.path.startswith("/read") and not scene.desk.is_phase_end
            if is_film and scene.desk.exposure_ms is None:
                film_is_shown(page)
            scene.done(page)
            yield scene.name, page
            page.context.close()
