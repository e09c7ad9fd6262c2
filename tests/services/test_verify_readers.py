"""`verify` compares readers' profiles, sittings and times too, where the record speaks of them."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.db.append_only import drop_triggers, ensure_triggers, gate_open
from app.db.tables import Chain, Event, Reader
from app.domain.record import (
    DISPLAY_CHECKED,
    PROFILED,
    SITTING_ACTIONS,
    SITTING_BEGUN,
    RecordedEvent,
    event_hash,
)
from app.main import create_app
from app.services.erase_reader import erase_reader
from app.services.verify_record import verify_study
from tests.conftest import MadeOnce, Template
from tests.other_machine import settings_of
from tests.studies import NOW, PROFILE, Clock, House
from tests.web.reader_browser import ReaderBrowser
from tests.web.test_display import CHECKED, ticks

SLUG = "trial-study"
READER = "WHERE reader_id = 1"


def problem_of(house: House) -> str | None:
    with house.database.reading() as session:
        return verify_study(session, house.store, SLUG).problem


def half_read(house: House) -> None:
    """A study half read by one reader in two sittings, with a correction in the first."""
    clock = Clock()
    _, token = house.open_study_with_reader(**CHECKED)
    with TestClient(create_app(settings_of(house), clock)) as client:
        browser = ReaderBrowser(client)
        browser.begin(token)
        for pause in (timedelta(seconds=9), timedelta(hours=2)):
            browser.submit(ticks(browser))
            clock.now += timedelta(seconds=5)
            browser.rate()
            browser.visit("/read/back")
            clock.now += timedelta(seconds=5)
            browser.rate(confidence="1")
            browser.rate()
            clock.now += pause
            browser.visit()
            if pause < timedelta(hours=1):
                browser.open_link(token)


@pytest.fixture
def template(made_once: MadeOnce) -> Template:
    """Every test begins with that study."""
    return made_once(half_read)


@pytest.fixture
def read(house: House) -> House:
    """The house with that study."""
    return house


def test_what_readers_did_besides_rating_is_in_the_record(read: House) -> None:
    assert problem_of(read) is None
    with read.database.reading() as session:
        events = session.scalars(select(Event).order_by(Event.id)).all()
    about = [event for event in events if event.action in {PROFILED, *SITTING_ACTIONS}]
    assert [event.action for event in about] == [
        SITTING_BEGUN,
        PROFILED,
        DISPLAY_CHECKED,
        SITTING_BEGUN,
        DISPLAY_CHECKED,
    ]
    rated = [event.detail["sitting"] for event in events if "seal" in event.detail]
    assert rated == [1, 1, 1, 2, 2, 2]
    # What was said is in no event, only what it comes to.
    assert PROFILE["specialty"] not in str([event.detail for event in events])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE readers SET role = 'other'", "The profile of R01 was changed"),
        ("UPDATE readers SET years_experience = 40", "The profile of R01 was changed"),
        ("UPDATE readers SET ambient_light = 'dark'", "The profile of R01 was changed"),
        ("UPDATE readers SET profiled_at = invited_at", "The profile of R01 was changed"),
        ("UPDATE readers SET profiled_at = NULL", "The profile of R01 is gone"),
        ("UPDATE readers SET seal_salt = NULL", "The profile of R01 is gone"),
        ("UPDATE readers SET invited_at = consented_at", "R01 was invited at"),
        ("UPDATE readers SET consented_at = invited_at", "R01 agreed at"),
        (f"UPDATE reading_sessions SET number = 7 {READER} AND number = 2", "sitting 2 of R01"),
        (
            f"UPDATE reading_sessions SET started_at = last_active_at {READER} AND number = 2",
            "sitting 2 of R01 says that it began at",
        ),
        (
            f"UPDATE reading_sessions SET last_active_at = started_at {READER} AND number = 1",
            "sitting 1 of R01 says that it was last active at",
        ),
        (
            f"UPDATE reading_sessions SET grey_steps = NULL {READER} AND number = 1",
            "check of the display in sitting 1 of R01 was changed",
        ),
        (
            "INSERT INTO reading_sessions (id, reader_id, number, started_at, last_active_at) "
            "SELECT 99, reader_id, 3, started_at, last_active_at FROM reading_sessions "
            f"{READER} AND number = 1",
            "The sitting 3 of R01 is not in the record",
        ),
        (
            f"UPDATE presentations SET first_shown_at = NULL {READER} AND position = 1",
            "was served or its picture sent was changed",
        ),
        (
            f"UPDATE presentations SET exposed_at = shown_at {READER} AND position = 1",
            "was served or its picture sent was changed",
        ),
        (
            "UPDATE ratings SET session_id = (SELECT max(id) FROM reading_sessions) WHERE id = 1",
            "is in sitting 2, but by event",
        ),
        ("UPDATE readers SET finished_at = invited_at", "R01 finished at"),
    ],
)
def test_what_was_changed_behind_the_app_is_named(read: House, change: str, said: str) -> None:
    with read.database.writing() as session:
        drop_triggers(session.connection())
        session.execute(text(change))
        ensure_triggers(session.connection())
    assert said in (problem_of(read) or "nothing")


def _forget_these_events(session: Session) -> None:
    """Write the chain anew as it would be without them."""
    chain = session.get_one(Chain, 1)
    head, number = chain.origin, 0
    for event in session.scalars(select(Event).where(Event.chain_id == 1).order_by(Event.number)):
        if event.action in {PROFILED, *SITTING_ACTIONS}:
            session.delete(event)
            session.flush()
            continue
        number += 1
        detail = {
            name: value for name, value in event.detail.items() if name not in ("sitting", "served")
        }
        recorded = RecordedEvent(number, event.at, event.actor, event.action, detail, event.salt)
        event.number, event.detail, event.previous = number, detail, head
        head = event.hash = event_hash(head, recorded)
        session.flush()
    chain.head, chain.length = head, number


def test_a_reader_who_is_older_than_these_events_still_verifies(read: House) -> None:
    """As the database of an earlier version is: no such event, and no number in the ratings'."""
    with read.database.writing() as session:
        reader = session.scalars(select(Reader)).one()
        reader.seal_salt, reader.role = None, "other"
        with gate_open(session.connection(), "test"):
            _forget_these_events(session)
    assert problem_of(read) is None


def test_an_erased_readers_profile_can_not_be_found_by_trying(read: House) -> None:
    with read.database.writing() as session:
        erase_reader(session, SLUG, "R01", now=NOW, actor="test")
    assert problem_of(read) is None
    with read.database.reading() as session:
        assert session.scalars(select(Reader)).one().seal_salt is None
