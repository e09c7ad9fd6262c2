"""A study closes by itself once its last day is over; once, and with a line in its log."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from app.db.tables import Event, Study
from app.domain.errors import BadDesign
from app.services.close_past_studies import close_past_studies
from tests.studies import House, design_values

LAST_MOMENT = datetime(2026, 12, 1, 23, 59, 59, tzinfo=UTC)
AFTER = datetime(2026, 12, 2, 0, 0, tzinfo=UTC)


def closing(house: House, day: str) -> str:
    return house.draft(format=2, **with_questions(), closes_on=day)


def with_questions() -> dict[str, object]:
    arms = [
        {"arm": arm["arm"], "cases": {"normal": 2, "abnormal": 2}}
        for arm in design_values()["arms"]
    ]
    return {"arms": arms, "questions": [{"measure": "realism"}]}


def state(house: House) -> list[tuple[str, list[str]]]:
    """Status of every study, and who closed it."""
    with house.database.reading() as session:
        return [
            (
                study.status,
                list(
                    session.scalars(
                        select(Event.actor).where(
                            Event.study_id == study.id, Event.action == "closed"
                        )
                    )
                ),
            )
            for study in session.scalars(select(Study).order_by(Study.id))
        ]


def test_it_closes_what_is_over_once_and_nothing_else(house: House) -> None:
    house.open(closing(house, "2026-12-01"))
    house.open(closing(house, "2026-12-02"))
    closing(house, "2026-12-01")
    house.open(house.draft())
    close_past_studies(house.database, now=LAST_MOMENT)
    assert state(house) == [("open", []), ("open", []), ("draft", []), ("open", [])]
    for _ in range(2):
        close_past_studies(house.database, now=AFTER)
    assert state(house) == [
        ("closed", ["closing date"]),
        ("open", []),
        ("draft", []),
        ("open", []),
    ]
    with house.database.reading() as session:
        assert session.scalars(select(Study.closed_at).order_by(Study.id)).first() == AFTER


def test_a_study_whose_last_day_is_over_is_not_opened(house: House) -> None:
    slug = closing(house, "2026-11-23")
    with pytest.raises(BadDesign, match="2026-11-23 is over"):
        house.open(slug)
    assert state(house) == [("draft", [])]
