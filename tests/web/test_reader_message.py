"""A message to readers: where it stands, where it doesn't, and that it tells nothing else."""

import re
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from app.main import create_app
from app.settings import Settings
from tests.studies import PROFILE, Clock, House
from tests.web.crawl import secrets_of, texts_of
from tests.web.reader_browser import ReaderBrowser
from tests.web.test_investigator import Investigator

SAID = "Estamos de férias.\n\n<b>Voltem</b> na segunda."
SHOWN = "Estamos de férias."
ELSEWHERE: dict[str, Any] = {
    "format": 2,
    "language": "de",
    "arms": [{"arm": arm, "cases": {"normal": 4}} for arm in ("real", "M0", "M1")],
    "questions": [{"measure": "realism"}],
    "break_every": 5,
}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(house: House, settings: Settings, clock: Clock) -> FastAPI:
    return create_app(settings, clock)


def office_of(house: House, client: TestClient) -> Investigator:
    office = Investigator(house, client)
    office.sign_in()
    return office


def test_it_stands_between_the_cases_and_beside_none(
    house: House, app: FastAPI, clock: Clock
) -> None:
    slug, token = house.open_study_with_reader(**ELSEWHERE)
    with TestClient(app) as client, TestClient(app) as readers:
        office = office_of(house, client)
        answer = office.post(
            f"/studies/{slug}/message", message=SAID, until="2026-12-31", neutral="yes"
        )
        assert "until 31 December 2026, UTC" in answer.text
        received: list[Response] = []
        readers.event_hooks["response"].append(received.append)
        reader = ReaderBrowser(readers)
        shown = [reader.open_link(token), reader.submit({"consent": "yes"})]
        assert not any(SHOWN in page.text for page in shown)
        instructions = reader.submit(PROFILE).text
        assert f'<div lang="de"><p dir="auto">{SHOWN}</p>' in instructions
        assert "&lt;b&gt;Voltem" in instructions
        reader.submit()
        seen = {"case": 0, "break": 0}
        for _ in range(20):
            where = "case" if reader.form.action == "/read/rate" else "break"
            if "Thank you" in reader.html:
                break
            seen[where] += 1
            assert (SHOWN in reader.html) == (where == "break")
            assert ('href="/read/message"' in reader.html) == (where == "case")
            reader.rate() if where == "case" else reader.submit()
        assert seen == {"case": 12, "break": 2}
        assert SHOWN in reader.html
        assert SHOWN in reader.visit("/read/message").text
        for address, said in texts_of(received):
            for secret in secrets_of(house):
                assert secret not in said, f"{secret!r} in {address}"
        clock.now += timedelta(days=31)
        reader.open_link(token)
        assert SHOWN not in reader.visit("/read").text


def test_it_is_gone_when_it_is_taken_back_and_once_the_study_is_closed(
    house: House, app: FastAPI
) -> None:
    slug, token = house.open_study_with_reader()
    with TestClient(app) as client, TestClient(app) as readers:
        office = office_of(house, client)
        reader = ReaderBrowser(readers)
        reader.begin(token)
        for ends in (
            lambda: office.post(f"/studies/{slug}/message/take-back"),
            lambda: house.close(slug),
        ):
            office.post(f"/studies/{slug}/message", message=SAID, neutral="yes")
            assert SHOWN in reader.visit("/read/message").text
            ends()
            page = reader.visit("/read/message").text
            assert SHOWN not in page
            assert "There is none now." in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"message": "Mind the M1 films.", "neutral": "yes"}, "“M1”"),
        ({"message": "Thanks."}, "Please tick"),
        ({"message": "Thanks.", "neutral": "yes", "until": "31.12.2026"}, "write a day such as"),
        ({"message": "Thanks.", "neutral": "yes", "until": "2026-01-01"}, "is over"),
        ({"message": "x" * 501, "neutral": "yes"}, "at most 500"),
        ({}, "Please tick"),
    ],
)
def test_what_can_not_be_shown_comes_back_with_its_reason(
    house: House, app: FastAPI, fields: dict[str, str], said: str
) -> None:
    slug, _ = house.open_study_with_reader()
    with TestClient(app) as client:
        answer = office_of(house, client).post(f"/studies/{slug}/message", **fields)
        assert answer.status_code == 422
        assert said in answer.text
        assert f">{fields.get('message', '')}</textarea>" in answer.text
        assert "Take it back" not in answer.text


def test_the_last_day_is_moved_by_the_page(house: House, app: FastAPI) -> None:
    slug, _ = house.open_study_with_reader()
    with TestClient(app) as client:
        office = office_of(house, client)
        wrong = office.post(f"/studies/{slug}/last-day", day="soon", reason="Holidays.")
        assert wrong.status_code == 422
        assert "write a day such as 2027-01-31" in wrong.text
        assert ">Holidays.</textarea>" in wrong.text
        page = office.post(f"/studies/{slug}/last-day", day="2027-01-31", reason="Holidays.").text
        assert (
            "31 January 2027, UTC; the study then closes by itself. The design says none." in page
        )
        assert re.search(r"last day moved\s+to 2027-01-31: “Holidays.”", page)
        assert "31 January 2027, 62 days left" in client.get(f"/studies/{slug}/progress").text
