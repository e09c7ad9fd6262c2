"""A database that is down, frozen, full or locked: a sentence in time, nothing lost, no restart."""

import errno
import logging
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine, event, func, make_url, select, text

from app.db.tables import Rating
from app.main import create_app
from app.settings import Settings
from tests.frozen import Line, line_to
from tests.studies import GOOD_ANSWERS, House
from tests.web.reader_browser import ReaderBrowser

LIMIT_SECONDS = 3.0
# Other work on this machine must not fail a test that is about not waiting for ever.
GRACE_SECONDS = 1.5
COMMENT = "Ribs of a goose"
LONG = "Long. " * 300


@contextmanager
def in_time() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < LIMIT_SECONDS + GRACE_SECONDS


def sent(browser: ReaderBrowser, form: dict[str, str]) -> Response:
    with in_time():
        return browser.client.post(
            "/read/rate",
            data={**GOOD_ANSWERS, "comment": COMMENT, **form},
            follow_redirects=False,
        )


def ensure_told(answer: Response) -> None:
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "receipt" not in answer.headers
    assert "can&#39;t reach its records just now" in answer.text


def ensure_taken(
    browser: ReaderBrowser, form: dict[str, str], house: House, before: int = 0
) -> None:
    """The same form again, until the server has found its database: stored once."""
    for _ in range(50):
        answer = sent(browser, form)
        if answer.status_code != 503:
            break
        time.sleep(0.2)
    assert answer.status_code == 303, answer.text
    assert "receipt" in answer.headers
    with house.database.reading() as session:
        assert session.scalar(select(func.count(Rating.id))) == before + 1


def reading(client: TestClient, house: House) -> tuple[ReaderBrowser, dict[str, str]]:
    _, token = house.open_study_with_reader()
    browser = ReaderBrowser(client)
    browser.begin(token)
    return browser, browser.form.hidden


@pytest.fixture
def line(settings: Settings) -> Iterator[tuple[Line, Settings]]:
    with line_to(settings.database_url) as (line, url):
        yield line, settings.model_copy(update={"database_url": url})


@pytest.fixture
def far_client(house: House, line: tuple[Line, Settings]) -> Iterator[TestClient]:
    with TestClient(create_app(line[1])) as client:
        yield client


class TestServer:
    """Only a server can be down or frozen."""

    @pytest.fixture(params=["postgresql"])
    def backend(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    def test_a_frozen_server_is_told_of_in_time_and_found_again(
        self, house: House, far_client: TestClient, line: tuple[Line, Settings]
    ) -> None:
        browser, form = reading(far_client, house)
        line[0].freeze()
        ensure_told(sent(browser, form))
        began = time.monotonic()
        ensure_told(sent(browser, form))
        # The second is told at once: one at a time finds out.
        assert time.monotonic() - began < 1
        began = time.monotonic()
        health = far_client.get("/healthz")
        assert time.monotonic() - began < 1 + GRACE_SECONDS
        assert (health.status_code, health.json()["database"]) == (503, False)
        line[0].thaw()
        ensure_taken(browser, form, house)
        assert far_client.get("/healthz").json()["database"] is True

    def test_many_who_meet_a_frozen_server_are_all_told_in_time(
        self, house: House, far_client: TestClient, line: tuple[Line, Settings]
    ) -> None:
        browser, _ = reading(far_client, house)
        line[0].freeze()

        def visit(_: int) -> int:
            with in_time():
                return browser.client.get("/read").status_code

        with ThreadPoolExecutor(60) as pool:
            assert set(pool.map(visit, range(60))) == {503}

    def test_a_server_that_is_down_is_told_of_and_found_again(
        self, house: House, far_client: TestClient, line: tuple[Line, Settings]
    ) -> None:
        browser, form = reading(far_client, house)
        line[0].cut()
        ensure_told(sent(browser, form))
        line[0].mend()
        ensure_taken(browser, form, house)

    def test_a_server_that_was_started_again_is_not_noticed_at_all(
        self, house: House, far_client: TestClient, line: tuple[Line, Settings]
    ) -> None:
        """Its old connections are known to be gone before one is used."""
        browser, form = reading(far_client, house)
        line[0].hang_up()
        time.sleep(0.2)
        assert sent(browser, form).status_code == 303


@contextmanager
def locked(house: House) -> Iterator[None]:
    """Another process holds everything."""
    if house.database.is_sqlite:
        other = sqlite3.connect(
            make_url(str(house.database.engine.url)).database or "", isolation_level=None
        )
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
        other.close()
        return
    with house.database.writing() as session:
        session.execute(text("LOCK TABLE readers, ratings, studies IN ACCESS EXCLUSIVE MODE"))
        yield


def test_a_locked_database_is_told_of_in_time(house: House, client: TestClient) -> None:
    browser, form = reading(client, house)
    with locked(house):
        ensure_told(sent(browser, form))
    ensure_taken(browser, form, house)


def test_many_who_wait_for_a_lock_are_all_told_in_time(house: House, client: TestClient) -> None:
    browser, _ = reading(client, house)

    def visit(_: int) -> int:
        with in_time():
            return browser.client.get("/read").status_code

    with locked(house), ThreadPoolExecutor(80) as pool:
        assert set(pool.map(visit, range(80))) == {503}


def test_an_error_of_the_database_prints_one_line_and_no_answer(
    house: House, client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    browser, form = reading(client, house)
    caplog.set_level(logging.INFO)
    with locked(house):
        answer = sent(browser, form)
    told = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert len(told) == 1
    assert answer.headers["x-request-id"]
    printed = caplog.text
    for secret in (COMMENT, form["case"], "synthetic"):
        assert secret not in printed
    assert "Traceback" not in printed


@contextmanager
def full(engine: Engine) -> Iterator[None]:
    """The file may not grow by a page."""

    def forbid_growth(connection: sqlite3.Connection, _record: object, _proxy: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    def allow_growth(connection: sqlite3.Connection, _record: object, _proxy: object) -> None:
        connection.execute("PRAGMA max_page_count = 1000000")

    event.listen(engine, "checkout", forbid_growth)
    yield
    event.remove(engine, "checkout", forbid_growth)
    event.listen(engine, "checkout", allow_growth)


class TestFull:
    """A PostgreSQL on a full disk is tried by benchmarks/faults.py."""

    @pytest.fixture(params=["sqlite"])
    def backend(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    def test_a_full_database_is_told_of(self, house: House, client: TestClient) -> None:
        browser, _ = reading(client, house)
        app = cast(FastAPI, client.app)
        with full(app.state.web.database.engine):
            taken, answer = -1, None
            # A page of the file has room for two of these.
            while answer is None or answer.status_code == 303:
                taken += 1
                browser.visit()
                form = {**browser.form.hidden, "comment": LONG}
                answer = sent(browser, form)
            ensure_told(answer)
        ensure_taken(browser, form, house, before=taken)

    def test_health_says_that_the_disk_is_full(
        self, house: House, client: TestClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def no_space(_descriptor: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr("app.web.health_probes.os.fsync", no_space)
        answer = client.get("/healthz")
        assert (answer.status_code, answer.json()["disk"]) == (503, False)
        assert answer.json()["status"] == "degraded"
