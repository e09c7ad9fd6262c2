"""How a case was looked at is stored with its rating; a design may check the display first."""

import csv
import io
import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.db.tables import Rating, Reader, ReadingSession
from app.domain.grey_steps import ENDS, strips_of
from app.domain.viewing import FIELDS, Viewing, viewing_from_json
from app.main import create_app
from app.services.export_study import StudyExport
from app.settings import Settings
from tests.studies import ARMS, GOOD_ANSWERS, PROFILE, Clock, House
from tests.web.crawl import secrets_of
from tests.web.reader_browser import ReaderBrowser

TOLD = {
    "viewing-width": "1440",
    "viewing-height": "900",
    "viewing-pixel_ratio": "2",
    "viewing-film_side": "812",
    "viewing-pointer": "touch",
    "viewing-window": "180",
    "viewing-level": "90.5",
    "viewing-zoom": "3.1",
    "viewing-inverted": "1",
    "viewing-magnifier": "0",
}
SEEN = Viewing(1440, 900, 2, 812, "touch", 180, 90.5, 3.1, True, False)
USUAL = {
    "format": 2,
    "arms": [{"arm": arm.id, "cases": {"normal": 2, "abnormal": 2}} for arm in ARMS],
    "questions": [
        {"measure": measure} for measure in ("realism", "verdict", "confidence", "comment")
    ],
}
CHECKED = {**USUAL, "display": {"grey_check": True}}


def viewings(house: House) -> list[Viewing | None]:
    with house.database.reading() as session:
        return [
            viewing_from_json(text)
            for text in session.scalars(select(Rating.viewing).order_by(Rating.id))
        ]


def exported(house: House, slug: str, name: str) -> list[dict[str, str]]:
    content = b"".join(StudyExport(house.database, house.store, slug).files()[name]())
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_the_form_has_a_field_for_each_thing_that_is_stored(
    house: House, client: TestClient
) -> None:
    _, token = house.open_study_with_reader()
    browser = ReaderBrowser(client)
    browser.begin(token)
    fields = re.findall(r'name="viewing-(\w+)" value="" data-viewing="(\w+)"', browser.html)
    assert fields == [(name, name) for name in FIELDS]


def test_a_rating_and_its_correction_each_have_their_own(house: House, client: TestClient) -> None:
    slug, token = house.open_study_with_reader()
    browser = ReaderBrowser(client)
    browser.begin(token)
    browser.rate(**TOLD)
    browser.rate()
    browser.visit("/read/back")
    # The page of a correction says nothing of how the case was seen before.
    assert {browser.form.hidden[name] for name in TOLD} == {""}
    browser.rate(realism="1", **{**TOLD, "viewing-width": "390", "viewing-film_side": "390"})

    assert viewings(house) == [
        SEEN,
        None,
        Viewing(390, 900, 2, 390, "touch", 180, 90.5, 3.1, True, False),
    ]
    rows = exported(house, slug, "ratings.csv")
    first = next(row for row in rows if row["viewport_width"] == "1440")
    assert {name: first[name] for name in list(first)[-10:]} == {
        "viewport_width": "1440",
        "viewport_height": "900",
        "pixel_ratio": "2.0",
        "film_side": "812.0",
        "pointer": "touch",
        "window_width": "180.0",
        "window_level": "90.5",
        "zoom_reached": "3.1",
        "inverted": "1",
        "magnifier": "0",
    }
    superseded = next(row for row in rows if row["superseded"] == "1")
    assert set(list(superseded.values())[-10:]) == {""}
    explained = {row["column"] for row in exported(house, slug, "codebook.csv")}
    assert set(first) <= explained


def test_the_profile_asks_for_display_and_light_where_the_design_does(
    house: House, client: TestClient
) -> None:
    slug, token = house.open_study_with_reader(
        **USUAL, display={"ask_kind": True, "ask_light": True}
    )
    browser = ReaderBrowser(client)
    browser.open_link(token)
    browser.submit({"consent": "yes"})
    assert browser.submit(PROFILE).status_code == 422
    assert "which display you read on" in browser.html
    browser.submit({**PROFILE, "display": "laptop", "ambient_light": "dim"})
    assert browser.form.action == "/read/begin"
    [row] = exported(house, slug, "readers.csv")
    assert (row["display"], row["ambient_light"]) == ("laptop", "dim")


def test_a_profile_that_does_not_ask_stores_nothing(house: House, client: TestClient) -> None:
    _, token = house.open_study_with_reader()
    browser = ReaderBrowser(client)
    browser.open_link(token)
    browser.submit({"consent": "yes"})
    assert "display" not in browser.form.names
    browser.submit({**PROFILE, "display": "laptop", "ambient_light": "dim"})
    with house.database.reading() as session:
        reader = session.scalars(select(Reader)).one()
        assert (reader.display, reader.ambient_light) == (None, None)


def ticks(browser: ReaderBrowser, least: int = 1) -> dict[str, str]:
    """What somebody ticks who sees the squares of at least so many per cent."""
    form = {}
    for strip in strips_of(browser.form.hidden["pattern"]):
        for place, step in enumerate(strip.steps, start=1):
            if step is not None and step >= least:
                form[f"{strip.end}.{place}"] = "yes"
        if least > 5:
            form[f"{strip.end}.none"] = "yes"
    return form


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def browser(house: House, settings: Settings, clock: Clock) -> ReaderBrowser:
    return ReaderBrowser(TestClient(create_app(settings, clock=clock)))


def test_each_sitting_begins_with_the_check_and_its_result_stands_beside_the_ratings(
    house: House, browser: ReaderBrowser, clock: Clock
) -> None:
    slug, token = house.open_study_with_reader(**CHECKED)
    browser.begin(token)
    assert browser.form.action == "/read/display"
    first = browser.form.hidden["pattern"]
    # Nothing about the cases is there yet, and no case can be had past the check.
    assert "/read/image/" not in browser.html
    browser.visit("/read/back")
    assert browser.form.action == "/read/display"
    assert browser.form.hidden["pattern"] != first
    browser.submit(ticks(browser, least=2))
    assert browser.form.action == "/read/rate"
    browser.rate()
    assert browser.form.action == "/read/rate"

    # A pause ends the sitting: the room may be another one.
    clock.now += timedelta(minutes=31)
    browser.visit()
    assert browser.form.action == "/read/display"
    browser.submit(ticks(browser, least=9))
    assert "Some steps were not told apart" in browser.html
    browser.visit("/read/display")
    browser.submit(ticks(browser, least=5))
    browser.rate()

    rows = exported(house, slug, "ratings.csv")
    assert [(r["session"], r["grey_check"], r["black_step"], r["white_step"]) for r in rows] == [
        ("1", "passed", "2", "2"),
        ("2", "passed", "5", "5"),
    ]
    [reader] = exported(house, slug, "readers.csv")
    assert (reader["grey_checks"], reader["grey_checks_passed"]) == ("2", "2")


def test_a_check_that_fails_shuts_nobody_out_and_is_stored(
    house: House, browser: ReaderBrowser
) -> None:
    slug, token = house.open_study_with_reader(**CHECKED)
    browser.begin(token)
    browser.submit({f"{end}.{place}": "yes" for end in ENDS for place in range(1, 9)})
    assert "ticked where there is none" in browser.html
    browser.visit()
    browser.rate()
    [row] = exported(house, slug, "ratings.csv")
    assert (row["grey_check"], row["black_step"], row["white_step"]) == ("failed", "", "")


def test_an_incomplete_check_is_asked_for_again_with_the_same_strips(
    house: House, browser: ReaderBrowser
) -> None:
    _, token = house.open_study_with_reader(**CHECKED)
    browser.begin(token)
    pattern = browser.form.hidden["pattern"]
    half = {name: value for name, value in ticks(browser).items() if name.startswith("black")}
    assert browser.submit(half).status_code == 422
    assert browser.form.hidden["pattern"] == pattern
    assert set(browser.form.checked) == set(half)
    assert browser.html.count('class="error"') == 2
    with house.database.reading() as session:
        assert session.scalars(select(ReadingSession.grey_steps)).all() == [None]


def test_a_case_that_was_open_when_the_check_fell_due_is_still_taken(
    house: House, browser: ReaderBrowser, clock: Clock
) -> None:
    _, token = house.open_study_with_reader(**CHECKED)
    browser.begin(token)
    browser.submit(ticks(browser))
    clock.now += timedelta(minutes=45)
    browser.rate()
    assert house.said()[0]["realism"] == int(GOOD_ANSWERS["realism"])
    assert browser.form.action == "/read/display"


def test_a_forged_pattern_and_a_study_without_a_check_store_nothing(
    house: House, browser: ReaderBrowser
) -> None:
    _, token = house.open_study_with_reader(**CHECKED)
    browser.begin(token)
    assert browser.submit({"pattern": "<x>", "black.1": "yes"}).status_code == 422
    assert "&lt;x&gt;" not in browser.html
    other = house.open_study_with_reader(title="Another")[1]
    browser.begin(other)
    browser.client.post("/read/display", data={**browser.form.hidden, "pattern": "0" * 22})
    with house.database.reading() as session:
        assert set(session.scalars(select(ReadingSession.grey_steps))) == {None}


def test_the_pages_of_the_check_hold_nothing_secret(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader(**CHECKED)
    browser.begin(token)
    pages = [browser.html]
    browser.submit(ticks(browser, least=9))
    pages.append(browser.html)
    for secret in secrets_of(house):
        assert not [page for page in pages if secret in page], secret
