"""A reader's privacy page and their way out: without JavaScript, and telling nothing secret."""

import re

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from app.domain.blinding import blinded_design
from app.domain.consent import consent_text
from app.domain.design.reading import design_from_json, design_from_mapping
from app.domain.design.writing import design_to_json
from tests.services.test_withdraw_and_erase import with_withdrawal
from tests.studies import PROFILE, House, design_values
from tests.web.crawl import secrets_of, texts_of
from tests.web.reader_browser import ReaderBrowser

REGISTRATION = {
    "controller": "Spital am Berg",
    "contact": "Dr Weiss",
    "purpose": "To teach.",
    "retention": "Ten years.",
    "rights": "Ask Dr Weiss.",
}


@pytest.mark.parametrize("answers", ["erased", "kept"])
def test_no_page_of_a_readers_rights_names_anything_secret(
    house: House, client: TestClient, answers: str
) -> None:
    _, token = house.open_study_with_reader(
        **with_withdrawal("closing", answers), practice={"count": 2}
    )
    received: list[Response] = []
    client.event_hooks["response"].append(received.append)
    browser = ReaderBrowser(client)
    browser.begin(token)
    browser.rate()
    for path in ("/read/privacy", "/read/withdraw"):
        browser.visit(path)
    browser.submit()
    form = browser.form
    browser.submit({"sure": "yes"})
    client.post(form.action, data={**form.hidden, "sure": "yes"})
    browser.open_link(token)
    for path in ("/read/privacy", "/read/withdraw", "/read", "/read/back", "/read/practice"):
        browser.visit(path)
    secrets = secrets_of(house)
    assert len(secrets) > 60
    assert len(received) > 15
    for address, said in texts_of(received):
        for secret in secrets:
            assert secret not in said, f"{secret!r} in {address}"


def test_the_privacy_page_tells_what_the_design_and_the_program_know(
    house: House, client: TestClient
) -> None:
    _, token = house.open_study_with_reader(
        **with_withdrawal("finishing"),
        registration=REGISTRATION,
        display={"ask_light": True, "grey_check": True},
    )
    browser = ReaderBrowser(client)
    browser.open_link(token)
    assert 'href="/read/privacy"' in browser.html
    page = browser.visit("/read/privacy").text
    for sentence in (
        *REGISTRATION.values(),
        "how light your room is",
        "grey steps",
        "One cookie",
        "as a draft, until the server has confirmed",
        "until you have read your last case",
        "Withdraw from this study",
    ):
        assert sentence in page, sentence
    assert "The study does not say" not in page


def test_what_the_study_leaves_out_is_said_to_be_left_out(house: House, client: TestClient) -> None:
    _, token = house.open_study_with_reader()
    browser = ReaderBrowser(client)
    browser.open_link(token)
    page = browser.visit("/read/privacy").text
    assert page.count("The study does not say; ask whoever sent you your link.") == 3
    assert "Withdraw from this study" not in page


def test_every_page_of_reading_leads_to_it(house: House, client: TestClient) -> None:
    _, token = house.open_study_with_reader(break_every=5)
    browser = ReaderBrowser(client)
    pages = [browser.open_link(token), browser.submit({"consent": "yes"})]
    pages += [browser.submit(PROFILE), browser.submit()]
    for _ in range(14):
        action = browser.form.action
        pages.append(browser.rate() if action == "/read/rate" else browser.submit())
        if "Thank you" in browser.html:
            break
    assert "Thank you" in pages[-1].text
    for page in pages:
        assert re.search(r'<a href="/read/privacy"', page.text), page.text[:300]


def test_nobody_without_a_link_gets_any_of_it(client: TestClient) -> None:
    for path in ("/read/privacy", "/read/withdraw"):
        assert client.get(path).status_code == 403
    assert client.post("/read/withdraw", data={"sure": "yes"}).status_code == 403


def test_a_form_of_another_link_withdraws_nobody(house: House, client: TestClient) -> None:
    slug, token = house.open_study_with_reader(**with_withdrawal("closing"))
    other = house.invite(slug)[0].token
    browser = ReaderBrowser(client)
    browser.open_link(token)
    browser.visit("/read/withdraw")
    form = browser.form
    browser.open_link(other)
    answer = client.post(form.action, data={**form.hidden, "sure": "yes"})
    assert answer.status_code == 403
    assert "Consent" in browser.open_link(token).text


def test_a_design_that_says_nothing_of_withdrawing_is_as_it_was() -> None:
    old = design_from_mapping(design_values())
    assert "withdrawal" not in design_to_json(old)
    assert "Withdrawing" not in consent_text(blinded_design(old))
    new = design_from_mapping(design_values(**with_withdrawal("closing", "kept")))
    assert design_from_json(design_to_json(new)) == new
    text = consent_text(blinded_design(new))
    assert "until the study is closed, without giving a reason" in text
    assert "kept but left out of every result" in text
