"""The investigator's pages close a study whose last day is over, as its readers' pages do."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.db.tables import Event
from app.main import create_app
from app.settings import Settings
from tests.studies import Clock, House
from tests.web.test_investigator import Investigator


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def investigator(house: House, settings: Settings, clock: Clock) -> Iterator[Investigator]:
    with TestClient(create_app(settings, clock)) as client:
        investigator = Investigator(house, client)
        investigator.sign_in()
        yield investigator


def test_no_page_shows_it_open_any_more(
    house: House, investigator: Investigator, clock: Clock
) -> None:
    slug = house.draft(
        format=2,
        arms=[{"arm": "real", "cases": {"normal": 3}}, {"arm": "M1", "cases": {"normal": 3}}],
        questions=[{"measure": "realism"}],
        closes_on="2026-12-01",
    )
    house.open(slug)
    assert f"/studies/{slug}/close" in investigator.client.get(f"/studies/{slug}").text
    clock.now = datetime(2026, 12, 2, 0, 0, tzinfo=UTC)
    investigator.sign_in()  # the sign-in of the day before has ended
    page = investigator.client.get(f"/studies/{slug}").text
    assert f"/studies/{slug}/close" not in page
    assert "closing date" in page
    assert investigator.client.get(f"/studies/{slug}").status_code == 200
    with house.database.reading() as session:
        assert len(session.scalars(select(Event).where(Event.action == "closed")).all()) == 1


def test_a_draft_says_that_its_last_day_is_over(
    house: House, investigator: Investigator, clock: Clock
) -> None:
    slug = house.draft(
        format=2,
        arms=[{"arm": "real", "cases": {"normal": 3}}, {"arm": "M1", "cases": {"normal": 3}}],
        questions=[{"measure": "realism"}],
        closes_on="2026-12-01",
    )
    said = "Last day of reading: 1 December 2026 is over"
    assert said not in investigator.client.get(f"/studies/{slug}").text
    clock.now = datetime(2026, 12, 2, 0, 0, tzinfo=UTC)
    investigator.sign_in()
    assert said in investigator.client.get(f"/studies/{slug}").text
