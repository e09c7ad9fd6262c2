"""The office speaks the language chosen in this browser, else what the browser asks for."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.web.spoken import LANGUAGE_COOKIE
from tests.studies import House

PORTUGUESE = {"language": "pt-BR", "next": "/sign-in?next=/studies"}


@pytest.fixture
def backend() -> str:
    return "sqlite"


@pytest.fixture
def client(house: House, settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), follow_redirects=False) as client:
        yield client


def test_a_choice_is_kept_for_a_year_and_leads_back(client: TestClient) -> None:
    page = client.get("/sign-in?next=/bank").text
    assert '<html lang="en"' in page
    assert 'name="next" value="/sign-in?next=/bank"' in page
    answer = client.post("/language", data=PORTUGUESE)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/studies"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{LANGUAGE_COOKIE}=pt-BR;")
    for part in ("Max-Age=31536000", "Path=/", "SameSite=lax", "HttpOnly"):
        assert part in cookie
    page = client.get("/sign-in").text
    assert '<html lang="pt-BR"' in page
    assert 'value="pt-BR" lang="pt-BR" aria-pressed="true"' in page
    client.post("/language", data={"language": "en", "next": "/"})
    assert '<html lang="en"' in client.get("/sign-in", headers={"Accept-Language": "pt"}).text


def test_without_a_choice_the_browser_says(client: TestClient) -> None:
    for header, tag in (
        ("pt-PT,pt;q=0.9,en;q=0.5", "pt-BR"),
        ("es-MX", "es"),
        ("de, en;q=0.5", "en"),
        ("", "en"),
    ):
        page = client.get("/sign-in", headers={"Accept-Language": header}).text
        assert f'<html lang="{tag}"' in page


@pytest.mark.parametrize("onward", ["https://elsewhere.example", "//elsewhere.example", "", "x\n"])
def test_it_leads_to_no_other_server(client: TestClient, onward: str) -> None:
    answer = client.post("/language", data={"language": "en", "next": onward})
    assert answer.headers["location"] == "/studies"


@pytest.mark.parametrize("tag", ["", "xx", "pt-BR; Path=/", "EN"])
def test_a_language_that_there_is_not_is_refused(client: TestClient, tag: str) -> None:
    answer = client.post("/language", data={"language": tag, "next": "/sign-in"})
    assert answer.status_code == 422
    assert "choose one of English, Português (Brasil)" in answer.text
    assert "set-cookie" not in answer.headers


def test_another_site_s_form_chooses_nothing(client: TestClient) -> None:
    answer = client.post("/language", data=PORTUGUESE, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    # A cookie that nobody here made is as none.
    client.cookies.set(LANGUAGE_COOKIE, "../etc")
    assert '<html lang="en"' in client.get("/sign-in").text
