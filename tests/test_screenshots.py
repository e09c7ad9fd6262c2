"""`make screenshots` leaves no page out."""

from pathlib import Path

from fastapi.routing import APIRoute
from playwright.sync_api import Browser
from typer.testing import CliRunner

from app.main import ROUTES
from tests.screenshots.__main__ import program
from tests.screenshots.everything import Wanted, take_made_up
from tests.screenshots.places import MADE_UP, NO_PAGE_PARTS, NO_PAGES, OFFICE, READERS
from tests.screenshots.scenes import scenes
from tests.web.test_templates_investigator import PAGES, SIGNED_OUT

GIVEN = {"draft": "a", "open": "b", "closed": "c", "arm": "d", "other_arm": "e"}


def routes() -> list[APIRoute]:
    """Those that answer with a page, the most general last as the app asks them."""
    return [
        route
        for module in ROUTES
        for route in module.router.routes
        if isinstance(route, APIRoute)
        and "GET" in route.methods
        and route.path not in NO_PAGES
        and not any(part in route.path for part in NO_PAGE_PARTS)
    ]


def route_of(address: str) -> str:
    path = address.format(**GIVEN).partition("?")[0]
    return next((one.path for one in routes() if one.path_regex.match(path)), "")


def test_every_route_that_answers_with_a_page_is_taken() -> None:
    taken = {route_of(path) for path in OFFICE.values()} | READERS
    taken |= {route for _, route in MADE_UP.values()}
    assert {route.path for route in routes()} == taken


def test_what_is_no_page_is_a_route_all_the_same() -> None:
    paths = {route.path for module in ROUTES for route in module.router.routes}
    assert set(NO_PAGES) <= paths
    assert all(any(part in path for path in paths) for part in NO_PAGE_PARTS)


def test_every_made_up_page_and_scene_is_there() -> None:
    assert {path for path, _ in MADE_UP.values()} <= {*PAGES, *SIGNED_OUT}
    assert {scene.desk.language for scene in scenes("pt-BR")} == {"pt-BR"}
    names = [scene.name for scene in scenes("en")]
    assert len(set(names)) == len(names)


def test_a_part_is_taken_by_size_and_page(chromium: Browser, tmp_path: Path) -> None:
    wanted = Wanted(tmp_path, ("390x844", "zoom-200"), ("bank*", "made-up-bank-e*"))
    assert [one for one in ("arm", "bank-film", "made-up-bank-empty") if one in wanted] == [
        "bank-film",
        "made-up-bank-empty",
    ]
    taken = [str(one.relative_to(tmp_path)) for one in take_made_up(chromium, wanted, "pt-BR")]
    assert taken == ["390x844/made-up-bank-empty.png", "zoom-200/made-up-bank-empty.png"]
    assert all((tmp_path / one).stat().st_size for one in taken)


def test_a_size_or_language_that_is_not_is_refused_before_anything_starts() -> None:
    for option, given in (("--size", "800x600"), ("--language", "fr")):
        refused = CliRunner().invoke(program, ["everything", option, given])
        assert refused.exit_code == 2
        assert f"'{given}' is none of" in refused.output
