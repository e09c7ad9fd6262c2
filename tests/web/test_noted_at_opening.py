"""What was noted at opening is said in the language of whoever looks; old records as they are."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.db.studies import record_event, study_by_slug
from app.domain.record import OPENED
from tests.services.test_allocation import FORMAT_2
from tests.studies import NOW, House
from tests.web.test_investigator import Investigator

BLINDED: dict[str, Any] = FORMAT_2 | {
    "title": "Synthetic films",
    "phases": [{"key": "before", "purpose_blinded": True}],
}


@pytest.fixture
def backend() -> str:
    return "sqlite"


@pytest.fixture
def investigator(house: House, client: TestClient) -> Investigator:
    made = Investigator(house, client)
    made.sign_in()
    return made


def test_it_is_in_the_page_s_language(investigator: Investigator, house: House) -> None:
    slug = house.draft(**BLINDED)
    house.open(slug)
    pages = {}
    for tag in ("en", "pt-BR", "es"):
        investigator.client.post("/language", data={"language": tag, "next": "/studies"})
        pages[tag] = {
            path: investigator.client.get(f"/studies/{slug}{path}").text for path in ("", "/record")
        }
    notes = {
        tag: re.findall(r"[^<>]*&#39;Synthe&#39;[^<>]*", "".join(of.values()))
        for tag, of in pages.items()
    }
    assert all(len(told) == 2 for told in notes.values())
    for tag, words in (
        ("en", "before is purpose-blinded, but there is"),
        ("pt-BR", "before é cega quanto ao propósito, mas há"),
        ("es", "before está enmascarada respecto a la finalidad, pero aparece"),
    ):
        assert all(words in told for told in notes[tag])


def test_an_older_event_says_what_it_stored(investigator: Investigator, house: House) -> None:
    slug = house.draft(**FORMAT_2)
    house.open(slug)
    with house.database.writing() as session:
        record_event(
            session,
            study=study_by_slug(session, slug),
            actor="test",
            action=OPENED,
            now=NOW,
            detail={"warnings": ["Mind <this>."]},
        )
    investigator.client.post("/language", data={"language": "es", "next": "/studies"})
    assert "Mind &lt;this&gt;." in investigator.client.get(f"/studies/{slug}").text
