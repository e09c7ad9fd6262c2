"""Guessing passwords: counted before it is checked, for all processes, beside the pages."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.db.engine import Database
from app.db.tables import Investigator, SignInTries
from app.main import create_app
from app.services import sign_in_tries
from app.services.accounts import create_first_investigator, password_matches, set_password
from app.services.sign_in_tries import (
    FREE_TRIES_OF_ADDRESS,
    FREE_TRIES_OF_NAME,
    count_try,
    forget_tries,
    seconds_to_wait,
)
from app.settings import Settings
from app.web import password_desk
from app.web.password_desk import AT_ONCE, MOST_WAITING
from tests.studies import NOW, Clock, House
from tests.web.reader_browser import ReaderBrowser

PASSWORD = "a long password of ours"
AT_ONCE_TRIED = 150


def sign_in(client: TestClient, password: str = "wrong", name: str = "owner") -> int:
    answer = client.post(
        "/sign-in", data={"name": name, "password": password}, follow_redirects=False
    )
    return answer.status_code


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every password that is really checked."""
    checked: list[str] = []

    def check(password: str, password_hash: str | None) -> bool:
        checked.append(password)
        return password_matches(password, password_hash)

    monkeypatch.setattr(password_desk, "password_matches", check)
    return checked


@pytest.fixture
def account(database: Database) -> None:
    with database.writing() as session:
        set_password(session, "owner", PASSWORD, now=NOW)


@pytest.mark.usefixtures("account")
def test_many_guesses_at_once_check_no_more_than_the_free_tries(
    client: TestClient, checked: list[str]
) -> None:
    together = threading.Barrier(AT_ONCE_TRIED)

    def guess(number: int) -> int:
        together.wait()
        return sign_in(client, f"guess {number}")

    with ThreadPoolExecutor(AT_ONCE_TRIED) as pool:
        statuses = Counter(pool.map(guess, range(AT_ONCE_TRIED)))
    assert 0 < len(checked) <= FREE_TRIES_OF_ADDRESS
    assert statuses[403] == len(checked)
    assert set(statuses) <= {403, 429, 503}


@pytest.mark.usefixtures("account")
def test_two_processes_count_together(
    house: House, settings: Settings, client: TestClient, checked: list[str]
) -> None:
    with TestClient(create_app(settings)) as other:
        statuses = [sign_in(one) for _ in range(4) for one in (client, other)]
    assert statuses == [403] * FREE_TRIES_OF_ADDRESS + [429] * 3
    assert len(checked) == FREE_TRIES_OF_ADDRESS


@pytest.mark.usefixtures("account")
def test_the_right_password_begins_to_count_anew(client: TestClient) -> None:
    for _ in range(3):
        assert sign_in(client) == 403
        assert sign_in(client, PASSWORD) == 303
        assert sign_in(client) == 403


def test_a_reader_does_not_wait_behind_guesses(
    house: House, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = threading.Event()

    def slow(_password: str, _hash: str | None) -> bool:
        return not goes_on.wait(30)

    monkeypatch.setattr(password_desk, "password_matches", slow)
    # A try an address would end this after five.
    monkeypatch.setattr(sign_in_tries, "FREE_TRIES_OF_ADDRESS", 1000)
    monkeypatch.setattr(sign_in_tries, "FREE_TRIES_OF_NAME", 1000)
    _, token = house.open_study_with_reader()
    beside = TestClient(client.app)
    # One event loop, as a server has: what waits for a place can't wait in two.
    beside.portal = client.portal
    browser = ReaderBrowser(beside)
    with ThreadPoolExecutor(60) as pool:
        guesses = [pool.submit(sign_in, client) for _ in range(60)]
        time.sleep(0.5)
        began = time.monotonic()
        assert browser.open_link(token).status_code == 200
        seconds = time.monotonic() - began
        goes_on.set()
        statuses = Counter(one.result() for one in guesses)
    assert seconds < 3
    # The queue is bounded; nobody waits in a page's thread for longer than it is.
    assert statuses[403] <= AT_ONCE + MOST_WAITING
    assert statuses[503] >= 60 - AT_ONCE - MOST_WAITING


# --- the counting itself, on both databases


@pytest.fixture
def clock() -> Clock:
    return Clock()


def tried(database: Database, clock: Clock, name: str = "owner", address: str = "10.0.0.1") -> int:
    """Count a try, after asking what would be answered."""
    with database.reading() as session:
        foretold = seconds_to_wait(session, name=name, address=address, now=clock.now)
    with database.writing() as session:
        wait = count_try(session, name=name, address=address, now=clock.now)
    # Somebody else may be counted between the two.
    assert foretold in (0, wait)
    return wait


def test_after_the_free_tries_one_a_minute_is_taken(database: Database, clock: Clock) -> None:
    assert [tried(database, clock) for _ in range(FREE_TRIES_OF_ADDRESS)] == [0] * 5
    assert tried(database, clock) == 60
    clock.now += timedelta(seconds=59)
    assert tried(database, clock) == 1
    clock.now += timedelta(seconds=1)
    assert [tried(database, clock), tried(database, clock)] == [0, 60]


def test_what_is_refused_anyway_is_known_without_writing(database: Database, clock: Clock) -> None:
    def foretold(name: str = "owner", address: str = "10.0.0.1") -> int:
        with database.reading() as session:
            return seconds_to_wait(session, name=name, address=address, now=clock.now)

    assert foretold() == 0
    for _ in range(FREE_TRIES_OF_ADDRESS):
        assert tried(database, clock) == 0
    assert (foretold(), foretold(address="10.0.0.2")) == (60, 0)
    clock.now += timedelta(seconds=20)
    assert foretold() == tried(database, clock) == 40


def test_a_name_is_counted_over_all_addresses(database: Database, clock: Clock) -> None:
    waits = [
        tried(database, clock, address=f"10.0.0.{number}")
        for number in range(FREE_TRIES_OF_NAME + 1)
    ]
    assert waits == [0] * FREE_TRIES_OF_NAME + [60]
    assert tried(database, clock, name="other", address="10.0.1.1") == 0


def test_addresses_of_one_network_count_as_one(database: Database, clock: Clock) -> None:
    waits = [
        tried(database, clock, name=f"name {number}", address=f"2001:db8::{number}")
        for number in range(6)
    ]
    assert waits == [0, 0, 0, 0, 0, 60]
    assert tried(database, clock, name="x", address="2001:db8:0:1::1") == 0


@pytest.mark.parametrize("step", [timedelta(days=400), timedelta(days=-400)])
def test_a_clock_that_jumps_locks_nobody_out(
    database: Database, clock: Clock, step: timedelta
) -> None:
    for _ in range(6):
        tried(database, clock)
    clock.now += step
    assert tried(database, clock) == 0


def test_success_forgets_and_old_rows_go(database: Database, clock: Clock) -> None:
    for _ in range(5):
        tried(database, clock)
    with database.writing() as session:
        forget_tries(session, name="owner", address="10.0.0.1")
    assert tried(database, clock) == 0
    clock.now += timedelta(days=2)
    tried(database, clock, name="somebody else", address="10.0.0.2")
    with database.reading() as session:
        rows = session.scalars(select(SignInTries)).all()
    assert len(rows) == 2
    assert not any("10.0.0" in row.key or "somebody" in row.key for row in rows)


def test_tries_at_once_are_each_counted(database: Database, clock: Clock) -> None:
    with ThreadPoolExecutor(12) as pool:
        waits = list(pool.map(lambda _: tried(database, clock), range(12)))
    assert waits.count(0) == FREE_TRIES_OF_ADDRESS


def test_the_first_account_is_made_once_by_processes_that_start_together(
    database: Database,
) -> None:
    together = threading.Barrier(4)

    def start(_: int) -> str | None:
        together.wait()
        with database.writing() as session:
            return create_first_investigator(session, now=NOW)

    with ThreadPoolExecutor(4) as pool:
        passwords = [one for one in pool.map(start, range(4)) if one is not None]
    assert len(passwords) == 1
    with database.reading() as session:
        account = session.scalars(select(Investigator)).one()
    assert password_matches(passwords[0], account.password_hash)
