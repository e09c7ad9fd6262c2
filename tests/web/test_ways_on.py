"""Every error's page leads on: a reader to their own start, the office to what it was about."""

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.db.engine import Database
from app.domain.access import Role
from app.domain.errors import DatabaseUnavailable
from app.main import create_app
from app.settings import Settings
from tests.studies import House
from tests.web.accounts import make_account, visitor
from tests.web.reader_browser import ReaderBrowser

LONG = {"comment": "x" * 2_000_000}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
STUDIES, BANK = "/studies", "/bank"


@pytest.fixture
def app(settings: Settings, house: House) -> FastAPI:
    return create_app(settings)


def ways(page: str) -> list[str]:
    """Where the links of a page's middle lead, in order."""
    middle = page[page.index("<main") : page.index("</main>")]
    return re.findall(r'href="([^"]*)"', middle)


def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: Database) -> None:
        raise DatabaseUnavailable("busy")

    for name in ("reading", "writing"):
        monkeypatch.setattr(Database, name, refuse)


def test_a_reader_comes_back_to_their_own_start(app: FastAPI, house: House) -> None:
    _, token = house.open_study_with_reader()
    browser = ReaderBrowser(TestClient(app))
    browser.open_link(token)
    for status, answer in (
        (404, browser.client.get("/read/no-such-page")),
        (405, browser.client.get("/read/rate")),
        (409, browser.client.get("/read/certificate")),
        (413, browser.client.post("/read/rate", data=LONG)),
        (422, browser.client.post("/read/consent", content=b"a=1&a=2", headers=FORM)),
    ):
        assert (answer.status_code, ways(answer.text)) == (status, ["/read"])


def test_a_link_that_is_not_known_leads_to_nobody_s_reading(app: FastAPI, house: House) -> None:
    _, token = house.open_study_with_reader()
    browser = ReaderBrowser(TestClient(app))
    browser.open_link(token)
    assert ways(browser.client.get("/r/not-a-link").text) == []
    stranger = TestClient(app).get("/read")
    assert (stranger.status_code, ways(stranger.text)) == (403, [])


def test_after_the_end_a_reader_is_led_to_what_is_stored(app: FastAPI, house: House) -> None:
    slug, token = house.open_study_with_reader()
    browser = ReaderBrowser(TestClient(app))
    browser.open_link(token)
    house.close(slug)
    over = browser.client.get("/read")
    assert (over.status_code, ways(over.text)) == (409, ["/read/privacy"])
    assert browser.client.get("/read/privacy").status_code == 200
    # Whose cookie the browser holds is not known to be theirs whose link it is.
    assert ways(browser.client.get(f"/r/{token}").text) == []


def test_trouble_that_passes_is_tried_again(
    app: FastAPI, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug, token = house.open_study_with_reader()
    browser = ReaderBrowser(TestClient(app))
    browser.open_link(token)
    make_account(house, "ada", "owner")
    ada = visitor(house, app, "ada")
    no_database(monkeypatch)
    link = browser.client.get(f"/r/{token}")
    # The page's own address, in which the link stands and which no page writes out.
    assert (link.status_code, ways(link.text), token in link.text) == (503, [""], False)
    assert ways(browser.client.get("/read").text) == ["/read"]
    assert ways(ada.get(f"/studies/{slug}/audit").text) == ["", f"/studies/{slug}", STUDIES]
    assert ways(ada.get("/bank/films").text) == ["", BANK, STUDIES]


def test_answers_that_a_page_holds_are_not_left_by_a_link(
    app: FastAPI, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, token = house.open_study_with_reader()
    browser = ReaderBrowser(TestClient(app))
    browser.open_link(token)
    no_database(monkeypatch)
    kept = browser.client.post("/read/rate", data={"comment": "Ribs"})
    assert ("Send my answers again" in kept.text, ways(kept.text)) == (True, [])


def test_the_office_comes_back_to_what_it_was_about(app: FastAPI, house: House) -> None:
    slug, _ = house.open_study_with_reader()
    roles: dict[str, Role] = {"ada": "owner", "mo": "monitor"}
    for name, role in roles.items():
        make_account(house, name, role, **{slug.replace("-", "_"): role})
    ada, mo = visitor(house, app, "ada"), visitor(house, app, "mo")
    study = f"/studies/{slug}"
    for status, answer, leads in (
        (409, ada.get(f"{study}/design"), [study, STUDIES]),
        (405, ada.get(f"{study}/close"), [study, STUDIES]),
        (413, ada.post(f"{study}/message", **LONG), [study, STUDIES]),
        (403, mo.get(f"{study}/audit"), [study, STUDIES]),
        (404, ada.get("/studies/none/audit"), [STUDIES]),
        (404, ada.get("/bank/films/99999"), [BANK, STUDIES]),
        (403, mo.get("/bank"), [STUDIES]),
        (404, TestClient(app).get("/no-such-page"), [STUDIES]),
    ):
        assert (answer.status_code, ways(answer.text)) == (status, leads)
        assert mo.get(study).status_code == 200


def test_a_long_body_is_refused_on_a_page_and_not_in_the_server_s_words(
    app: FastAPI, house: House
) -> None:
    client = TestClient(app, headers={"Accept-Language": "pt-BR"})
    said_so = client.post("/sign-in", data=LONG)
    unsaid = client.post("/sign-in", content=iter([b"a=" + b"x" * 2_000_000]), headers=FORM)
    for answer in (said_so, unsaid):
        assert answer.status_code == 413
        assert "Content Too Large" not in answer.text
        assert 'lang="pt-BR"' in answer.text
        assert ways(answer.text) == [STUDIES]
