"""A reader's certificate: who gets one, that the name stays nowhere, no score before closing."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import inspect, text

from app.services.own_score import own_score
from tests.studies import House
from tests.web.crawl import secrets_of, texts_of
from tests.web.reader_browser import ReaderBrowser

NAME = "Dr. Ana <b>Conceição</b>"
LEARNING: dict[str, Any] = {
    "format": 2,
    "title": "Reading study",
    "arms": [{"arm": arm, "cases": {"normal": 3}} for arm in ("real", "M0", "M1")],
    "questions": [{"measure": "verdict"}],
    "registration": {"controller": "Spital am Berg", "contact": "Dr Weiss"},
    "own_score": True,
}


def read(house: House, client: TestClient, **changes: Any) -> tuple[str, str, ReaderBrowser]:
    slug, token = house.open_study_with_reader(**LEARNING | changes)
    browser = ReaderBrowser(client)
    browser.begin(token)
    return slug, token, browser


def read_all(browser: ReaderBrowser) -> None:
    """Every film is called real, so that the three real ones are the right ones."""
    for _ in range(9):
        browser.submit({"verdict": "real"})
    assert "Thank you" in browser.html


def everything_stored(house: House) -> str:
    with house.database.reading() as session:
        names = inspect(session.connection()).get_table_names()
        rows = [session.execute(text(f'SELECT * FROM "{name}"')).all() for name in names]
    return str(rows)


def test_who_has_read_everything_gets_one_with_a_name_that_is_kept_nowhere(
    house: House, client: TestClient
) -> None:
    _, _, browser = read(house, client)
    received: list[Response] = []
    client.event_hooks["response"].append(received.append)
    early = browser.visit("/read/certificate")
    assert early.status_code == 409
    assert "once you have read your last case" in early.text
    browser.visit()
    read_all(browser)
    assert 'href="/read/certificate"' in browser.html
    page = browser.visit("/read/certificate").text
    assert "you have read 9 cases of this study." in page
    assert re.search(r"on \d+ \w+ 20\d\d\.|from \d+ \w+ 20\d\d to", page)
    assert "Once the study is closed, your personal link leads here again" in page
    wrong = browser.submit({"name": " "})
    assert wrong.status_code == 422
    assert "Please type the name" in wrong.text
    sheet = browser.submit({"name": NAME, "as": "page"}).text
    for said in ("Dr. Ana &lt;b&gt;Conceição", "Reading study", "Spital am Berg", "Dr Weiss"):
        assert said in sheet
    assert "and read 9 cases" in sheet
    assert sheet.count("judged rightly") == 0
    assert "Conceição" not in everything_stored(house)
    secrets = secrets_of(house)
    for address, said in texts_of(received):
        assert "judged rightly" not in said
        for secret in secrets:
            assert secret not in said, f"{secret!r} in {address}"


def test_the_score_is_told_once_the_study_is_closed_and_by_the_link_again(
    house: House, client: TestClient
) -> None:
    slug, token, browser = read(house, client)
    read_all(browser)
    with house.database.reading() as session:
        assert own_score(session, 1) == ()
    house.close(slug)
    closed = browser.open_link(token)
    assert closed.status_code == 409
    assert 'href="/read/certificate"' in closed.text
    page = browser.visit("/read/certificate").text
    assert "3 of 9 judged rightly (33 %); 3 of 3 real ones called real" in page
    assert "0 of 6 synthetic ones called synthetic" in page
    pdf = browser.submit({"name": NAME, "as": "pdf"})
    assert pdf.content.startswith(b"%PDF")
    assert pdf.headers["cache-control"] == "no-store"
    # The cookie of a closed study opens nothing else.
    assert browser.visit("/read").status_code == 200
    assert browser.visit("/read/back").status_code == 409


def test_no_score_where_the_design_promises_none(house: House, client: TestClient) -> None:
    slug, token, browser = read(house, client, own_score=False)
    read_all(browser)
    assert "with your own score" not in browser.html
    house.close(slug)
    browser.open_link(token)
    page = browser.visit("/read/certificate").text
    assert "you have read 9 cases" in page
    assert "score" not in page.replace("own-score", "")


def test_of_a_closed_study_whoever_read_gets_one_and_nobody_else(
    house: House, client: TestClient
) -> None:
    slug, _, browser = read(house, client)
    late = house.invite(slug)[0].token
    browser.submit({"verdict": "real"})
    house.close(slug)
    stopped = browser.visit("/read")
    assert stopped.status_code == 409
    assert 'href="/read/certificate"' in stopped.text
    assert "you have read 1 case of this study" in browser.visit("/read/certificate").text
    unread = browser.open_link(late)
    assert unread.status_code == 409
    assert "/read/certificate" not in unread.text
    assert browser.visit("/read/certificate").status_code == 403


@pytest.mark.parametrize("answers", ["erased", "kept"])
def test_who_has_withdrawn_gets_none(house: House, client: TestClient, answers: str) -> None:
    slug, token, browser = read(house, client, withdrawal={"until": "closing", "answers": answers})
    read_all(browser)
    browser.visit("/read/withdraw")
    browser.submit({"sure": "yes"})
    assert browser.visit("/read/certificate").status_code in (403, 409)
    house.close(slug)
    assert "/read/certificate" not in browser.open_link(token).text
    assert browser.visit("/read/certificate").status_code in (403, 409)
    with house.database.reading() as session:
        assert own_score(session, 1) == ()


def test_nobody_without_a_link_gets_one(client: TestClient) -> None:
    assert client.get("/read/certificate").status_code == 403
    assert client.post("/read/certificate", data={"name": NAME}).status_code == 403


def test_a_form_of_another_site_prints_nothing(house: House, client: TestClient) -> None:
    _, _, browser = read(house, client)
    read_all(browser)
    answer = client.post(
        "/read/certificate", data={"name": NAME}, headers={"Origin": "https://elsewhere.example"}
    )
    assert answer.status_code == 403
