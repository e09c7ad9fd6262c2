"""What is looked for on every page would be seen if it were there."""

import pytest
from playwright.sync_api import Browser

from tests.web.accessible import troubles_of

pytestmark = pytest.mark.e2e
GOOD = """<!doctype html><html lang="en"><title>Good</title><main><h1>One</h1><h2>Two</h2>
<label for="name">Name</label> <input id="name"> <button>Send</button></main>"""


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        ("<h2>Two</h2>", "<h3>Three</h3>", "heading of level 3 after 1: Three"),
        ("<h1>One</h1>", "", "0 headings of level 1"),
        (">Send<", "><", "has no name: button"),
        ('<input id="name">', '<input id="name" tabindex="2">', "out of the order of the page: "),
        ("<button>", '<button style="outline: none">', "does not show that it has the focus: "),
        ("<h2>", '<h2 style="min-width: 1100px">', "wider than 1024"),
        ("<h2>", '<h2 style="color: #bbb; background: #fff">', "axe 390 color-contrast: "),
        ('lang="en"', "", "axe 1440 html-has-lang: "),
    ],
)
def test_a_fault_is_seen(chromium: Browser, ours: str, theirs: str, said: str) -> None:
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    assert ours in GOOD
    page.set_content(GOOD.replace(ours, theirs))
    told = troubles_of(page)
    page.context.close()
    assert any(one.startswith(said) for one in told), told


def test_a_page_without_faults_is_left_as_it_was(chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": 1300, "height": 700})
    page.set_content(GOOD)
    assert troubles_of(page) == []
    assert page.viewport_size == {"width": 1300, "height": 700}
    page.context.close()
