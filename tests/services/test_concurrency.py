"""Many readers at once, and one reader twice at once: nothing lost, nothing doubled."""

import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.blind.readers import reader_by_id
from app.db.tables import Event, Rating, Reader, ReadingSession, Study
from app.domain.errors import Refused
from app.main import create_app
from app.services.admit_reader import link_fingerprint
from app.services.invite_readers import reissue_link, revoke_link
from app.services.open_study import close_study
from app.settings import Settings
from tests.studies import GOOD_ANSWERS, NOW, Clock, House
from tests.web.reader_browser import ReaderBrowser


def test_readers_at_once_lose_nothing(house: House, client: TestClient) -> None:
    slug = house.draft()
    house.open(slug)
    tokens = [invitation.token for invitation in house.invite(slug, 8)]

    def read(token: str) -> int:
        browser = ReaderBrowser(TestClient(client.app))
        browser.begin(token)
        return browser.read_to_the_end()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, tokens)) == [12] * 8
    with house.database.reading() as session:
        assert session.scalar(select(func.count(Rating.id))) == 96


def test_the_same_form_sent_by_several_threads_counts_once(
    house: House, client: TestClient
) -> None:
    _, token = house.open_study_with_reader()
    browser = ReaderBrowser(client)
    browser.begin(token)
    form = browser.form
    together = threading.Barrier(6)

    def send(_: int) -> int:
        mine = TestClient(client.app, cookies=client.cookies)
        together.wait()
        answer = mine.post(
            form.action, data={**form.hidden, **GOOD_ANSWERS}, follow_redirects=False
        )
        return answer.status_code

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(send, range(6))) == [303] * 6
    with house.database.reading() as session:
        assert session.scalar(select(func.count(Rating.id))) == 1


# --- a rating and the end of the study: one waits for the other, and both are told the truth


def rating_sent(browser: ReaderBrowser) -> Callable[[], Response]:
    """What sends the rating on the screen from another thread."""
    form, cookies = browser.form, browser.client.cookies

    def send() -> Response:
        mine = TestClient(browser.client.app, cookies=cookies)
        return mine.post(form.action, data={**form.hidden, **GOOD_ANSWERS}, follow_redirects=False)

    return send


def ensure_waiting(*waiting: Future[Any]) -> None:
    """That none of these gets anywhere while this thread holds what they want."""
    done, _ = wait(waiting, timeout=1.5, return_when=FIRST_COMPLETED)
    assert not done, [one.result() for one in done]


def count_of_ratings(house: House) -> int:
    with house.database.reading() as session:
        return session.scalar(select(func.count(Rating.id))) or 0


def test_a_rating_that_meets_a_study_being_closed_waits_and_is_refused(
    house: House, client: TestClient
) -> None:
    slug, token = house.open_study_with_reader()
    browser = ReaderBrowser(client)
    browser.begin(token)
    send = rating_sent(browser)
    with ThreadPoolExecutor(1) as pool:
        with house.database.writing() as session:
            close_study(session, slug, now=NOW, actor="test")
            session.flush()
            sent = pool.submit(send)
            ensure_waiting(sent)
        answer = sent.result(30)
    assert answer.status_code == 409
    assert "This study is closed" in answer.text
    assert count_of_ratings(house) == 0


def test_a_rating_that_waited_for_its_turn_while_the_study_closed_is_refused(
    house: House, client: TestClient
) -> None:
    slug, token = house.open_study_with_reader()
    browser = ReaderBrowser(client)
    browser.begin(token)
    send = rating_sent(browser)
    with ThreadPoolExecutor(1) as pool:
        with house.database.writing() as session:
            locked_reader(session)
            sent = pool.submit(send)
            ensure_waiting(sent)
            if house.database.is_sqlite:
                # One writer at a time: whoever holds the reader is who closes.
                close_study(session, slug, now=NOW, actor="test")
            else:
                house.close(slug)
        answer = sent.result(30)
    assert answer.status_code == 409
    assert "This study is closed" in answer.text
    assert count_of_ratings(house) == 0


def test_closing_waits_for_a_rating_that_came_first(house: House, client: TestClient) -> None:
    slug, token = house.open_study_with_reader()
    browser = ReaderBrowser(client)
    browser.begin(token)
    form = browser.form
    desks = cast(FastAPI, client.app).state.desks
    with house.database.reading() as session:
        reader = session.scalars(select(Reader)).one()
    fields = {**form.hidden, **GOOD_ANSWERS}
    closing: list[Future[None]] = []
    with ThreadPoolExecutor(1) as pool:

        def close_meanwhile() -> None:
            closing.append(pool.submit(house.close, slug))
            ensure_waiting(closing[0])

        with desks.at(reader.id, link_fingerprint(reader), "answer") as desk:
            desk.rate(form.hidden["case"], form.hidden["submission"], fields, close_meanwhile)
        closing[0].result(30)
    assert count_of_ratings(house) == 1
    with house.database.reading() as session:
        assert session.scalars(select(Study.status)).one() == "closed"


def test_a_receipt_is_made_of_what_is_stored_and_names_its_event(
    house: House, client: TestClient
) -> None:
    """Whatever fails between the receipt and the answer undoes nothing; the form is taken again."""
    _, token = house.open_study_with_reader()
    browser = ReaderBrowser(client)
    browser.begin(token)
    form = browser.form
    fields = {**form.hidden, **GOOD_ANSWERS}
    sent = form.hidden["case"], form.hidden["submission"], fields
    desks = cast(FastAPI, client.app).state.desks
    with house.database.reading() as session:
        reader = session.scalars(select(Reader)).one()
    receipts = []

    def fail_with_receipt() -> None:
        with desks.at(reader.id, link_fingerprint(reader), "answer") as desk:
            receipts.append(desk.rate(*sent))
            # Another connection sees it already.
            assert count_of_ratings(house) == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_with_receipt()
    with desks.at(reader.id, link_fingerprint(reader), "answer") as desk:
        receipts.append(desk.rate(*sent))
    assert receipts[0] == receipts[1]
    assert count_of_ratings(house) == 1
    with house.database.reading() as session:
        events = session.scalars(select(Event).where(Event.rating_id.is_not(None))).all()
    assert [event.hash for event in events] == [receipts[0].record]


def test_a_rating_that_waited_past_the_last_day_is_refused(
    house: House, settings: Settings
) -> None:
    clock = Clock()
    _, token = house.open_study_with_reader(
        format=2,
        arms=[{"arm": "real", "cases": {"normal": 3}}, {"arm": "M1", "cases": {"normal": 3}}],
        questions=[{"measure": "realism"}],
        closes_on="2026-12-01",
    )
    with TestClient(create_app(settings, clock)) as client:
        browser = ReaderBrowser(client)
        browser.begin(token)
        send = rating_sent(browser)
        with ThreadPoolExecutor(1) as pool:
            with house.database.writing() as session:
                locked_reader(session)
                sent = pool.submit(send)
                ensure_waiting(sent)
                clock.now = datetime(2026, 12, 2, 0, 0, tzinfo=UTC)
            answer = sent.result(30)
    assert answer.status_code == 409
    assert "This study is closed" in answer.text
    assert count_of_ratings(house) == 0


def test_a_rating_that_waited_while_its_link_was_withdrawn_is_refused(
    house: House, client: TestClient
) -> None:
    slug, token = house.open_study_with_reader()
    browser = ReaderBrowser(client)
    browser.begin(token)
    send = rating_sent(browser)
    with ThreadPoolExecutor(1) as pool:
        with house.database.writing() as session:
            revoke_link(session, slug, "R01", now=NOW, actor="test")
            session.flush()
            sent = pool.submit(send)
            ensure_waiting(sent)
        answer = sent.result(30)
    assert answer.status_code == 403
    assert "withdrawn" in answer.text
    assert count_of_ratings(house) == 0


def test_no_link_is_made_anew_for_a_study_that_closed_meanwhile(house: House) -> None:
    slug, _ = house.open_study_with_reader()

    def reissue() -> None:
        with house.database.writing() as session:
            reissue_link(session, slug, "R01", now=NOW, actor="test")

    with ThreadPoolExecutor(1) as pool:
        with house.database.writing() as session:
            close_study(session, slug, now=NOW, actor="test")
            session.flush()
            made = pool.submit(reissue)
            ensure_waiting(made)
        with pytest.raises(Refused, match="closed"):
            made.result(30)


def locked_reader(session: Session) -> Reader:
    reader = reader_by_id(session, session.scalars(select(Reader.id)).one(), lock=True)
    assert reader is not None
    return reader


# --- numbers that count on


def test_a_link_opened_many_times_at_once_begins_as_many_sittings(
    house: House, client: TestClient
) -> None:
    _, token = house.open_study_with_reader()
    together = threading.Barrier(8)

    def open_link(_: int) -> int:
        mine = TestClient(client.app, raise_server_exceptions=False)
        together.wait()
        return mine.get(f"/r/{token}", follow_redirects=False).status_code

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(open_link, range(8))) == [303] * 8
    with house.database.reading() as session:
        numbers = session.scalars(select(ReadingSession.number)).all()
    assert sorted(numbers) == list(range(1, 9))


def test_studies_of_one_title_made_at_once_get_a_name_each(house: House) -> None:
    together = threading.Barrier(6)

    def draft(_: int) -> str:
        together.wait()
        return house.draft(title="One title")

    with ThreadPoolExecutor(6) as pool:
        slugs = set(pool.map(draft, range(6)))
    assert slugs == {"one-title", *(f"one-title-{number}" for number in range(2, 7))}


def test_readers_invited_at_once_have_a_code_each(house: House) -> None:
    slug, _ = house.open_study_with_reader()
    together = threading.Barrier(6)

    def invite(_: int) -> list[str]:
        together.wait()
        return [invitation.code for invitation in house.invite(slug, 2)]

    with ThreadPoolExecutor(6) as pool:
        codes = [code for some in pool.map(invite, range(6)) for code in some]
    assert sorted(codes) == [f"R{number:02d}" for number in range(2, 14)]


# --- locks are taken in one order


def test_readers_who_begin_and_investigators_at_work_never_block_each_other_for_ever(
    house: House, client: TestClient
) -> None:
    """Cases are dealt as readers begin, while links are made anew, more invited, a study closed."""
    slug = house.draft(
        format=2,
        arms=[{"arm": arm, "cases": {"normal": 2, "abnormal": 2}} for arm in ("real", "M1")],
        questions=[{"measure": "realism"}],
        allocation={"scheme": "split_plot", "groups": 2},
    )
    house.open(slug)
    tokens = [invitation.token for invitation in house.invite(slug, 6)]
    together = threading.Barrier(10)
    statuses: set[int] = set()

    def read(token: str) -> None:
        mine = TestClient(client.app, raise_server_exceptions=False)
        mine.event_hooks["response"].append(lambda answer: statuses.add(answer.status_code))
        browser = ReaderBrowser(mine)
        together.wait()
        browser.begin(token)
        for _ in range(4):
            if browser.form.action == "/read/rate":
                browser.submit({"realism": "3"})

    def renew(number: int) -> None:
        together.wait()
        for _ in range(5):
            with house.database.writing() as session:
                reissue_link(session, slug, f"R{number:02d}", now=NOW, actor="test")

    def invite_more(_: int) -> None:
        together.wait()
        for _ in range(5):
            house.invite(slug, 1)

    with ThreadPoolExecutor(10) as pool:
        jobs = [pool.submit(read, token) for token in tokens]
        jobs += [pool.submit(renew, 1), pool.submit(renew, 2)]
        jobs += [pool.submit(invite_more, 1), pool.submit(invite_more, 2)]
        for job in jobs:
            job.result(120)
    # Whose link was replaced is told so, on whatever page they were.
    assert max(statuses) < 500, statuses
    house.close(slug)
    assert count_of_ratings(house) >= 4 * 4
