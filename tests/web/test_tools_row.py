"""What is done with a film stands in one row below it, whatever the language and the zoom."""

import pytest
from playwright.sync_api import Browser

from tests.screenshots.everything import SIZES
from tests.screenshots.scenes import scenes, shown_scenes

pytestmark = pytest.mark.e2e
MANY = ("pair", "quartet", "reference")
TOPS = """() => [...new Set([...document.querySelectorAll(".view-buttons button")]
  .filter((one) => one.checkVisibility())
  .map((one) => one.getBoundingClientRect())
  .map((box) => Math.round(box.top + box.height / 2)))]"""


@pytest.mark.parametrize("language", ["en", "pt-BR", "es"])
def test_the_tools_of_several_films_take_one_row(chromium: Browser, language: str) -> None:
    chosen = [scene for scene in scenes(language) if scene.name in MANY]
    for name, page in shown_scenes(chromium, language, chosen):
        for size in ("390x844", "zoom-200"):
            page.set_viewport_size(SIZES[size])
            assert len(page.evaluate(TOPS)) == 1, (name, size)
