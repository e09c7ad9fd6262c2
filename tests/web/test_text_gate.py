"""One gate for all text: what one database refuses neither is given, and the answer says why."""

import pytest
from fastapi.testclient import TestClient

from tests.studies import GOOD_ANSWERS, House
from tests.web.reader_browser import ReaderBrowser

BAD = ["%00", "a%00b", "%ff", "%ED%A0%80", "%C3%28"]
PATHS = [
    "/r/{}",
    "/read/image/{}",
    "/studies/{}",
    "/studies/{}/report",
    "/studies/{}/export",
    "/static/{}",
    "/arms/{}",
    "/{}",
]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("path", PATHS)
def test_an_address_is_refused_with_a_sentence(client: TestClient, path: str, bad: str) -> None:
    answer = client.get(path.format(bad))
    assert answer.status_code == 400
    assert answer.text.startswith("This address holds")


@pytest.mark.parametrize("bad", BAD)
def test_a_query_is_refused_with_a_sentence(client: TestClient, bad: str) -> None:
    answer = client.get(f"/sign-in?next={bad}")
    assert answer.status_code == 400
    assert answer.text.startswith("The query holds")


@pytest.mark.parametrize("field", ["name", "password", "next"])
@pytest.mark.parametrize("bad", BAD)
def test_a_sign_in_is_refused_with_a_sentence(client: TestClient, field: str, bad: str) -> None:
    answer = client.post(
        "/sign-in",
        content=f"{field}={bad}",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 422
    assert "nothing of" in answer.text


@pytest.mark.parametrize("field", ["case", "submission", "comment", "csrf_token"])
@pytest.mark.parametrize("bad", ["\x00", "a\x00b"])
def test_a_rating_is_refused_and_not_stored(
    house: House, client: TestClient, field: str, bad: str
) -> None:
    _, token = house.open_study_with_reader()
    browser = ReaderBrowser(client)
    browser.begin(token)
    answer = client.post("/read/rate", data={**browser.form.hidden, **GOOD_ANSWERS, field: bad})
    assert 400 <= answer.status_code < 500
    assert house.said() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Host", "[bad"),
        ("Host", "a:b:c"),
        ("Host", "host:99999999"),
        ("Host", "h\xe4st"),
        ("Origin", "http://[bad"),
        ("Origin", "\xff"),
        ("Referer", "http://[bad"),
        ("Cookie", "negatoscope_reader=\xff; negatoscope_investigator=\xfe"),
        ("Cookie", "negatoscope_investigator=a.b.c"),
        ("Content-Type", "text/\xff"),
        ("X-Forwarded-For", "\xff"),
        ("Accept-Language", "\xff"),
        ("HX-Request", "\xff"),
        ("X-CSRF-Token", "\xff"),
        ("Authorization", "Bearer \xff"),
    ],
)
@pytest.mark.parametrize("path", ["/sign-in", "/read", "/studies", "/metrics", "/healthz"])
def test_no_header_is_an_error_of_the_server(
    client: TestClient, path: str, name: str, value: str
) -> None:
    headers = [(name.encode(), value.encode("latin-1"))]
    for method in ("GET", "POST"):
        answer = client.request(method, path, headers=headers)
        assert answer.status_code < 500, (method, answer.text)


def test_the_refusal_is_said_in_the_browsers_language_and_to_programs_in_english(
    client: TestClient,
) -> None:
    portuguese = {"Accept-Language": "pt-BR"}
    answer = client.get("/r/%ff", headers=portuguese)
    assert (answer.status_code, answer.text.startswith("Este endereço contém")) == (400, True)
    told = client.get("/api/v1/studies/%ff", headers=portuguese).json()["error"]["message"]
    assert told.startswith("This address holds")
