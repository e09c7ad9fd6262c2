"""A reader's way through a study by plain posts, on SQLite and on PostgreSQL."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.db.tables import Presentation, Rating, Reader, ReadingSession
from tests.studies import GOOD_ANSWERS, House
from tests.web.reader_browser import Form, ReaderBrowser


@pytest.fixture
def browser(client: TestClient) -> ReaderBrowser:
    return ReaderBrowser(client)


def ratings(house: House) -> list[Rating]:
    with house.database.reading() as session:
        return list(session.scalars(select(Rating).order_by(Rating.id)))


def test_it_leads_from_the_link_to_the_thanks_page(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader(
        break_every=5, practice={"count": 2}, replicates={"count": 2, "minimum_lag": 3}
    )
    browser.open_link(token)
    assert browser.form.action == "/read/consent"
    browser.submit({"consent": "yes"})
    browser.submit(
        {
            "role": "radiologist",
            "specialty": "chest",
            "years_experience": "3",
            "reading_frequency": "weekly",
        }
    )
    assert browser.form.action == "/read/begin"
    browser.submit()
    assert "Practice" in browser.html
    assert "1 of 2" in browser.html
    assert browser.read_to_the_end() == 2 + 12 + 2
    assert "Thank you" in browser.html
    with house.database.reading() as session:
        reader = session.scalars(select(Reader)).one()
        assert reader.consented_at is not None
        assert reader.finished_at is not None
        assert (reader.role, reader.years_experience) == ("radiologist", 3)
    assert len(ratings(house)) == 16


def test_it_asks_for_consent_before_anything_else(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader()
    browser.open_link(token)
    assert browser.submit().status_code == 422
    assert "tick the box" in browser.html
    assert browser.visit().status_code == 200
    assert browser.form.action == "/read/consent"


def test_it_names_what_is_wrong_with_a_profile(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader()
    browser.open_link(token)
    browser.submit({"consent": "yes"})
    answer = browser.submit(
        {"role": "wizard", "specialty": "chest", "years_experience": "-1", "reading_frequency": ""}
    )
    assert answer.status_code == 422
    for sentence in ("choose your role", "whole number from 0 to 70", "how often you read"):
        assert sentence in browser.html


def test_it_selects_nothing_beforehand(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    assert {"realism", "verdict", "confidence", "comment"} <= browser.form.names
    assert browser.form.checked == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("realism", ""),
        ("realism", "0"),
        ("realism", "6"),
        ("realism", "3.5"),
        ("realism", "-1"),
        ("realism", "٣"),
        ("realism", "1e1"),
        ("verdict", ""),
        ("verdict", "fake"),
        ("confidence", ""),
        ("confidence", "0"),
        ("confidence", "6"),
        ("confidence", "high"),
        ("comment", "x" * 2001),
    ],
)
def test_it_refuses_an_answer_out_of_range_and_keeps_the_others(
    house: House, browser: ReaderBrowser, field: str, value: str
) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    answer = browser.rate(**{"comment": "seen", field: value})
    assert answer.status_code == 422
    assert "1 of 12" in browser.html
    assert ratings(house) == []
    kept = {**GOOD_ANSWERS, field: None}
    for name in ("realism", "verdict", "confidence"):
        if name != field:
            assert browser.form.checked[name] == kept[name]
    assert browser.rate().status_code == 200
    assert "2 of 12" in browser.html


def test_a_second_submit_of_the_same_form_counts_once(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    form = browser.form
    data = {**form.hidden, **GOOD_ANSWERS}
    first = browser.client.post(form.action, data=data)
    second = browser.client.post(form.action, data=data)
    assert (first.status_code, second.status_code) == (200, 200)
    assert "2 of 12" in second.text
    assert [one["realism"] for one in house.said()] == [4]


def test_another_page_of_a_rated_case_does_not_overwrite_it(
    house: House, browser: ReaderBrowser
) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    earlier = browser.form
    browser.visit()
    browser.rate(realism="2")
    answer = browser.client.post(
        earlier.action, data={**earlier.hidden, **GOOD_ANSWERS, "realism": "5"}
    )
    assert answer.status_code == 409
    assert "already rated" in answer.text
    # Over the form, with what was given and the way to what is due.
    assert Form(answer.text).checked["realism"] == "5"
    assert "Go on with what is due" in answer.text
    assert [one["realism"] for one in house.said()] == [2]


@pytest.mark.parametrize(
    ("design", "to_rate", "heading"),
    [({"break_every": 4}, 4, "Rest your eyes"), ({}, 12, "Thank you")],
    ids=["pause", "thanks"],
)
def test_a_rating_that_comes_too_late_keeps_its_answers_where_no_case_is_due(
    house: House, browser: ReaderBrowser, design: dict[str, int], to_rate: int, heading: str
) -> None:
    _, token = house.open_study_with_reader(**design)
    browser.begin(token)
    earlier = browser.form
    browser.visit()
    for _ in range(to_rate):
        browser.rate(realism="2")
    assert heading in browser.html
    assert "already rated" not in browser.html
    answer = browser.client.post(
        earlier.action, data={**earlier.hidden, **GOOD_ANSWERS, "realism": "5"}
    )
    assert answer.status_code == 409
    assert "already rated" in answer.text
    assert Form(answer.text).checked["realism"] == "5"
    assert heading in browser.visit().text
    assert {one["realism"] for one in house.said()} == {2}


def test_going_back_appends_a_correction(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    browser.rate(realism="2", comment="first")
    browser.visit("/read/back")
    assert browser.form.checked == {"realism": "2", "verdict": "synthetic", "confidence": "3"}
    browser.rate(realism="5", comment="second")
    assert "2 of 12" in browser.html
    old, new = ratings(house)
    first, second = house.said()
    assert (first["realism"], first["comment"], old.supersedes_id) == (2, "first", None)
    assert (second["realism"], second["comment"], new.supersedes_id) == (5, "second", old.id)
    assert new.is_first is None


def test_a_correction_sent_twice_counts_once(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    browser.rate()
    browser.visit("/read/back")
    form = browser.form
    for _ in range(2):
        browser.client.post(form.action, data={**form.hidden, **GOOD_ANSWERS, "realism": "1"})
    assert [one["realism"] for one in house.said()] == [4, 1]


def test_it_corrects_only_until_the_next_is_submitted(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    browser.rate()
    browser.visit("/read/back")
    late = browser.form
    browser.visit()
    browser.rate()
    answer = browser.client.post(late.action, data={**late.hidden, **GOOD_ANSWERS})
    assert answer.status_code == 409
    assert len(ratings(house)) == 2


def test_there_is_nothing_to_go_back_to_at_the_first_case(
    house: House, browser: ReaderBrowser
) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    assert browser.visit("/read/back").status_code == 409
    assert "1 of 12" in browser.html


def test_the_last_case_can_be_corrected_from_the_thanks_page(
    house: House, browser: ReaderBrowser
) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    browser.read_to_the_end()
    browser.visit("/read/back")
    browser.rate(realism="1")
    assert "Thank you" in browser.html
    assert len(ratings(house)) == 13


def test_it_resumes_at_the_same_case_on_another_device(
    house: House, browser: ReaderBrowser, client: TestClient
) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    browser.rate()
    browser.rate()
    case = browser.form.hidden["case"]
    other = ReaderBrowser(TestClient(client.app))
    other.open_link(token)
    assert other.form.hidden["case"] == case
    assert "3 of 12" in other.html
    with house.database.reading() as session:
        assert len(session.scalars(select(ReadingSession)).all()) == 2


def test_it_takes_no_rating_for_a_case_whose_turn_has_not_come(
    house: House, browser: ReaderBrowser
) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    form = browser.form
    with house.database.reading() as session:
        later = session.scalars(select(Presentation).where(Presentation.position == 7)).one()
    answer = browser.client.post(
        form.action, data={**form.hidden, **GOOD_ANSWERS, "case": later.token}
    )
    assert answer.status_code == 409
    assert ratings(house) == []


def test_it_refuses_another_readers_case(house: House, browser: ReaderBrowser) -> None:
    slug, token = house.open_study_with_reader()
    other_token = house.invite(slug)[0].token
    browser.begin(token)
    theirs = browser.form.hidden["case"]
    image = re.search(r"/read/image/[\w-]+", browser.html)
    assert image is not None
    browser.begin(other_token)
    form = browser.form
    answer = browser.client.post(form.action, data={**form.hidden, **GOOD_ANSWERS, "case": theirs})
    assert answer.status_code == 404
    assert browser.client.get(image[0]).status_code == 404
    assert ratings(house) == []


def test_it_refuses_a_form_without_its_token(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    form = browser.form
    data = {**form.hidden, **GOOD_ANSWERS, "csrf_token": "0" * 64}
    assert browser.client.post(form.action, data=data).status_code == 403
    assert ratings(house) == []


def test_it_refuses_a_form_posted_by_another_site(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    form = browser.form
    answer = browser.client.post(
        form.action,
        data={**form.hidden, **GOOD_ANSWERS},
        headers={"Origin": "https://elsewhere.example"},
    )
    assert answer.status_code == 403
    assert ratings(house) == []


def test_unknown_and_revoked_links_say_so(house: House, browser: ReaderBrowser) -> None:
    from app.services.invite_readers import revoke_link
    from tests.studies import NOW

    slug, token = house.open_study_with_reader()
    assert browser.open_link("x" * 43).status_code == 403
    assert "not known" in browser.html
    browser.begin(token)
    with house.database.writing() as session:
        revoke_link(session, slug, "R01", now=NOW, actor="test")
    assert browser.visit().status_code == 403
    assert "withdrawn" in browser.html
    assert browser.open_link(token).status_code == 403


def test_a_reissued_link_ends_the_old_one_and_its_open_pages(
    house: House, browser: ReaderBrowser
) -> None:
    from app.services.invite_readers import reissue_link
    from tests.studies import NOW

    slug, token = house.open_study_with_reader()
    browser.begin(token)
    browser.rate()
    with house.database.writing() as session:
        new = reissue_link(session, slug, "R01", now=NOW, actor="test").token
    assert browser.rate().status_code == 403
    assert browser.open_link(token).status_code == 403
    browser.open_link(new)
    assert "2 of 12" in browser.html


def test_a_closed_study_takes_no_rating_but_remembers_what_it_took(
    house: House, browser: ReaderBrowser
) -> None:
    slug, token = house.open_study_with_reader()
    browser.begin(token)
    taken = browser.form
    data = {**taken.hidden, **GOOD_ANSWERS}
    browser.rate()
    pending = browser.form
    house.close(slug)
    refused = browser.client.post(pending.action, data={**pending.hidden, **GOOD_ANSWERS})
    assert refused.status_code == 409
    assert "closed" in refused.text
    # A form whose acknowledgement was lost is not told that it came too late.
    again = browser.client.post(taken.action, data=data, follow_redirects=False)
    assert again.status_code == 303
    assert len(ratings(house)) == 1


def test_a_draft_asks_readers_to_wait(house: House, browser: ReaderBrowser) -> None:
    slug = house.draft()
    token = house.invite(slug)[0].token
    assert browser.open_link(token).status_code == 409
    assert "not opened yet" in browser.html
    house.open(slug)
    browser.begin(token)
    assert "1 of 12" in browser.html


def test_a_time_that_no_browser_could_have_measured_is_missing(
    house: House, browser: ReaderBrowser
) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    browser.rate(reading_time_ms="4200", hidden_time_ms="0")
    browser.rate(reading_time_ms="-5", hidden_time_ms="NaN")
    browser.rate(reading_time_ms="99999999999", hidden_time_ms="")
    times = [(rating.reading_time_ms, rating.hidden_time_ms) for rating in ratings(house)]
    assert times == [(4200, 0), (None, None), (None, None)]


def test_practice_with_feedback_tells_the_truth_once_and_counts_nothing(
    house: House, browser: ReaderBrowser
) -> None:
    _, token = house.open_study_with_reader(practice={"count": 2, "feedback": True})
    browser.begin(token)
    assert "This image is" not in browser.html
    browser.rate()
    assert "This image is" in browser.html
    # Going back would change an answer after the truth was told.
    assert browser.visit("/read/back").url.path == "/read/practice"
    browser.submit()
    assert "2 of 2" in browser.html
    browser.rate()
    browser.submit()
    assert "1 of 12" in browser.html
    assert browser.visit("/read/practice").url.path == "/read"


def test_practice_without_feedback_never_tells(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader(practice={"count": 1, "feedback": False})
    browser.begin(token)
    browser.rate()
    assert "1 of 12" in browser.html
    assert browser.visit("/read/practice").url.path == "/read"


def test_a_break_comes_once_and_can_be_left(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader(break_every=4)
    browser.begin(token)
    for _ in range(4):
        browser.rate()
    assert browser.form.action == "/read/continue"
    browser.submit()
    assert "5 of 12" in browser.html
    browser.visit()
    assert "5 of 12" in browser.html


def test_htmx_gets_the_next_case_as_a_partial(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    form = browser.form
    answer = browser.client.post(
        form.action, data={**form.hidden, **GOOD_ANSWERS}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert 'id="case"' in answer.text
    assert "2 of 12" in answer.text
    assert Form(answer.text).hidden["case"] != form.hidden["case"]


def test_the_stored_design_is_what_readers_are_asked(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader(
        questions={"realism": "0-100", "verdict": True, "confidence": False, "comment": False}
    )
    browser.begin(token)
    assert "confidence" not in browser.form.names
    assert browser.rate(realism="101").status_code == 422
    browser.rate(realism="100", confidence="9")
    assert house.said() == [{"realism": 100, "verdict": "synthetic"}]
