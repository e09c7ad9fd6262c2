"""Films brought in by Chromium: dragged as files, as a folder and as a zip, chosen, and unscripted.

The drags are the browser's own (DevTools' Input.dispatchDragEvent), so that what the page is given
is what a hand drops on it.
"""

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.bank.files import saved, texture
from tests.e2e.conftest import OpenPage
from tests.e2e.test_design_form import signed_in
from tests.studies import House

pytestmark = pytest.mark.e2e


@pytest.fixture
def films(tmp_path: Path) -> Path:
    """Loose films, a folder with a folder in it, and a zip."""
    home = tmp_path / "films"
    for number, name in enumerate(("a.png", "b.png", "set/c.png", "set/deep/d.png")):
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(saved(texture(64, 64, seed=number)))
    with zipfile.ZipFile(home / "more.zip", "w") as archive:
        archive.writestr("e.png", saved(texture(64, 64, seed=9)))
    return home


def begin(house: House, open_page: OpenPage, **options: object) -> Page:
    page = signed_in(house, open_page, "/bank/import", **options)
    with page.expect_navigation(wait_until="load"):
        page.get_by_role("button", name="Begin").click()
    return page


def drop(page: Page, *paths: Path) -> None:
    """Drag files of the disk over the page and let them go there."""
    box = page.locator("[data-drop]").bounding_box()
    assert box is not None
    where = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    devtools = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        devtools.send("Input.dispatchDragEvent", {"type": kind, "data": data, **where})


def said(page: Page, words: str) -> None:
    expect(page.locator("[data-said]")).to_have_text(words)


def test_files_a_folder_and_a_zip_are_dragged_in(
    house: House, open_page: OpenPage, films: Path
) -> None:
    page = begin(house, open_page)
    expect(page.locator("[data-plain]")).to_be_hidden()
    drop(page, films / "a.png", films / "b.png")
    said(page, "2 files are here.")
    drop(page, films / "set")
    said(page, "2 files are here.")
    drop(page, films / "more.zip")
    said(page, "1 file is here.")
    with page.expect_navigation(wait_until="load"):
        page.get_by_role("button", name="That is all").click()
    expect(page.get_by_role("heading", name="5 pictures without a table")).to_be_visible()
    for path in ("set/c.png", "set/deep/d.png", "more/e.png"):
        assert list(house.folder.rglob(f"uploads/*/files/{path}")), path


def test_a_folder_is_chosen(house: House, open_page: OpenPage, films: Path) -> None:
    page = begin(house, open_page)
    page.locator("[data-folder]").set_input_files(films)
    said(page, "5 files are here.")
    assert list(house.folder.rglob("uploads/*/files/films/set/deep/d.png"))


def test_files_and_a_folder_are_sent_without_scripts(
    house: House, open_page: OpenPage, films: Path
) -> None:
    (films / "empty.png").write_bytes(b"")
    page = begin(house, open_page, java_script_enabled=False)
    page.get_by_label("A zip or files").set_input_files([films / "a.png", films / "empty.png"])
    page.get_by_label("Or a folder").set_input_files(films / "set")
    with page.expect_navigation(wait_until="load"):
        page.get_by_role("button", name="Send them").click()
    expect(page.locator("#left-out")).to_have_text("1 file was not taken")
    expect(page.locator("[role=alert] li")).to_have_text("empty.png: It is empty.")
    for path in ("a.png", "set/c.png", "set/deep/d.png"):
        assert list(house.folder.rglob(f"uploads/*/files/{path}")), path
    with page.expect_navigation(wait_until="load"):
        page.get_by_role("button", name="That is all").click()
    page.reload()
    expect(page.get_by_role("heading", name="3 pictures without a table")).to_be_visible()


def test_a_refusal_is_not_to_be_tried_again_and_a_cut_is(
    house: House, open_page: OpenPage, films: Path
) -> None:
    page = begin(house, open_page)
    again = re.compile(r"Choose the same once more to go on\.$")
    refusal = "<main><p class='trail'>Bank</p><p>An upload may bring 2 MiB.</p></main>"
    page.route("**/pieces?*", lambda route: route.fulfill(status=409, body=refusal))
    page.locator("[data-files]").set_input_files(films / "a.png")
    said(page, "An upload may bring 2 MiB.")
    page.evaluate("() => { window.setTimeout = (then) => queueMicrotask(then); }")
    page.route("**/pieces?*", lambda route: route.abort())
    page.locator("[data-files]").set_input_files(films / "a.png")
    expect(page.locator("[data-said]")).to_have_text(again)
