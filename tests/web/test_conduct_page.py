"""How a study goes: by reader and day, times, who stopped where, reminders; no result in it."""

import re
from datetime import date, timedelta
from statistics import median

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.db.blind.conduct import PartOfReading
from app.db.tables import Rating
from app.domain.design.reading import design_from_mapping
from app.main import create_app, utc_now
from app.services.reading_conduct import reading_conduct, reminder, where_they_stand
from app.settings import Settings
from app.words.language import language
from tests.domain.documents import design
from tests.studies import GOOD_ANSWERS, Clock, House, design_values
from tests.web.accounts import make_account, visitor
from tests.web.reader_browser import ReaderBrowser
from tests.web.test_investigator import Investigator


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(house: House, settings: Settings, clock: Clock) -> FastAPI:
    return create_app(settings, clock)


def test_days_times_and_places_are_told(house: House, app: FastAPI, clock: Clock) -> None:
    slug, token = house.open_study_with_reader()
    house.invite(slug)
    with TestClient(app) as client:
        reader = ReaderBrowser(client)
        reader.begin(token)
        for _ in range(2):
            reader.rate(**GOOD_ANSWERS)
        clock.now += timedelta(days=1)
        reader.rate(**GOOD_ANSWERS)
    with house.database.reading() as session:
        conduct = reading_conduct(session, slug, now=clock.now)
        times = session.scalars(select(Rating.reading_time_ms)).all()
    assert conduct.median_ms == (median(filter(None, times)) if any(times) else None)
    assert [conduct.by_day[day] for day in conduct.days] == [2, 1]
    assert conduct.readers["R01"].stands == "before case 4 of 12"
    assert conduct.readers["R02"].stands == ""
    assert set(conduct.reminders) == {"R01", "R02"}
    assert "9 cases are still waiting" in conduct.reminders["R01"]
    assert "waiting for you" in conduct.reminders["R02"]


def test_a_day_is_named_as_in_the_language_of_the_page(
    house: House, app: FastAPI, clock: Clock
) -> None:
    slug, token = house.open_study_with_reader()
    with TestClient(app) as client:
        reader = ReaderBrowser(client)
        reader.begin(token)
        reader.rate(**GOOD_ANSWERS)
    with TestClient(app, headers={"Accept-Language": "pt-BR"}) as client:
        Investigator(house, client).sign_in()
        day = language("pt-BR").moment(clock.now, "d MMM")
        assert f">{day}</th>" in client.get(f"/studies/{slug}/progress").text


def test_the_page_is_live_and_tells_no_result(house: House, app: FastAPI, clock: Clock) -> None:
    slug, token = house.open_study_with_reader()
    with TestClient(app) as client:
        ReaderBrowser(client).begin(token)
    with TestClient(app) as client:
        office = Investigator(house, client)
        office.sign_in()
        page = client.get(f"/studies/{slug}/progress").text
        assert f'hx-get="/studies/{slug}/progress" hx-trigger="every 15s"' in page
        assert "Reminders to copy" in page
        for secret in ("M0", "M1", "LoRA", "AUC"):
            assert secret not in page
        part = client.get(f"/studies/{slug}/progress", headers={"HX-Request": "true"}).text
        assert "<html" not in part
        assert "Reminders" not in part
        renewed = 'id="studies" hx-get="/studies" hx-select="#studies" hx-trigger="every 30s"'
        assert renewed in client.get("/studies").text
        house.close(slug)
        assert "every 30s" not in client.get(f"/studies/{slug}").text
        closed = client.get(f"/studies/{slug}/progress").text
        assert "hx-trigger" not in closed
        assert "Reminders" not in closed


def test_the_studys_readers_are_renewed_and_nothing_that_is_typed(
    house: House, app: FastAPI, clock: Clock
) -> None:
    slug, token = house.open_study_with_reader()
    asks = {"HX-Request": "true", "HX-Trigger": "how-far"}
    with TestClient(app) as client, TestClient(app) as readers:
        Investigator(house, client).sign_in()
        page = client.get(f"/studies/{slug}").text
        renewed = f'<div id="how-far" hx-get="/studies/{slug}" hx-trigger="every 30s"'
        assert renewed in page
        before = client.get(f"/studies/{slug}", headers=asks).text
        assert before.strip() in page
        assert readers_rated(before) == ["0 of 12"]
        # Without htmx's ids the menus would close under whoever has one open.
        assert re.findall(r'<details class="menu" [^>]*>', before) == [
            '<details class="menu" name="reader-link" id="link-of-R01" hx-preserve>'
        ]
        for typed in ("<textarea", "Invite readers", "<html", "Design", "M0"):
            assert typed in page
            assert typed not in before
        reader = ReaderBrowser(readers)
        reader.begin(token)
        reader.rate(**GOOD_ANSWERS)
        after = client.get(f"/studies/{slug}", headers=asks).text
        assert readers_rated(after) == ["1 of 12"]
        house.close(slug)
        assert "every 30s" not in client.get(f"/studies/{slug}", headers=asks).text


def readers_rated(page: str) -> list[str]:
    cells = re.findall(r'class="progress-cell">(.*?)</td>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in cells]


def test_a_monitors_page_is_renewed_and_holds_no_link(
    house: House, app: FastAPI, clock: Clock
) -> None:
    # Browsers are signed in by the real clock.
    clock.now = utc_now()
    slug, _ = house.open_study_with_reader()
    make_account(house, "nurse", "monitor", **{slug.replace("-", "_"): "monitor"})
    nurse = visitor(house, app, "nurse")
    page = nurse.get(f"/studies/{slug}").text
    part = nurse.client.get(f"/studies/{slug}", headers={"HX-Request": "true"}).text
    assert part.strip() in page
    assert f'<div id="how-far" hx-get="/studies/{slug}" hx-trigger="every 30s"' in part
    assert "R01" in part
    for secret in ("link-of", "<form", "Each reader sees", "<html"):
        assert secret not in part


def test_a_page_that_renews_itself_keeps_nobody_signed_in(
    house: House, app: FastAPI, clock: Clock
) -> None:
    slug, _ = house.open_study_with_reader()
    asks = {"HX-Request": "true", "HX-Trigger": "conduct"}
    with TestClient(app) as client:
        Investigator(house, client).sign_in()
        for _ in range(3):
            clock.now += timedelta(minutes=50)
            answer = client.get(f"/studies/{slug}/progress", headers=asks, follow_redirects=False)
        assert answer.status_code == 401
        assert answer.headers["HX-Refresh"] == "true"
        assert answer.text == ""


def test_new_links_come_as_invitations_to_copy_too(house: House, client: TestClient) -> None:
    office = Investigator(house, client)
    office.sign_in()
    arms = [{"arm": arm, "cases": {"normal": 2, "abnormal": 2}} for arm in ("real", "M0")]
    asked = [{"measure": "realism"}]
    slug = house.draft(format=2, arms=arms, questions=asked, closes_on="2027-01-31")
    page = office.post(f"/studies/{slug}/invite", count="1").text
    text = page.split('id="invitation-R01"')[1].split("</textarea>")[0]
    link = re.search(r"http://testserver/r/[\w-]+", text)
    assert link is not None
    assert page.count(link[0]) == 2
    assert "The last day of reading is 31 January 2027 (UTC)." in text


@pytest.mark.parametrize(
    ("parts", "stands"),
    [
        ([], ""),
        ([(1, True, 2, 0), (1, False, 9, 0)], ""),
        ([(1, True, 2, 1), (1, False, 9, 0)], "before practice case 2 of 2"),
        ([(1, True, 2, 2), (1, False, 9, 8)], "before case 9 of 9"),
        ([(1, True, 2, 2), (1, False, 9, 9)], ""),
    ],
)
def test_places_are_said_in_words(parts: list[tuple[int, bool, int, int]], stands: str) -> None:
    rows = [PartOfReading("R01", *part) for part in parts]
    assert where_they_stand(design_from_mapping(design_values()), rows) == stands


def test_a_reminder_holds_a_link_that_was_made_for_it(
    house: House, app: FastAPI, clock: Clock
) -> None:
    """Of the old one nothing is kept; the new one leads on where the reader stopped."""
    slug, token = house.open_study_with_reader()
    with TestClient(app) as client:
        reader = ReaderBrowser(client)
        reader.begin(token)
        reader.rate(**GOOD_ANSWERS)
    with TestClient(app) as client:
        office = Investigator(house, client)
        office.sign_in()
        page = client.get(f"/studies/{slug}/progress").text
        assert "Make a new link for R01 and write it in" in page
        assert "/r/" not in page
        answer = office.post(f"/studies/{slug}/readers/R01/reissue").text
    (told,) = re.findall(r'<textarea id="reminder"[^>]*>(.*?)</textarea>', answer, re.DOTALL)
    assert "11 cases are still waiting" in told
    assert "the one before no longer works" in told
    (new,) = re.findall(r"/r/([\w-]+)", told)
    assert new != token
    with TestClient(app) as client:
        assert client.get(f"/r/{token}").status_code in (403, 404)
        assert client.get(f"/r/{new}", follow_redirects=False).status_code == 303
    with TestClient(app) as client:
        reader = ReaderBrowser(client)
        reader.page = client.get(f"/r/{new}")
        for _ in range(11):
            reader.rate(**GOOD_ANSWERS)
    with TestClient(app) as client:
        office.client = client
        office.sign_in()
        answer = office.post(f"/studies/{slug}/readers/R01/reissue").text
    assert 'id="reminder"' not in answer


def test_a_reminder_names_the_last_day() -> None:
    told = reminder(design(), 1, date(2027, 1, 31))
    assert "1 case is still waiting" in told
    assert "31 January 2027 (UTC)" in told
