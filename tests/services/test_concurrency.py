"""Many readers at once, and one reader twice at once: nothing lost, nothing doubled."""

import threading
from concurrent.futures import ThreadPoolExecutor

from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.db.tables import Rating
from tests.studies import GOOD_ANSWERS, House
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
