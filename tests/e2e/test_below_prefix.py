"""The reader's and the investigator's way on an installation below a path of its host."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from app.services.accounts import set_password
from app.settings import Settings
from tests.browser import film_is_shown
from tests.e2e.conftest import OpenPage
from tests.e2e.test_journey import press, ratings, shown
from tests.studies import NOW, House

pytestmark = pytest.mark.e2e
PREFIX = "/hospital/reading"
ANSWERS = ("4", "s", "3", "Enter")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path, database_url=database_url, base_url=f"http://testserver{PREFIX}"
    )


def watched(page: Page) -> list[str]:
    """Whatever the page asks for from now on that is not below the prefix, or not there."""
    wrong: list[str] = []
    page.on(
        "request",
        lambda asked: (
            None if urlsplit(asked.url).path.startswith(f"{PREFIX}/") else wrong.append(asked.url)
        ),
    )
    page.on("response", lambda answer: wrong.append(answer.url) if answer.status >= 400 else None)
    return wrong


def test_a_reader_reads_to_the_end(house: House, open_page: OpenPage) -> None:
    _, token = house.open_study_with_reader(
        arms=[{"arm": "real", "normal": 1, "abnormal": 1}, {"arm": "M1", "normal": 1}],
        practice={"count": 1, "feedback": True},
        break_every=2,
    )
    page = open_page(f"{PREFIX}/sign-in")
    wrong = watched(page)
    page.goto(re.sub(r"/sign-in$", f"/r/{token}", page.url))
    assert page.url.endswith(f"{PREFIX}/read")
    assert {cookie["path"] for cookie in page.context.cookies()} == {f"{PREFIX}/read"}
    page.get_by_role("checkbox").check()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("About you")
    page.get_by_label("Role").select_option("radiologist")
    page.get_by_label("Specialty").select_option("chest")
    page.get_by_label(re.compile("Years")).fill("12")
    page.get_by_label(re.compile("How often")).select_option("daily")
    page.locator("form button[type=submit]").click()
    page.locator(f'form[action="{PREFIX}/read/begin"] button').click()
    shown(page, 1, 1)
    press(page, *ANSWERS)
    page.locator("form[data-continue] button[type=submit]").click()
    shown(page, 1, 3)
    press(page, *ANSWERS)
    shown(page, 2, 3)
    press(page, "b")
    shown(page, 1, 3)
    press(page, "2", "Enter")
    shown(page, 2, 3)
    press(page, *ANSWERS)
    page.locator("form[data-continue] button[type=submit]").click()
    shown(page, 3, 3)
    press(page, *ANSWERS)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank")
    assert len(ratings(house)) == 5
    assert wrong == []


def test_an_investigator_designs_previews_invites_and_closes(
    house: House, open_page: OpenPage
) -> None:
    with house.database.writing() as session:
        set_password(session, "ada", "a long password", now=NOW)
    page = open_page(f"{PREFIX}/studies")
    assert urlsplit(page.url).path == f"{PREFIX}/sign-in"
    wrong = watched(page)
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="New study").first.click()
    page.get_by_label("Title").first.fill("Below a path")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Preview").click()
    preview = opened.value
    preview.get_by_role("button", name="Next page").click()
    preview.get_by_label("Page").select_option("case-1")
    preview.get_by_role("button", name="Show").click()
    assert urlsplit(preview.url).path == f"{PREFIX}/studies/preview"
    # The stand-in for a film is served below the path too.
    film_is_shown(preview)
    assert preview.evaluate("() => document.querySelector('[data-film] img').naturalWidth") > 0
    preview.close()
    page.get_by_role("button", name=re.compile("Save|Make the draft")).first.click()
    expect(page).to_have_url(re.compile(f"{PREFIX}/studies/below-a-path$"))
    page.get_by_role("button", name="Make links").click()
    assert re.search(rf"http://testserver{PREFIX}/r/[\w-]+", page.locator("#links").input_value())
    for name in ("Who has access", "Accounts", "ada"):
        page.get_by_role("link", name=name, exact=True).first.click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("button", name="Sign out", exact=True).click()
    assert urlsplit(page.url).path == f"{PREFIX}/sign-in"
    assert page.context.cookies() == []
    assert wrong == []
