"""Phases, their ends and waits, pairs and timed pictures: by plain posts, on both databases."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.db.blind.designs import blinded_design_of
from app.db.tables import Case, Event, Presentation, Rating, Reader, ShownCase, Study
from app.domain.consent import consent_digest
from app.main import create_app
from app.settings import Settings
from tests.studies import ARMS, PROFILE, Clock, House
from tests.web.laid_out import Part, lay_out
from tests.web.reader_browser import ReaderBrowser


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def browser(house: House, settings: Settings, clock: Clock) -> Iterator[ReaderBrowser]:
    with TestClient(create_app(settings, clock)) as client:
        yield ReaderBrowser(client)


QUALITY = {"key": "quality", "measure": "quality", "prompt": "How good is the film?"}
NOTICED = {"key": "noticed", "measure": "noticed", "kind": "text", "prompt": "What struck you?"}
REALISM = {"key": "realism", "measure": "realism"}


def design(**changes: Any) -> dict[str, Any]:
    """Two phases over the small bank: the first purpose-blinded with a question at its end."""
    return {
        "format": 2,
        "arms": [{"arm": arm.id, "cases": {"normal": 2, "abnormal": 2}} for arm in ARMS],
        "questions": [QUALITY, NOTICED, REALISM],
        "phases": [
            {
                "key": "blinded",
                "questions": ["quality"],
                "end_questions": ["noticed"],
                "purpose_blinded": True,
            },
            {
                "key": "told",
                "title": "The second look",
                "introduction": "Some were made by a computer.",
                "questions": ["realism"],
                "cases": "same",
                "of": "blinded",
            },
        ],
    } | changes


def open_study(house: House, *parts: Part, **changes: Any) -> tuple[str, str]:
    slug, token = house.open_study_with_reader(**design(**changes))
    lay_out(house, parts)
    return slug, token


TWO = (Part(1, 3, has_end=True), Part(2, 2))


def test_it_leads_through_both_phases_and_asks_each_its_own(
    house: House, browser: ReaderBrowser
) -> None:
    _, token = open_study(house, *TWO)
    browser.begin(token)
    for number in (1, 2, 3):
        assert f"{number} of 3" in browser.html
        assert "quality" in browser.form.names
        assert not {"realism", "noticed"} & browser.form.names
        browser.submit({"quality": "4"})
    assert "noticed" in browser.form.names
    assert "/read/image/" not in browser.html
    assert "computer" not in browser.html
    browser.submit({"noticed": "Nothing"})
    assert "The second look" in browser.html
    assert "made by a computer" in browser.html
    assert browser.form.action == "/read/continue"
    browser.submit()
    for number in (1, 2):
        assert f"{number} of 2" in browser.html
        assert "realism" in browser.form.names
        browser.submit({"realism": "2"})
    assert "Thank you" in browser.html
    assert house.said() == [
        {"quality": 4},
        {"quality": 4},
        {"quality": 4},
        {"noticed": "Nothing"},
        {"realism": 2},
        {"realism": 2},
    ]
    with house.database.reading() as session:
        assert session.scalars(select(Reader)).one().finished_at is not None


def test_a_phase_that_is_over_stays_over(house: House, browser: ReaderBrowser) -> None:
    _, token = open_study(house, *TWO)
    browser.begin(token)
    picture = re.search(r"/read/image/[\w-]+", browser.html)
    assert picture is not None
    for _ in range(3):
        browser.submit({"quality": "4"})
    browser.visit("/read/back")
    assert "3 of 3" in browser.html
    stale = browser.form
    browser.visit()
    browser.submit({"noticed": "Nothing"})
    assert browser.visit("/read/back").status_code == 409
    assert "The second look" in browser.html
    assert browser.client.get(picture[0]).status_code == 404
    late = browser.client.post(stale.action, data={**stale.hidden, "quality": "1"})
    assert late.status_code == 409
    browser.visit()
    browser.submit()
    assert browser.visit("/read/back").status_code == 409
    assert "1 of 2" in browser.html
    assert [one.get("quality") for one in house.said()] == [4, 4, 4, None]


def test_the_last_case_of_a_phase_without_an_end_is_not_corrected_after_the_next_is_told_of(
    house: House, browser: ReaderBrowser
) -> None:
    _, token = open_study(house, Part(1, 1), Part(2, 1))
    browser.begin(token)
    form = browser.form
    browser.submit({"quality": "4"})
    assert "made by a computer" in browser.html
    correction = {**form.hidden, "submission": "1." + "x" * 22, "quality": "1"}
    answer = browser.client.post(form.action, data=correction)
    assert answer.status_code == 409
    assert "This part of the study is finished" in answer.text
    assert [one["quality"] for one in house.said()] == [4]


def test_a_case_is_not_rated_before_its_phase_was_begun(
    house: House, browser: ReaderBrowser
) -> None:
    _, token = open_study(house, Part(1, 1), Part(2, 1))
    browser.begin(token)
    form = browser.form
    browser.submit({"quality": "4"})
    with house.database.reading() as session:
        due = session.scalars(select(Presentation.token).where(Presentation.phase == 2)).one()
    answer = browser.client.post(
        "/read/rate",
        data={**form.hidden, "case": due, "submission": "0." + "x" * 22, "realism": "3"},
    )
    assert answer.status_code == 409
    assert len(house.said()) == 1
    assert browser.client.get(f"/read/image/{due}").status_code == 404


def test_a_phase_is_begun_once_however_often_the_form_is_sent(
    house: House, browser: ReaderBrowser
) -> None:
    _, token = open_study(house, Part(1, 1), Part(2, 1), Part(3, 1), phases=THREE)
    browser.begin(token)
    browser.submit({"quality": "4"})
    form = browser.form
    browser.submit()
    browser.submit({"realism": "4"})
    assert "Third" in browser.html
    # The form that began the second part, sent again, does not step over the third's introduction.
    browser.client.post(form.action, data=form.hidden)
    assert "Third" in browser.visit().text


THREE = [
    {"key": "one", "questions": ["quality"], "end_questions": ["noticed"]},
    {"key": "two", "questions": ["realism"]},
    {"key": "three", "title": "Third", "questions": ["realism"]},
]


def test_a_washout_names_the_day_and_the_same_link_works_then(
    house: House, browser: ReaderBrowser, clock: Clock
) -> None:
    phases = design()["phases"]
    phases[1] |= {"washout_days": 14}
    _, token = open_study(house, *TWO, phases=phases)
    browser.begin(token)
    for _ in range(3):
        browser.submit({"quality": "4"})
    browser.submit({"noticed": "Nothing"})
    assert "16 December 2026" in browser.html
    assert "computer" not in browser.html
    assert browser.form.action == ""
    answer = browser.client.post(
        "/read/continue",
        data={"csrf_token": csrf(browser), "step": "phase", "phase": "2"},
    )
    assert "16 December 2026" in answer.text
    clock.now = datetime(2026, 12, 15, 23, 59, tzinfo=UTC)
    assert "16 December 2026" in browser.open_link(token).text
    clock.now = datetime(2026, 12, 16, 0, 0, tzinfo=UTC)
    assert "The second look" in browser.open_link(token).text
    browser.submit()
    # Once begun it is not waited for again, though there are new ratings.
    browser.submit({"realism": "3"})
    assert "2 of 2" in browser.html


def csrf(browser: ReaderBrowser) -> str:
    """The token of this reader's forms, from a page that has none of its own."""
    from app.web.cookies import READER_COOKIE

    cookie = browser.client.cookies.get(READER_COOKIE, path="/read")
    signer = browser.client.app.state.front.signer  # type: ignore[attr-defined]
    token: str = signer.reader_form_token(signer.read_reader_cookie(cookie)[0])
    return token


def test_breaks_are_counted_within_a_phase(house: House, browser: ReaderBrowser) -> None:
    _, token = open_study(house, Part(1, 3, has_end=True), Part(2, 3), break_every=2)
    browser.begin(token)
    browser.submit({"quality": "4"})
    browser.submit({"quality": "4"})
    assert "read 2 of 3" in browser.html
    browser.submit()
    browser.submit({"quality": "4"})
    browser.submit({"noticed": "Nothing"})
    browser.submit()
    browser.submit({"realism": "4"})
    assert "2 of 3" in browser.html
    browser.submit({"realism": "4"})
    assert "read 2 of 3" in browser.html


def test_a_first_phase_with_an_introduction_shows_it_after_the_instructions(
    house: House, browser: ReaderBrowser
) -> None:
    phases = design()["phases"]
    phases[0] |= {"introduction": "Look at the lungs.", "title": "First"}
    _, token = open_study(house, *TWO, phases=phases)
    browser.begin(token)
    assert "Look at the lungs." in browser.html
    browser.submit()
    assert "1 of 3" in browser.html


PAIR = {
    "arms": [
        {"arm": "real", "cases": {"normal": 6}},
        {"arm": "M0", "cases": {"normal": 6}},
    ],
    "questions": [{"key": "which", "measure": "find_the_real"}],
    "phases": [],
    "presentation": {"pictures": 2, "layout": "side_by_side"},
}


def test_a_pair_has_two_pictures_and_a_side_to_choose(house: House, browser: ReaderBrowser) -> None:
    _, token = open_study(house, Part(1, 3, pictures=2), **PAIR)
    browser.begin(token)
    case = browser.form.hidden["case"]
    pictures = [
        browser.client.get(f"/read/image/{case}{slot}").content for slot in ("", "/1", "/2")
    ]
    assert pictures[0] == pictures[1] != pictures[2]
    assert len({len(picture) for picture in pictures}) == 1
    assert browser.client.get(f"/read/image/{case}/3").status_code == 404
    assert browser.client.get(f"/read/image/{case}/0").status_code == 422
    assert browser.submit({"which": "3"}).status_code == 422
    assert browser.submit({"which": "2"}).status_code == 200
    assert house.said() == [{"which": 2}]


def test_only_the_next_pair_is_fetched_ahead(house: House, browser: ReaderBrowser) -> None:
    _, token = open_study(house, Part(1, 3, pictures=2), **PAIR)
    browser.begin(token)
    with house.database.reading() as session:
        tokens = session.scalars(select(Presentation.token).order_by(Presentation.position)).all()
    statuses = [
        browser.client.get(f"/read/image/{token}/{slot}").status_code
        for token in tokens
        for slot in (1, 2)
    ]
    assert statuses == [200, 200, 200, 200, 404, 404]


TIMED = {"presentation": {"exposures_ms": [500]}, "phases": [], "questions": [REALISM]}


def test_a_timed_picture_is_sent_once_and_only_when_its_case_is_due(
    house: House, browser: ReaderBrowser
) -> None:
    _, token = open_study(house, Part(1, 3, exposure_ms=500), **TIMED)
    with house.database.reading() as session:
        tokens = session.scalars(select(Presentation.token).order_by(Presentation.position)).all()
    browser.open_link(token)
    browser.begin(token)
    first, second, third = (f"/read/image/{token}" for token in tokens)
    assert browser.client.get(second).status_code == 404
    assert browser.client.get(third).status_code == 404
    sent = browser.client.get(first)
    assert (sent.status_code, sent.headers["cache-control"]) == (200, "no-store")
    again = browser.client.get(first)
    assert again.status_code == 410
    assert "shown once" in again.text
    assert browser.client.get(f"{first}/1").status_code == 410
    browser.submit({"realism": "3"})
    assert browser.client.get(first).status_code == 410
    assert browser.client.get(second).status_code == 200
    with house.database.reading() as session:
        exposed = session.scalars(
            select(Presentation.exposed_at).order_by(Presentation.position)
        ).all()
    assert [one is not None for one in exposed] == [True, True, False]


def test_both_pictures_of_a_timed_pair_are_sent_once(house: House, browser: ReaderBrowser) -> None:
    timed = PAIR | {"presentation": {"pictures": 2, "exposures_ms": [500]}}
    _, token = open_study(house, Part(1, 3, pictures=2, exposure_ms=500), **timed)
    browser.begin(token)
    case = browser.form.hidden["case"]
    statuses = [
        browser.client.get(f"/read/image/{case}/{slot}").status_code for slot in (1, 2, 1, 2)
    ]
    assert statuses == [200, 200, 410, 410]
    with house.database.reading() as session:
        sent = session.scalars(select(ShownCase).where(ShownCase.exposed_at.is_not(None))).all()
        assert len(sent) == 2


def test_a_timed_case_is_not_rated_before_it_was_shown_and_nothing_typed_is_lost(
    house: House, browser: ReaderBrowser
) -> None:
    _, token = open_study(house, Part(1, 2, exposure_ms=500), **TIMED)
    browser.begin(token)
    case = browser.form.hidden["case"]
    answer = browser.submit({"realism": "3"})
    assert answer.status_code == 409
    assert "has not been shown yet" in browser.html
    assert browser.form.checked == {"realism": "3"}
    assert house.said() == []
    assert browser.client.get(f"/read/image/{case}").status_code == 200
    assert browser.submit({"realism": "3"}).status_code == 200
    assert house.said() == [{"realism": 3}]


def test_the_text_agreed_to_is_shown_whole_and_its_digest_is_kept(
    house: House, browser: ReaderBrowser
) -> None:
    _, token = open_study(
        house,
        *TWO,
        consent={"text": "You will look at films.", "line": "Yes, I take part."},
        registration={"controller": "University of X", "rights": "You may withdraw.\n\nAsk us."},
    )
    browser.open_link(token)
    for part in ("You will look at films.", "Yes, I take part.", "University of X", "Ask us."):
        assert part in browser.html
    assert "Who is responsible for your data" in browser.html
    assert "Funding" not in browser.html
    browser.submit({"consent": "yes"})
    with house.database.reading() as session:
        reader = session.scalars(select(Reader)).one()
        study = session.scalars(select(Study)).one()
        assert reader.consent_sha256 == consent_digest(blinded_design_of(study))


def test_a_rating_on_the_closing_day_counts_and_one_after_it_is_refused(
    house: House, browser: ReaderBrowser, clock: Clock
) -> None:
    _, token = open_study(house, *TWO, closes_on="2026-12-01")
    clock.now = datetime(2026, 12, 1, 23, 59, 59, tzinfo=UTC)
    browser.begin(token)
    browser.submit({"quality": "4"})
    form = browser.form
    clock.now += timedelta(seconds=1)
    refused = browser.client.post(form.action, data={**form.hidden, "quality": "1"})
    assert refused.status_code == 409
    assert "This study is closed; no more ratings are taken." in refused.text
    assert browser.visit().status_code == 409
    assert house.said() == [{"quality": 4}]
    with house.database.reading() as session:
        study = session.scalars(select(Study)).one()
        assert (study.status, study.closed_at) == ("closed", clock.now)
        (event,) = session.scalars(select(Event).where(Event.action == "closed"))
        assert (event.actor, event.detail) == ("closing date", {"closes_on": "2026-12-01"})
        assert session.scalars(select(Rating)).one().submitted_at < study.closed_at


def test_a_study_without_a_closing_date_stays_open(
    house: House, browser: ReaderBrowser, clock: Clock
) -> None:
    _, token = open_study(house, *TWO)
    clock.now = datetime(2126, 12, 1, tzinfo=UTC)
    browser.begin(token)
    assert browser.submit({"quality": "4"}).status_code == 200
    assert house.said() == [{"quality": 4}]


def test_a_quota_is_laid_out_when_the_reader_begins(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader(
        **design(phases=[], questions=[REALISM]),
        allocation={"scheme": "quota", "cases_per_reader": 5},
    )
    browser.open_link(token)
    browser.submit({"consent": "yes"})
    browser.submit(PROFILE)
    assert "There are" not in browser.html
    with house.database.reading() as session:
        assert session.scalars(select(Presentation)).all() == []
    browser.submit()
    assert "1 of 5" in browser.html
    for _ in range(5):
        browser.submit({"realism": "3"})
    assert "Thank you" in browser.html
    assert len(house.said()) == 5


def test_practice_in_a_timed_phase_tells_the_truth_without_the_picture(
    house: House, browser: ReaderBrowser
) -> None:
    _, token = house.open_study_with_reader(
        **design(phases=[], questions=[{"key": "call", "measure": "verdict"}]),
        presentation={"exposures_ms": [500]},
        practice={"count": 1, "feedback": True},
    )
    browser.begin(token)
    case = browser.form.hidden["case"]
    browser.client.get(f"/read/image/{case}")
    browser.submit({"call": "real"})
    assert "You said real" in browser.html
    assert "/read/image/" not in browser.html
    browser.submit()
    assert "1 of 12" in browser.html


def test_a_text_stands_only_where_its_phase_says_so(house: House, browser: ReaderBrowser) -> None:
    """The same cases, read without their texts before they are read with them."""
    phases = [
        {"key": "naive", "questions": ["quality"]},
        {
            "key": "informed",
            "questions": ["realism"],
            "cases": "same",
            "of": "naive",
            "presentation": {"beside": "prompt"},
        },
    ]
    _, token = house.open_study_with_reader(**design(questions=[QUALITY, REALISM], phases=phases))
    with house.database.reading() as session:
        texts = session.scalars(select(Case.beside)).all()
    assert len(texts) == 12
    assert all(texts)
    browser.begin(token)
    for answer, has_text in (("quality", False), ("realism", True)):
        for _ in texts:
            assert ("Text given for this image" in browser.html) is has_text
            assert any(text in browser.html for text in texts if text) is has_text
            browser.submit({answer: "3"})
        if not has_text:
            browser.submit()
    assert "Thank you" in browser.html
