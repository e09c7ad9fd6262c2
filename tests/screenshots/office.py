"""The investigator's side: signing in, and studies in the states that pages differ by."""

from playwright.sync_api import Browser, BrowserContext, ViewportSize

from tests.screenshots.demonstration import Demonstration

SCREEN: ViewportSize = {"width": 1440, "height": 900}


def signed_in(browser: Browser, demo: Demonstration, language: str = "en") -> BrowserContext:
    """A browser window of its own in which the investigator is signed in, asking for `language`."""
    context = browser.new_context(viewport=SCREEN, locale=language)
    page = context.new_page()
    page.goto(f"{demo.base}/sign-in")
    page.locator("[name=name]").fill(demo.name)
    page.locator("[name=password]").fill(demo.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/studies*")
    page.close()
    return context


def example_draft(demo: Demonstration) -> str:
    """Make a draft of the commented design over the demonstration's bank; return its short name."""
    design = demo.folder / "design.toml"
    design.write_text(demo.command("example-study"))
    return demo.command("create-study", str(design)).split()[-1]
