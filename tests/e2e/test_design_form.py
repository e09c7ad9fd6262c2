"""The form of a design in Chromium: rows change without a reload, and all of it without scripts."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from app.services.accounts import set_password
from tests.browser import film_is_shown, intercept
from tests.e2e.conftest import OpenPage
from tests.studies import NOW, House

pytestmark = pytest.mark.e2e


def signed_in(house: House, open_page: OpenPage, path: str, **options: Any) -> Page:
    with house.database.writing() as session:
        set_password(session, "ada", "a long password", now=NOW)
    page = open_page(f"/sign-in?next={path}", **options)
    page.fill("#name", "ada")
    page.fill("#password", "a long password")
    # A page whose scripts are not there yet sends its form as one without scripts does.
    with page.expect_navigation(wait_until="load"):
        page.click("main form button")
    return page


def test_rows_change_without_a_reload_and_what_was_typed_stays(
    house: House, open_page: OpenPage
) -> None:
    page = signed_in(house, open_page, "/studies/new")
    page.evaluate("() => { window.isSamePage = true; }")
    page.fill("#title", "Typed before")
    page.click("#questions-2 > summary")
    page.get_by_role("button", name="Add a question").click()
    expect(page.locator("#questions-5")).to_have_attribute("open", "")
    # A row that was open stays so, and the keyboard is where the new row is.
    expect(page.locator("#questions-2")).to_have_attribute("open", "")
    expect(page.locator("#questions-5 > summary")).to_be_focused()
    page.select_option("#questions-5-measure", "place")
    expect(page.locator("#questions-5-shape")).to_be_visible()
    expect(page.locator("#questions-5-prompt")).to_have_value("Mark where you see it.")
    page.get_by_role("button", name="Move up question 5").click()
    expect(page.locator("#questions-4 .item-title")).to_have_text("Mark where you see it.")
    page.get_by_role("button", name="Remove question 4").click()
    expect(page.locator("#questions-5")).to_have_count(0)
    expect(page.locator("#title")).to_have_value("Typed before")
    assert page.evaluate("() => window.isSamePage")


def test_enter_saves_and_does_not_remove_a_row(house: House, open_page: OpenPage) -> None:
    page = signed_in(house, open_page, "/studies/new")
    page.fill("#title", "Saved by Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Saved by Enter")
    expect(page.locator(".said").first.locator("li")).to_have_count(4)


def test_the_list_of_problems_leads_to_each_box(house: House, open_page: OpenPage) -> None:
    page = signed_in(house, open_page, "/studies/new")
    page.click("#questions-3 > summary")
    page.fill("#questions-3-high", "none")
    page.fill("#seed", "x")
    page.get_by_role("button", name="Make the draft").click()
    expect(page.locator("[data-problems]")).to_be_focused()
    page.get_by_role("link", name="Question 3, highest").click()
    expect(page.locator("#questions-3-high")).to_be_in_viewport()
    expect(page.locator("#seed")).to_have_value("x")
    serious = [
        one["id"]
        for one in Axe().run(page).response["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_without_scripts_rows_change_and_a_draft_is_made(house: House, open_page: OpenPage) -> None:
    page = signed_in(house, open_page, "/studies/new", java_script_enabled=False)
    page.click("#questions-1 > summary")
    page.select_option("#questions-1-measure", "quality")
    page.get_by_role("button", name="Show what belongs to this choice").first.click()
    expect(page.locator("#questions-1-labels")).to_have_value("Not usable\nExcellent")
    page.get_by_role("button", name="Add a phase").click()
    page.locator("#phases-2-key").fill("again")
    page.locator("#title").fill("Made without scripts")
    page.get_by_role("button", name="Make the draft").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Made without scripts")
    expect(page.get_by_text("new cases; one picture at a time")).to_have_count(2)


def test_a_form_is_walked_through_as_a_reader_would(house: House, open_page: OpenPage) -> None:
    page = signed_in(house, open_page, "/studies/new")
    page.fill("#title", "Not saved")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Preview").click()
    preview = opened.value
    expect(preview.locator(".page-study")).to_have_text("Not saved")
    preview.get_by_role("checkbox").check()
    preview.get_by_role("button", name="Continue").click()
    expect(preview.get_by_role("heading", level=1)).to_have_text("About you")
    preview.select_option(".preview-bar select", label="Case")
    preview.get_by_role("button", name="Show").click()
    film_is_shown(preview)
    # What is missing is said as in a study, and a whole answer leads on.
    preview.get_by_role("button", name="Submit").click()
    expect(preview.locator(".error:visible").first).to_be_visible()
    asked: list[str] = []
    preview.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    for key in ("3", "r", "4"):
        preview.keyboard.press(key)
    assert preview.evaluate("() => Object.keys(localStorage)") == []
    preview.keyboard.press("Enter")
    expect(preview.get_by_role("heading", level=1)).to_have_text("Thank you")
    assert asked == []
    page.goto(page.url.replace("/new", ""))
    expect(page.get_by_text("Not saved")).to_have_count(0)


def sign_in_beside(page: Page) -> None:
    """In another tab of the same browser."""
    address = page.url.partition("/studies")[0]
    tab = page.context.new_page()
    tab.goto(f"{address}/sign-in")
    tab.fill("#name", "ada")
    tab.fill("#password", "a long password")
    tab.click("main form button")
    expect(tab.get_by_role("heading", level=1)).to_be_visible()
    tab.close()


@pytest.mark.parametrize("pressed", ["Make the draft", "Add a phase"])
def test_a_form_outlives_its_sign_in(house: House, open_page: OpenPage, pressed: str) -> None:
    page = signed_in(house, open_page, "/studies/new")
    page.get_by_role("button", name="Add a question").click()
    expect(page.locator("#questions-5")).to_have_attribute("open", "")
    page.fill("#title", "Typed for an hour")
    page.context.clear_cookies()
    page.get_by_role("button", name=pressed).click()
    note = page.locator("[data-unsent]")
    expect(note).to_contain_text("You are signed out")
    expect(page.get_by_role("link", name="Sign in in another tab")).to_be_focused()
    expect(page.locator("#title")).to_have_value("Typed for an hour")
    # Still signed out: it says so again and keeps the form.
    page.get_by_role("button", name="Try now").click()
    expect(note).to_contain_text("You are signed out")
    sign_in_beside(page)
    page.get_by_role("button", name="Try now").click()
    if pressed == "Add a phase":
        expect(page.locator("#phases-2")).to_have_attribute("open", "")
        expect(page.locator("#title")).to_have_value("Typed for an hour")
        expect(note).to_be_hidden()
        page.get_by_role("button", name="Remove phase 2").click()
        expect(page.locator("#phases-2")).to_have_count(0)
        page.get_by_role("button", name="Make the draft").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Typed for an hour")
    expect(page.locator(".said").first.locator("li")).to_have_count(5)


def test_a_new_sign_in_and_a_silent_server_are_said_over_the_form(
    house: House, open_page: OpenPage
) -> None:
    page = signed_in(house, open_page, "/studies/new")
    page.fill("#title", "Typed")
    page.context.set_offline(True)
    page.get_by_role("button", name="Make the draft").click()
    note = page.locator("[data-unsent]")
    expect(note).to_contain_text("No answer came from the server")
    page.context.set_offline(False)
    intercept(page, "**/studies/new", lambda route: route.fulfill(status=502, body="<h1>no</h1>"))
    page.get_by_role("button", name="Try now").click()
    expect(note).to_contain_text("status 502")
    page.unroute("**/studies/new")
    page.context.clear_cookies()
    sign_in_beside(page)
    page.get_by_role("button", name="Make the draft").click()
    expect(note).to_contain_text("signed in anew")
    page.get_by_role("button", name="Try now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Typed")


@pytest.mark.parametrize("beside", [False, True], ids=["signed out", "signed in anew"])
def test_without_scripts_a_form_outlives_its_sign_in(
    house: House, open_page: OpenPage, beside: bool
) -> None:
    page = signed_in(house, open_page, "/studies/new", java_script_enabled=False)
    page.locator("#title").fill('Typed "for" an <hour>')
    page.context.clear_cookies()
    if beside:
        sign_in_beside(page)
    page.get_by_role("button", name="Make the draft").click()
    if not beside:
        expect(page.get_by_text("nothing of it is lost")).to_be_visible()
        page.fill("#name", "ada")
        page.fill("#password", "wrong")
        page.click("main form button")
        expect(page.get_by_text("Name or password is wrong.")).to_be_visible()
        page.fill("#password", "a long password")
        page.click("main form button")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your form is still here")
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text('Typed "for" an <hour>')


def test_on_a_phone_what_is_chosen_in_a_long_list_is_read_whole(
    house: House, open_page: OpenPage
) -> None:
    house.fill_bank()
    page = signed_in(
        house, open_page, "/studies/new", viewport={"width": 390, "height": 844}, locale="en"
    )
    for name, lines in (("analysis.primary", 2), ("analysis.adjustment", 1)):
        box = page.locator(f'select[name="{name}"]').bounding_box()
        assert box is not None
        assert box["width"] <= 390
        assert (box["height"] > 50) == (lines == 2), name
